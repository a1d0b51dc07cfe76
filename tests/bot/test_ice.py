"""STUN and TURN servers, and the login that a TURN server takes."""

import base64
import hashlib
import hmac

import httpx
import pytest

from bot.ice import ice_servers
from bot.settings import CannotStart, Settings, read_settings
from bot.store import SessionStore
from tests.bot.doors import doors

SERVERS = "stun:turn.example:3478, turn:turn.example:3478?transport=udp"


def test_a_login_is_good_for_an_hour_and_signed_with_the_secret():
    """As coturn's `use-auth-secret` checks it; STUN needs none."""
    settings = Settings(_env_file=None, ice_servers=SERVERS, turn_secret="swordfish")  # type: ignore[call-arg]
    stun, turn = ice_servers(settings, now=1000.5)
    assert stun == {"urls": "stun:turn.example:3478"}
    assert turn["urls"] == "turn:turn.example:3478?transport=udp"
    assert turn["username"] == "4600"
    signed = hmac.new(b"swordfish", b"4600", hashlib.sha1).digest()
    assert base64.b64decode(turn["credential"]) == signed


async def test_whoever_may_call_is_told(store: SessionStore):
    """The page and Pipecat's SDKs; nobody without a key."""
    given = {"ice_servers": SERVERS, "turn_secret": "swordfish", "api_keys": "right"}
    async with doors(store, **given) as door, httpx.AsyncClient() as http:
        key = {"Authorization": "Bearer right"}
        assert (await http.get(door.url("/api/ice"))).status_code == 401
        told = (await http.get(door.url("/api/ice"), headers=key)).json()["iceServers"]
        assert [one["urls"].partition(":")[0] for one in told] == ["stun", "turn"]
        assert told[1]["credential"]
        started = (await http.post(door.url("/start"), headers=key, json={})).json()
        assert [s["urls"] for s in started["iceConfig"]["iceServers"]] == [s["urls"] for s in told]
    async with doors(store) as door, httpx.AsyncClient() as http:
        assert (await http.get(door.url("/api/ice"))).json() == {"iceServers": []}
        assert set((await http.post(door.url("/start"), json={})).json()) == {"sessionId"}


def test_what_is_no_such_address_is_told(monkeypatch: pytest.MonkeyPatch):
    """With what to do instead."""
    monkeypatch.setenv("TURNWISE_ICE_SERVERS", "turn.example")
    with pytest.raises(CannotStart, match="use stun:host:port or turn:host:port"):
        read_settings()
