"""What clients are told has the fields of the /orchestrate protocol, and no others."""

import json

import pytest

from conversation.announcements import Announcements
from conversation.ledger import PATH, Ledger
from conversation.moves import Transition
from conversation.states import Event, State

TELL = Announcements("s1", lambda: 12.5)
LEDGER = Ledger(dict(zip(PATH, (0, 0.3, 0.3, 0.35, 0.4, 0.45, 0.46, 0.46), strict=True)))
MOVE = Transition(3, State.IDLE, State.LISTENING, Event.CONNECTED, 0)

# Type and fields as the protocol's table has them; `turn_number` is more than it promises.
PROMISED = [
    (
        TELL.session_started("IDLE", 0, sample_rate=24000),
        "session_started session_id resumed state turn_number resume_token protocol audio_format "
        "sample_rate",
    ),
    (
        TELL.state_change(MOVE, latency_ms=1),
        "state_change session_id from to timestamp latency_ms turn_number",
    ),
    (TELL.processing("llm", 0.5, {}), "processing session_id stage progress details"),
    (
        TELL.transcript("user", "hi", final=True),
        "transcript session_id role text final timestamp",
    ),
    (
        TELL.response_ready("hi", duration_ms=10, segment=0, citations=[]),
        "response_ready session_id text duration_ms audio_format segment citations",
    ),
    (TELL.clear("hi"), "clear session_id spoken_text"),
    (
        TELL.turn_complete(1, LEDGER, interrupted=False),
        "turn_complete session_id turn_number interrupted latency_breakdown usage",
    ),
    (TELL.error("turn_failed", "Ask again."), "error code message fatal session_id"),
    (TELL.session_ended("hang_up"), "session_ended session_id reason"),
]


@pytest.mark.parametrize(("message", "promised"), PROMISED, ids=[m["type"] for m, _ in PROMISED])
def test_messages_carry_the_fields_of_the_protocol(message: dict, promised: str):
    """What a client was promised is there, in JSON, and nothing it would not expect."""
    type_, *fields = promised.split()
    assert message["type"] == type_
    assert set(message) == {"type", *fields}
    assert json.loads(json.dumps(message)) == message
    assert message["session_id"] == "s1"


def test_a_state_change_tells_from_where_to_where_and_when():
    """Unix seconds, milliseconds, and the states' names."""
    message = TELL.state_change(MOVE, latency_ms=3.14159)
    assert (message["from"], message["to"]) == ("IDLE", "LISTENING")
    assert (message["turn_number"], message["timestamp"], message["latency_ms"]) == (3, 12.5, 3.14)


def test_a_complete_turn_tells_where_its_time_went():
    """The breakdown's parts add up; the ledger's rows tell stage, start, end, critical or not."""
    told = TELL.turn_complete(1, LEDGER, interrupted=True)["latency_breakdown"]
    assert told["stt_ms"] + told["thinking_ms"] + told["tts_ms"] == told["total_ms"] == 460.0
    assert set(told) == {"stt_ms", "thinking_ms", "tts_ms", "total_ms", "ledger"}
    assert told["ledger"][0] == {
        "stage": "endpointing", "start_ms": 0.0, "end_ms": 300.0, "critical": True,
    }  # fmt: skip


def test_the_first_message_names_protocol_and_audio():
    """Version 1, 16-bit samples at the session's rate."""
    message = TELL.session_started("IDLE", 0, sample_rate=8000)
    assert (message["protocol"], message["audio_format"]) == (1, "pcm16")
    assert message["sample_rate"] == 8000
