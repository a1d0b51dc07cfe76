"""Pipecat's WebSocket transport around a line."""

from pipecat.transports.websocket.fastapi import FastAPIWebsocketParams, FastAPIWebsocketTransport

from transports.audio import both_ways
from transports.orchestrate.line import Line
from transports.orchestrate.serializer import OrchestrateSerializer
from transports.prompt import PromptTransport


def orchestrate_transport(line: Line, *, rate: int, out_rate: int) -> FastAPIWebsocketTransport:
    """rate, out_rate: of the audio from and to the client, in Hz."""
    return PromptTransport(
        line,
        FastAPIWebsocketParams(
            **both_ways(out_rate),
            serializer=OrchestrateSerializer(rate),
            allowed_origins=[],  # the door has asked already
        ),
    )
