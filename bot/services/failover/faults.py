"""What an error of a Pipecat service means."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from pipecat.frames.frames import ErrorFrame
from pipecat.utils.errors import ErrorCategory, classify_http_status_code

from conversation.faults import Fault, Faulty

_GOOGLES = re.compile(r"""retry_?delay['"]?\W{1,8}(?:seconds: )?(\d+(?:\.\d+)?)""", re.IGNORECASE)
_FAULTS = {
    ErrorCategory.AUTHENTICATION: Fault.REJECTED,
    ErrorCategory.AUTHORIZATION: Fault.REJECTED,
    ErrorCategory.INVALID_REQUEST: Fault.REJECTED,
    ErrorCategory.RATE_LIMIT: Fault.LIMITED,
    ErrorCategory.QUOTA: Fault.LIMITED,
    ErrorCategory.CONNECTIVITY: Fault.UNREACHABLE,
}


def fault_of(error: ErrorFrame) -> Faulty:
    """The fault, and for how long the provider asks to be left alone, if it does."""
    category = error.category or ErrorCategory.UNKNOWN
    if category is ErrorCategory.UNKNOWN:
        category = classify_http_status_code(_status(error))
    fault = _FAULTS.get(category, Fault.FAILED)
    if fault is Fault.FAILED and any(_no_line(link) for link in _chain(error.exception)):
        fault = Fault.UNREACHABLE
    return Faulty(fault, retry_after(error.exception))


def retry_after(exception: BaseException | None) -> float | None:
    """Seconds, from the Retry-After header of the response that the exception is about.

    Google says it in the details of its errors instead.
    """
    for link in _chain(exception):
        headers: Any = getattr(getattr(link, "response", link), "headers", None)
        with suppress(AttributeError, TypeError, ValueError):
            if value := headers.get("retry-after") or headers.get("Retry-After"):
                return _seconds(str(value))
        if said := _GOOGLES.search(str(link)):
            return float(said[1])
    return None


def _seconds(value: str) -> float:
    with suppress(ValueError):
        return max(0.0, float(value))
    return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())


def _status(error: ErrorFrame) -> int:
    """Of errors of Google's, which have it as `code`. 0: none."""
    code = getattr(error.exception, "code", None)
    return int(code) if isinstance(code, int) else 0


def _chain(exception: BaseException | None) -> Iterator[BaseException]:
    seen = 0
    while exception is not None and seen < 8:
        yield exception
        exception, seen = exception.__cause__ or exception.__context__, seen + 1


def _no_line(exception: BaseException) -> bool:
    """Libraries name their errors of connections alike without a common class."""
    names = {cls.__name__ for cls in type(exception).__mro__}
    return isinstance(exception, OSError) or bool(names & _NO_LINE)


_NO_LINE = frozenset(
    (
        "ConnectionClosed",
        "TransportError",
        "APIConnectionError",
        "ClientConnectionError",
        "ClientPayloadError",
        "ServiceUnavailable",
    )
)
