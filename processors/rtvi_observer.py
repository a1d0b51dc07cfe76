"""What Pipecat's client SDKs are told of a call: RTVI's reports, by turns."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pipecat.frames.frames import (
    InterimTranscriptionFrame,
    InterruptionFrame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    OutputTransportMessageUrgentFrame,
    TranscriptionFrame,
    TTSStartedFrame,
    TTSStoppedFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
)
from pipecat.observers.base_observer import FramePushed
from pipecat.processors.frameworks.rtvi import models as rtvi
from pipecat.processors.frameworks.rtvi.frames import RTVISendTextFrame
from pipecat.processors.frameworks.rtvi.observer import RTVIObserver
from pipecat.utils.time import time_now_iso8601

from processors.ahead_frames import TurnConfirmedFrame, TurnWithdrawnFrame
from processors.frames import AnswerStartFrame
from processors.ledger import LedgerTap
from processors.typed_turns import TypedTurns

_OF_AN_ANSWER = (
    LLMContextFrame, LLMFullResponseStartFrame, LLMTextFrame, LLMFullResponseEndFrame,
    TTSStartedFrame, TTSStoppedFrame,
)  # fmt: skip


class TurnObserver(RTVIObserver):
    """Pipecat's, but for

    (Interim)TranscriptionFrame  -> nothing: a segment that is heard again would come twice
    the caller's `transcript`    -> user-transcription, user-input; not for what was typed
    LLMTextFrame, and its ends   -> as they reach the voice: on the way words are added, left out
    speaking frames of a text    -> nothing: nobody spoke
    an answer made ahead         -> nothing before its turn is over, or if it is not wanted
    """

    _typed: str | None = None
    _ahead: int = 0  # the number of the answer that is made, if it is kept back
    _kept: Sequence[FramePushed] = ()

    async def on_push_frame(self, data: FramePushed) -> None:
        match data.frame:
            case AnswerStartFrame(ahead=ahead) if data.first_push:
                self._ahead, self._kept = ahead, []
            case TurnConfirmedFrame(ahead=ahead) if data.first_push and ahead == self._ahead:
                self._ahead, told = 0, self._kept
                for kept in told:
                    await self._tell(kept)
            case InterruptionFrame():
                self._kept = []
                if isinstance(data.frame, TurnWithdrawnFrame):
                    return
            case _ if self._ahead and isinstance(data.frame, _OF_AN_ANSWER):
                self._kept = [*self._kept, data]
                return
            case _:
                pass
        await self._tell(data)

    async def _tell(self, data: FramePushed) -> None:
        match data.frame:
            case InterimTranscriptionFrame() | TranscriptionFrame():
                return
            case LLMFullResponseStartFrame() | LLMTextFrame() | LLMFullResponseEndFrame():
                if isinstance(data.source, LedgerTap):
                    await super().on_push_frame(replace(data, first_push=True))
                return
            case UserStartedSpeakingFrame() | UserStoppedSpeakingFrame() if isinstance(
                data.source, TypedTurns
            ):
                return
            case OutputTransportMessageUrgentFrame(
                message={"type": "transcript", "role": "user", "text": str(text), "final": final}
            ) if data.first_push:
                await self._heard(text, bool(final))
                return
            case RTVISendTextFrame(text=text) if data.first_push:
                self._typed = text
            case _:
                pass
        await super().on_push_frame(data)

    async def _heard(self, text: str, final: bool) -> None:
        if text == self._typed:
            return
        self._typed = None
        said: dict[str, Any] = {"text": text, "timestamp": time_now_iso8601(), "final": final}
        words = rtvi.UserInputMessageData(**said, input_type="transcription")
        await self.send_rtvi_message(rtvi.UserInputMessage(data=words))
        old = rtvi.UserTranscriptionMessageData(**said, user_id="")
        await self.send_rtvi_message(rtvi.UserTranscriptionMessage(data=old))
