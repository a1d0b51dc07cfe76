"""What all calls of a process share: the models, the documents' index, the persona."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np
from threadpoolctl import threadpool_limits

from bot.extending import Extend, as_it_is, extension
from bot.library import Library
from bot.load import Spare
from bot.memory import keep_memory_flat
from bot.persona import load_persona
from bot.plans import plans_of
from bot.services.local.hibari import Voice
from bot.services.local.moonshine import Recognizer
from bot.services.local.providers import local_services
from bot.services.local.silero import Silero
from bot.services.local.smart_turn import SmartTurn
from bot.services.registry import Services, services_of
from bot.settings import Settings
from bot.waits import wait_without_tasks
from bot.webhooks import Webhooks
from conversation.acting import SURE_FROM
from conversation.replying import Persona
from conversation.standing import Plan
from rag_index.answer import Answerer
from rag_index.encoder import Encoder
from rag_index.exported import open_encoder
from rag_index.intents import IntentClassifier, IntentsFile, read_intents_file
from rag_index.passages import Hit
from rag_index.remembering import RememberingEncoder

_QUESTION = "How much does it cost, and until when can I apply for it?"
SILENCE_SECONDS = 10  # heard for warming, where no voice of ours is there to speak


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
    """The models of ears and mouth, warmed: the first run of a model is the slow one.

    Without recognizer or voice where the settings name other services only.
    """

    turns: SmartTurn
    voices: Silero
    recognizer: Recognizer | None = None
    voice: Voice | None = None


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
    services: Services = field(default_factory=Services)
    extend: Extend = as_it_is
    spare: Spare = field(default_factory=Spare)


def load_engine(settings: Settings) -> Engine:
    """Loads and warms everything, in about 3 s on two cores.

    Raises EncoderUnavailable, IndexProblem, IntentsFileError, PersonaFileError,
    WeightsUnavailable; each message says what to do.
    """
    keep_memory_flat()
    wait_without_tasks()
    with ThreadPoolExecutor(max_workers=1) as beside:
        loading = beside.submit(_load_speech, settings)
        knowing = load_knowledge(settings)
        _warm(knowing)
        speech = loading.result()
    threadpool_limits(1)  # the products are small, and a pool spins for 30 ms after each of them
    here = local_services(knowing.answerer, knowing.persona, speech.recognizer, speech.voice)
    return replace(knowing, speech=speech, services=services_of(settings, here))


def load_knowledge(settings: Settings) -> Engine:
    """The same without ears and mouth, for conversations in text."""
    persona = load_persona(settings.knowledge / "persona.yaml")
    encoder = open_encoder(settings.encoder, settings.encoders)
    library = Library(settings.index, encoder)
    intents = read_intents_file(settings.knowledge / "intents.yaml")
    secret = settings.webhook_secret
    answerer = Answerer(encoder)
    here = local_services(answerer, persona)
    return Engine(
        persona=persona,
        embed=SharedEmbedder(encoder),
        search=library,
        documents_version=library.version,
        answerer=answerer,
        classifier=_classifier(intents, settings, encoder),
        plans=plans_of(intents, settings.webhook_url),
        sure_from=intents.sure_from,
        webhooks=Webhooks(secret.get_secret_value() if secret else None),
        services=services_of(settings, here, spoken=False),
        extend=extension(settings.extend),
    )


def _warm(engine: Engine) -> None:
    """The first question is the slow one: asked before the first call."""
    embedding = engine.embed.encoder.encode([_QUESTION])[0]
    hits = engine.search(_QUESTION, embedding, None)
    engine.answerer.ahead(_QUESTION, embedding, hits, None)
    if engine.classifier:
        engine.classifier.classify(_QUESTION, embedding)


def _load_speech(settings: Settings) -> Speech:
    recognizer = Recognizer() if "moonshine" in settings.stt else None
    voice = Voice() if "hibari" in settings.tts else None
    spoken = voice.warm() if voice else bytes(SILENCE_SECONDS * Voice.sample_rate * 2)
    if recognizer:
        recognizer.warm(spoken, Voice.sample_rate)
    turns = SmartTurn()
    turns.warm()
    return Speech(turns, Silero(), recognizer, voice)


def _classifier(file: IntentsFile, settings: Settings, encoder: Encoder) -> IntentClassifier | None:
    if not file.intents:
        return None
    remembering = RememberingEncoder(encoder, settings.data / "intents.npz")
    return IntentClassifier(file.intents, remembering, file.out_of_scope)
