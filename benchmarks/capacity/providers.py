"""Emulated providers as a process of their own, so that their CPU is not counted.

    python -m benchmarks.capacity.providers          until its standard input ends

Prints one line of JSON: the settings (environment variables) that lead to them. Paces are those of
the source design: 50 ms for a transcript, 100 ms to a model's first token, 75 ms to first audio.
"""

import json
import sys
from collections import deque
from functools import lru_cache
from typing import Any

from benchmarks.capacity.script import QUESTION, REPLY
from tests.emulators.elevenlabs import ElevenLabsEmulator
from tests.emulators.emulator import Emulator
from tests.emulators.groq import GroqEmulator

STT_SECONDS, LLM_SECONDS, TTS_SECONDS = 0.05, 0.1, 0.075


class Transcriber(GroqEmulator):
    """Hears the question in whatever it is sent."""


class Writer(GroqEmulator):
    """Answers with the reply."""


class Voice(ElevenLabsEmulator):
    """Makes each sentence's messages once."""

    @lru_cache(maxsize=64)  # noqa: B019 - lives as long as the process
    def sound(self, text: str, rate: int) -> tuple[list[bytes], list[dict[str, Any]]]:
        return super().sound(text, rate)


def emulators() -> tuple[Emulator, Emulator, Emulator]:
    """Those of speech to text, language model and voice, paced."""
    ears, mind, mouth = Transcriber(), Writer(), Voice()
    ears.transcript = lambda _: QUESTION
    mind.reply = lambda _: REPLY
    ears.pace.first_byte, mind.pace.first_byte = STT_SECONDS, LLM_SECONDS
    mouth.pace.first_byte, mouth.pace.between = TTS_SECONDS, 0.01
    for emulator in (ears, mind, mouth):
        emulator.asked = deque(maxlen=4)  # type: ignore[assignment]
    return ears, mind, mouth


def main() -> None:
    """Serves."""
    ears, mind, mouth = emulators()
    with ears, mind, mouth:
        print(
            json.dumps(
                {
                    "TURNWISE_STT": "groq",
                    "TURNWISE_LLM": "openai",
                    "TURNWISE_TTS": "elevenlabs",
                    "GROQ_API_KEY": ears.key,
                    "GROQ_BASE_URL": ears.url,
                    "TURNWISE_LLM_URL": mind.openai_url,  # type: ignore[attr-defined]
                    "TURNWISE_LLM_KEY": mind.key,
                    "TURNWISE_LLM_MODEL": mind.models[0],  # type: ignore[attr-defined]
                    "ELEVENLABS_API_KEY": mouth.key,
                    "ELEVENLABS_BASE_URL": mouth.url,
                }
            ),
            flush=True,
        )
        sys.stdin.read()


if __name__ == "__main__":
    main()
