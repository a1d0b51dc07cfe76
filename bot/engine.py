"""What all calls of a process share: the models, the documents' index, the persona."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np

from bot.library import Library
from bot.memory import keep_memory_flat
from bot.persona import load_persona
from bot.services.local.hibari import Voice
from bot.services.local.moonshine import Recognizer
from bot.services.local.smart_turn import SmartTurn
from bot.settings import Settings
from conversation.replying import Persona
from rag_index.answer import Answerer
from rag_index.encoder import Encoder, MiniLMEncoder
from rag_index.intents import IntentClassifier, read_intents_file
from rag_index.passages import Hit
from rag_index.remembering import RememberingEncoder


@dataclass
class SharedEmbedder:
    """One embedding a transcript: whoever asks second gets the first one's."""

    encoder: Encoder
    kept: int = 16
    _thread: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(max_workers=1, thread_name_prefix="encoder")
    )
    _known: OrderedDict[str, asyncio.Future[np.ndarray]] = field(
        default_factory=OrderedDict[str, asyncio.Future[np.ndarray]]
    )

    async def __call__(self, text: str) -> np.ndarray:
        """float32, shape (384,), unit length. 6-9 ms; nothing for a text that is known."""
        future = self._known.get(text)
        if future is None or future.cancelled() or (future.done() and future.exception()):
            loop = asyncio.get_running_loop()
            future = loop.run_in_executor(self._thread, lambda: self.encoder.encode([text])[0])
            self._known[text] = future
            while len(self._known) > self.kept:
                self._known.popitem(last=False)
        return await asyncio.shield(future)


@dataclass(frozen=True)
class Speech:
    """The models of ears and mouth, warmed: the first run of a model is the slow one."""

    recognizer: Recognizer
    turns: SmartTurn
    voice: Voice


@dataclass(frozen=True)
class Engine:
    """Loaded once, before the first call."""

    persona: Persona
    embed: SharedEmbedder
    search: Callable[[str, np.ndarray, str | None], Sequence[Hit]]
    answerer: Answerer
    classifier: IntentClassifier | None
    replies: Mapping[str, str]
    speech: Speech | None = None


def load_engine(settings: Settings) -> Engine:
    """Loads and warms everything, in about 3 s on two cores.

    Raises IndexProblem, IntentsFileError, PersonaFileError, WeightsUnavailable; each message says
    what to do.
    """
    keep_memory_flat()
    with ThreadPoolExecutor(max_workers=1) as beside:
        speech = beside.submit(_load_speech)
        knowing = load_knowledge(settings)
        return replace(knowing, speech=speech.result())


def load_knowledge(settings: Settings) -> Engine:
    """The same without ears and mouth, for conversations in text."""
    persona = load_persona(settings.knowledge / "persona.yaml")
    encoder = MiniLMEncoder()
    library = Library(settings.index, encoder)
    classifier, replies = _intents(settings, encoder)
    return Engine(
        persona=persona,
        embed=SharedEmbedder(encoder),
        search=library,
        answerer=Answerer(encoder),
        classifier=classifier,
        replies=replies,
    )


def _load_speech() -> Speech:
    speech = Speech(Recognizer(), SmartTurn(), Voice())
    speech.voice.warm()
    speech.recognizer.warm()
    speech.turns.warm()
    return speech


def _intents(
    settings: Settings, encoder: Encoder
) -> tuple[IntentClassifier | None, Mapping[str, str]]:
    path = settings.knowledge / "intents.yaml"
    if not path.exists():
        return None, {}
    file = read_intents_file(path)
    remembering = RememberingEncoder(encoder, settings.data / "intents.npz")
    classifier = IntentClassifier(file.intents, remembering, file.out_of_scope)
    return classifier, {i.name: i.reply for i in file.intents if i.reply}
