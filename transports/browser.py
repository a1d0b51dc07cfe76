"""The browser's door: SmallWebRTC, audio both ways, a data channel for the messages."""

from typing import Any

from pipecat.transports.base_transport import TransportParams
from pipecat.transports.smallwebrtc.connection import SmallWebRTCConnection
from pipecat.transports.smallwebrtc.transport import SmallWebRTCTransport

from transports.audio import both_ways

OUT_RATE = 24000


def browser_transport(connection: SmallWebRTCConnection) -> SmallWebRTCTransport:
    """A transport for one peer connection; its messages go over the data channel as they are."""
    return SmallWebRTCTransport(
        connection,
        TransportParams(
            **both_ways(OUT_RATE),
        ),
    )


def offered(body: dict[str, Any]) -> str | None:
    """What is wrong with an offer, in words, or None."""
    for name in ("sdp", "type"):
        if not isinstance(body.get(name), str) or not body[name]:
            return f"`{name}` is missing: send {{sdp, type}} as RTCPeerConnection makes them."
    return None if body["type"] == "offer" else '`type` must be "offer".'
