"""What the person who takes over is told."""

from conversation.handing_over import LONGEST, reason, summary
from conversation.memory import Memory


def test_a_summary_has_what_was_asked_answered_and_given():
    """In the order of the call."""
    memory = Memory()
    memory.asked(1, "When is the deadline?")
    memory.heard(1, "It is March first.")
    memory.asked(2, "A person, please.")
    assert summary(memory, {"name": "Maria Lopez"}) == (
        "Caller: When is the deadline?\nAnswer: It is March first.\nCaller: A person, please.\n"
        "name: Maria Lopez"
    )


def test_a_long_call_loses_its_beginning_and_keeps_what_was_given():
    """Bounded, whatever was said."""
    memory = Memory()
    for turn in range(1, 40):
        memory.asked(turn, f"question {turn} " * 99)
        memory.heard(turn, "word " * 500)
    told = summary(memory, {"name": "Maria"})
    assert len(told) <= LONGEST
    assert "question 39" in told
    assert told.endswith("name: Maria")
    assert len(summary(memory, {"name": "x" * 9000})) <= LONGEST


def test_what_was_asked_long_ago_comes_first():
    """In short."""
    memory = Memory(earlier="question 1")
    memory.asked(20, "A person, please.")
    assert summary(memory, {}) == "Earlier: question 1\nCaller: A person, please."


def test_a_reason_is_the_intents_and_the_callers():
    """Either alone will do; without both there is still one."""
    assert (
        reason("Asked for a person.", "operator") == "Asked for a person. The caller said: operator"
    )
    assert reason("", "operator") == "The caller said: operator"
    assert reason("", " ") == "The caller needs a person."
