"""A call is recorded as it was heard, and comes to the same when it is played again."""

import asyncio
import json
from pathlib import Path

import httpx
import numpy as np
import pytest
import soundfile

from benchmarks.voices import as_recording, piper
from bot.engine import Engine
from bot.recording.places import events_of, folder_of, parts
from bot.recording.replaying import replay_part
from bot.recording.sound_file import RATE
from bot.settings import Settings
from bot.store import SessionStore, open_store
from bot.talking import talk
from conversation.heard_again import compare
from tests.bot.doors import doors
from tests.bot.orchestrate_client import orchestrate

pytestmark = pytest.mark.slow
QUESTION = "What is the phone number of the housing office?"
NOTICE = "We record this call."


@pytest.fixture
def recording(settings: Settings, tmp_path: Path) -> Settings:
    """The settings with recording on, into a folder of the test's own."""
    given = {"data": tmp_path, "record": True, "record_notice": NOTICE}
    return settings.model_copy(update=given)


def heard_in(engine: Engine, channel: np.ndarray) -> str:
    assert engine.speech is not None
    assert engine.speech.recognizer is not None
    return engine.speech.recognizer.words(channel.astype(np.int16).tobytes()).lower()


async def test_what_was_recorded_is_what_was_heard_and_comes_to_the_same(
    engine: Engine, recording: Settings
):
    """Left the caller, right the bot, the notice first; played again, the same call."""
    question = as_recording(piper(QUESTION))
    entries: list[dict] = []
    await talk(
        engine, recording, [question], on_message=lambda _m: None, greet=True,
        journal=lambda entry: entries.append(dict(entry)), keep=False,
    )  # fmt: skip
    (folder,) = recording.recordings.iterdir()
    (part,) = parts(folder)
    sound, rate = soundfile.read(part, dtype="int16")
    assert rate == RATE
    assert "housing office" in heard_in(engine, sound[:, 0])
    said = heard_in(engine, sound[:, 1])
    assert "record" in said[: len(NOTICE) + 10]
    about, *events = events_of(part)
    assert about["greeting"].startswith(NOTICE)
    asked = next(e for e in events if e["kind"] == "transcript")
    answered = next(e for e in events if e.get("event") == "speech_started" and e["turn"])
    voiced = np.flatnonzero(np.abs(sound[:, 0].astype(np.int32)) > 1000)
    assert voiced[-1] / RATE < asked["t"] < answered["t"]
    after = sound[round(answered["t"] * RATE) :, 1]
    assert np.abs(after[:RATE].astype(np.int32)).max() > 1000  # on one clock
    assert compare(entries, events).differences == []
    again = await replay_part(engine, recording, part)
    assert again.differences == []
    assert [t.text for t in again.recorded] == [asked["text"]]
    assert len(list(recording.recordings.iterdir())) == 1  # what is played again is not recorded
    assert json.loads(part.with_suffix(".jsonl").read_text().splitlines()[0])["rate"] == RATE


async def test_an_interrupted_answer_is_recorded_as_far_as_it_was_heard(
    engine: Engine, recording: Settings
):
    """What an interruption dropped is not in it."""
    questions = [as_recording(piper(q)) for q in (QUESTION, "Wait, stop. How much is parking?")]
    spoken: list[float] = []
    await talk(
        engine, recording, questions, on_message=lambda _m: None, greet=False, keep=False,
        interrupt_after=0.6, on_audio=lambda pcm: spoken.append(len(pcm) / 2 / 24000),
    )  # fmt: skip
    (folder,) = recording.recordings.iterdir()
    (part,) = parts(folder)
    sound, _ = soundfile.read(part, dtype="int16")
    _, *events = events_of(part)
    assert any(e["kind"] == "barge_in" for e in events)
    cut = next(e["t"] for e in events if e["kind"] == "barge_in")
    silent = sound[round((cut + 0.15) * RATE) : round((cut + 0.45) * RATE), 1]
    assert np.abs(silent.astype(np.int32)).max(initial=0) < 200
    written = np.count_nonzero(np.abs(sound[:, 1].astype(np.int32)) > 50) / RATE
    assert written <= sum(spoken)


async def test_a_call_that_is_forgotten_elsewhere_leaves_no_recording(
    store: SessionStore, engine: Engine, recording: Settings, tmp_path: Path
):
    """Announced before the greeting; DELETE at a worker with another disk removes it."""
    assert store._server
    rival = await open_store(store._server.url, tmp_path)
    given = {"data": tmp_path, "record": True, "record_notice": NOTICE}
    async with (
        doors(store, engine, **given) as door,
        doors(rival, engine, data=tmp_path / "elsewhere") as away,
        orchestrate(door) as client,
        httpx.AsyncClient() as http,
    ):
        session_id = (await client.start(greeting=True))["session_id"]
        said = await client.until("response_ready")
        assert said["text"].startswith(NOTICE)
        folder = folder_of(recording.recordings, session_id)
        await client.until_audio(0.5)
        while not parts(folder):
            await client.lives()
        answer = await http.delete(away.url(f"/api/sessions/{session_id}"))
        assert answer.status_code == 204
        await client.until("session_ended")
        await client.closed()
        async with asyncio.timeout(20):
            while folder.exists():
                await http.get(door.url("/health"))
    await rival.close()
