"""The forms of TURNWISE_REDIS_URL.

redis://[user:password@]host[:6379][/db]                     one server; rediss:// with TLS
unix:///path/to/socket                                       one on this machine
redis+sentinel://[user:password@]h1:26379,h2:26379/NAME[/db] whichever Sentinel calls the master
redis+cluster://[user:password@]h1:6379,h2:6379              a cluster, found through any of these
The last two with `rediss+` for TLS. After a `?`, with TLS: ssl_ca_certs, ssl_certfile, ssl_keyfile
(paths), ssl_cert_reqs (required, none), ssl_check_hostname (true, false); for Sentinels with a
login of their own: sentinel_username, sentinel_password.
"""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

from bot.store.errors import StoreUnreachable

FORMS = {
    "redis": "single",
    "rediss": "single",
    "unix": "single",
    "redis+sentinel": "sentinel",
    "rediss+sentinel": "sentinel",
    "redis+cluster": "cluster",
    "rediss+cluster": "cluster",
}
FILES = ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile")
NO = ("false", "no", "0")
DEFAULT_PORT = {"single": 6379, "sentinel": 26379, "cluster": 6379}


@dataclass(frozen=True)
class StoreUrl:
    """A URL taken apart. `str()` shows where it leads, without user, password or options."""

    text: str = field(repr=False)
    scheme: str
    hosts: tuple[tuple[str, int], ...] = ()
    path: str = ""
    login: dict[str, str] = field(default_factory=dict[str, str], repr=False)
    options: dict[str, str] = field(default_factory=dict[str, str], repr=False)

    @property
    def form(self) -> str:
        return FORMS[self.scheme]

    @property
    def tls(self) -> bool:
        return self.scheme.startswith("rediss")

    @property
    def security(self) -> dict[str, Any]:
        """What redis-py is to know of TLS."""
        if not self.tls:
            return {}
        return {
            **{"ssl": True, "ssl_cert_reqs": self.options.get("ssl_cert_reqs", "required")},
            **{name: value for name, value in self.options.items() if name in FILES},
            "ssl_check_hostname": self.options.get("ssl_check_hostname", "true").lower() not in NO,
        }

    @property
    def sentinel_login(self) -> dict[str, str]:
        """Of the Sentinels themselves."""
        mark = "sentinel_"
        return {
            name.removeprefix(mark): value
            for name, value in self.options.items()
            if name in (mark + "username", mark + "password")
        }

    @property
    def name(self) -> str:
        """What the Sentinels call the master."""
        return self.path.partition("/")[0]

    @property
    def db(self) -> int:
        return int(self.path.partition("/")[2] or 0)

    def __str__(self) -> str:
        hosts = ",".join(f"{host}:{port}" for host, port in self.hosts)
        return f"{self.scheme}://{hosts}{'/' if self.path else ''}{self.path}"

    def not_understood(self) -> StoreUnreachable:
        return _not_understood(self.scheme)


def parse_url(text: str) -> StoreUrl:
    """Raises StoreUnreachable, which names the forms but none of the text: it may be a password."""
    scheme, separator, rest = text.partition("://")
    if not separator or scheme not in FORMS:
        raise _not_understood(scheme if separator else "")
    if scheme != "unix" and ("#" in rest or "@" in rest[_end_of_address(rest) :]):
        raise _not_understood(scheme)  # else half a password would pass for a host
    rest, _, query = rest.partition("?")
    address, _, path = rest.partition("/")
    login, _, hosts = address.rpartition("@")
    try:
        options = dict(parse_qsl(query, keep_blank_values=True))
        url = StoreUrl(text, scheme, _hosts(hosts, scheme), path, _login(login), options)
        if url.form == "sentinel" and not (url.name and url.db >= 0):
            raise ValueError
    except ValueError:
        raise _not_understood(scheme) from None
    return url


def _end_of_address(rest: str) -> int:
    return min((at for at in (rest.find("/"), rest.find("?")) if at >= 0), default=len(rest))


def _hosts(text: str, scheme: str) -> tuple[tuple[str, int], ...]:
    if scheme == "unix":
        return ()
    default = DEFAULT_PORT[FORMS[scheme]]
    return tuple(_host(one, default) for one in text.split(","))


def _host(text: str, default: int) -> tuple[str, int]:
    """`host`, `host:port`, `[::1]:port`."""
    host, colon, port = text.rpartition(":")
    if not colon or text.endswith("]"):
        host, port = text, str(default)
    if not 1 <= int(port) <= 65535:
        raise ValueError
    return host.strip("[]") or "localhost", int(port)


def _login(text: str) -> dict[str, str]:
    user, _, password = text.partition(":")
    fields = {"username": unquote(user), "password": unquote(password)}
    return {name: value for name, value in fields.items() if value}


def _not_understood(scheme: str) -> StoreUnreachable:
    known = scheme if scheme in FORMS else "that"
    return StoreUnreachable(
        f"TURNWISE_REDIS_URL can't be understood ({known}://…); use redis://host:6379, "
        "rediss://host:6379, unix:///path, redis+sentinel://h1:26379,h2:26379/NAME or "
        "redis+cluster://h1:6379,h2:6379, with special characters of a password as %XX"
    )
