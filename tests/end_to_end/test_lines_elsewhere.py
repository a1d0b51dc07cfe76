"""What a browser sends about its call reaches the worker that holds it, through any other one."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiortc import RTCPeerConnection, RTCSessionDescription

from bot.engine import Engine
from bot.store import EmbeddedValkey, open_store
from tests.bot.doors import Doors, doors

pytestmark = pytest.mark.slow

KEY = {"Authorization": "Bearer right"}
OTHERS = {"Authorization": "Bearer other"}
CANDIDATE = "candidate:1 1 udp 2130706431 127.0.0.1 {port} typ host"


@pytest.fixture
async def workers(tmp_path: Path, engine: Engine) -> AsyncIterator[tuple[Doors, Doors]]:
    """Two servers with stores of their own on one Redis, as two processes have."""
    redis = EmbeddedValkey(tmp_path / "data")
    await redis.start()
    async with AsyncExitStack() as stack:
        made: list[Doors] = []
        for _ in range(2):
            store = await open_store(redis.url, tmp_path)
            stack.push_async_callback(store.close)
            given = {"api_keys": "right,other", "token_secret": "the same in all workers"}
            made.append(await stack.enter_async_context(doors(store, engine, **given)))
        yield made[0], made[1]
    await redis.stop()


@pytest.fixture
async def peer() -> AsyncIterator[RTCPeerConnection]:
    """A browser's end, with a microphone and the channel for messages."""
    made = RTCPeerConnection()
    made.addTransceiver("audio", direction="sendrecv")
    made.createDataChannel("messages")
    yield made
    await made.close()


async def offered(http: httpx.AsyncClient, door: Doors, peer: RTCPeerConnection, **more: Any):
    """What the server answers to the peer's offer."""
    await peer.setLocalDescription(await peer.createOffer())
    local = peer.localDescription
    body = {"sdp": local.sdp, "type": local.type, **more}
    answer = await http.post(door.url("/api/offer"), json=body, headers=KEY, timeout=30)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    await peer.setRemoteDescription(RTCSessionDescription(told["sdp"], told["type"]))
    return told


def added(pc_id: str, port: int = 9) -> dict[str, Any]:
    """A candidate that was found late."""
    line = {"candidate": CANDIDATE.format(port=port), "sdp_mid": "0", "sdp_mline_index": 0}
    return {"pc_id": pc_id, "candidates": [line]}


async def test_candidates_and_renegotiation_find_the_call(
    workers: tuple[Doors, Doors], peer: RTCPeerConnection
):
    """The same call goes on where it is; nobody else's key does anything to it."""
    first, second = workers
    async with httpx.AsyncClient() as http:
        pc_id = (await offered(http, first, peer))["pc_id"]
        patch = second.url("/api/offer")
        for door in workers:
            answer = await http.patch(door.url("/api/offer"), json=added(pc_id), headers=KEY)
            assert (answer.status_code, answer.json()) == (200, {"status": "success"})
        theirs = await http.patch(patch, json=added(pc_id), headers=OTHERS)
        assert theirs.status_code == 404
        bad = {"pc_id": pc_id, "candidates": [{"candidate": "nonsense"}]}
        assert (await http.patch(patch, json=bad, headers=KEY)).status_code == 400
        assert (await http.patch(patch, json=added("nobody"), headers=KEY)).status_code == 404
        assert (await offered(http, second, peer, pc_id=pc_id))["pc_id"] == pc_id
        assert (len(first.app.state.calls), len(second.app.state.calls)) == (1, 0)


async def test_while_redis_is_away_a_call_is_found_where_it_is(
    workers: tuple[Doors, Doors], peer: RTCPeerConnection
):
    """What reaches its own worker needs no Redis; what reaches another one is not found."""
    first, second = workers
    async with httpx.AsyncClient(timeout=30) as http:
        pc_id = (await offered(http, first, peer))["pc_id"]
        await second.app.state.store._client.shutdown(nosave=True)
        answer = await http.patch(first.url("/api/offer"), json=added(pc_id), headers=KEY)
        assert answer.status_code == 200
        elsewhere = await http.patch(second.url("/api/offer"), json=added(pc_id), headers=KEY)
        assert elsewhere.status_code == 404
