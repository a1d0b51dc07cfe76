"""Who answered a call that we placed, as a score: at which second who does what."""

import pytest

from conversation.answered import LAST_SECONDS, Answered, By, Step

GREETING = "You have reached Sam. Please leave a message after the tone."


def play(*score: tuple[float, str], by: By | None = None, until: float = 90.0) -> list[object]:
    """What came of it: (seconds, step). score: `(`: a voice begins, `)`: it ends, or words."""
    answered, steps = Answered(by), list[object]()
    answered.connected(now=0.0)
    last = 0.0
    for at, what in [*score, (until, "")]:
        while answered.deadline is not None and answered.deadline <= at:
            due = max(answered.deadline, last)
            if step := answered.wake(now=due):
                steps.append((pytest.approx(due), step))
        last = at
        if what in ("(", ")"):
            answered.voice(what == "(", now=at)
        elif what:
            answered.words(what, final=not what.endswith("…"), now=at)
    return [*steps, answered.by]


def test_a_person_who_says_hello_is_greeted():
    """As soon as it is clear that no more comes."""
    assert play((0.5, "("), (1.0, ")"), (1.1, "Hello?")) == [(1.8, Step.GREET), By.PERSON]


def test_a_person_who_waits_is_greeted():
    """Nobody listens to silence for long."""
    assert play() == [(3.0, Step.GREET), By.PERSON]


def test_words_that_come_late_are_waited_for():
    """The last ones too; a voice without any was a cough."""
    late = ((0.5, "("), (1.5, "You have reached…"), (2.0, ")"), (3.5, GREETING))
    assert play(*late) == [(4.0, Step.LEAVE), By.MACHINE]
    assert play((0.5, "("), (1.0, ")"), (2.2, "Hello?")) == [(2.2, Step.GREET), By.PERSON]
    assert play((0.5, "("), (1.0, ")")) == [(3.5, Step.GREET), By.PERSON]


def test_a_message_is_left_after_the_recording():
    """Once, two seconds after its end, whenever it gave itself away."""
    score = ((0.5, "("), (2.0, "You have reached Sam…"), (6.0, GREETING), (6.5, ")"))
    assert play(*score) == [(8.5, Step.LEAVE), By.MACHINE]
    late = ((0.5, "("), (6.5, ")"), (8.0, GREETING))
    assert play(*late) == [(8.5, Step.LEAVE), By.MACHINE]
    assert play(*score, (9.0, "("), (9.5, ")")) == [(8.5, Step.LEAVE), By.MACHINE]


def test_a_recording_that_pauses_is_not_spoken_into():
    """Its end is what counts, not its first pause."""
    score = ((0.5, "("), (3.0, ")"), (3.1, GREETING), (4.5, "("), (7.0, ")"))
    assert play(*score) == [(9.0, Step.LEAVE), By.MACHINE]


def test_a_recording_that_was_taken_for_a_person_is_found_out():
    """It was greeted in its pause; what it says then tells."""
    score = ((0.5, "("), (1.0, ")"), (1.1, "Hi, this is Sam."), (2.5, "("), (5.0, ")"))
    steps = play(*score, (5.2, "Please leave a message."))
    assert steps == [(1.8, Step.GREET), (7.0, Step.LEAVE), By.MACHINE]


def test_a_person_who_speaks_of_a_voicemail_later_is_no_machine():
    """Only the beginning of a call is judged."""
    score = ((0.5, "("), (1.0, ")"), (1.1, "Hello?"), (50.0, "I left you a voicemail."))
    assert play(*score) == [(1.8, Step.GREET), By.PERSON]


def test_what_talks_without_a_pause_is_a_machine():
    """And what never ends is not waited for."""
    assert play((0.5, "(")) == [(LAST_SECONDS, Step.LEAVE), By.MACHINE]
    assert play((0.5, "("), (15.0, ")")) == [(17.0, Step.LEAVE), By.MACHINE]


def test_what_the_network_knows_already_is_not_found_out_again():
    """A person has said hello before we were connected; a machine has had its tone."""
    assert play(by=By.PERSON) == [(0.0, Step.GREET), By.PERSON]
    assert play((0.0, "("), (1.0, ")"), by=By.PERSON) == [(0.0, Step.GREET), By.PERSON]
    assert play(by=By.MACHINE) == [(2.0, Step.LEAVE), By.MACHINE]
    assert play((0.5, "("), (4.0, ")"), by=By.MACHINE) == [(6.0, Step.LEAVE), By.MACHINE]
