"""Pipecat's example pipeline as its documentation has it, with the services that Turnwise has."""

from dataclasses import dataclass

from moonshine_voice import ModelArch, Transcriber
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.pipeline.pipeline import Pipeline
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import (
    LLMContextAggregatorPair,
    LLMUserAggregatorParams,
)
from pipecat.processors.frame_processor import FrameProcessor
from pipecat.services.elevenlabs.tts import ElevenLabsTTSService
from pipecat.services.groq.stt import GroqSTTService
from pipecat.services.moonshine.stt import Model, MoonshineSTTService
from pipecat.services.openai.llm import OpenAILLMService
from pipecat.transports.base_transport import BaseTransport

from benchmarks.peer.fixed_answer import FixedAnswer
from bot.services.local.hibari import HibariTTS, Voice
from bot.services.local.pinned import pinned_folder
from bot.settings import ProviderSettings

PROMPT = (
    "You are a helpful assistant at a help desk. Your responses will be spoken aloud, so avoid "
    "emojis, bullet points, or other formatting that can't be spoken."
)


class PackagedMoonshine(MoonshineSTTService):
    """Pipecat's service with the model of our package: its own would be downloaded."""

    def _load(self) -> Transcriber:
        folder = pinned_folder("moonshine_voice", "assets/tiny-en", {})
        return Transcriber(folder, ModelArch.TINY, options={"vad_threshold": "0"})


@dataclass(frozen=True)
class Services:
    """One call's."""

    stt: FrameProcessor
    llm: FrameProcessor
    tts: FrameProcessor


def local_services(voice: Voice, answer: str) -> Services:
    """Moonshine and hibari on this machine; every question has the same answer, at once."""
    settings = MoonshineSTTService.Settings(model=Model.TINY.value)
    return Services(PackagedMoonshine(settings=settings), FixedAnswer(answer), HibariTTS(voice))


def hosted_services(given: ProviderSettings) -> Services:
    """Groq's Whisper, a server that speaks OpenAI's API, and ElevenLabs, as the settings say."""
    assert given.groq_api_key
    assert given.llm_key
    assert given.elevenlabs_api_key
    return Services(
        GroqSTTService(
            api_key=given.groq_api_key.get_secret_value(),
            base_url=f"{given.groq_base_url}/openai/v1",
            settings=GroqSTTService.Settings(model=given.groq_stt_model),
        ),
        OpenAILLMService(
            api_key=given.llm_key.get_secret_value(),
            base_url=given.llm_url,
            settings=OpenAILLMService.Settings(model=given.llm_model),
        ),
        ElevenLabsTTSService(
            api_key=given.elevenlabs_api_key.get_secret_value(),
            url=given.elevenlabs_base_url.replace("http", "ws", 1),
            settings=ElevenLabsTTSService.Settings(
                model=given.elevenlabs_model, voice=given.elevenlabs_voice
            ),
        ),
    )


def example_pipeline(transport: BaseTransport, services: Services) -> Pipeline:
    """Turn-taking is Pipecat's default: Silero, Smart Turn, interruption by voice."""
    context = LLMContext([{"role": "system", "content": PROMPT}])
    user, assistant = LLMContextAggregatorPair(
        context, user_params=LLMUserAggregatorParams(vad_analyzer=SileroVADAnalyzer())
    )
    return Pipeline(
        [
            transport.input(),
            services.stt,
            user,
            services.llm,
            services.tts,
            transport.output(),
            assistant,
        ]
    )
