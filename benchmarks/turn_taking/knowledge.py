"""Whether the sample help desk has an answer to what was said: a turn may wait for that."""

from bot.engine import load_knowledge
from bot.settings import read_settings
from conversation.desk import Desk
from processors.ahead_frames import PossibleTurnFrame
from processors.frames import IntentFrame, PassagesFrame
from processors.pending import Pending

SECONDS = 0.09  # that search and answer take on two cores, at the median


class Knowledge:
    """The sample help desk's documents and intents, asked without a pipeline."""

    def __init__(self) -> None:
        self._desk = load_knowledge(read_settings())

    def answers(self, text: str) -> bool:
        """Whether they surely answer `text`, asked as the first question of a call."""
        desk, asked = self._desk, PossibleTurnFrame(1, text)
        embedding = desk.embed.encoder.encode([text])[0]
        pending = Pending(asked)
        if desk.classifier:
            pending.intent = IntentFrame(1, desk.classifier.classify(text, embedding), ahead=True)
        hits = desk.search(text, embedding, None)
        answer = desk.answerer.ahead(text, embedding, hits, None) if hits else None
        pending.passages = PassagesFrame(1, hits, embedding, answer, ahead=True)
        decide = Desk(desk.persona, desk.plans, desk.sure_from)
        reply = decide.preview(1, text, pending.wanted, last_reply="")
        return pending.answered_by(reply, sure_from=desk.sure_from)
