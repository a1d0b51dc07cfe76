"""`runner.py doctor`, as an operator runs it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.emulators.emulator import Fault
from tests.emulators.groq import GroqEmulator

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow


def doctor(data: Path, **environment: str) -> tuple[int, dict[str, dict[str, object]]]:
    """The exit code, and each check by its name."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("TURNWISE_", "GROQ_"))}
    settings = {"TURNWISE_DATA": str(data), "TURNWISE_KNOWLEDGE": str(ROOT / "knowledge")}
    done = subprocess.run(
        [sys.executable, str(ROOT / "runner.py"), "doctor", "--json"],
        env={**kept, **settings, **environment},
        cwd=data,
        capture_output=True,
        text=True,
        check=False,
    )
    checks = [json.loads(line) for line in done.stdout.splitlines()]
    return done.returncode, {str(check["what"]): check for check in checks}


def test_a_fresh_machine_is_well(data_folder: Path):
    """Nothing is configured that doesn't work."""
    code, checks = doctor(data_folder)
    assert code == 0, checks
    for what in ("store", "index", "persona", "intents", "stt moonshine", "tts hibari"):
        assert checks[what]["ok"] is True
    assert checks["llm groq"]["ok"] is None


def test_a_key_is_tried(data_folder: Path):
    """One that is wrong is an error, and is not repeated."""
    with GroqEmulator() as groq:
        keys = {"GROQ_API_KEY": groq.key, "GROQ_BASE_URL": groq.url}
        code, checks = doctor(data_folder, **keys)
        assert (code, checks["llm groq"]["ok"]) == (0, True)
        assert checks["GROQ_API_KEY"]["told"] == "(set)"
        groq.fault = Fault.WRONG_KEY
        code, checks = doctor(data_folder, **keys)
    assert code == 1
    assert checks["llm groq"]["advice"] == "Correct GROQ_API_KEY."
    assert groq.key not in str(checks)


def test_settings_that_keep_it_from_starting_are_all_told(tmp_path: Path):
    """Each as a check of its own."""
    code, checks = doctor(tmp_path, TURNWISE_PORT="80800", TURNWISE_TTS="parrot")
    assert code == 1
    assert set(checks) == {"TURNWISE_PORT", "TURNWISE_TTS"}


def test_a_store_that_is_away_is_told(data_folder: Path):
    """With what to do about it."""
    code, checks = doctor(data_folder, TURNWISE_REDIS_URL="redis://user:secret@127.0.0.1:1")
    assert code == 1
    assert checks["store"]["ok"] is False
    assert checks["store"]["advice"]
    assert "secret" not in str(checks)
