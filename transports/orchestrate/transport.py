"""Pipecat's WebSocket transport around a line."""

from typing import Any, cast

from pipecat.transports.websocket.fastapi import FastAPIWebsocketParams, FastAPIWebsocketTransport

from transports.orchestrate.line import Line
from transports.orchestrate.serializer import HEARS_AT, OrchestrateSerializer


def orchestrate_transport(line: Line, *, rate: int, out_rate: int) -> FastAPIWebsocketTransport:
    """rate, out_rate: of the audio from and to the client, in Hz."""
    return FastAPIWebsocketTransport(
        cast(Any, line),
        FastAPIWebsocketParams(
            audio_in_enabled=True,
            audio_out_enabled=True,
            audio_in_sample_rate=HEARS_AT,
            audio_out_sample_rate=out_rate,
            audio_out_10ms_chunks=2,
            audio_out_end_silence_secs=0,
            serializer=OrchestrateSerializer(rate),
            allowed_origins=[],  # the door has asked already
        ),
    )
