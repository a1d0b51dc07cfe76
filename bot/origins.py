"""From which web pages a browser may come. Programs send no Origin and are not meant here."""

from collections.abc import Sequence
from urllib.parse import urlsplit

LOOPBACK = ("127.0.0.1", "::1", "localhost")
_USUAL = {"http": 80, "ws": 80, "https": 443, "wss": 443}


def may_come(
    origin: str | None, host: str, allowed: Sequence[str], *, loopback_only: bool = False
) -> bool:
    """Whether a page of `origin` may talk to us, who were called `host`.

    allowed: origins besides our own; `*` is all of them. loopback_only: nobody is asked for a key
    because only this machine can reach us, so a name from elsewhere that was made to point here
    must not pass for our own.
    """
    if origin is None or "*" in allowed:
        return True
    theirs = _place(origin)
    if theirs is None:
        return False
    if any(origin_of(one) == origin_of(origin) for one in allowed):
        return True
    if loopback_only and theirs[0] not in LOOPBACK:
        return False
    return theirs == _place(f"//{host}")


def origin_of(text: str) -> tuple[str, str, int] | None:
    """Scheme, host and port of `https://host[:port]`; None if it is no such thing."""
    place = _place(text)
    scheme = text.partition("://")[0].lower()
    if place is None or scheme not in _USUAL or urlsplit(text).path.strip("/"):
        return None
    return scheme, place[0], place[1] or _USUAL[scheme]


def _place(text: str) -> tuple[str, int] | None:
    """Host and port, the port 0 where it is the scheme's own: a proxy may have ended TLS."""
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if not host:
        return None
    return host, 0 if port in (None, 80, 443) else port
