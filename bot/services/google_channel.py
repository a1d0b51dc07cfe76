"""A channel to Google's Cloud Text-to-Speech that an API key opens."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import grpc
from google.cloud.texttospeech_v1 import TextToSpeechAsyncClient
from google.cloud.texttospeech_v1.services.text_to_speech.transports import (
    TextToSpeechGrpcAsyncIOTransport,
)

from bot.telemetry.current import outgoing

_ALIVE = (
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.max_reconnect_backoff_ms", 2_000),
    ("grpc.initial_reconnect_backoff_ms", 200),
)


class _WithKey(grpc.aio.StreamStreamClientInterceptor):
    """Puts the key into each call's metadata, and what it is a part of if that is traced."""

    def __init__(self, key: str) -> None:
        self._key = key

    async def intercept_stream_stream(
        self,
        continuation: Callable[..., Awaitable[Any]],
        client_call_details: Any,
        request_iterator: Any,
    ) -> Any:
        given = client_call_details.metadata or ()
        metadata = (*given, ("x-goog-api-key", self._key), *outgoing().items())
        details = client_call_details._replace(metadata=grpc.aio.Metadata(*metadata))
        return await continuation(details, request_iterator)


class Voices:
    """The client of all calls; its channel is opened once and kept."""

    def __init__(self, base_url: str, key: str) -> None:
        address = urlsplit(base_url)
        interceptors = [_WithKey(key)]
        if address.scheme == "http":
            where = address.netloc
            self.channel = grpc.aio.insecure_channel(where, _ALIVE, interceptors=interceptors)
        else:
            where = address.netloc if address.port else f"{address.netloc}:443"
            secure = grpc.ssl_channel_credentials()
            self.channel = grpc.aio.secure_channel(where, secure, _ALIVE, interceptors=interceptors)
        transport = TextToSpeechGrpcAsyncIOTransport(channel=self.channel)
        self.client = TextToSpeechAsyncClient(transport=transport)
