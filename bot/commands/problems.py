"""Which errors are the user's to mend, so that one line says all there is to say."""


def in_a_line(error: Exception) -> str | None:
    """What to tell the user; None if the error is ours and needs its traceback."""
    from bot.commands.replay import UnknownSession
    from bot.persona import PersonaFileError
    from bot.scripted.errors import NoScripts
    from bot.services.local.pinned import WeightsUnavailable
    from bot.settings import CannotStart
    from bot.store import StoreError
    from bot.telephone import CannotCall
    from rag_index.encoder import EncoderUnavailable
    from rag_index.intents import IntentsFileError
    from rag_index.layout import IndexProblem
    from transports.recordings import UnusableRecording

    ours = (
        CannotCall,
        CannotStart,
        EncoderUnavailable,
        IndexProblem,
        IntentsFileError,
        NoScripts,
        PersonaFileError,
        StoreError,
        UnknownSession,
        UnusableRecording,
        WeightsUnavailable,
    )
    return str(error) if isinstance(error, ours) else None
