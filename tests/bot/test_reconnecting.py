"""What becomes of a telephone call that comes back to the webhook."""

from pathlib import Path

import pytest

from bot.entry import TELEPHONE
from bot.reconnecting import MOST, Reconnect
from bot.resuming import Resuming
from bot.signing import Signer
from bot.store import StoreUnreachable, open_store


async def secret() -> str:
    return "a secret of sixteen"


class Away:
    """A store that does not answer."""

    async def read(self, _: str) -> None:
        raise StoreUnreachable("away")


@pytest.fixture
async def resuming(tmp_path: Path):
    store = await open_store(None, tmp_path / "data")
    await store.open("s", now=1.0, owner=TELEPHONE)
    yield Resuming(store, Signer(secret, "turnwise resume"))
    await store.close()


async def back(resuming: Resuming, call: str = "CA1", count: str = "1") -> Reconnect:
    query = {"resume": await resuming.call_token("s", "CA1"), "reconnects": count}
    return await Reconnect.of_webhook(query, call, resuming)


async def test_its_session_is_known_while_it_is_kept(resuming: Resuming):
    """To the call that it is of."""
    found = await back(resuming)
    assert (found.known, found.over, found.count) == (True, False, 1)
    assert not (await back(resuming, "CA2")).known
    await resuming.store.forget("s")
    assert not (await back(resuming)).known


async def test_a_call_that_is_over_is_told_apart(resuming: Resuming):
    """By what was kept last."""
    entry = {"kind": "context", "at": 1.0, "turn": 1, "state": "IDLE", "over": "hang_up"}
    resuming.store.append("s", entry)
    assert (await back(resuming)).over


@pytest.mark.parametrize("count", ["", "x", "-1", str(MOST + 1), "1" * 5000, "1.0"])
async def test_what_is_no_count_is_enough(resuming: Resuming, count: str):
    """Whoever could write an address could ring for ever."""
    assert (await back(resuming, count=count)).enough
    assert not (await back(resuming, count=str(MOST))).enough


async def test_a_store_that_is_away_decides_nothing(resuming: Resuming):
    """The call waits, and is counted."""
    away = Resuming(Away(), resuming.signer)  # type: ignore[arg-type]
    found = await back(away)
    assert (found.unsure, found.known, found.over) == (True, False, False)
    assert "reconnects=2" in found.next("https://desk.example/twilio/voice")


async def test_a_first_call_has_no_session_yet(resuming: Resuming):
    """It comes without a token."""
    first = await Reconnect.of_webhook({}, "CA1", resuming)
    assert (first.token, first.known, first.enough) == ("", False, False)
    address = first.next("https://desk.example/twilio/voice", "made")
    assert address == "https://desk.example/twilio/voice?resume=made&reconnects=1"
