"""The peer: Pipecat's pipeline as its guide builds it, with the same providers and raw audio.

    python -m benchmarks.capacity.stock --port 8090

Transport, VAD, STT, user's aggregator (Smart Turn), LLM, TTS, transport, assistant's aggregator: a
Silero and a Smart Turn for each call, 20 ms frames. No documents, no state that survives.
"""

import argparse
import os

import uvicorn
from fastapi import FastAPI, WebSocket
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.frames.frames import Frame, InputAudioRawFrame, OutputAudioRawFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import (
    LLMContextAggregatorPair,
)
from pipecat.processors.audio.vad_processor import VADProcessor
from pipecat.serializers.base_serializer import FrameSerializer
from pipecat.services.elevenlabs.tts import ElevenLabsTTSService
from pipecat.services.groq.stt import GroqSTTService
from pipecat.services.openai.llm import OpenAILLMService
from pipecat.transports.websocket.fastapi import FastAPIWebsocketParams, FastAPIWebsocketTransport
from pipecat.workers.runner import WorkerRunner

RATE = 16000
app = FastAPI()


class Raw(FrameSerializer):
    """Audio as it is, and nothing else."""

    async def serialize(self, frame: Frame) -> str | bytes | None:
        return bytes(frame.audio) if isinstance(frame, OutputAudioRawFrame) else None

    async def deserialize(self, data: str | bytes) -> Frame | None:
        return InputAudioRawFrame(data, RATE, 1) if isinstance(data, bytes) else None


@app.get("/health")
async def health() -> dict[str, str]:
    """It is there."""
    return {"status": "ok"}


@app.websocket("/ws")
async def call(websocket: WebSocket) -> None:
    """One call."""
    await websocket.accept()
    transport = FastAPIWebsocketTransport(
        websocket,
        FastAPIWebsocketParams(
            audio_in_enabled=True,
            audio_out_enabled=True,
            audio_in_sample_rate=RATE,
            audio_out_sample_rate=RATE,
            audio_out_10ms_chunks=2,
            serializer=Raw(),
            allowed_origins=[],
        ),
    )
    given = os.environ
    aggregators = LLMContextAggregatorPair(LLMContext([{"role": "system", "content": "Help."}]))
    pipeline = Pipeline(
        [
            transport.input(),
            VADProcessor(vad_analyzer=SileroVADAnalyzer()),
            GroqSTTService(
                api_key=given["GROQ_API_KEY"],
                base_url=given["GROQ_BASE_URL"] + "/openai/v1",
                settings=GroqSTTService.Settings(model="whisper-large-v3-turbo"),
            ),
            aggregators.user(),
            OpenAILLMService(
                api_key=given["TURNWISE_LLM_KEY"],
                base_url=given["TURNWISE_LLM_URL"],
                settings=OpenAILLMService.Settings(model=given["TURNWISE_LLM_MODEL"]),
            ),
            ElevenLabsTTSService(
                api_key=given["ELEVENLABS_API_KEY"],
                url=given["ELEVENLABS_BASE_URL"].replace("http", "ws", 1),
                settings=ElevenLabsTTSService.Settings(
                    model="eleven_flash_v2_5", voice="EXAVITQu4vr4xnSDxMaL"
                ),
            ),
            transport.output(),
            aggregators.assistant(),
        ]
    )
    worker = PipelineWorker(
        pipeline, params=PipelineParams(audio_in_sample_rate=RATE, audio_out_sample_rate=RATE)
    )
    runner = WorkerRunner(handle_sigint=False)

    @transport.event_handler("on_client_disconnected")
    async def _(_transport: object, _client: object) -> None:
        await worker.cancel()

    await runner.add_workers(worker)
    await runner.run()


def main() -> None:
    """Serves on loopback."""
    asks = argparse.ArgumentParser()
    asks.add_argument("--port", type=int, required=True)
    uvicorn.run(
        app, port=asks.parse_args().port, loop="uvloop", log_level="warning", access_log=False
    )


if __name__ == "__main__":
    main()
