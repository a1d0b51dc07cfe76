"""Whole calls: recordings in, a reply's audio out, through the real pipeline in real time."""

from itertools import pairwise

import numpy as np
import pytest

from benchmarks.voices import as_recording, flite, piper, telephone
from conversation.states import TRANSITIONS, State
from tests.end_to_end.conftest import AUDIO, Caller
from transports.recordings import RATE, read_recording

pytestmark = pytest.mark.slow


def test_a_human_voice_is_understood_word_for_word(call: Caller):
    """A recording of a person is transcribed, and nothing in the documents is made to answer it."""
    heard = call(read_recording(AUDIO / "jfk.wav"))
    words = " ".join(m["text"] for m in heard.of("transcript", role="user", final=True)).lower()
    assert "ask not what your country can do for you" in words
    assert "ask what you can do for your country" in words
    assert heard.states[-1] == State.IDLE


@pytest.mark.parametrize(
    ("speak", "question", "fact", "document", "intent"),
    [
        (
            piper,
            "What is the application deadline for transfer students who want to start in the fall?",
            "March 1",
            "transfer-deadlines.md",
            "application_deadline",
        ),
        (
            telephone(piper),
            "What is the phone number of the housing office?",
            "555-0163",
            "housing-office.md",
            "contact_hours",
        ),
        (
            flite,
            "What is the application deadline for transfer students who want to start in the fall?",
            "March 1",
            "transfer-deadlines.md",
            "application_deadline",
        ),
    ],
    ids=["piper", "piper on the telephone", "flite"],
)
def test_a_spoken_question_gets_the_right_answer_aloud(
    call: Caller, speak, question: str, fact: str, document: str, intent: str
):
    """Whoever asks, the reply's audio carries the fact, with its document cited."""
    heard = call(as_recording(speak(question)))
    assert heard.says(fact), heard.reply
    first = heard.of("response_ready", segment=0)[-1]
    assert first["citations"][0]["document"] == document
    assert heard.of("processing", stage="intent_classification")[-1]["details"]["intent"] == intent
    assert heard.states == ["LISTENING", "THINKING", "SPEAKING", "IDLE"]


def test_what_the_documents_do_not_say_is_not_made_up(call: Caller):
    """Asked something else entirely, the desk says that it doesn't know, and cites nothing."""
    heard = call(as_recording(piper("Who won the football championship last night?")))
    assert heard.says("I don't know"), heard.reply
    assert heard.of("response_ready")[0]["citations"] == []


def test_breaking_in_stops_the_reply_and_the_next_answer_is_about_the_new_words(call: Caller):
    """Talked over, the reply stops; only heard words are kept, and the new question counts."""
    heard = call(
        as_recording(piper("What is the application deadline for transfer students in the fall?")),
        as_recording(piper("Wait, what is the phone number of the housing office?")),
        interrupt_after=1.2,
    )
    assert heard.states[:6] == [
        "LISTENING", "THINKING", "SPEAKING", "INTERRUPT", "LISTENING", "THINKING",
    ]  # fmt: skip
    spoken = heard.of("clear")[0]["spoken_text"]
    first_reply = heard.of("response_ready")[0]["text"]
    assert first_reply.startswith(spoken)
    assert len(spoken) < len(first_reply)
    assert heard.says("555-0163"), heard.reply
    assert heard.of("turn_complete")[0]["interrupted"] is True
    assert heard.of("turn_complete")[-1]["interrupted"] is False
    kept = [e["text"] for e in heard.entries if e["kind"] == "answer"]
    assert kept[0] == spoken


@pytest.mark.parametrize("sound", ["Mm-hmm.", "Okay.", "a cough"])
def test_a_backchannel_or_a_cough_does_not_stop_the_reply(call: Caller, sound: str):
    """After a sound that is no turn, the bot goes on to the end of its reply, every word heard."""
    over_it = _cough() if sound == "a cough" else as_recording(piper(sound))
    heard = call(
        as_recording(piper("What is the phone number of the housing office?")),
        over_it,
        interrupt_after=0.8,
    )
    assert heard.states == ["LISTENING", "THINKING", "SPEAKING", "IDLE"]
    assert not heard.of("clear")
    assert heard.says("555-0163"), heard.reply


@pytest.mark.parametrize("name", ["noise-dog_bark.wav", "noise-car_horn.wav"])
def test_noise_as_a_turn_is_not_answered(call: Caller, name: str):
    """A bark or a horn leads back to IDLE, or never leaves it, and nothing is said."""
    heard = call(read_recording(AUDIO / name))
    assert State.THINKING not in heard.states
    assert State.SPEAKING not in heard.states
    assert not heard.reply


def test_silence_as_a_turn_is_not_answered(call: Caller):
    """Seconds of a quiet line wake nobody."""
    quiet = np.random.default_rng(0).integers(-20, 21, RATE * 3, dtype=np.int16)
    heard = call(quiet)
    assert heard.states == ["LISTENING", "IDLE"]  # from the connection to the hang-up
    assert not heard.reply


def test_every_move_of_a_call_is_in_the_table(call: Caller):
    """What clients are told and what is recorded are the same moves, all of them allowed."""
    heard = call(as_recording(piper("How much is the enrollment deposit?")), greet=True)
    told = [(m["from"], m["to"]) for m in heard.of("state_change")]
    assert set(told) <= {(source, target) for (source, _), target in TRANSITIONS.items()}
    recorded = [e["to"] for e in heard.entries if e["kind"] == "transition"]
    assert recorded == heard.states
    assert told[:3] == [("IDLE", "LISTENING"), ("LISTENING", "SPEAKING"), ("SPEAKING", "IDLE")]


def test_the_ledger_of_an_answered_turn_adds_up(call: Caller):
    """The three parts of a turn's latency are its total, and its critical rows meet end to end."""
    heard = call(as_recording(piper("How much is the enrollment deposit?")))
    latency = heard.of("turn_complete")[0]["latency_breakdown"]
    parts = latency["stt_ms"] + latency["thinking_ms"] + latency["tts_ms"]
    assert parts == pytest.approx(latency["total_ms"], abs=0.15)
    critical = [row for row in latency["ledger"] if row["critical"]]
    assert all(a["end_ms"] == b["start_ms"] for a, b in pairwise(critical))
    assert critical[-1]["end_ms"] == pytest.approx(latency["total_ms"], abs=0.15)
    assert {"intent", "retrieval"} <= {row["stage"] for row in latency["ledger"]}


def _cough() -> np.ndarray:
    """Two bursts of noise that die away, as a cough does."""
    noise = np.random.default_rng(1)
    burst = noise.normal(0, 1, int(0.3 * RATE)) * np.exp(-np.linspace(0, 6, int(0.3 * RATE)))
    return as_recording(np.concatenate([burst, np.zeros(RATE // 10), 0.7 * burst]), peak=0.4)
