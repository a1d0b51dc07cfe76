"""The browser's door: SmallWebRTC, audio both ways, a data channel for the messages."""

from typing import Any

from aiortc import RTCPeerConnection
from aiortc.jitterbuffer import JitterBuffer
from pipecat.transports.base_transport import TransportParams
from pipecat.transports.smallwebrtc.connection import SmallWebRTCConnection
from pipecat.transports.smallwebrtc.transport import SmallWebRTCInputTransport, SmallWebRTCTransport

from transports.audio import both_ways
from transports.prompt import WholeWindows

OUT_RATE = 24000
_WAITS_FOR = 4  # packets, until one that is missing is given up; a power of two
LATE_IN, LATE_OUT = 0.0265, 0.0265
"""Seconds for which audio is on its way through us. In: a packet is given once the next one has
come, and Opus looks 6.5 ms ahead. Out: the tick of 10 ms at which the sound is fetched, a packet
of 20 ms that it fills half at the median, and Opus."""


def browser_transport(connection: SmallWebRTCConnection) -> SmallWebRTCTransport:
    """A transport for one peer connection; its messages go over the data channel as they are."""
    hears_at_once(connection.pc)
    return BrowserTransport(connection, TransportParams(**both_ways(OUT_RATE)))


class BrowserInput(WholeWindows, SmallWebRTCInputTransport):
    """A peer connection's."""


class BrowserTransport(SmallWebRTCTransport):
    """Pipecat's, with our input."""

    def __init__(self, connection: SmallWebRTCConnection, params: TransportParams) -> None:
        super().__init__(connection, params)
        self._input = BrowserInput(self._client, params)


def hears_at_once(peer: RTCPeerConnection) -> None:
    """Audio comes as soon as it is whole.

    aiortc keeps 80 ms of it, as for a loudspeaker, which needs an even flow; VAD and recogniser
    don't. And after a packet that was lost it is 320 ms late for the rest of the call, as it waits
    for as many packets as it has room for: here, 80.
    """
    for receiver in peer.getReceivers():
        if receiver.track and receiver.track.kind == "audio":
            setattr(receiver, "_RTCRtpReceiver__jitter_buffer", JitterBuffer(_WAITS_FOR))  # noqa: B010


def offered(body: dict[str, Any]) -> str | None:
    """What is wrong with an offer, in words, or None."""
    for name in ("sdp", "type"):
        if not isinstance(body.get(name), str) or not body[name]:
            return f"`{name}` is missing: send {{sdp, type}} as RTCPeerConnection makes them."
    return None if body["type"] == "offer" else '`type` must be "offer".'
