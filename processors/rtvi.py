"""What Pipecat's client SDKs may say, as RTVI has it."""

from pipecat.frames.frames import Frame, InputTransportMessageFrame
from pipecat.processors.frame_processor import FrameDirection
from pipecat.processors.frameworks.rtvi import models as rtvi
from pipecat.processors.frameworks.rtvi.frames import RTVISendTextFrame
from pipecat.processors.frameworks.rtvi.observer import RTVIObserver, RTVIObserverParams
from pipecat.processors.frameworks.rtvi.processor import RTVIProcessor
from pydantic import ValidationError

from processors.rtvi_observer import TurnObserver

LONGEST_TEXT = 10_000  # characters of a typed turn


class ClientRTVI(RTVIProcessor):
    """Pipecat's, which interrupts nobody: only what means something here gets through to it.

    client-ready, disconnect-bot, dtmf  -> as Pipecat has them
    send-text                           -> RTVISendTextFrame, a turn of the caller's
    all else, and what is malformed     -> an error for the client, in words without its own
    """

    def create_rtvi_observer(
        self, *, params: RTVIObserverParams | None = None, **kwargs: object
    ) -> RTVIObserver:
        return TurnObserver(self, params=params, **kwargs)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        if isinstance(frame, InputTransportMessageFrame) and not await self._takes(frame.message):
            return
        await super().process_frame(frame, direction)

    async def _takes(self, message: object) -> bool:
        """Whether Pipecat's part is to see it."""
        if not isinstance(message, dict) or message.get("label") != rtvi.MESSAGE_LABEL:
            return False
        try:
            said = rtvi.Message.model_validate(message)
        except ValidationError:
            await self.send_error("A message needs `id`, `type` and, as an object, `data`.")
            return False
        try:
            match said.type:
                case "client-ready" | "disconnect-bot":
                    return True
                case "dtmf":
                    rtvi.DTMFInputData.model_validate(said.data)
                    return True
                case "send-text":
                    await self._typed(said, rtvi.SendTextData.model_validate(said.data))
                case _:
                    await self._refuse(said, "Nothing is done with messages of this type here.")
        except ValidationError:
            await self._refuse(said, f"`data` is not what a `{said.type}` message carries.")
        return False

    async def _typed(self, said: rtvi.Message, data: rtvi.SendTextData) -> None:
        text = data.content.strip()
        if not text or len(text) > LONGEST_TEXT:
            await self._refuse(said, f"`content` takes 1 to {LONGEST_TEXT} characters.")
        elif data.options and not data.options.run_immediately:
            await self._refuse(
                said, "Every text is answered at once: leave out `run_immediately`, or say true."
            )
        else:
            await self.push_frame(RTVISendTextFrame(msg_id=said.id, text=text))

    async def _refuse(self, said: rtvi.Message, advice: str) -> None:
        message = rtvi.ClientMessage(msg_id=said.id, type=said.type)
        await self.send_error_response(message, advice)
