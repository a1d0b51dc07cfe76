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
from bot.plans import plans_of
from bot.services.local.hibari import Voice
from bot.services.local.moonshine import Recognizer
from bot.services.local.smart_turn import SmartTurn
from bot.settings import Settings
from bot.webhooks import Webhooks
from conversation.acting import SURE_FROM
from conversation.replying import Persona
from conversation.standing import Plan
from rag_index.answer import Answerer
from rag_index.encoder import Encoder, MiniLMEncoder
from rag_index.intents import IntentClassifier, IntentsFile, read_intents_file
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
    documents_version: Callable[[], str]
    answerer: Answerer
    classifier: IntentClassifier | None
    plans: Mapping[str, Plan]
    sure_from: float = SURE_FROM
    webhooks: Webhooks = field(default_factory=Webhooks)
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
    intents = read_intents_file(settings.knowledge / "intents.yaml")
    secret = settings.webhook_secret
    return Engine(
        persona=persona,
        embed=SharedEmbedder(encoder),
        search=library,
        documents_version=library.version,
        answerer=Answerer(encoder),
        classifier=_classifier(intents, settings, encoder),
        plans=plans_of(intents, settings.webhook_url),
        sure_from=intents.sure_from,
        webhooks=Webhooks(secret.get_secret_value() if secret else None),
    )


def _load_speech() -> Speech:
    speech = Speech(Recognizer(), SmartTurn(), Voice())
    speech.recognizer.warm(speech.voice.warm(), speech.voice.sample_rate)
    speech.turns.warm()
    return speech


def _classifier(file: IntentsFile, settings: Settings, encoder: Encoder) -> IntentClassifier | None:
    if not file.intents:
        return None
    remembering = RememberingEncoder(encoder, settings.data / "intents.npz")
    return IntentClassifier(file.intents, remembering, file.out_of_scope)
