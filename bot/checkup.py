"""Everything that a call depends on, one after the other: what works, and what to do."""

import asyncio
import importlib.util
import re
from collections.abc import Callable

from pydantic import SecretStr

from bot.checks import Check
from bot.services.checkups import check_services
from bot.services.choices import spelled
from bot.settings import Settings
from bot.store import DataFolderInUse, StoreError, open_store
from bot.store.keeping import Keeping


async def check_all(settings: Settings) -> list[Check]:
    """Hosted services are asked while models load: it takes about as long as a start."""
    hosted, store, desk, here = await asyncio.gather(
        check_services(settings),
        check_store(settings),
        asyncio.to_thread(check_help_desk, settings),
        asyncio.to_thread(check_here, settings),
    )
    return [*check_settings(settings), store, *desk, *here, *hosted, check_devices()]


def check_settings(settings: Settings) -> list[Check]:
    """Those that somebody set; `read_settings` found nothing wrong with them. Secrets not shown."""
    return [
        Check(spelled(name), True, _shown(name, getattr(settings, name)))
        for name in sorted(settings.model_fields_set)
    ]


def _shown(name: str, value: object) -> str:
    if isinstance(value, SecretStr) or name == "api_keys":
        return "(set)"
    text = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    return re.sub(r"//[^/@\s]+@", "//(user)@", text)


async def check_store(settings: Settings) -> Check:
    """Redis, or our own."""
    where = "Redis" if settings.redis_url else f"embedded, in {settings.data}"
    try:
        store = await open_store(settings.redis_url, settings.data, Keeping.of(settings))
    except DataFolderInUse:
        return Check("store", True, f"{where}, in use by a server")
    except StoreError as error:
        return Check("store", False, "cannot be used", str(error))
    await store.close()
    return Check("store", True, where)


def check_help_desk(settings: Settings) -> list[Check]:
    """Persona, intents and the index of the documents, with the encoder that it needs."""
    from bot.persona import load_persona
    from rag_index.exported import open_encoder
    from rag_index.index import load
    from rag_index.intents import read_intents_file

    knowledge = settings.knowledge

    def index() -> str:
        encoder = open_encoder(settings.encoder, settings.encoders)
        return f"{len(load(settings.index, encoder.name))} passages, encoder {encoder.name}"

    def intents() -> str:
        return f"{len(read_intents_file(knowledge / 'intents.yaml').intents)} intents"

    return [
        _tried("persona", lambda: load_persona(knowledge / "persona.yaml").name),
        _tried("intents", intents),
        _tried("index", index),
    ]


def check_here(settings: Settings) -> list[Check]:
    """The services on this machine: loads their models."""
    found: list[Check] = []
    if "moonshine" in settings.stt:
        found.append(_tried("stt moonshine", _moonshine))
    if "whisper" in settings.stt:
        found.append(_tried("stt whisper", lambda: _loaded("whisper_stt", settings)))
    if "grounded" in settings.llm:
        found.append(Check("llm grounded", True, "answers with sentences of the documents"))
    if "piper" in settings.tts:
        found.append(_tried("tts piper", lambda: _loaded("piper_tts", settings)))
    if "hibari" in settings.tts:
        found.append(_tried("tts hibari", _hibari))
    return found


def check_devices() -> Check:
    """Microphone and loudspeaker, which only `runner.py mic` uses."""
    what, advice = "sound card", "Only `runner.py mic` needs it."
    if importlib.util.find_spec("pyaudio") is None:
        return Check(what, None, "PyAudio is not installed", advice)
    from transports.sound_card import NoSoundCard, sound_card

    try:
        sound_card(lambda _: None)
    except NoSoundCard as error:
        return Check(what, None, "none", f"{error} {advice}")
    return Check(what, True, "microphone and loudspeaker")


def _tried(what: str, work: Callable[[], str]) -> Check:
    try:
        return Check(what, True, work())
    except Exception as error:  # those that a start would end with say what to do
        return Check(what, False, "cannot be used", str(error))


def _moonshine() -> str:
    from bot.services.local.moonshine import Recognizer

    Recognizer()
    return "its model is loaded"


def _hibari() -> str:
    from bot.services.local.hibari import Voice

    return f"speaks: {len(Voice().pcm('Hello.')) / 2 / Voice.sample_rate:.1f} s"


def _loaded(module: str, settings: Settings) -> str:
    provider = importlib.import_module(f"bot.services.{module}").provider(settings)
    return f"its model is loaded: {provider.model}"
