"""What is remembered of a talk: the questions, and as much of the answers as was heard."""

from conversation.memory import EARLIER, KEPT, LONGEST, Memory


def talk(turns: int = 1) -> Memory:
    memory = Memory()
    for turn in range(1, turns + 1):
        memory.asked(turn, f"question {turn}")
        memory.heard(turn, f"answer {turn}")
    return memory


def test_memory_keeps_the_last_exchanges():
    """Bounded, in order."""
    memory = talk(KEPT + 4)
    assert [e.turn for e in memory.exchanges] == list(range(5, KEPT + 5))
    assert memory.messages()[-1] == {"role": "assistant", "content": f"answer {KEPT + 4}"}


def test_a_turn_that_was_not_over_leaves_no_trace():
    """Its words come again with the next one; follow-ups are about the turn before."""
    memory = talk(3)
    memory.drop(3)
    assert memory.about == "question 1\nquestion 2"
    assert memory.last_reply == "answer 2"


def test_a_reply_that_goes_on_replaces_its_first_part():
    """Cut, then resumed: one exchange with all that was heard."""
    memory = Memory()
    memory.asked(1, "when")
    memory.heard(1, "The deadline is")
    memory.heard(1, "The deadline is March first.")
    assert memory.messages() == [
        {"role": "user", "content": "when"},
        {"role": "assistant", "content": "The deadline is March first."},
    ]


def test_a_reply_of_which_nothing_was_heard_is_no_message():
    """The model is not told that it said something."""
    memory = talk(1)
    memory.asked(2, "and how much")
    memory.heard(2, "")
    assert memory.messages()[-1] == {"role": "user", "content": "and how much"}
    assert memory.about == "question 1"


def test_a_greeting_is_remembered_without_a_question():
    """It was heard, but no follow-up is about it."""
    memory = Memory()
    memory.heard(0, "Hello.")
    assert memory.messages() == [{"role": "assistant", "content": "Hello."}]
    assert memory.about is None
    assert memory.last_reply == "Hello."


def test_nobody_said_anything_yet():
    """A new session has no last reply and is about nothing."""
    assert (Memory().messages(), Memory().about, Memory().last_reply) == ([], None, "")


def test_a_follow_up_may_lean_on_one_that_leans_on_another():
    """The last three answered questions, one a line, whatever line breaks they had."""
    memory = talk(5)
    memory.asked(6, "and\nthe fee?")
    memory.heard(6, "Sixty dollars.")
    assert memory.about == "question 4\nquestion 5\nand the fee?"


def test_older_exchanges_are_kept_in_short():
    """The questions that were answered, the oldest of them dropped; a model is told first."""
    memory = talk(KEPT + 2)
    assert memory.earlier == "question 1 · question 2"
    assert memory.messages()[0] == {
        "role": "system",
        "content": "Earlier in this call the caller asked: question 1 · question 2",
    }
    for turn in range(100, 160):
        memory.asked(turn, f"a question of  many words, number {turn}, " * 9)
        memory.heard(turn, "answer" if turn % 2 else "")
    assert len(memory.earlier) <= EARLIER
    assert "number 147" in memory.earlier
    assert "number 146" not in memory.earlier
    assert "  " not in memory.earlier


def test_what_is_kept_of_a_talk_comes_back():
    """All of it, unless it is longer than anybody speaks."""
    memory = talk(KEPT + 2)
    assert Memory.from_dict(memory.as_dict()) == memory
    memory.heard(KEPT + 2, "x" * 9 * LONGEST)
    assert len(Memory.from_dict(memory.as_dict()).last_reply) == LONGEST
