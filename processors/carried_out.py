"""The frame that carries out what was decided."""

from pipecat.frames.frames import (
    CancelWorkerFrame,
    Frame,
    InterruptionFrame,
    OutputTransportMessageUrgentFrame,
)

from conversation.actions import (
    Action,
    Ahead,
    Answer,
    AnswerAhead,
    Cut,
    DropAhead,
    Hold,
    Leave,
    Release,
    Resume,
    Tell,
    Transfer,
)
from conversation.ending import DRAINING
from processors.ahead_frames import PossibleTurnFrame, TurnWithdrawnFrame, UtteranceSoFarFrame
from processors.frames import (
    HoldSpeechFrame,
    ReleaseSpeechFrame,
    ResumeSpeechFrame,
    TransferFrame,
    UserTurnFrame,
)


def frame_of(action: Action) -> Frame | None:
    """None: it takes more than one frame, or none."""
    match action:
        case Tell(message):
            return OutputTransportMessageUrgentFrame(message=message)
        case Hold():
            return HoldSpeechFrame()
        case Release():
            return ReleaseSpeechFrame()
        case Cut():
            return InterruptionFrame()
        case Leave():
            return CancelWorkerFrame(reason=DRAINING)
        case Resume(turn):
            return ResumeSpeechFrame(turn=turn)
        case Ahead(text, about):
            return UtteranceSoFarFrame(text=text, about=about)
        case Transfer(turn, reason, summary):
            return TransferFrame(turn=turn, reason=reason, summary=summary)
        case AnswerAhead(turn, text, about, messages):
            return PossibleTurnFrame(turn, text, about, messages)
        case DropAhead():
            return TurnWithdrawnFrame()
        case Answer(turn, text, about, messages, heard, stands):
            return UserTurnFrame(turn, text, about, messages, heard, stands)
        case _:
            return None
