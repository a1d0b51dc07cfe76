"""A server that is told to stop while calls go on."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from bot.engine import Engine
from bot.store import SessionStore
from tests.bot.doors import Doors, doors
from tests.bot.orchestrate_client import orchestrate
from tests.bot.rtvi_client import rtvi_client
from tests.end_to_end.two_workers import PIECES, QUESTION, answering, pieces

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]


def told_to_stop(door: Doors) -> None:
    """As by a signal; but our own process is not to get it again in the end."""
    door.server.handle_exit(signal.SIGTERM, None)
    door.server._captured_signals.clear()


async def ready(door: Doors) -> int:
    async with httpx.AsyncClient() as http:
        return (await http.get(door.url("/health/ready"))).status_code


async def test_a_call_ends_by_itself_and_no_other_one_begins(store: SessionStore, engine: Engine):
    """While it goes on the server answers: not ready, no room. Then it stops, without waiting."""
    quick, _ = answering(engine)
    async with doors(store, quick, drain_seconds=600) as door:
        async with orchestrate(door) as client:
            await client.start()
            await client.ask(QUESTION)
            await client.until("response_ready")
            assert await ready(door) == 200
            told_to_stop(door)
            while await ready(door) == 200:
                await client.lives()
            assert (await door.refusal("/orchestrate"))[0] == 503
            assert "retry-after" in (await door.refusal("/orchestrate"))[1]
            async with httpx.AsyncClient() as http:
                for path in ("/start", "/connect"):
                    assert (await http.post(door.url(path), json={})).status_code == 503
            await client.until("turn_complete")
            assert pieces(client) == list(PIECES)
            await client.send("session_end")
            assert (await client.until("session_ended"))["reason"] == "hang_up"
            assert await client.closed() == 1000
        async with asyncio.timeout(20):
            await door.serving


async def test_a_call_that_goes_on_is_handed_over(store: SessionStore, engine: Engine):
    """ "One moment" aloud, then `session_ended` with a token, 1012; another worker goes on."""
    async with doors(store, engine, drain_seconds=0) as door, orchestrate(door) as client:
        await client.start()
        told_to_stop(door)
        said = await client.until("response_ready")
        assert said["text"] == engine.persona.one_moment
        ended = await client.until("session_ended")
        assert ended["reason"] == "draining"
        assert len(client.audio) > 16000
        assert await client.closed() == 1012
    async with doors(store, engine) as other, orchestrate(other) as client:
        started = await client.start(resume_token=ended["resume_token"], greeting=True)
        assert started["resumed"]
        await client.lives()
        assert pieces(client) == []


async def test_an_answer_is_not_talked_into(store: SessionStore, engine: Engine):
    """It is cut and goes on elsewhere; nobody says "one moment" in the middle of it."""
    quick, _ = answering(engine)
    async with doors(store, quick, drain_seconds=0) as door, orchestrate(door) as client:
        await client.start()
        await client.ask(QUESTION)
        await client.until("response_ready", segment=1)
        told_to_stop(door)
        ended = await client.until("session_ended")
        assert await client.closed() == 1012
        assert pieces(client) == list(PIECES[:2])
    async with doors(store, quick) as other, orchestrate(other) as client:
        assert (await client.start(resume_token=ended["resume_token"]))["state"] == "SPEAKING"
        await client.until("turn_complete")
        assert pieces(client) == list(PIECES[1:])


async def test_pipecats_clients_are_told_too(store: SessionStore, engine: Engine):
    """`session_ended` as a server message, 1012; and they resume by the token, on /ws."""
    async with doors(store, engine, drain_seconds=0) as door, rtvi_client(door) as client:
        await client.until("state_change", to="IDLE")  # after the greeting
        told_to_stop(door)
        ended = await client.until("session_ended")
        assert ended["reason"] == "draining"
        assert await client.closed() == 1012
    async with doors(store, engine) as other:
        asked = {"resume_token": ended["resume_token"]}
        async with httpx.AsyncClient() as http:
            where = (await http.post(other.url("/connect"), json=asked)).json()
        query = where["ws_url"].partition("/ws")[2]
        async with rtvi_client(other, query) as client:
            assert (await client.until("session_started"))["resumed"]
            await client.send("send-text", content=QUESTION)
            assert "$60" in (await client.until("response_ready"))["text"]
        async with rtvi_client(other, "?resume_token=nonsense") as client:
            assert (await client.until("error"))["code"] == "cannot_resume"
            assert await client.closed() == 4404


async def test_a_second_signal_ends_what_is_left(store: SessionStore, engine: Engine):
    """Nothing more is said, but how to go on."""
    async with doors(store, engine, drain_seconds=600) as door, orchestrate(door) as client:
        await client.start()
        told_to_stop(door)
        while await ready(door) == 200:
            await client.lives()
        told_to_stop(door)
        ended = await client.until("session_ended")
        assert ended["reason"] == "stopping"
        assert ended["resume_token"]
        assert await client.closed() == 1012
        assert pieces(client) == []


@pytest.mark.parametrize("with_", [signal.SIGINT, signal.SIGTERM])
def test_a_server_without_calls_stops_at_once(data_folder: Path, with_: signal.Signals):
    """Whatever it would give to calls."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "runner.py", "serve", "--port", str(port)],
        cwd=ROOT,
        env={**os.environ, "TURNWISE_DATA": str(data_folder), "TURNWISE_DRAIN_SECONDS": "3600"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    for line in server.stdout:
        if "ready for calls" in line:
            break
    server.send_signal(with_)
    server.stdout.read()
    server.wait(timeout=60)
    assert server.returncode in (0, -with_, 128 + with_)


async def test_a_token_for_a_browser_takes_up_its_session_alone(
    store: SessionStore, engine: Engine
):
    """POST /api/sessions with a `resume_token`: the key stays at home; used twice it is refused."""
    key = {"Authorization": "Bearer right"}
    async with doors(store, engine, api_keys="right,other") as door, httpx.AsyncClient() as http:
        async with orchestrate(door, **key) as client:
            token = (await client.start())["resume_token"]
        url = door.url("/api/sessions")
        issued = (await http.post(url, json={"resume_token": token}, headers=key)).json()
        assert issued["session_id"] == client.session_id
        async with orchestrate(door, f"/orchestrate?token={issued['token']}") as client:
            assert (await client.start(resume_token=token))["resumed"]
        assert (await door.come_in(f"/orchestrate?token={issued['token']}")).startswith("401")
        others = {"Authorization": "Bearer other"}
        refused = await http.post(url, json={"resume_token": token}, headers=others)
        assert refused.status_code == 404
        another = (await http.post(url, headers=key)).json()
        async with orchestrate(door, f"/orchestrate?token={another['token']}") as client:
            await client.send("session_start", resume_token=token)
            assert (await client.until("error"))["code"] == "cannot_resume"
