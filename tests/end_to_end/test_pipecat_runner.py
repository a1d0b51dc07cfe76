"""Pipecat's own runner starts our bot, and any WebRTC client can talk to it."""

import asyncio
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack

from tests.end_to_end.conftest import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture
def runner(data_folder: Path) -> Iterator[str]:
    """`python -m bot.bot`, as Pipecat's documentation has it; gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "bot.bot", "-t", "webrtc", "--port", str(port)],
        cwd=ROOT,
        env={**os.environ, "TURNWISE_DATA": str(data_folder)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    yield f"http://localhost:{port}"
    process.terminate()
    process.wait(timeout=20)


async def _offer(http: httpx.AsyncClient, peer: RTCPeerConnection) -> None:
    local = peer.localDescription
    offer = {"sdp": local.sdp, "type": local.type}
    for _ in range(600):
        try:
            await http.get("/status")
            break
        except httpx.TransportError:
            await asyncio.sleep(0.1)  # the runner is starting
    answer = (await http.post("/api/offer", json=offer)).json()
    await peer.setRemoteDescription(RTCSessionDescription(answer["sdp"], answer["type"]))


async def test_pipecats_runner_starts_our_bot(runner: str):
    """The client is told its session and is greeted, over the data channel and with sound."""
    peer = RTCPeerConnection()
    peer.addTrack(AudioStreamTrack())
    channel = peer.createDataChannel("messages")
    told: asyncio.Queue[dict] = asyncio.Queue()
    heard: asyncio.Queue[object] = asyncio.Queue()
    peer.on("track", heard.put_nowait)

    async def ping() -> None:  # without one in 3 s, a client is taken for gone
        while True:
            if channel.readyState == "open":
                channel.send("ping: 0")
            await asyncio.sleep(0.5)

    @channel.on("message")
    def _(message: str) -> None:
        if message.startswith("{"):
            told.put_nowait(json.loads(message))

    pinging = asyncio.create_task(ping())
    try:
        await peer.setLocalDescription(await peer.createOffer())
        async with httpx.AsyncClient(base_url=runner, timeout=60) as http:
            await _offer(http, peer)
        types: list[str] = []
        while "response_ready" not in types:
            message = await asyncio.wait_for(told.get(), 60)
            if message["type"] == "server-message":
                types.append(message["data"]["type"])
        assert "session_started" in types
        assert await asyncio.wait_for(heard.get(), 10)
    finally:
        pinging.cancel()
        await peer.close()
