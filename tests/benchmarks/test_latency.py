"""What the latency benchmark reads in two recorded channels, and makes of it."""

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.latency.caller import Step
from benchmarks.latency.clips import Clip
from benchmarks.latency.ledgers import Ledger, entries, of_answer
from benchmarks.latency.providers import Saying
from benchmarks.latency.recording import Channel, Ear
from benchmarks.latency.run import PEER, RAW, TURNWISE, Call, Plan, steps_of
from benchmarks.latency.summary import checks, figures, rows, tables, write
from benchmarks.latency.turns import Spoken, Turn, heard

RATE = 16000


def sound(seconds: float) -> np.ndarray:
    return np.full(round(seconds * RATE), 3000, dtype=np.int16)


def silence(seconds: float) -> np.ndarray:
    return np.full(round(seconds * RATE), 8, dtype=np.int16)


def channel(*spoken: tuple[float, float]) -> Channel:
    """With sound between these moments."""
    made = Channel(RATE)
    for begins, ends in spoken:
        made.place(sound(ends - begins), begins)
    return made


def turn(*bot: tuple[float, float]) -> Turn:
    """The caller spoke from 10 to 12."""
    return heard(Spoken("a voice", "words", 9.9, 12.1), channel((10, 12)), channel(*bot), 30.0)


def test_voice_to_voice_is_from_sample_to_sample():
    """From the caller's last one to the bot's first one."""
    answered = turn((12.432, 15))
    assert answered.voice_to_voice_ms == pytest.approx(432, abs=0.2)
    assert answered.speech_ms == pytest.approx(2000, abs=0.2)
    assert (answered.early, answered.barge_in_ms) == (False, None)


def test_a_barge_in_ends_with_the_last_sample_that_was_heard():
    """Pauses between the bot's words are part of its speech; the answer comes after."""
    broken_into = turn((6, 10.08), (10.15, 10.21), (12.4, 14))
    assert broken_into.barge_in_ms == pytest.approx(210, abs=0.2)
    assert broken_into.voice_to_voice_ms == pytest.approx(400, abs=0.2)
    assert not broken_into.went_on


def test_a_bot_that_speaks_again_into_the_barge_in_is_heard_until_then():
    """It had stopped, and went on."""
    went_on = turn((6, 10.2), (10.8, 11.1), (12.4, 14))
    assert went_on.went_on
    assert went_on.barge_in_ms == pytest.approx(1100, abs=0.2)


def test_an_answer_to_half_a_question_is_no_answer():
    """The bot spoke before the caller had finished."""
    for spoken_into in (turn((11.5, 13), (13.4, 15)), turn((11.0, 11.4), (12.4, 15))):
        assert spoken_into.early
        assert spoken_into.voice_to_voice_ms is None
    assert turn((25, 26)).voice_to_voice_ms is None


def test_audio_is_heard_when_it_comes_or_after_what_is_being_played():
    """A chunk ahead of time waits; after a gap it is heard at once; what is cleared never is."""
    ear = Ear(RATE)
    ear.hears(sound(0.1), now=5.0)
    ear.hears(sound(0.1), now=5.02)
    ear.hears(sound(0.5), now=6.0)
    ear.clear(now=6.2)
    moments = [at for sound in ear.channel.sounds(4, 8) for at in sound]
    assert moments == pytest.approx([5.0, 5.2, 6.0, 6.2], abs=0.001)
    assert ear.last_sound == pytest.approx(6.2)


def test_silence_of_a_stream_is_not_waited_for():
    """Where packets come all the time, late ones would put off the next word for ever."""
    ear = Ear(RATE, holds=0.02, streams=True)
    ear.hears(sound(0.02), now=5.02)
    ear.hears(silence(0.02), now=5.03)
    ear.hears(sound(0.02), now=5.05)
    assert ear.channel.ends == pytest.approx(5.05)


LEDGER = Ledger(
    100.0,
    [
        {"stage": "endpointing", "start_ms": 0.0, "end_ms": 300.0, "critical": True},
        {"stage": "merge", "start_ms": 300.0, "end_ms": 320.0, "critical": True},
        {"stage": "llm", "start_ms": 320.0, "end_ms": 330.0, "critical": True},
        {"stage": "tts", "start_ms": 330.0, "end_ms": 400.0, "critical": True},
        {"stage": "transport", "start_ms": 400.0, "end_ms": 404.0, "critical": True},
        {"stage": "lead_in", "start_ms": 404.0, "end_ms": 410.0, "critical": True},
        {"stage": "intent", "start_ms": 302.0, "end_ms": 308.0, "critical": False},
        {"stage": "retrieval", "start_ms": 305.0, "end_ms": 315.0, "critical": False},
    ],
)


def test_our_own_share_is_what_is_no_wait_and_no_model():
    """Merging without the searches that ran meanwhile, counted once, and sending."""
    assert LEDGER.total_ms == 410.0
    assert LEDGER.wait_ms == 300.0
    assert LEDGER.own_ms == 7.0 + 4.0


def test_a_ledger_belongs_to_the_answer_that_ended_before_the_next_one_began():
    """And to none, if that turn was never complete."""
    later = Ledger(130.0, LEDGER.rows)
    assert of_answer([LEDGER, later], 95.0, 110.0) is LEDGER
    assert of_answer([LEDGER, later], 105.0, 120.0) is None


def test_figures_are_compared_with_what_they_should_be():
    """A ledger that is further off than a frame is counted, and the furthest is named."""
    turns = [Turn("v", "t", 900.0, ms, answered_at=1.0) for ms in (415.0, 450.0)]
    call = Call(TURNWISE, "providers", "twilio", turns, [LEDGER, LEDGER], {"THINKING": [3.0]})
    found = {row["figure"]: row for row in figures([call])}
    assert found["voice to voice"]["median_ms"] == 432.5
    assert found["voice to voice"]["met"] is False
    assert found["without the wait"]["median_ms"] == 132.5
    assert found["enter THINKING"]["met"] is True
    (checked,) = checks([call])
    assert (checked["ledgers"], checked["ledgers_true"]) == (2, 1)
    assert checked["ledger_off_most_ms"] == 40.0
    assert [row["off_ms"] for row in rows([call])] == [5.0, 40.0]
    assert "| 1 of 2 | +40.0 ms |" in tables([call])


def test_the_picture_shows_each_system_and_profile(tmp_path: Path):
    """With its median, beside what it should be; each turn is in the file beside it."""
    turns = [Turn("v", "t", 900.0, ms) for ms in (415.0, 450.0, None)]
    ours = Call(TURNWISE, "local", "twilio", turns, [None] * 3)
    write([ours, Call(PEER, "local", RAW, turns, [None] * 3)], tmp_path)
    assert len(json.loads((tmp_path / "latency.json").read_text())["turns"]) == 6
    drawn = (tmp_path / "latency.svg").read_text(encoding="utf-8")
    for label in (f"{TURNWISE}, local: 432 ms", f"{PEER}, local: 432 ms", "local: at most"):
        assert label in drawn


def test_listening_from_connect_is_not_listening_from_speech():
    """The first is one state_change of a call; both have targets of their own."""
    changes = [("LISTENING", 12.0), ("THINKING", 3.0), ("LISTENING", 4.0), ("LISTENING", 5.0)]
    told = [{"type": "state_change", "to": to, "latency_ms": ms} for to, ms in changes]
    assert entries([*told, {"type": "pong"}]) == {
        "LISTENING from connect": [12.0], "THINKING": [3.0], "LISTENING from speech": [4.0, 5.0],
    }  # fmt: skip


def test_barge_ins_are_spread_over_the_call():
    """As many as the plan has, and never the first thing that is said."""
    clips = [Clip("v", "t", sound(1.0))] * 20
    steps: list[Step] = steps_of(clips, Plan(turns=60, breaks=24))
    assert sum(step.breaks_in for step in steps) == 8
    assert not steps[0].breaks_in


def test_the_emulated_recogniser_knows_the_words_of_each_piece():
    """A pause in the clip is between words: each piece has its half, and nothing twice."""
    said = Clip("v", "one two three four", np.concatenate([sound(1), silence(0.5), sound(1)]))
    saying = Saying()
    saying.begin(said)
    saying.began -= 1.2
    assert saying.heard(1.2) == "one two"
    saying.began -= 1.5
    assert saying.heard(1.3) == "three four"
    assert saying.heard(9.0) == "one two three four"
