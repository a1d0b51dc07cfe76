"""What of a call is kept, and what its caller is told of that."""

import time
from collections.abc import Callable

from bot.came_by import CameBy
from bot.recording.recorder import Recorder
from bot.settings import Settings
from conversation.call import Call
from conversation.redaction import without_numbers, without_words
from conversation.telling import record
from processors.ports import Journal


def kept(settings: Settings, journal: Journal, recorder: Recorder | None) -> Journal:
    """The journal of what is kept, as the settings say, in the store and beside the sound."""
    if recorder:
        journal = recorder.beside(journal)
    if settings.store_transcripts and not settings.redact:
        return journal
    keep = without_numbers if settings.store_transcripts else without_words
    return lambda entry: journal(keep(entry))


def recorder_of(
    settings: Settings, came: CameBy, session_id: str, greeting: str
) -> Recorder | None:
    """Records the connection; None: calls are not recorded. greeting: the words."""
    if not settings.record:
        return None
    about = {"owner": came.owner, "door": came.door, "greeting": greeting}
    return Recorder(settings.recordings, came.kept_as or session_id, about, wall_clock=time.time)


def announced(settings: Settings, greeting: str) -> str:
    """What is said first. Whoever is recorded is told so before anything else."""
    return f"{settings.record_notice} {greeting}".strip() if settings.record else greeting


def unanswered_by(call: Call, journal: Journal, owner: str) -> Callable[[int], None]:
    """Notes the question of a turn that the documents don't answer. owner: who is to see it."""

    def note(turn: int) -> None:
        if turn == call.conversation.turn:
            text = call.conversation.utterance
            journal(record(call.tell, "unanswered", turn=turn, text=text, owner=owner).entry)

    return note
