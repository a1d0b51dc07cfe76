"""Several recognisers as one: what one does not understand, the next one hears again."""

import asyncio

from pipecat.frames.frames import (
    ErrorFrame,
    Frame,
    InputAudioRawFrame,
    InterimTranscriptionFrame,
    StartFrame,
    TranscriptionFrame,
    UserStartedSpeakingFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameDirection

from bot.services.failover.asking import Signs
from bot.services.failover.branch import Branch
from bot.services.failover.failover import Failover, Services
from bot.services.failover.faults import fault_of
from bot.services.failover.speech import BEFORE_SECONDS, Heard, Numbers, Speech, numbered
from bot.services.failover.switchboard import Switchboard
from conversation.faults import Fault, Faulty
from conversation.ledger import Ledgers, Try
from conversation.lineup import Lineup
from processors.ahead_frames import UtteranceOverFrame
from processors.alarm import Alarm
from processors.audio_past import AudioPast
from processors.frames import FinalSegmentFrame
from processors.ports import Clock

SIGNS = Signs(
    "stt",
    content=lambda frame: isinstance(frame, TranscriptionFrame),
    end=lambda frame: isinstance(frame, TranscriptionFrame),
)


class STTFailover(AudioPast, Failover):
    """Audio and VAD frames pass, and go to one recogniser; its words are numbered anew.

        VADUserStartedSpeakingFrame -> the first recogniser that is not kept out gets this speech,
                                       with what came just before; between turns it gets nothing
        VADUserStoppedSpeakingFrame -> its transcript is due; without one in time, or after an
                                       error, the next recogniser gets the kept audio
        (Interim)TranscriptionFrame -> PartialSegmentFrame, FinalSegmentFrame
        UtteranceOverFrame          -> what comes is another utterance, in segments of its own

    A recogniser that hears a pause and what follows it as one segment may do so. Nobody left: the
    partial transcripts stand, and an ErrorFrame goes upstream.
    """

    def __init__(
        self, services: Services, board: Switchboard, ledgers: Ledgers, *, clock: Clock
    ) -> None:
        super().__init__(SIGNS, services, board, ledgers, clock=clock)
        self._listens = False  # a turn is under way: audio is given as it comes
        self._at = self._branches[0]  # who gets the audio
        self._recent = Heard(BEFORE_SECONDS)
        self._speech: Speech | None = None  # without a transcript
        self._segment = 0
        self._numbers = Numbers()
        self._late: set[Branch] = set()  # given up, and may still answer the old question
        self._answers: asyncio.Queue[tuple[Branch, Frame]] = asyncio.Queue()
        self._reading: asyncio.Task[None] | None = None
        self._alarm = Alarm(self, clock, self._overdue)
        for branch in self._branches:
            branch.listener = lambda frame, branch=branch: self._answers.put_nowait((branch, frame))

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        if isinstance(frame, StartFrame) and self._reading is None:
            self._reading = self.create_task(self._read(), "transcripts")
            self._alarm.start()
        if isinstance(frame, UtteranceOverFrame):
            self._listens = False
            for branch in self._branches:
                await branch.give(frame)
        await super().process_frame(frame, direction)

    async def cleanup(self) -> None:
        await self._alarm.stop()
        if self._reading:
            task, self._reading = self._reading, None
            await self.cancel_task(task)
        await super().cleanup()

    async def interrupted(self) -> None:
        """What the caller says is what interrupts: it goes on being heard."""

    async def handle(self, frame: Frame) -> None:
        match frame:
            case VADUserStartedSpeakingFrame():
                await self._begins(frame)
            case VADUserStoppedSpeakingFrame():
                await self._ends(frame)
            case UserStartedSpeakingFrame():
                self._listens = True
            case _:
                pass
        await self.push_frame(frame)

    async def hears(self, frame: InputAudioRawFrame) -> None:
        self._recent.add(frame)
        await self._give(frame)

    async def _give(self, frame: Frame) -> None:
        if self._speech:
            self._speech.add(frame)
        listening = [self._at] if self._listens else []
        for branch in list(self._speech.asked) if self._speech else listening:
            await branch.give(frame)

    async def _begins(self, frame: Frame) -> None:
        if self._speech:  # no transcript yet: it may be heard as one with what comes
            await self._give(frame)
            self._set_alarm()
            return
        listened, self._listens = self._listens, True
        heard = Heard()
        heard.extend([*self._recent.frames, frame])
        self._segment += 1
        lineup = Lineup([self._board.breakers[b.provided] for b in self._branches])
        self._speech = speech = Speech(self._segment, lineup, heard)
        if (branch := self._choose(speech)) is not None:
            knows = listened and branch is self._at
            await self._ask(speech, branch, knows=frame if knows else None)

    async def _ends(self, frame: Frame) -> None:
        await self._give(frame)
        if self._speech:
            for branch in self._speech.asked:
                self._due(self._speech, branch)

    def _choose(self, speech: Speech) -> Branch | None:
        """Whom to ask; one that still owes an old answer only if nobody else is there."""
        owing: Branch | None = None
        while (place := speech.lineup.next(now=self._now())) is not None:
            branch = self._branches[place]
            if branch not in self._late:
                return branch
            self._board.breakers[branch.provided].abandoned()
            owing = owing or branch
        return owing

    async def _ask(self, speech: Speech, branch: Branch, *, knows: Frame | None = None) -> None:
        """knows: all that is new to a branch that has heard the rest."""
        if not branch.service.is_usable:  # the breaker let it in again
            await branch.service.set_usable(True)
        self._at, branch.turn = branch, None
        tried = speech.asked[branch] = Try(self._signs.kind, branch.name, self._now())
        self._ledgers.coming.tries.append(tried)
        self._board.asked(branch.provided)
        for frame in [knows] if knows else list(speech.heard.frames):
            await branch.give(frame)
        if speech.over:
            self._due(speech, branch)

    def _due(self, speech: Speech, branch: Branch) -> None:
        """The branch has heard all: its transcript is waited for from now on."""
        now = self._now()
        speech.asked[branch].start = now
        patience = speech.lineup.patience(self._board.timeouts.of(branch.provided))
        speech.deadline = now + patience
        slow_from = self._board.slow_from(branch.provided)
        hedges = slow_from is not None and len(speech.asked) == 1 and not speech.lineup.last
        speech.hedge_at = now + slow_from if hedges and slow_from is not None else None
        self._set_alarm()

    def _set_alarm(self) -> None:
        self._alarm.set(self._speech.next_at if self._speech else None)

    async def _overdue(self) -> None:
        now, speech = self._now(), self._speech
        if speech is None:
            return
        if speech.deadline is not None and now >= speech.deadline:
            for branch in list(speech.asked):
                self._late.add(branch)
                await self._failed(speech, branch, Faulty(Fault.TIMEOUT))
        elif speech.hedge_at is not None and now >= speech.hedge_at:
            speech.hedge_at = None
            if (branch := self._choose(speech)) is not None:
                self._board.hedges[branch.provided] += 1
                await self._ask(speech, branch)
        self._set_alarm()

    async def _failed(self, speech: Speech, branch: Branch, faulty: Faulty) -> None:
        tried = speech.asked.pop(branch)
        tried.over(now=self._now(), failed=str(faulty.fault))
        self._board.failed(branch.provided, faulty, now=self._now())
        if faulty.fault is Fault.TIMEOUT:
            speech.lineup.timed_out()
        if speech.asked:  # a rival is at it
            return
        if (other := self._choose(speech)) is not None:
            self._board.moved_on(self._signs.kind, branch.name, other.name)
            await self._ask(speech, other)
            return
        self._speech = None
        await self.push_error("no recogniser answers")

    async def _read(self) -> None:
        while True:
            branch, frame = await self._answers.get()
            speech = self._speech if self._speech and branch in self._speech.asked else None
            late = branch in self._late
            match frame:
                case ErrorFrame():
                    self._late.discard(branch)
                    if speech:
                        await self._failed(speech, branch, fault_of(frame))
                case TranscriptionFrame() if late:
                    self._late.discard(branch)
                case InterimTranscriptionFrame() if speech and not late:
                    await self._partial(speech, branch, frame)
                case TranscriptionFrame() if speech:
                    await self._final(speech, branch, frame)
                case _:
                    pass  # of a recogniser that is not asked any more

    async def _partial(
        self, speech: Speech, branch: Branch, frame: InterimTranscriptionFrame
    ) -> None:
        number = self._numbers.of(speech, branch, frame)
        await self.push_frame(numbered(frame, number))

    async def _final(self, speech: Speech, branch: Branch, frame: TranscriptionFrame) -> None:
        number = self._numbers.of(speech, branch, frame)
        if speech.over:
            self._answered(speech, branch)
        elif not isinstance(frame, FinalSegmentFrame):  # of what was said before the pause
            self._segment += 1
            speech.segment, speech.heard = self._segment, speech.heard.since_last_start()
        await self.push_frame(numbered(frame, number))

    def _answered(self, speech: Speech, branch: Branch) -> None:
        now = self._now()
        self._speech = None
        for other, tried in speech.asked.items():
            if other is not branch:
                self._late.add(other)
                self._board.breakers[other.provided].abandoned()
                tried.over(now=now, failed="dropped")
        tried = speech.asked[branch]
        tried.first = now
        tried.over(now=now)
        self._board.began(branch.provided, tried.waited)
        self._board.worked(branch.provided)
        self._set_alarm()
