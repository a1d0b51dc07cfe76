"""What somebody sees who gives `runner.py` something that can't work: one line, and exit code 2."""

import json
import os
import socket
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest

from tests.end_to_end.conftest import ROOT

pytestmark = pytest.mark.slow


def run(*arguments: str | Path, data: Path, stdin: str = "", **environment: str):
    """Runs a command as a user would."""
    return subprocess.run(
        [sys.executable, "runner.py", *map(str, arguments)],
        cwd=ROOT,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "TURNWISE_DATA": str(data), **environment},
    )


def assert_one_line(result: subprocess.CompletedProcess[str], *words: str) -> None:
    """Exit code 2, a single line that holds `words`, and no traceback."""
    assert result.returncode == 2, result.stderr
    lines = [line for line in result.stderr.splitlines() if line.strip()]
    assert len(lines) == 1, result.stderr
    assert all(word in lines[0] for word in words), lines[0]


def _wav(path: Path, samples: np.ndarray, rate: int = 16000, channels: int = 1) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.astype("<i2").tobytes())
    return path


def test_a_recording_that_is_no_file_is_named(data_folder: Path):
    """A path that leads nowhere is repeated, with what to name instead."""
    assert_one_line(run("talk", "nowhere.wav", data=data_folder), "nowhere.wav", "does not exist")


def test_a_folder_is_no_recording(data_folder: Path, tmp_path: Path):
    """A folder is told apart from a missing file."""
    assert_one_line(run("talk", tmp_path, data=data_folder), "is a folder")


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"", "no audio file"), (b"RIFF\x00\x00", "no audio file"), (b"hello" * 99, "no audio file")],
    ids=["empty file", "cut short", "text"],
)
def test_an_unreadable_recording_is_refused(
    data_folder: Path, tmp_path: Path, content: bytes, says: str
):
    """What is no audio is said to be none."""
    path = tmp_path / "broken.wav"
    path.write_bytes(content)
    assert_one_line(run("talk", path, data=data_folder), "broken.wav", says)


def test_a_recording_without_samples_is_refused(data_folder: Path, tmp_path: Path):
    """A WAV with a header and nothing else is empty."""
    path = _wav(tmp_path / "empty.wav", np.zeros(0))
    assert_one_line(run("talk", path, data=data_folder), "is empty")


def test_a_silent_recording_is_refused(data_folder: Path, tmp_path: Path):
    """Silence can't be answered; the microphone is the likely reason."""
    path = _wav(tmp_path / "silent.wav", np.zeros(16000))
    assert_one_line(run("talk", path, data=data_folder), "is silent", "microphone")


def test_a_recording_of_three_hours_is_refused_before_it_is_read(data_folder: Path, tmp_path: Path):
    """The length is read from the header; nobody waits for three hours."""
    path = _wav(tmp_path / "long.wav", np.zeros(8000 * 3 * 3600), rate=8000)
    assert_one_line(run("talk", path, data=data_folder), "180 minutes", "at most 30")


def test_a_port_in_use_is_named(data_folder: Path):
    """A server that can't listen says where, and how to listen elsewhere."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = run("serve", "--port", str(port), data=data_folder)
    assert_one_line(result, f"127.0.0.1:{port}", "TURNWISE_PORT")


def test_a_machine_without_a_microphone_is_told_what_to_do(data_folder: Path):
    """Without PyAudio, or with it and no sound card: one line that says what to do."""
    result = run("mic", data=data_folder)
    assert result.returncode == 2
    lines = [line for line in result.stderr.splitlines() if line.startswith("Turnwise cannot")]
    assert len(lines) == 1
    assert "PyAudio" in lines[0] or "microphone" in lines[0]
    assert "Traceback" not in result.stderr


def test_all_wrong_settings_are_told_at_once(data_folder: Path):
    """Two wrong settings give two lines, each with what it takes."""
    result = run("serve", data=data_folder, TURNWISE_PORT="80800", TURNWISE_TTS="nobody")
    assert result.returncode == 2
    assert "TURNWISE_PORT: 80800" in result.stderr
    assert "1 to 65535" in result.stderr
    assert "TURNWISE_TTS" in result.stderr
    assert "hibari" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_server_open_to_the_world_wants_a_key(data_folder: Path):
    """Beyond loopback, somebody must have said who may come in."""
    result = run("serve", "--host", "0.0.0.0", data=data_folder)
    assert_one_line(result, "TURNWISE_API_KEYS")


def test_a_missing_index_names_the_command_that_builds_it(tmp_path: Path):
    """Nobody is left to guess how an index comes about."""
    result = run("chat", data=tmp_path / "new", stdin="hello\n")
    assert_one_line(result, "runner.py index build")


def test_a_corrupt_index_names_the_command_that_builds_it(data_folder: Path, tmp_path: Path):
    """An index whose files were damaged is refused, not half used."""
    damaged = tmp_path / "data"
    subprocess.run(["cp", "-r", str(data_folder), str(damaged)], check=True)
    for file in (damaged / "index").rglob("*"):
        if file.is_file() and file.name != "CURRENT.json":
            file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    result = run("chat", data=damaged, stdin="hello\n")
    assert_one_line(result, "runner.py index build")


def test_a_broken_intents_file_is_named_with_line_and_column(data_folder: Path, tmp_path: Path):
    """The author of the help desk is led to the place."""
    desk = tmp_path / "desk"
    subprocess.run(["cp", "-r", str(ROOT / "knowledge"), str(desk)], check=True)
    (desk / "intents.yaml").write_text("intents:\n  - name: a\n   examples: [x\n")
    result = run("chat", data=data_folder, stdin="hi\n", TURNWISE_KNOWLEDGE=str(desk))
    assert_one_line(result, "intents.yaml:3:")


def test_a_chat_answers_and_ends_with_its_input(data_folder: Path):
    """The same desk answers in text; every line of --json is a message of the protocol."""
    question = "When is the application deadline for transfer students who start in the fall?\n"
    result = run("chat", "--json", data=data_folder, stdin=question)
    assert result.returncode == 0, result.stderr
    messages = [json.loads(line) for line in result.stdout.splitlines()]
    assert messages[0]["type"] == "session_started"
    said = [m["text"] for m in messages if m["type"] == "transcript" and m["role"] == "agent"]
    assert any("March 1" in text for text in said)
    assert messages[-1]["type"] == "session_ended"


def test_talk_takes_any_rate_and_channels_and_keeps_the_reply(data_folder: Path, tmp_path: Path):
    """A stereo recording at 44.1 kHz is understood, and the reply is written as WAV."""
    import soundfile
    import soxr

    from benchmarks.voices import RATE, piper

    spoken = (
        soxr.resample(piper("What is the phone number of the housing office?"), RATE, 44100) * 0.5
    )
    question, reply = tmp_path / "question.wav", tmp_path / "reply.wav"
    soundfile.write(str(question), np.stack([spoken, spoken], axis=1), 44100)
    result = run("talk", question, "--json", "--no-greeting", "--out", reply, data=data_folder)
    assert result.returncode == 0, result.stderr
    messages = [json.loads(line) for line in result.stdout.splitlines()]
    asked = [m for m in messages if m["type"] == "transcript" and m["role"] == "user"]
    assert "housing office" in asked[-1]["text"].lower()
    assert soundfile.info(str(reply)).duration > 1.0
