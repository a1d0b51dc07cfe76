"""The browser's door, with aiortc as the browser: Opus both ways, messages over a data channel."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import httpx
import numpy as np
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription
from aiortc.jitterbuffer import JitterBuffer
from av import AudioFrame

from benchmarks.latency.recording import Ear

RATE = 48000  # as a browser's microphone
PACKET_SECONDS = 0.02


class Microphone(MediaStreamTrack):
    """Gives the sender each chunk the moment it is there."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self.chunks: asyncio.Queue[np.ndarray] = asyncio.Queue()
        self._sent = 0

    async def recv(self) -> AudioFrame:
        samples = await self.chunks.get()
        frame = AudioFrame.from_ndarray(samples[None, :], layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, self._sent, Fraction(1, RATE)
        self._sent += len(samples)
        return frame


@dataclass
class WebRTCLine:
    """A peer connection. Its jitter buffer gives a packet once the next one has come."""

    peer: RTCPeerConnection
    microphone: Microphone
    channel: Any
    session_id: str = ""
    rate: int = RATE
    ear: Ear = field(default_factory=lambda: Ear(RATE, holds=PACKET_SECONDS, streams=True))
    messages: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    tracks: asyncio.Queue[MediaStreamTrack] = field(default_factory=asyncio.Queue)

    async def send(self, samples: np.ndarray) -> None:
        self.microphone.chunks.put_nowait(samples)

    async def listen(self) -> None:
        track = await self.tracks.get()
        while True:
            frame: Any = await track.recv()
            samples = frame.to_ndarray().reshape(-1, len(frame.layout.channels))
            self.ear.hears(samples[:, 0], time.monotonic())

    def told(self, text: str) -> None:
        """A message of the data channel."""
        told = json.loads(text) if text.startswith("{") else {}
        if told.get("type") != "server-message":
            return
        message = told["data"]
        self.messages.append(message)
        if message["type"] == "session_started":
            self.session_id = message["session_id"]


@asynccontextmanager
async def webrtc_line(address: str) -> AsyncIterator[WebRTCLine]:
    """address: of the server, http://…"""
    peer, microphone = RTCPeerConnection(), Microphone()
    channel = peer.createDataChannel("messages")
    line = WebRTCLine(peer, microphone, channel)
    peer.addTrack(microphone)
    peer.on("track", line.tracks.put_nowait)
    channel.on("message", line.told)
    pinging = asyncio.create_task(_ping(channel))
    try:
        await peer.setLocalDescription(await peer.createOffer())
        offer = {"sdp": peer.localDescription.sdp, "type": peer.localDescription.type}
        async with httpx.AsyncClient(timeout=60) as http:
            answer = (await http.post(f"{address}/api/offer", json=offer)).json()
        await peer.setRemoteDescription(RTCSessionDescription(answer["sdp"], answer["type"]))
        for receiver in peer.getReceivers():  # aiortc's own is 80 ms long
            receiver._RTCRtpReceiver__jitter_buffer = JitterBuffer(capacity=16)
        yield line
    finally:
        pinging.cancel()
        with suppress(asyncio.CancelledError):
            await pinging
        await peer.close()


async def _ping(channel: Any) -> None:
    """Without one in 3 s, a client is taken for gone."""
    while True:
        if channel.readyState == "open":
            channel.send("ping: 0")
        await asyncio.sleep(0.5)
