"""A conversation as a score: events in, actions out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversation.machine import APOLOGY_SECONDS, RESET_SECONDS, THINKING_SECONDS, Conversation
from conversation.moves import (
    Action,
    AnswerTurn,
    Apologise,
    CompleteTurn,
    CutSpeech,
    Failing,
    Rejected,
    ResumeSpeech,
    Transition,
    TurnOpened,
)
from conversation.states import IGNORED, INVALID, TRANSITIONS, Event, State

E = Event


def play(conversation: Conversation, *events: Event, now: float = 0.0) -> list[Action]:
    """Handles the events one after the other; returns all actions."""
    return [a for event in events for a in conversation.handle(event, now=now)]


def speaking(turn_text: str = "when is the deadline") -> Conversation:
    """A conversation whose first answer is being spoken."""
    conversation = Conversation()
    play(conversation, E.CONNECTED, E.USER_STARTED)
    conversation.handle(E.END_OF_TURN, now=1.0, text=turn_text)
    conversation.handle(E.SPEECH_STARTED, now=2.0, turn=1)
    return conversation


def kinds(actions: list[Action]) -> list[type]:
    """The actions' types, in order."""
    return [type(action) for action in actions]


def test_a_greeting_belongs_to_turn_zero_and_the_first_question_to_turn_one():
    """Being greeted takes no turn number."""
    c = Conversation()
    play(c, E.CONNECTED)
    assert (c.handle(E.SPEECH_STARTED, now=0, turn=0), c.state)[1] == State.SPEAKING
    assert c.speech_finished(now=1, turn=0) == [
        Transition(0, State.SPEAKING, State.IDLE, E.SPEECH_FINISHED, 1)
    ]
    play(c, E.USER_STARTED)
    assert c.turn == 1


def test_the_end_of_a_turn_asks_for_an_answer():
    """The transcript is fixed and the answer ordered in one move."""
    c = Conversation()
    play(c, E.CONNECTED, E.USER_STARTED)
    actions = c.handle(E.END_OF_TURN, now=1.0, text="how much is it")
    assert actions == [
        Transition(1, State.LISTENING, State.THINKING, E.END_OF_TURN, 1.0),
        AnswerTurn(1, "how much is it"),
    ]


def test_an_answered_turn_completes_once():
    """After the last audio nothing more is said for the turn."""
    c = speaking()
    assert c.speech_finished(now=3.0, turn=1)[-1] == CompleteTurn(1)
    assert c.speech_finished(now=3.1, turn=1) == []
    assert c.state == State.IDLE


def test_barge_in_cuts_speech_and_opens_a_new_turn_once_the_buffers_are_reset():
    """SPEAKING, INTERRUPT, LISTENING; the cut turn is complete, as interrupted."""
    c = speaking()
    actions = play(c, E.USER_STARTED, now=3.0)
    assert kinds(actions) == [Transition, CutSpeech, CompleteTurn]
    assert actions[-1] == CompleteTurn(1, interrupted=True)
    assert c.state == State.INTERRUPT
    play(c, E.BUFFERS_RESET)
    assert (c.state, c.turn) == (State.LISTENING, 2)


def test_a_late_answer_to_another_turn_is_dropped():
    """Speech of turn 1 that starts when turn 2 has begun moves nothing."""
    c = Conversation()
    play(c, E.CONNECTED, E.USER_STARTED)
    c.handle(E.END_OF_TURN, now=1, text="one")
    play(c, E.USER_STARTED, E.BUFFERS_RESET)
    c.handle(E.END_OF_TURN, now=2, text="two")
    assert c.handle(E.SPEECH_STARTED, now=3, turn=1) == []
    assert c.state == State.THINKING


def test_a_caller_who_goes_on_while_we_think_is_answered_to_all_of_it():
    """The words of both parts are joined; the first answer is never given."""
    c = Conversation()
    play(c, E.CONNECTED, E.USER_STARTED)
    c.handle(E.END_OF_TURN, now=1, text="when is the deadline")
    play(c, E.USER_STARTED, E.BUFFERS_RESET)
    actions = c.turn_over("for transfer students", now=2)
    assert actions[-1] == AnswerTurn(2, "when is the deadline for transfer students", joined=True)


def test_a_noise_while_we_think_does_not_lose_the_question():
    """Interrupted by what turns out to be nothing, the same question is answered after all."""
    c = Conversation()
    play(c, E.CONNECTED, E.USER_STARTED)
    c.handle(E.END_OF_TURN, now=1, text="when is the deadline")
    play(c, E.USER_STARTED, E.BUFFERS_RESET)
    assert c.turn_over("", now=2)[-1] == AnswerTurn(2, "when is the deadline", joined=True)


@pytest.mark.parametrize(("text", "backchannel"), [("", False), ("okay", True)])
def test_a_false_interruption_goes_on_with_the_reply_that_was_cut(text: str, backchannel: bool):
    """Nobody took the turn after all: turn 1 speaks on, and its number is the current one again."""
    c = speaking()
    play(c, E.USER_STARTED, E.BUFFERS_RESET)
    actions = c.turn_over(text, now=4, backchannel=backchannel)
    assert kinds(actions) == [Transition, ResumeSpeech]
    assert actions[-1] == ResumeSpeech(1)
    assert (c.state, c.turn) == (State.SPEAKING, 1)
    assert kinds(c.speech_finished(now=5, turn=1)) == [Transition]


def test_after_a_false_interruption_turn_numbers_are_not_used_twice():
    """The number of the turn that was none is skipped."""
    c = speaking()
    play(c, E.USER_STARTED, E.BUFFERS_RESET)
    c.turn_over("", now=4)
    c.speech_finished(now=5, turn=1)
    play(c, E.USER_STARTED)
    assert c.turn == 3


def test_a_sound_without_words_leads_back_to_idle():
    """VAD fired, no words came, nothing was cut: the desk waits again."""
    c = Conversation()
    play(c, E.CONNECTED, E.USER_STARTED)
    c.turn_over("  ", now=1)
    assert c.state == State.IDLE


def test_okay_as_a_turn_of_its_own_is_answered():
    """A backchannel is one only while somebody else speaks."""
    c = Conversation()
    play(c, E.CONNECTED, E.USER_STARTED)
    assert c.turn_over("okay", now=1, backchannel=True)[-1] == AnswerTurn(1, "okay")


def test_a_failed_answer_is_apologised_for_and_the_turn_completes_as_failed():
    """First the apology, which is spoken; then the turn is over."""
    c = Conversation()
    play(c, E.CONNECTED, E.USER_STARTED)
    c.handle(E.END_OF_TURN, now=1, text="hm")
    assert c.failed(now=2, turn=1) == [Failing(1), CutSpeech(1), Apologise(1)]
    c.handle(E.SPEECH_STARTED, now=3, turn=1)
    assert c.speech_finished(now=4, turn=1)[-1] == CompleteTurn(1, failed=True)
    assert c.state == State.IDLE


def test_when_not_even_an_apology_can_be_made_the_turn_ends_in_silence():
    """A second failure, or time, ends the turn."""
    c = Conversation()
    play(c, E.CONNECTED, E.USER_STARTED)
    c.handle(E.END_OF_TURN, now=1, text="hm")
    c.failed(now=2, turn=1)
    actions = c.wake(now=2 + APOLOGY_SECONDS)
    assert actions[-2:] == [CompleteTurn(1, failed=True), CutSpeech(1)]
    assert c.state == State.IDLE


def test_thinking_for_ever_is_a_failure():
    """An answer that never comes is apologised for at the deadline, not a moment before."""
    c = Conversation()
    play(c, E.CONNECTED, E.USER_STARTED)
    c.handle(E.END_OF_TURN, now=1, text="hm")
    assert c.deadline == 1 + THINKING_SECONDS
    assert c.wake(now=c.deadline - 0.01) == []
    assert c.wake(now=1 + THINKING_SECONDS) == [Failing(1), CutSpeech(1), Apologise(1)]


def test_an_interruption_that_nobody_confirms_listens_anyway():
    """INTERRUPT is left after half a second at the latest."""
    c = speaking()
    play(c, E.USER_STARTED, now=3.0)
    c.wake(now=3.0 + RESET_SECONDS)
    assert c.state == State.LISTENING


@pytest.mark.parametrize(("state", "event"), sorted(INVALID))
def test_an_invalid_event_changes_nothing_and_is_told(state: State, event: Event):
    """It never kills a call: it is reported, and the conversation stays where it was."""
    c = Conversation(state=state, turn=4)
    assert c.handle(event, now=0) == [Rejected(4, state, event)]
    assert (c.state, c.turn) == (state, 4)


@pytest.mark.parametrize(("state", "event"), sorted(IGNORED))
def test_an_ignored_event_changes_no_state_and_asks_for_nothing(state: State, event: Event):
    """Late events are normal in speech. Who is listened to already may open a turn by speaking."""
    c = Conversation(state=state, turn=4)
    opens = (state, event) == (State.LISTENING, Event.USER_STARTED)
    assert c.handle(event, now=0) == ([TurnOpened(5)] if opens else [])
    assert c.state == state


@pytest.mark.parametrize(("state", "event"), sorted(TRANSITIONS))
def test_a_move_is_announced_before_anything_else_is_asked(state: State, event: Event):
    """The transition comes first, with where from and where to; hanging up when idle is no move."""
    c = Conversation(state=state, turn=4)
    actions = c.handle(event, now=7.5)
    if (state, event) == (State.IDLE, Event.DISCONNECTED):
        assert actions == []
        return
    first = actions[0]
    assert isinstance(first, Transition)
    assert (first.source, first.target, first.at) == (state, TRANSITIONS[state, event], 7.5)


@given(st.lists(st.tuples(st.sampled_from(Event), st.integers(0, 4) | st.none()), max_size=60))
def test_any_sequence_of_events_stays_in_the_table(events: list[tuple[Event, int | None]]):
    """Each move is a row, follows the one before, and turn numbers never go back but to resume."""
    conversation, at = Conversation(), State.IDLE
    for number, (event, turn) in enumerate(events):
        for action in conversation.handle(event, now=float(number), turn=turn, text="x"):
            if isinstance(action, Transition):
                assert action.source == at
                assert TRANSITIONS[action.source, action.event] == action.target
                at = action.target
            elif isinstance(action, Rejected):
                assert action.state == at
        assert conversation.state == at
