"""Pipecat's WebSocket transport around a line."""

from typing import Any, cast

from pipecat.transports.websocket.fastapi import FastAPIWebsocketParams, FastAPIWebsocketTransport

from transports.audio import both_ways
from transports.orchestrate.line import Line
from transports.orchestrate.serializer import OrchestrateSerializer


def orchestrate_transport(line: Line, *, rate: int, out_rate: int) -> FastAPIWebsocketTransport:
    """rate, out_rate: of the audio from and to the client, in Hz."""
    return FastAPIWebsocketTransport(
        cast(Any, line),
        FastAPIWebsocketParams(
            **both_ways(out_rate),
            serializer=OrchestrateSerializer(rate),
            allowed_origins=[],  # the door has asked already
        ),
    )
