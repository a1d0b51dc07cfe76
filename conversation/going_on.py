"""What a session that was cut goes on with.

    cut in      the connection that takes it up
    THINKING    answers the turn again, which nobody has heard the answer of
    SPEAKING    goes on with the piece that was being heard; answers the turn again if the
                answer was not all made yet, and leaves out what was heard
    INTERRUPT   listens; as LISTENING
    LISTENING   answers the words that the caller was about to go on with, if there are any
    IDLE        says what was owed, such as a greeting that nobody heard; else it listens

Nobody is greeted twice, and a turn whose words were not kept is apologised for.
"""

from conversation.actions import Action
from conversation.following import Following
from conversation.moves import Action as Move
from conversation.states import Event, State
from conversation.telling import record

Decided = tuple[list[Move], list[Action]]


def go_on(following: Following, *, now: float) -> Decided:
    """Moves and actions for a conversation that was taken up, once its client is there."""
    conversation = following.conversation
    state, turn = conversation.state, conversation.turn
    kept = record(following.tell, "resumed", turn=turn, state=state)
    if state is State.THINKING:
        moves, actions = _think(following, now)
    elif state is State.INTERRUPT:
        moves = conversation.handle(Event.BUFFERS_RESET, now=now)
        more, actions = _listen(following, now, owes=False)
        moves += more
    else:
        moves, actions = _listen(following, now, owes=True)
    return moves, [kept, *actions]


def _think(following: Following, now: float) -> Decided:
    conversation, reply = following.conversation, following.keeping.reply
    turn, following.keeping.reply = conversation.turn, None
    if not conversation.utterance:
        return conversation.failed(now=now, turn=turn), []
    conversation.expects(now=now)
    heard = reply.heard if reply and reply.turn == turn else ""
    return [], following.answer(turn, conversation.utterance, again=True, heard=heard)


def _listen(following: Following, now: float, *, owes: bool) -> Decided:
    conversation, keeping = following.conversation, following.keeping
    reply, turn = keeping.reply, conversation.turn
    heard = following.remember(reply.turn, reply.heard) if reply and reply.heard else []
    if reply and owes and reply.turn == turn and reply.rest:
        said = following.say(turn, reply.rest, then_hang_up=reply.then_hang_up)
        return [], [*heard, *said]
    keeping.finished()
    if conversation.goes_on:
        return conversation.turn_over("", now=now), heard
    return conversation.speech_finished(now=now, turn=turn), heard
