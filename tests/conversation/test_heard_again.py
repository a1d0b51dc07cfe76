"""A call that was played again is compared with what was recorded."""

from conversation.heard_again import compare, errors


def call(*said: str, first: int = 0, total: float = 400.0) -> list[dict]:
    """A connection in which each of these was asked and answered."""
    entries: list[dict] = [
        {"kind": "begun", "turn": first},
        {"kind": "transition", "turn": first, "event": "connected", "to": "LISTENING"},
    ]
    for turn, text in enumerate(said, first + 1):
        for event, to in (("user_started", "LISTENING"), ("end_of_turn", "THINKING")):
            entries.append({"kind": "transition", "turn": turn, "event": event, "to": to})
        entries.append({"kind": "transcript", "turn": turn, "text": text})
        entries.append({"kind": "ledger", "turn": turn, "total_ms": total})
    return entries


def test_the_same_call_has_no_difference():
    """Capitals, punctuation and the number of the first turn make none."""
    result = compare(call("What is the fee?", first=3), call("what is the fee"))
    assert result.differences == []
    assert (result.words, result.word_errors, result.transitions) == (4, 0, 2)
    assert [t.number for t in result.recorded] == [1]
    assert result.replayed[0].total_ms == 400.0


def test_other_words_are_told_and_counted():
    """Each with its turn."""
    result = compare(call("what is the fee", "thank you"), call("what was the fee", "thank you"))
    assert result.word_errors == 1
    (told,) = result.differences
    assert "turn 1" in told
    assert "what was the fee" in told


def test_a_turn_more_is_a_difference_of_turns_and_of_moves():
    """And says which moves are too many."""
    result = compare(call("hello"), call("hello", "again"))
    assert result.differences[0] == "turns: recorded 1; replayed 2"
    assert "recorded nothing; replayed user_started to LISTENING" in result.differences[1]


def test_words_that_were_not_kept_are_not_compared():
    """Or kept with placeholders only."""
    without = [{k: v for k, v in e.items() if k != "text"} for e in call("my number is 5550142")]
    again = call("my number is five")
    assert compare(without, again).differences == []
    assert compare(call("my number is [number]"), again).differences == []


def test_errors_are_counted_as_word_errors_are():
    """Taken for others, left out, put in."""
    said = "a b c d".split()
    assert errors(said, "a x c d".split()) == 1
    assert errors(said, "a c d".split()) == 1
    assert errors(said, "a b b c d".split()) == 1
    assert errors(said, []) == 4
    assert errors([], said) == 4
