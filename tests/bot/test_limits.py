"""What is too much, too many or too slow, at a real socket."""

import asyncio
import json
import time
from contextlib import suppress
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from bot.store import SessionStore
from tests.bot.certificates import write_certificate
from tests.bot.doors import Doors, doors

ONE, TWO = ({"Authorization": f"Bearer {key}"} for key in ("one", "two"))
PATIENCE = 20.0  # seconds; nothing is timed by it


async def closed(door: Doors, *sent: bytes, tls: Any = None) -> bytes:
    """All that the server answers to these bytes until it closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port, ssl=tls)
    writer.writelines(sent)
    async with asyncio.timeout(PATIENCE):
        answer = await reader.read()
    writer.close()
    return answer


async def heard(line: ClientConnection) -> list[dict[str, Any]]:
    """All messages until the server closes."""
    told: list[dict[str, Any]] = []
    with suppress(ConnectionClosed):
        async with asyncio.timeout(PATIENCE):
            while True:
                told.append(json.loads(await line.recv()))
    return told


async def test_a_key_has_so_many_calls_at_once(store: SessionStore):
    """One more is told 429 before the upgrade, and when to come again; another key is not."""
    async with doors(store, api_keys="one,two", max_sessions=9, max_sessions_per_key=2) as door:
        url = door.url("/orchestrate", scheme="ws")
        async with (
            connect(url, additional_headers=ONE),
            connect(url, additional_headers=ONE) as second,
        ):
            status, headers = await door.refusal("/orchestrate", **ONE)
            assert status == 429
            assert int(headers["retry-after"]) > 0
            assert await door.refusal("/orchestrate", **TWO) == (101, {})
            await second.send('{"type": "ping", "nonce": 1}')
            assert json.loads(await second.recv())["type"] == "pong"
            await second.close()
            async with asyncio.timeout(PATIENCE):
                while (await door.refusal("/orchestrate", **ONE))[0] != 101:
                    pass


async def test_many_at_once_are_not_more_than_there_is_room_for(store: SessionStore):
    """Though they all come in the same moment."""
    async with doors(store, max_sessions=3) as door:
        url = door.url("/orchestrate", scheme="ws")
        came = await asyncio.gather(*(connect(url) for _ in range(12)), return_exceptions=True)
        lines = [line for line in came if not isinstance(line, BaseException)]
        assert len(lines) == 3
        assert len(door.app.state.calls) == 3
        await asyncio.gather(*(line.close() for line in lines))


async def test_an_address_starts_so_many_calls_in_a_minute(store: SessionStore):
    """One more is told 429 before the upgrade, and when to come again; a minute later it may."""
    async with doors(store, new_sessions_per_minute=2) as door:
        assert [(await door.refusal())[0] for _ in range(2)] == [101, 101]
        status, headers = await door.refusal()
        assert status == 429
        assert 0 < int(headers["retry-after"]) <= 60
        async with httpx.AsyncClient() as http:
            offer = {"type": "offer", "sdp": "v=0"}
            assert (await http.post(door.url("/api/offer"), json=offer)).status_code == 429
        door.app.state.entry.now = lambda: time.monotonic() + 60
        assert (await door.refusal())[0] == 101


async def test_an_address_behind_a_trusted_proxy_is_its_own(store: SessionStore):
    """As many clients as the proxy names; what a client itself adds in front is not believed."""
    given = {"new_sessions_per_minute": 1, "trusted_proxies": "127.0.0.0/8"}
    async with doors(store, **given) as door:
        for came, status in (
            ("192.0.2.1", 101), ("192.0.2.2", 101), ("192.0.2.1", 429),
            ("198.51.100.7, 192.0.2.1", 429), ("192.0.2.3", 101),
        ):  # fmt: skip
            assert (await door.refusal(**{"X-Forwarded-For": came}))[0] == status


async def test_forwarded_headers_of_anybody_else_mean_nothing(store: SessionStore):
    """Neither the address nor the scheme."""
    given = {"new_sessions_per_minute": 1, "trusted_proxies": "10.0.0.0/8"}
    async with doors(store, **given) as door:
        assert (await door.refusal(**{"X-Forwarded-For": "192.0.2.1"}))[0] == 101
        assert (await door.refusal(**{"X-Forwarded-For": "192.0.2.2"}))[0] == 429
        async with httpx.AsyncClient() as http:
            page = await http.get(door.url("/"), headers={"X-Forwarded-Proto": "https"})
            assert "strict-transport-security" not in page.headers


async def test_a_connection_that_says_nothing_is_closed(store: SessionStore, tmp_path: Any):
    """Without TLS, with it, and before its handshake."""
    async with doors(store, handshake_seconds=1) as door:
        assert await closed(door) == b""
    write_certificate(tmp_path, "desk")
    given = {"tls_cert": tmp_path / "cert.pem", "tls_key": tmp_path / "key.pem"}
    async with doors(store, handshake_seconds=1, **given) as door:
        assert await closed(door) == b""
        assert await closed(door, b"\x16\x03\x01") == b""


async def test_a_header_that_never_ends_is_closed(store: SessionStore):
    """The first one of a connection, and one that follows an answer."""
    begun = b"GET /health HTTP/1.1\r\nHost: desk\r\n"
    async with doors(store, handshake_seconds=1) as door:
        assert await closed(door, begun) == b""
        answer = await closed(door, begun, b"\r\n", begun)
        assert answer.startswith(b"HTTP/1.1 200")
        assert answer.count(b"HTTP/1.1") == 1
        upgrade = begun.replace(b"/health", b"/door") + b"Upgrade: websocket\r\n"
        assert await closed(door, upgrade) == b""


async def test_a_header_that_is_too_long_is_refused(store: SessionStore):
    """Before it has ended."""
    async with doors(store) as door:
        line = b"GET /health HTTP/1.1\r\nHost: desk\r\nX-Long: "
        assert (await closed(door, line, b"x" * 70_000)).startswith(b"HTTP/1.1 400")


@pytest.mark.parametrize("path", [b"/api/offer", b"/twilio/voice"])
async def test_a_body_that_never_ends_is_refused(store: SessionStore, path: bytes):
    """With 408, and the connection closed."""
    begun = b"POST " + path + b" HTTP/1.1\r\nHost: desk\r\nContent-Length: 100\r\n\r\n{"
    async with doors(store, handshake_seconds=1) as door:
        assert (await closed(door, begun)).startswith(b"HTTP/1.1 408")


async def test_a_body_that_nobody_waits_for_keeps_no_connection(store: SessionStore):
    """Answered without it, the client has to come to its end all the same."""
    begun = b"DELETE /api/sessions/none HTTP/1.1\r\nHost: desk\r\nContent-Length: 100\r\n\r\n"
    async with doors(store, handshake_seconds=1) as door:
        assert (await closed(door, begun)).startswith(b"HTTP/1.1 404")


async def test_a_telephone_line_that_says_nothing_is_closed(store: SessionStore):
    """And one that never shows its token."""
    async with doors(store, handshake_seconds=1) as door:
        for said in ((), ('{"event": "connected"}',)):
            async with connect(door.url("/twilio/media", scheme="ws")) as line:
                for message in said:
                    await line.send(message)
                async with asyncio.timeout(PATIENCE):
                    await line.wait_closed()
            assert line.close_code == 1008


async def test_telephone_lines_without_a_token_take_no_place(store: SessionStore):
    """However many wait to show one; who has one and finds no room is told so."""
    async with doors(store, max_sessions=1) as door:
        url = door.url("/twilio/media", scheme="ws")
        lines = [await connect(url) for _ in range(5)]
        assert (await door.refusal("/orchestrate"))[0] == 101
        async with connect(door.url("/orchestrate", scheme="ws")):
            start = {
                "streamSid": "MZ1", "callSid": "CA1", "tracks": ["inbound"],
                "customParameters": {
                    "token": await door.app.state.entry.tokens.issue("call", "telephone")
                },
                "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            }  # fmt: skip
            await lines[0].send(json.dumps({"event": "start", "streamSid": "MZ1", "start": start}))
            async with asyncio.timeout(PATIENCE):
                await lines[0].wait_closed()
            assert lines[0].close_code == 1013
        await asyncio.gather(*(line.close() for line in lines))


async def test_the_size_of_a_message_is_settable(store: SessionStore):
    """A longer one closes with 1009, whichever way it is sent."""
    async with doors(store, max_message_bytes=100_000) as door:
        for message in (b"\0" * 100_002, [b"\0" * 60_000, b"\0" * 60_000]):
            async with connect(door.url("/orchestrate", scheme="ws")) as line:
                await line.send(message)
                async with asyncio.timeout(PATIENCE):
                    await line.wait_closed()
            assert line.close_code == 1009
    async with (
        doors(store, max_message_bytes=400_000) as door,
        connect(door.url("/orchestrate", scheme="ws")) as line,
    ):
        await line.send(b"\0" * 399_998)
        assert json.loads(await line.recv())["code"] == "unexpected_audio"


async def test_the_rate_of_messages_is_settable(store: SessionStore):
    """At five a second, ten may come at once, and not many more."""
    async with (
        doors(store, max_messages_per_second=5) as door,
        connect(door.url("/orchestrate", scheme="ws")) as line,
    ):
        for _ in range(40):
            await line.send('{"type": "ping", "nonce": 1}')
        told = await heard(line)
    assert [m["type"] for m in told[:10]] == ["pong"] * 10
    assert (told[-1]["code"], told[-1]["fatal"]) == ("rate_limited", True)
    assert len(told) < 30
    assert line.close_code == 4429


async def test_a_client_that_never_starts_a_session_is_sent_away(store: SessionStore):
    """After the time of an idle call."""
    async with (
        doors(store, idle_seconds=1) as door,
        connect(door.url("/orchestrate", scheme="ws")) as line,
    ):
        told = await heard(line)
    assert [(m["type"], m["reason"]) for m in told] == [("session_ended", "idle")]
    assert line.close_code == 1000
