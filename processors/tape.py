"""One reply on its way to the caller: its frames in order, and how far the caller has heard."""

from collections import deque
from dataclasses import dataclass, field

from pipecat.frames.frames import (
    AggregatedTextFrame,
    Frame,
    LLMFullResponseEndFrame,
    TTSAudioRawFrame,
    TTSTextFrame,
)

from conversation.pacing import Pacer
from conversation.playout import Playout
from processors.frames import Citation, Script, SpokenWordFrame
from processors.last_sound import silence_before

CHUNK_SECONDS = 0.04
UNHEARD = 50  # chunks that a slow line may still owe the caller's ear
NOBODY = -1  # the turn of what a cut reply's makers still send: nobody asked for it
_ROUNDING = 0.001  # seconds
_SECONDS_A_LETTER = 0.067  # for pieces whose audio is not all there yet


def seconds_of(frame: TTSAudioRawFrame) -> float:
    """Length of the frame's audio (16-bit samples)."""
    return len(frame.audio) / (2 * frame.num_channels * frame.sample_rate)


@dataclass
class Tape:
    """The reply of `turn`, cut into chunks small enough to stop within.

    ahead: its number if the caller is not to hear it yet.
    """

    turn: int
    citations: list[Citation] = field(default_factory=list[Citation])
    then_hang_up: bool = False
    reports_every: float | None = None
    script: Script = field(default_factory=Script)
    ahead: int = 0
    started: bool = False
    segment: int = 0
    noted: str | None = None  # of its progress
    first_audio_at: float = 0.0
    first_sound_at: float | None = None  # when it is heard
    _frames: deque[Frame] = field(default_factory=deque[Frame])
    _sent: deque[TTSAudioRawFrame] = field(
        default_factory=lambda: deque(maxlen=UNHEARD)
    )  # and perhaps not heard yet
    _pacer: Pacer = field(init=False)
    _playout: Playout = field(default_factory=Playout)
    _words: list[str] = field(default_factory=list[str])
    _complete: bool = False

    def __post_init__(self) -> None:
        self._pacer = Pacer(reports_every=self.reports_every)

    @property
    def empty(self) -> bool:
        """Whether nothing is left to let out."""
        return not self._frames

    @property
    def over(self) -> bool:
        """Whether the whole reply was let out."""
        return self._complete and not self._frames

    @property
    def words(self) -> str:
        """All words of the reply so far."""
        return " ".join(self._words)

    def add(self, frame: Frame, *, now: float) -> None:
        """The next frame of the reply."""
        if isinstance(frame, SpokenWordFrame):
            self._playout.word(frame.word, frame.at * 1000)
            return
        if isinstance(frame, TTSAudioRawFrame | TTSTextFrame):
            self.first_audio_at = self.first_audio_at or now  # words alone, if the talk is in text
        if isinstance(frame, TTSAudioRawFrame):
            self._playout.extend(seconds_of(frame) * 1000)
            self._frames.extend(_chunks(frame))
            return
        if isinstance(frame, AggregatedTextFrame) and not isinstance(frame, TTSTextFrame):
            self._playout.begin(frame.text)
            self._words.append(frame.text)
        self._complete = self._complete or isinstance(frame, LLMFullResponseEndFrame)
        self._frames.append(frame)

    def confirm(self, *, now: float) -> None:
        """The caller is to hear it: what is there of it came now."""
        self.ahead = 0
        self.first_audio_at = now if self.first_audio_at else 0.0

    def unsay(self, seconds: float) -> None:
        """Drops the last seconds of audio, as far as they were not taken yet, in whole chunks."""
        kept: list[Frame] = []
        while self._frames and seconds > 0:
            frame = self._frames.pop()
            if not isinstance(frame, TTSAudioRawFrame):
                kept.append(frame)
            elif seconds_of(frame) > seconds + _ROUNDING:
                kept.append(frame)
                break
            else:
                seconds -= seconds_of(frame)
                self._playout.extend(-seconds_of(frame) * 1000)
        self._frames.extend(reversed(kept))

    def uninterruptible(self) -> list[Frame]:
        """Takes out what an interruption must not drop, such as the end of the pipeline."""
        kept = [f for f in self._frames if not f.interruptible]
        self._frames = deque(f for f in self._frames if f.interruptible)
        return kept

    def due(self, *, now: float) -> float | None:
        """When the next frame may leave; None if there is none, or its audio is not there yet."""
        if not self._frames:
            return None
        head = self._frames[0]
        if isinstance(head, TTSAudioRawFrame):
            return self._pacer.due(now=now)
        if isinstance(head, AggregatedTextFrame) and not isinstance(head, TTSTextFrame):
            return self._pacer.due(now=now) if len(self._frames) > 1 else None
        return self._pacer.over(now=now) if isinstance(head, LLMFullResponseEndFrame) else now

    def take(self, *, now: float) -> Frame:
        """The next frame, which leaves now."""
        frame = self._frames.popleft()
        if isinstance(frame, TTSAudioRawFrame):
            self._pacer.leaves(seconds_of(frame), now=now)
            self._listen_for_sound(frame)
            self._sent.append(frame)
        return frame

    def _listen_for_sound(self, frame: TTSAudioRawFrame) -> None:
        if self.first_sound_at is None:
            silent = silence_before(frame.audio, frame.sample_rate)
            if silent is not None:
                begins = self._pacer.sent - seconds_of(frame)
                self.first_sound_at = self._pacer.heard_at(begins + silent)

    def next_seconds(self, text: str) -> float:
        """Length of the piece `text` that begins now; an estimate while it is being made."""
        seconds = 0.0
        for frame in self._frames:
            if isinstance(frame, TTSAudioRawFrame):
                seconds += seconds_of(frame)
            elif isinstance(frame, AggregatedTextFrame):
                return seconds  # its text follows its audio: all of it is there
        return max(seconds, len(text) * _SECONDS_A_LETTER)

    def heard(self, *, now: float) -> str:
        """The words that the caller has heard."""
        return self._playout.heard(self._pacer.played(now=now) * 1000)

    def before(self, *, now: float) -> str:
        """The pieces before the one that is being heard: as the client says, or our clock."""
        pacer = self._pacer
        seconds = pacer.played(now=now) if pacer.told else pacer.sent
        return self._playout.whole(seconds * 1000)

    def reported(self, seconds: float, *, now: float, unheard: bool = False) -> None:
        """The client says how many seconds of the reply were heard, or of what was sent weren't."""
        self._pacer.reported(self._pacer.sent - seconds if unheard else seconds, now=now)

    def rewind(self, *, now: float) -> None:
        """Back to the first chunk that was not heard, so that playing goes on from there."""
        played = self._pacer.played(now=now)
        while self._sent and self._pacer.sent - seconds_of(self._sent[-1]) >= played:
            frame = self._sent.pop()
            self._pacer.sent -= seconds_of(frame)
            self._frames.appendleft(frame)
        self._pacer = Pacer(sent=self._pacer.sent, reports_every=self.reports_every)
        if not self._complete:
            self._frames.append(LLMFullResponseEndFrame())
            self._complete = True


def _chunks(frame: TTSAudioRawFrame) -> list[Frame]:
    size = int(frame.sample_rate * CHUNK_SECONDS) * 2 * frame.num_channels
    return [
        TTSAudioRawFrame(
            frame.audio[i : i + size],
            frame.sample_rate,
            frame.num_channels,
            context_id=frame.context_id,
        )
        for i in range(0, len(frame.audio), size)
    ]
