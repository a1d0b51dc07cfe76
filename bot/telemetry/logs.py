"""Logs: one event a line, as JSON or for people; never what was said.

{"time": "2026-11-25T19:07:37.102Z", "level": "INFO", "event": "turn_complete", "session": "…",
 "turn": 3, "trace_id": "…", "door": "telephone", "source": "…", "voice_to_voice_ms": 412.0, …}
"""

import json
import logging
import sys
import traceback
from collections.abc import Callable
from datetime import UTC
from typing import TYPE_CHECKING, Any, TextIO

from loguru import logger

from bot.telemetry.current import current

if TYPE_CHECKING:
    from loguru import Message, Record


_QUOTING = (  # at WARNING, too
    "pipecat.services.tts_service",
    "pipecat.utils.context.aggregated_frame_sequencer",
)
# uvicorn's, of each WebSocket that was refused with an answer; refusals are counted in the metrics
_FALSE_ALARMS = ("ASGI callable returned without completing handshake.",)
_FIRST = ("session", "turn", "trace_id", "door")


def tells_nothing_said(record: "Record") -> bool:
    """Whether a line may be written: Pipecat's below INFO quote callers, some others the bot."""
    name, level = str(record["name"]), record["level"].no
    if name in _QUOTING:
        return level >= 40
    return not name.startswith("pipecat") or level >= 20


def set_up_logs(level: str, *, to: TextIO | None = None, form: str = "text") -> None:
    """Ours and Pipecat's (loguru) and other libraries' (logging), at `level`.

    to: stderr, if nothing else. form: `json`, `text`, or `auto`: text for a terminal.
    """
    stream = to or sys.stderr
    machine = form == "json" or (form == "auto" and not stream.isatty())
    logger.remove()
    logger.configure(extra={}, patcher=_of_the_call)
    logger.add(
        _written(stream, as_json if machine else as_text),
        level=level,
        format="{message}",
        filter=tells_nothing_said,
        backtrace=False,
        diagnose=False,
    )
    logging.basicConfig(level=logging.WARNING, handlers=[_ToOurs()])


def as_json(record: "Record") -> str:
    """One line that programs read."""
    extra = record["extra"]
    told: dict[str, Any] = {
        "time": record["time"].astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z",
        "level": record["level"].name,
        "event": record["message"],
        **{name: extra[name] for name in _FIRST if name in extra},
        "source": record["name"],
    }
    told |= {name: value for name, value in extra.items() if name not in told}
    if failed := _traceback(record):
        told["exception"] = failed
    return json.dumps(told, default=str)


def as_text(record: "Record") -> str:
    """One line that people read, and the traceback below it if there is one."""
    extra = record["extra"]
    fields = "".join(
        f" {name}={value}" for name, value in extra.items() if name not in ("session", "trace_id")
    )
    at, level = record["time"].strftime("%H:%M:%S.%f")[:-3], record["level"].name
    line = f"{at} {level:<7} {extra.get('session', '-'):<16} {record['message']}{fields}"
    return "\n".join(part for part in (line, _traceback(record)) if part)


def _of_the_call(record: "Record") -> None:
    """What the line doesn't say itself of the call that it is about."""
    if call := current.get():
        extra = record["extra"]
        extra.setdefault("session", call.session)
        extra.setdefault("turn", call.turn)
        extra.setdefault("door", call.door)
        if call.trace:
            extra.setdefault("trace_id", call.trace.id)


def _written(stream: TextIO, form: Callable[["Record"], str]) -> Callable[["Message"], None]:
    def write(message: "Message") -> None:
        stream.write(form(message.record) + "\n")
        stream.flush()

    return write


def _traceback(record: "Record") -> str:
    failed = record["exception"]
    return "".join(traceback.format_exception(*failed)).rstrip() if failed else ""


class _ToOurs(logging.Handler):
    """What libraries log, as lines like ours."""

    def emit(self, record: logging.LogRecord) -> None:
        def named(ours: "Record") -> None:
            ours["name"] = record.name

        if record.getMessage() in _FALSE_ALARMS:
            return
        level = record.levelname if record.levelname in _LEVELS else record.levelno
        log = logger.patch(named).opt(exception=record.exc_info)
        log.log(level, "{}", record.getMessage())


_LEVELS = frozenset({"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"})
