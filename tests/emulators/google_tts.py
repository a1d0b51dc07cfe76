"""Google's Cloud Text-to-Speech over gRPC, with Google's own messages."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
from google.cloud import texttospeech_v1 as google
from google.protobuf.duration_pb2 import Duration
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status
from grpc_status import rpc_status

from tests.emulators.emulator import Asked, Emulator, Fault
from tests.emulators.tone import pieces, tone

VOICES = ("en-US-Chirp3-HD-Charon", "en-US-Chirp3-HD-Kore")
_SERVICE = "google.cloud.texttospeech.v1.TextToSpeech"
_RATE = 24000


class GoogleTTSEmulator(Emulator):
    """speech: 16-bit mono PCM of a text at a rate. `spoken`: the texts, in order. `url`: http://.

    A fault's 429 is RESOURCE_EXHAUSTED with RetryInfo, its 500 INTERNAL, a wrong key
    INVALID_ARGUMENT.
    """

    key = "AIza_a_key_of_the_tests"
    voices = VOICES

    def __init__(self) -> None:
        super().__init__()
        self.speech: Callable[[str, int], bytes] = tone
        self.spoken: list[str] = []
        self._pool = ThreadPoolExecutor(max_workers=32)
        self._server: grpc.Server | None = None
        self._stopped = threading.Event()
        self._port = 0

    async def _listen(self) -> None:
        self._stopped.clear()
        self._server = grpc.server(self._pool, options=(("grpc.so_reuseport", 0),))
        self._server.add_generic_rpc_handlers((self._handlers(),))
        self._port = self._server.add_insecure_port(f"127.0.0.1:{self._port}")
        self._server.start()
        self.url = f"http://127.0.0.1:{self._port}"

    async def _stop_listening(self) -> None:
        self._stopped.set()
        if self._server:
            server, self._server = self._server, None
            server.stop(grace=None).wait()

    async def _close(self) -> None:
        await self._stop_listening()
        self._pool.shutdown(wait=False)

    async def wait(self, seconds: float) -> None:
        raise NotImplementedError("calls of gRPC are answered in threads")

    def _handlers(self) -> grpc.GenericRpcHandler:
        ways = {
            "StreamingSynthesize": grpc.stream_stream_rpc_method_handler(
                self._stream, google.StreamingSynthesizeRequest.deserialize, _written
            ),
            "SynthesizeSpeech": grpc.unary_unary_rpc_method_handler(
                self._synthesize, google.SynthesizeSpeechRequest.deserialize, _written
            ),
            "ListVoices": grpc.unary_unary_rpc_method_handler(
                self._list, google.ListVoicesRequest.deserialize, _written
            ),
        }
        return grpc.method_handlers_generic_handler(_SERVICE, ways)

    def _list(self, request: Any, call: grpc.ServicerContext) -> Any:
        self._guard(request, call)
        rows = [
            google.Voice(name=v, language_codes=["en-US"], natural_sample_rate_hertz=_RATE)
            for v in self.voices
        ]
        return google.ListVoicesResponse(voices=rows)

    def _synthesize(self, request: Any, call: grpc.ServicerContext) -> Any:
        if self._guard(request, call):
            return _GARBAGE
        self._wait_for_first_byte(call)
        rate = request.audio_config.sample_rate_hertz or _RATE
        return google.SynthesizeSpeechResponse(audio_content=self._pcm(request.input.text, rate))

    def _stream(self, requests: Iterator[Any], call: grpc.ServicerContext) -> Iterator[Any]:
        config = next(requests).streaming_config
        if self._guard(config, call):
            yield _GARBAGE
            return
        if config.voice.name not in self.voices:
            call.abort(grpc.StatusCode.INVALID_ARGUMENT, f"Voice '{config.voice.name}' is unknown.")
        rate = config.streaming_audio_config.sample_rate_hertz or _RATE
        for request in requests:
            self.asked.append(Asked("StreamingSynthesize", self._key_of(call), request))
            self._wait_for_first_byte(call)
            for number, sound in enumerate(pieces(self._pcm(request.input.text, rate), rate)):
                if number:
                    self._pause(self._varied(self.pace.between), call)
                match self.fails_at(number):
                    case Fault.STALLED:
                        self._hang(call)
                        return
                    case Fault.DROPPED:
                        call.abort(grpc.StatusCode.UNAVAILABLE, "Socket closed")
                    case Fault.ENDS_EARLY:
                        return
                    case _:
                        yield google.StreamingSynthesizeResponse(audio_content=sound)
        if self.fault is Fault.NO_AUDIO:
            yield google.StreamingSynthesizeResponse(audio_content=b"")

    def _pcm(self, text: str, rate: int) -> bytes:
        self.spoken.append(text)
        return b"" if self.fault is Fault.NO_AUDIO else self.speech(text, rate)

    def _guard(self, request: Any, call: grpc.ServicerContext) -> bool:
        """Whether garbage is to be answered; other faults end the call here."""
        key = self._key_of(call)
        self.asked.append(Asked("call", key, request))
        if not self.opens(key):
            call.abort(
                grpc.StatusCode.INVALID_ARGUMENT,
                "API key not valid. Please pass a valid API key.",
            )
        match self.fault:
            case Fault.HUNG:
                self._hang(call)
            case Fault.TOO_MANY:
                retry = RetryInfo(retry_delay=Duration(seconds=self.retry_after))
                status = Status(code=8, message="Quota exceeded.")
                status.details.add().Pack(retry)
                call.abort_with_status(rpc_status.to_status(status))
            case Fault.BROKEN:
                call.abort(grpc.StatusCode.INTERNAL, "Internal error encountered.")
            case _:
                pass
        return self.fault is Fault.GARBAGE

    @staticmethod
    def _key_of(call: grpc.ServicerContext) -> str:
        return str(dict(call.invocation_metadata()).get("x-goog-api-key", ""))

    def _wait_for_first_byte(self, call: grpc.ServicerContext) -> None:
        self._pause(self._varied(self.pace.first_byte), call)
        if self.fault is Fault.SLOW:
            self._pause(self.slow, call)

    def _pause(self, seconds: float, call: grpc.ServicerContext) -> None:
        """Ends with the call's client or the server, too."""
        if seconds > 0:
            gone = threading.Event()
            call.add_callback(gone.set)
            gone.wait(seconds)

    def _hang(self, call: grpc.ServicerContext) -> None:
        self._pause(threading.TIMEOUT_MAX, call)


_GARBAGE = object()


def _written(message: Any) -> bytes:
    """As it goes over the wire; garbage is a field of no known type."""
    return b"\xff\xff\xff garbage" if message is _GARBAGE else type(message).serialize(message)
