"""TLS: the certificate of each handshake is the one that is in the files then."""

import ssl
from dataclasses import dataclass, field
from pathlib import Path

from loguru import logger

from bot.settings import CannotStart

_Seen = tuple[tuple[int, int, int], ...]


@dataclass
class Certificates:
    """A certificate and its key in PEM files, which may be replaced while we serve.

    handshake ─► files changed? ─► loaded, if they can be ─► the handshake shows it
    """

    cert: Path
    key: Path
    _now: ssl.SSLContext = field(init=False)
    _seen: _Seen = ()

    def __post_init__(self) -> None:
        """Raises CannotStart."""
        try:
            self._seen, self._now = self._state(), self._load()
        except (OSError, ValueError) as error:
            raise CannotStart([self._in_words(error)]) from None

    def context(self) -> ssl.SSLContext:
        """What a server listens with. Connections that are open keep what they began with."""
        outer = self._load()
        outer.sni_callback = self._show
        return outer

    def _show(self, handshake: ssl.SSLObject, _name: str | None, _outer: ssl.SSLContext) -> None:
        self._read_again()
        handshake.context = self._now

    def _read_again(self) -> None:
        """One of the files may be there before the other: until they match, the old ones stay."""
        try:
            state = self._state()
            if state == self._seen:
                return
            self._seen, self._now = state, self._load()
        except (OSError, ValueError) as error:
            logger.bind(cert=str(self.cert)).warning(
                f"certificate_not_read: {self._in_words(error)} The last good one is shown."
            )
        else:
            logger.bind(cert=str(self.cert)).info("certificate_read")

    def _load(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(self.cert, self.key, password=lambda: "")  # never asks a terminal
        return context

    def _state(self) -> _Seen:
        found = [path.stat() for path in (self.cert, self.key)]
        return tuple((f.st_mtime_ns, f.st_size, f.st_ino) for f in found)

    def _in_words(self, error: Exception) -> str:
        for name, path in (("TURNWISE_TLS_CERT", self.cert), ("TURNWISE_TLS_KEY", self.key)):
            try:
                with path.open("rb") as file:
                    file.read(1)
            except OSError as problem:
                return f"{name}: {path} cannot be read ({problem.strerror}); name a PEM file."
        if "MISMATCH" in str(error):
            return f"TURNWISE_TLS_KEY: {self.key} is not the key of {self.cert}; name its own."
        return (
            f"{self.cert} and {self.key} are not a certificate and its key; name PEM files, the "
            "key without a passphrase."
        )
