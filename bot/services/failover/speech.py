"""What the caller said without a pause, kept until somebody has understood it."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from pipecat.frames.frames import (
    Frame,
    InputAudioRawFrame,
    InterimTranscriptionFrame,
    TranscriptionFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)

from bot.services.failover.branch import Branch
from conversation.ledger import Try
from conversation.lineup import Lineup
from processors.frames import FinalSegmentFrame, PartialSegmentFrame

BEFORE_SECONDS = 1.0  # of audio from before the VAD noticed speech; recognisers keep less
LONGEST_SECONDS = 30.0  # of the audio that is kept; longer speech loses its beginning


def seconds_of(frame: InputAudioRawFrame) -> float:
    """Length of the frame's audio (16-bit samples)."""
    return len(frame.audio) / (2 * frame.num_channels * frame.sample_rate)


def numbered(
    frame: InterimTranscriptionFrame | TranscriptionFrame, number: int
) -> PartialSegmentFrame | FinalSegmentFrame:
    """The same words, of the segment with our `number`."""
    words = frame.text, frame.user_id, frame.timestamp, frame.language
    if isinstance(frame, InterimTranscriptionFrame):
        lull = isinstance(frame, PartialSegmentFrame) and frame.lull
        return PartialSegmentFrame(*words, segment=number, lull=lull)
    final = FinalSegmentFrame(*words, segment=number)
    final.finalized = True
    return final


@dataclass
class Heard:
    """Frames in order, the oldest audio dropped beyond `most` seconds; frames of the VAD stay."""

    most: float = LONGEST_SECONDS
    frames: deque[Frame] = field(default_factory=deque[Frame])
    seconds: float = 0.0

    def add(self, frame: Frame) -> None:
        """The next frame."""
        self.frames.append(frame)
        if isinstance(frame, InputAudioRawFrame):
            self.seconds += seconds_of(frame)
        while self.seconds > self.most:
            oldest = next(f for f in self.frames if isinstance(f, InputAudioRawFrame))
            self.frames.remove(oldest)
            self.seconds -= seconds_of(oldest)

    def extend(self, frames: Iterable[Frame]) -> None:
        """The next frames."""
        for frame in frames:
            self.add(frame)

    def since_last_start(self) -> "Heard":
        """The frames of what was said last, with a little from before it."""
        frames = list(self.frames)
        start = max(
            i for i, frame in enumerate(frames) if isinstance(frame, VADUserStartedSpeakingFrame)
        )
        before, kept = Heard(BEFORE_SECONDS), Heard(self.most)
        before.extend(frame for frame in frames[:start] if isinstance(frame, InputAudioRawFrame))
        kept.extend([*before.frames, *frames[start:]])
        return kept


@dataclass
class Speech:
    """It is asked of one recogniser, or of two at once; the first transcript counts.

    segment: our number of it. A pause so short that no transcript came in it is a part of it.
    """

    segment: int
    lineup: Lineup
    heard: Heard
    asked: dict[Branch, Try] = field(default_factory=dict[Branch, Try])
    over: bool = False  # the caller is silent: transcripts are due
    deadline: float | None = None
    hedge_at: float | None = None

    def add(self, frame: Frame) -> None:
        """Another frame of it."""
        self.heard.add(frame)
        if isinstance(frame, VADUserStartedSpeakingFrame):
            self.over, self.deadline, self.hedge_at = False, None, None
        elif isinstance(frame, VADUserStoppedSpeakingFrame):
            self.over = True

    @property
    def next_at(self) -> float | None:
        """When something is to be done about it if nothing comes."""
        times = [at for at in (self.deadline, self.hedge_at) if at is not None]
        return min(times, default=None)


@dataclass
class Numbers:
    """Our numbers for the recognisers' own segments."""

    kept: int = 64
    _known: dict[tuple[str, int], int] = field(default_factory=dict[tuple[str, int], int])

    def of(self, speech: Speech, branch: Branch, transcript: Frame) -> int:
        """The same again if the recogniser hears the same again; else the speech's."""
        known = isinstance(transcript, PartialSegmentFrame | FinalSegmentFrame)
        if not known or transcript.segment is None:
            return speech.segment
        number = self._known.setdefault((branch.name, transcript.segment), speech.segment)
        while len(self._known) > self.kept:
            del self._known[next(iter(self._known))]
        return number
