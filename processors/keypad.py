"""Keys as turns of the caller."""

from collections.abc import Callable

from pipecat.frames.frames import (
    CancelFrame,
    EndFrame,
    Frame,
    InputDTMFFrame,
    StartFrame,
)
from pipecat.processors.frame_processor import FrameDirection

from conversation.keypad import Keypad
from processors.alarm import Alarm
from processors.audio_past import AudioPast
from processors.frames import whole_turn
from processors.ports import Clock


class KeypadTurns(AudioPast):
    """InputDTMFFrame -> the frames of a spoken turn, once its keys are all there.

    wanted: whether digits are an answer to what was asked.
    """

    def __init__(self, wanted: Callable[[], bool], *, clock: Clock) -> None:
        super().__init__()
        self._wanted, self._now = wanted, clock
        self._keypad = Keypad()
        self._alarm = Alarm(self, clock, self._wake)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        match frame:
            case InputDTMFFrame():
                now = self._now()
                words = self._keypad.pressed(frame.button.value, wanted=self._wanted(), now=now)
                await self._turn(words)
                return
            case StartFrame():
                self._alarm.start()
            case EndFrame() | CancelFrame():
                await self._alarm.stop()
            case _:
                pass
        await self.push_frame(frame, direction)

    async def cleanup(self) -> None:
        await super().cleanup()
        await self._alarm.stop()  # a call that ends as it begins has no EndFrame

    async def _turn(self, words: str | None) -> None:
        self._alarm.set(self._keypad.deadline)
        if words is None:
            return
        for frame in whole_turn(words):
            await self.push_frame(frame)

    async def _wake(self) -> None:
        await self._turn(self._keypad.wake(now=self._now()))
