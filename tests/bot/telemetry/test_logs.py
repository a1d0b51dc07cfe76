"""What the server logs: one event a line, for programs or for people."""

import io
import json
import logging
import sys
from collections.abc import Iterator

import pytest
from loguru import logger

from bot.telemetry.current import Current, current
from bot.telemetry.logs import set_up_logs


class Traced:
    """A trace, as far as logs know one."""

    id = "0af7651916cd43dd8448eb211c80319c"

    def headers(self, turn: int) -> dict[str, str]:
        return {}


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    yield io.StringIO()
    logger.remove()
    logger.configure(extra={}, patcher=None)
    logger.add(sys.__stderr__ or sys.stderr)


def test_a_line_for_programs_says_which_call_and_turn_it_is_about(stream: io.StringIO):
    """Without whoever logs having to know; what it knows better goes before."""
    set_up_logs("INFO", to=stream, form="auto")
    logger.bind(sessions=0).info("draining")
    before = current.set(Current("s-1", "telephone", 3, Traced()))
    logger.bind(voice_to_voice_ms=412.0).info("turn_complete")
    logger.bind(turn=2).warning("retrieval_failed")
    current.reset(before)
    alone, complete, failed = map(json.loads, stream.getvalue().splitlines())
    assert {"session", "turn", "trace_id"} & set(alone) == set()
    assert alone["sessions"] == 0
    del complete["time"]
    assert complete == {
        "level": "INFO", "event": "turn_complete", "session": "s-1", "turn": 3,
        "trace_id": Traced.id, "door": "telephone", "voice_to_voice_ms": 412.0,
        "source": __name__,
    }  # fmt: skip
    assert (failed["turn"], failed["session"], failed["level"]) == (2, "s-1", "WARNING")


def test_an_error_is_one_line_with_its_traceback(stream: io.StringIO):
    """And what other libraries log is in the same form."""
    set_up_logs("INFO", to=stream, form="json")
    root = logging.getLogger()
    handlers, root.handlers = root.handlers, []
    set_up_logs("INFO", to=stream, form="json")
    try:
        raise ValueError("broken {braces}")
    except ValueError:
        logging.getLogger("somebody.else").exception("it %s", "{failed}")
    finally:
        root.handlers = handlers
    (line,) = map(json.loads, stream.getvalue().splitlines())
    assert (line["event"], line["source"]) == ("it {failed}", "somebody.else")
    assert "ValueError: broken {braces}" in line["exception"]


def test_a_line_for_people_has_the_fields_too(stream: io.StringIO):
    """In a terminal."""
    set_up_logs("INFO", to=stream, form="text")
    logger.bind(session="s-2", provider="groq", fault="timeout").warning("provider_failed")
    (line,) = stream.getvalue().splitlines()
    assert line.split()[1:] == [
        "WARNING",
        "s-2",
        "provider_failed",
        "provider=groq",
        "fault=timeout",
    ]
