"""A provider's client is loaded by whoever uses it, and by nobody else."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CLIENTS = (
    "openai", "groq", "google.genai", "google.cloud", "grpc", "elevenlabs", "faster_whisper",
    "piper", "pipecat.services.openai", "pipecat.services.groq", "pipecat.services.google",
    "pipecat.services.elevenlabs", "pipecat.services.whisper", "pipecat.services.piper",
)  # fmt: skip
CODE = f"""
import sys
from bot.settings import read_settings
from bot.engine import load_engine
from bot.pipeline import spoken_parts
import bot.bot, bot.server
spoken_parts(load_engine(read_settings()))
print(*(name for name in {CLIENTS!r} if name in sys.modules))
"""


def loaded(data: Path, **environment: str) -> set[str]:
    """Which clients a process has that could take calls."""
    keys = ("TURNWISE_", "GROQ_", "GOOGLE_", "GEMINI_", "ELEVENLABS_", "OPENAI_")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(keys)}
    settings = {"TURNWISE_DATA": str(data), "TURNWISE_KNOWLEDGE": str(ROOT / "knowledge")}
    done = subprocess.run(
        [sys.executable, "-c", CODE],
        env={**kept, **settings, **environment, "PYTHONPATH": str(ROOT)},
        cwd=data,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.slow
def test_without_keys_no_client_is_loaded(data_folder: Path):
    """Not by what serves, nor by what a call is made of."""
    assert loaded(data_folder) == set()


@pytest.mark.slow
def test_a_key_loads_its_own_client_only(data_folder: Path):
    """ElevenLabs' voice needs neither its SDK nor anybody else's."""
    assert loaded(data_folder, ELEVENLABS_API_KEY="a key") == {"pipecat.services.elevenlabs"}
