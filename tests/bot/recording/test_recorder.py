"""A call's two sides on disk, aligned; and what a disk that fails costs."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bot.recording.places import events_of, folder_of, parts
from bot.recording.recorder import Recorder
from bot.recording.sound_file import RATE

ROOT = Path(__file__).parents[3]


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def tone(rate: int, level: int) -> bytes:
    """20 ms that can be told from silence."""
    return np.full(rate // 50, level, dtype=np.int16).tobytes()


async def recorded(root: Path, *, discard: bool = False) -> Recorder:
    """Four seconds: the caller speaks from 1 s to 2 s, the bot at 24 kHz from 2.5 s to 3.5 s."""
    clock = Clock()
    recorder = Recorder(root, "call/1", {"owner": "key"}, clock=clock, wall_clock=lambda: 5.0)
    journal = recorder.beside(lambda _entry: None)
    for i in range(200):
        clock.now = 100.0 + (i + 1) * 0.02
        recorder.heard(tone(RATE, 8000 if 50 <= i < 100 else 3), RATE)
        if 125 <= i < 175:
            recorder.said(tone(24000, -6000), 24000)
        if i == 100:
            journal({"kind": "transcript", "turn": 1, "text": "hello", "at": 7.0})
            journal({"kind": "context", "turn": 1, "talk": "hello"})
    await recorder.close(discard=discard)
    return recorder


def loud(channel: np.ndarray) -> tuple[float, float]:
    """From when to when, in seconds."""
    heard = np.flatnonzero(np.abs(channel.astype(np.int32)) > 1000)
    return heard[0] / RATE, heard[-1] / RATE


async def test_both_sides_lie_where_they_were_heard(tmp_path: Path):
    """The caller left, the bot right, at one rate whatever they came at."""
    await recorded(tmp_path)
    (part,) = parts(folder_of(tmp_path, "call/1"))
    sound, rate = soundfile.read(part, dtype="int16")
    assert (rate, sound.shape) == (RATE, (4 * RATE, 2))
    assert loud(sound[:, 0]) == pytest.approx((1.0, 2.0), abs=0.03)
    assert loud(sound[:, 1]) == pytest.approx((2.5, 3.5), abs=0.03)


async def test_the_events_lie_beside_it_on_the_same_clock(tmp_path: Path):
    """Without the context, which is no event; readable by its owner alone."""
    await recorded(tmp_path)
    (part,) = parts(folder_of(tmp_path, "call/1"))
    about, said = events_of(part)
    assert about == {"kind": "recording", "at": 5.0, "rate": RATE, "owner": "key"}
    assert (said["text"], said["t"]) == ("hello", pytest.approx(2.02))
    assert part.parent.stat().st_mode & 0o077 == 0


async def test_each_connection_of_a_session_is_a_part(tmp_path: Path):
    """Nothing is written over."""
    await recorded(tmp_path)
    await recorded(tmp_path)
    assert [p.name for p in parts(folder_of(tmp_path, "call/1"))] == ["1.wav", "2.wav"]


async def test_a_call_that_was_forgotten_leaves_nothing(tmp_path: Path):
    """However much of it was written by then."""
    await recorded(tmp_path)
    await recorded(tmp_path, discard=True)
    assert os.listdir(tmp_path) == []


async def test_a_call_without_a_sound_leaves_nothing(tmp_path: Path):
    """Such as one in text."""
    recorder = Recorder(tmp_path, "s", {})
    recorder.beside(lambda _entry: None)({"kind": "begun", "turn": 0})
    await recorder.close()
    assert os.listdir(tmp_path) == []


async def test_a_folder_that_cant_be_written_costs_the_recording_only(tmp_path: Path):
    """Nothing is raised, and what comes is passed over."""
    (tmp_path / "file").write_text("in the way")
    recorder = await recorded(tmp_path / "file")
    assert recorder.failed
    recorder.heard(tone(RATE, 9), RATE)


FULL = """
import asyncio, resource, signal, sys
from pathlib import Path
from tests.bot.recording.test_recorder import recorded
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
recorder = asyncio.run(recorded(Path(sys.argv[1])))
print(recorder.failed)
"""


def test_a_full_disk_costs_the_recording_only(tmp_path: Path):
    """The call goes on; what was written by then can be heard."""
    told = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path)], cwd=ROOT, capture_output=True, text=True,
        timeout=60, check=True,
    )  # fmt: skip
    assert told.stdout.split() == ["True"]
    assert "recording_stopped" in told.stderr
    (part,) = parts(folder_of(tmp_path, "call/1"))
    assert part.stat().st_size <= 100_000
    assert 0 < soundfile.info(str(part)).frames < 4 * RATE
