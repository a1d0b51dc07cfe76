"""How a telephone call comes back to us when its stream has ended and the call has not.

TwiML: <Connect><Stream/></Connect><Redirect> ─► POST /twilio/voice?resume=TOKEN&reconnects=N
    the stream ends with its worker ─► Twilio goes on to the <Redirect> ─► another stream
    the call ends ─► it is hung up before the stream is closed; without the REST API, here
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from bot.resuming import Resuming
from bot.store import StoreUnreachable

MOST = 8  # reconnects of one call: a stream that ends at once must not ring for ever
WAIT_SECONDS = 2  # while there is no room, or the store does not answer
_COUNTS = frozenset(str(n) for n in range(MOST + 1))


@dataclass(frozen=True)
class Reconnect:
    """A call at the webhook. token: of its session; "" for a call that comes for the first time."""

    token: str = ""
    count: int = 0
    known: bool = False
    """Whether the token is this call's, and its session is kept."""
    over: bool = False
    """The call had ended, and only Twilio does not know it yet."""
    unsure: bool = False
    """The store does not answer."""

    @classmethod
    async def of_webhook(
        cls, query: Mapping[str, str], call: str, resuming: Resuming
    ) -> "Reconnect":
        """query: of the address that was asked; call: Twilio's id of the call."""
        token = query.get("resume", "")
        if not token:
            return cls()
        given = query.get("reconnects", "")
        count = int(given) if given in _COUNTS else MOST + 1
        try:
            found = await resuming.of_call(token, call)
            record = await resuming.store.read(found) if found else None
        except StoreUnreachable:
            return cls(token, count, unsure=True)
        over = bool(record and record.context and record.context.get("over"))
        return cls(token, count, record is not None, over)

    @property
    def enough(self) -> bool:
        """Whether it has come back too often."""
        return self.count > MOST

    def next(self, webhook: str, token: str = "") -> str:
        """Where Twilio asks if the stream ends. token: of another session."""
        said = {"resume": token or self.token, "reconnects": self.count + 1}
        return f"{webhook}?{urlencode(said)}"
