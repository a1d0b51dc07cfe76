"""What an error of a Pipecat service means."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from pipecat.frames.frames import ErrorFrame
from pipecat.utils.errors import ErrorCategory

from bot.services.failover.faults import fault_of, retry_after
from conversation.faults import Fault


class OfGoogle(Exception):
    def __init__(self, code: int, message: str = "") -> None:
        super().__init__(message)
        self.code = code


class APIConnectionError(Exception):
    """As clients of OpenAI's API name theirs."""


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (ErrorFrame("x"), Fault.FAILED),
        (ErrorFrame("x", category=ErrorCategory.AUTHENTICATION), Fault.REJECTED),
        (ErrorFrame("x", category=ErrorCategory.RATE_LIMIT), Fault.LIMITED),
        (ErrorFrame("x", category=ErrorCategory.QUOTA), Fault.LIMITED),
        (ErrorFrame("x", category=ErrorCategory.CONNECTIVITY), Fault.UNREACHABLE),
        (ErrorFrame("x", exception=OfGoogle(429)), Fault.LIMITED),
        (ErrorFrame("x", exception=OfGoogle(400)), Fault.REJECTED),
        (ErrorFrame("x", exception=OfGoogle(500)), Fault.FAILED),
        (ErrorFrame("x", exception=APIConnectionError()), Fault.UNREACHABLE),
        (ErrorFrame("x", exception=ConnectionResetError()), Fault.UNREACHABLE),
    ],
)
def test_an_error_is_one_of_a_few_faults(error: ErrorFrame, fault: Fault):
    """By its category, its status, or the kind of exception."""
    assert fault_of(error).fault is fault


def with_header(value: str) -> Exception:
    error = Exception("429")
    error.headers = {"retry-after": value}  # type: ignore[attr-defined]
    return error


def test_a_provider_says_when_to_come_back_in_many_ways():
    """Seconds, a date, Google's details; of the exception or of what caused it."""
    assert retry_after(with_header("12.5")) == 12.5
    at = datetime.now(UTC) + timedelta(seconds=90)
    assert retry_after(with_header(format_datetime(at))) == pytest.approx(90, abs=5)
    assert retry_after(OfGoogle(429, "429 [retry_delay {\n  seconds: 7\n}\n]")) == 7
    assert retry_after(OfGoogle(429, "{'retryDelay': '9s'}")) == 9
    outer = RuntimeError("wrapped")
    outer.__cause__ = with_header("3")
    assert retry_after(outer) == 3


@pytest.mark.parametrize("value", ["soon", "", "-5"])
def test_nonsense_is_no_time(value: str):
    """Nobody is left alone for ever because of a header."""
    assert not retry_after(with_header(value))
