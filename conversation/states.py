"""The conversation's five states, and the one table that moves it between them.

Two rules hold everywhere:

1. Every (state, event) pair is decided here: it moves the conversation, is ignored on
   purpose, or is invalid. Nothing else in the code moves a conversation.
2. An invalid pair changes nothing: it is logged and counted, and the call goes on.

`docs/state-machine.md` is drawn from this table (`python -m conversation.diagram`).
"""

from collections.abc import Mapping
from enum import StrEnum
from itertools import product


class State(StrEnum):
    """Who has the floor."""

    IDLE = "IDLE"
    LISTENING = "LISTENING"
    THINKING = "THINKING"
    SPEAKING = "SPEAKING"
    INTERRUPT = "INTERRUPT"


class Event(StrEnum):
    """What happened, as the conversation understands it."""

    CONNECTED = "connected"
    USER_STARTED = "user_started"
    END_OF_TURN = "end_of_turn"
    NOTHING_HEARD = "nothing_heard"
    SPEECH_STARTED = "speech_started"
    SPEECH_FINISHED = "speech_finished"
    FALSE_INTERRUPTION = "false_interruption"
    TURN_FAILED = "turn_failed"
    BUFFERS_RESET = "buffers_reset"
    DISCONNECTED = "disconnected"


_S, _E = State, Event

TRANSITIONS: Mapping[tuple[State, Event], State] = {
    (_S.IDLE, _E.CONNECTED): _S.LISTENING,
    (_S.IDLE, _E.USER_STARTED): _S.LISTENING,
    (_S.IDLE, _E.SPEECH_STARTED): _S.SPEAKING,  # idle prompt or announcement
    (_S.LISTENING, _E.SPEECH_STARTED): _S.SPEAKING,  # greeting on connect
    (_S.LISTENING, _E.END_OF_TURN): _S.THINKING,
    (_S.LISTENING, _E.NOTHING_HEARD): _S.IDLE,
    (_S.LISTENING, _E.FALSE_INTERRUPTION): _S.SPEAKING,  # the reply goes on where it was cut
    (_S.THINKING, _E.SPEECH_STARTED): _S.SPEAKING,
    (_S.THINKING, _E.USER_STARTED): _S.INTERRUPT,  # the caller went on
    (_S.THINKING, _E.TURN_FAILED): _S.IDLE,
    (_S.SPEAKING, _E.SPEECH_FINISHED): _S.IDLE,
    (_S.SPEAKING, _E.USER_STARTED): _S.INTERRUPT,  # barge-in
    (_S.SPEAKING, _E.TURN_FAILED): _S.IDLE,
    (_S.INTERRUPT, _E.BUFFERS_RESET): _S.LISTENING,
    **{(state, _E.DISCONNECTED): _S.IDLE for state in State},
}

IGNORED: frozenset[tuple[State, Event]] = frozenset(
    {
        # Speech that was already on its way when its turn ended or was cut.
        (_S.IDLE, _E.SPEECH_FINISHED),
        (_S.LISTENING, _E.SPEECH_FINISHED),
        (_S.INTERRUPT, _E.SPEECH_STARTED),
        (_S.INTERRUPT, _E.SPEECH_FINISHED),
        (_S.SPEAKING, _E.SPEECH_STARTED),  # the next piece of the same reply
        # Failures of a turn that nobody waits for any more.
        (_S.IDLE, _E.TURN_FAILED),
        (_S.LISTENING, _E.TURN_FAILED),
        (_S.INTERRUPT, _E.TURN_FAILED),
        # The caller is listened to already.
        (_S.LISTENING, _E.USER_STARTED),
        (_S.INTERRUPT, _E.USER_STARTED),
        # A verdict on sounds that came while somebody else had the floor.
        (_S.IDLE, _E.NOTHING_HEARD),
        (_S.THINKING, _E.NOTHING_HEARD),
        (_S.SPEAKING, _E.NOTHING_HEARD),
        (_S.IDLE, _E.FALSE_INTERRUPTION),
        # A second client of the same session, or a reconnect.
        (_S.LISTENING, _E.CONNECTED),
        (_S.THINKING, _E.CONNECTED),
        (_S.SPEAKING, _E.CONNECTED),
        (_S.INTERRUPT, _E.CONNECTED),
    }
)

INVALID: frozenset[tuple[State, Event]] = frozenset(
    set(product(State, Event)) - set(TRANSITIONS) - IGNORED
)
