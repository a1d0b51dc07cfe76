"""Settings that lead to emulators, and what a call would send its services."""

from typing import Any

import numpy as np
from pipecat.frames.frames import (
    Frame,
    InputAudioRawFrame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)

from bot.services.registry import Services, services_of
from bot.settings import Settings
from conversation.replying import Persona, messages_for
from processors.grounded_context import Evidence, GroundedContext
from tests.emulators.elevenlabs import ElevenLabsEmulator
from tests.emulators.emulator import Emulator
from tests.emulators.gemini import GeminiEmulator
from tests.emulators.google_tts import GoogleTTSEmulator
from tests.emulators.groq import GroqEmulator

PERSONA = Persona(name="Robin", unknown="I'm sorry, I don't know that one.")
QUESTION = "When is the deadline?"
PASSAGES = [
    {"document": "dates.md", "title": "Dates", "text": "The deadline is January fifteenth."}
]


def settings_for(*emulators: Emulator, **more: Any) -> Settings:
    """Settings with the keys and addresses of these emulators, and nothing of the environment."""
    given: dict[str, Any] = {}
    for emulator in emulators:
        match emulator:
            case GroqEmulator():
                given |= {"groq_api_key": emulator.key, "groq_base_url": emulator.url}
            case GeminiEmulator():
                given |= {"google_api_key": emulator.key, "gemini_base_url": emulator.url}
            case ElevenLabsEmulator():
                given |= {"elevenlabs_api_key": emulator.key, "elevenlabs_base_url": emulator.url}
            case GoogleTTSEmulator():
                given |= {"google_api_key": emulator.key, "google_tts_base_url": emulator.url}
            case _:
                raise TypeError(emulator)
    return Settings(_env_file=None, **{**given, **more})  # type: ignore[call-arg]


def hosted(kind: str, name: str, *emulators: Emulator, **more: Any) -> Services:
    """The one service of that kind and name; what is on this machine is left out."""
    settings = settings_for(*emulators, **{kind: name}, **more)
    others = {k: () for k in ("stt", "llm", "tts") if k != kind}
    return services_of(settings.model_copy(update=others), {})


def question(**how: Any) -> LLMContextFrame:
    """A turn as Merge hands it to a language model."""
    context = GroundedContext(
        turn=1,
        evidence=Evidence(question=QUESTION, hits=()),
        messages=messages_for(PERSONA, [], QUESTION, PASSAGES, **how),
    )
    return LLMContextFrame(context=context)


def reply(*sentences: str) -> list[Frame]:
    """A reply as a language model hands it to a voice."""
    texts = [LLMTextFrame(f"{sentence} ") for sentence in sentences]
    return [LLMFullResponseStartFrame(), *texts, LLMFullResponseEndFrame()]


def utterance(seconds: float = 1.0, rate: int = 16000) -> list[Frame]:
    """Speech as VAD and transport mark it; a tone, as emulators don't listen."""
    tone = 8000 * np.sin(2 * np.pi * 220 * np.arange(int(seconds * rate)) / rate)
    pcm = tone.astype("<i2").tobytes()
    step = rate // 50 * 2
    audio = [InputAudioRawFrame(pcm[i : i + step], rate, 1) for i in range(0, len(pcm), step)]
    return [
        VADUserStartedSpeakingFrame(),
        *audio,
        VADUserStoppedSpeakingFrame(stop_secs=0.2),
    ]
