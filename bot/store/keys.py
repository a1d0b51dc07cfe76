"""What a session's keys are called."""

from typing import NamedTuple
from urllib.parse import quote


class Keys(NamedTuple):
    """Everything Redis holds about one session; `forget` removes just these."""

    record: str
    events: str
    control: str
    """A channel: nothing is stored."""


def session_keys(session_id: str, *, cluster: bool = False) -> Keys:
    """`session:ID`, `session:ID:events`, `session:ID:control`.

    A cluster wants keys that are written together to carry the same {tag}: `session:{ID}:events`.
    Characters of an ID that would reach into another key are percent-encoded.
    """
    name = quote(session_id, safe="", errors="surrogatepass")
    record = f"session:{{{name}}}" if cluster else f"session:{name}"
    return Keys(record, f"{record}:events", f"{record}:control")
