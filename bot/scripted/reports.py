"""What a script can ask about beside words: our messages, as calls of functions."""

from collections.abc import Iterator, Mapping
from typing import Any

from pipecat.frames.frames import Frame, OutputTransportMessageUrgentFrame
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.processors.frameworks.rtvi.models import MESSAGE_LABEL

Message = Mapping[str, Any]
Call = tuple[str, dict[str, Any]]


class CallReports(FrameProcessor):
    """RTVI `server-message` with one of ours -> `llm-function-call-in-progress`; all else passes.

        state(from, to)   intent(intent, level)   form(intent, step, field, filled)
        transfer(reason, summary)   turn(number, interrupted, total_ms)   error(code)
        ended(reason)

    spoken: off, nothing is heard, and the bot is said to speak from the end of the caller's turn
    to the end of its own: the harness waits for that before it types the next turn.
    """

    def __init__(self, *, spoken: bool) -> None:
        super().__init__()
        self._spoken = spoken

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        match frame:
            case OutputTransportMessageUrgentFrame(
                message={"type": "server-message", "data": dict(ours)}
            ):
                for kind, data in self._told(ours):
                    message = {"label": MESSAGE_LABEL, "type": kind, "data": data}
                    await self.push_frame(OutputTransportMessageUrgentFrame(message=message))
            case _:
                await self.push_frame(frame, direction)

    def _told(self, ours: Message) -> Iterator[tuple[str, dict[str, Any]]]:
        if call := as_call(ours):
            name, arguments = call
            yield (
                "llm-function-call-in-progress",
                {"function_name": name, "tool_call_id": name, "arguments": arguments},
            )
        if self._spoken or ours["type"] != "state_change":
            return
        if ours["to"] == "THINKING":
            yield "bot-started-speaking", {}
        elif ours["to"] == "IDLE":
            yield "bot-stopped-speaking", {}


def as_call(ours: Message) -> Call | None:
    """Name and arguments; None for what is told otherwise already, such as words."""
    match ours:
        case {"type": "state_change", "from": source, "to": target}:
            return "state", {"from": str(source), "to": str(target)}
        case {"type": "processing", "stage": "intent_classification", "details": details}:
            return "intent", {name: details.get(name) for name in ("intent", "level")}
        case {"type": "processing", "stage": "collect", "details": details}:
            return "form", dict(details)
        case {"type": "processing", "stage": "transfer", "details": details}:
            return "transfer", dict(details)
        case {"type": "turn_complete", "latency_breakdown": latency}:
            told = {"number": ours["turn_number"], "interrupted": ours["interrupted"]}
            return "turn", {**told, "total_ms": latency["total_ms"]}
        case {"type": "error", "code": code}:
            return "error", {"code": code}
        case {"type": "session_ended", "reason": reason}:
            return "ended", {"reason": reason}
        case _:
            return None
