"""Asks each hosted service, with its provider's own client, whether the settings work."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from typing import Any

from bot.checks import Check
from bot.services.choices import CHOICES, INSTALL, spelled
from bot.settings import Settings

PATIENCE_SECONDS = 10.0
Lists = Mapping[str, Sequence[str]]
Listed = Callable[[Settings], Awaitable[Lists]]


async def groq(settings: Settings) -> Lists:
    """Its models."""
    from groq import AsyncGroq

    base = settings.groq_base_url.rstrip("/").removesuffix("/openai/v1")
    async with AsyncGroq(api_key=_key(settings.groq_api_key), base_url=base, max_retries=0) as sdk:
        return {"models": sorted(m.id for m in (await sdk.models.list()).data)}


async def openai(settings: Settings) -> Lists:
    """The models of the server at TURNWISE_LLM_URL."""
    from openai import AsyncOpenAI

    key = _key(settings.llm_key) or "none"
    async with AsyncOpenAI(api_key=key, base_url=settings.llm_url, max_retries=0) as sdk:
        return {"models": sorted(m.id for m in (await sdk.models.list()).data)}


async def gemini(settings: Settings) -> Lists:
    """The models that write text."""
    from google import genai
    from google.genai.types import HttpOptions

    options = HttpOptions(base_url=settings.gemini_base_url)
    client = genai.Client(api_key=_key(settings.google_api_key), http_options=options)
    async with aclosing(client.aio) as sdk:
        found = [m async for m in await sdk.models.list()]
    writers = [m for m in found if "generateContent" in (m.supported_actions or ())]
    return {"models": sorted((m.name or "").removeprefix("models/") for m in writers)}


async def google(settings: Settings) -> Lists:
    """The voices that can be streamed."""
    from google.cloud.texttospeech_v1 import ListVoicesRequest

    from bot.services.google_channel import Voices

    key = _key(settings.google_api_key)
    voices = Voices(settings.google_tts_base_url, key)
    request = ListVoicesRequest(language_code="en")
    answer = await voices.client.list_voices(
        request, metadata=[("x-goog-api-key", key)], timeout=PATIENCE_SECONDS, retry=None
    )
    await voices.channel.close()
    return {"voices": sorted(v.name for v in answer.voices if "Chirp3-HD" in v.name)}


async def elevenlabs(settings: Settings) -> Lists:
    """Models and voices of the account."""
    from elevenlabs.client import AsyncElevenLabs

    sdk = AsyncElevenLabs(
        api_key=_key(settings.elevenlabs_api_key), base_url=settings.elevenlabs_base_url
    )
    once: Any = {"max_retries": 0}
    models = await sdk.models.list(request_options=once)
    voices = await sdk.voices.search(page_size=100, request_options=once)
    return {
        "models": sorted(m.model_id for m in models if m.can_do_text_to_speech),
        "voices": [f"{v.voice_id} {v.name}" for v in voices.voices],
    }


# Each hosted service: how it is asked, what package that takes, and which settings name a row.
CHECKUPS: Mapping[tuple[str, str], tuple[Listed, str, Mapping[str, str]]] = {
    ("stt", "groq"): (groq, "groq", {"groq_stt_model": "models"}),
    ("llm", "openai"): (openai, "openai", {"llm_model": "models"}),
    ("llm", "groq"): (groq, "groq", {"groq_model": "models"}),
    ("llm", "gemini"): (gemini, "google.genai", {"gemini_model": "models"}),
    ("tts", "elevenlabs"): (
        elevenlabs,
        "elevenlabs",
        {"elevenlabs_model": "models", "elevenlabs_voice": "voices"},
    ),
    ("tts", "google"): (google, "google.cloud.texttospeech_v1", {"google_voice": "voices"}),
}
_URLS = {
    "groq": "groq_base_url",
    "openai": "llm_url",
    "gemini": "gemini_base_url",
    "google": "google_tts_base_url",
    "elevenlabs": "elevenlabs_base_url",
}


async def check_services(settings: Settings) -> list[Check]:
    """Every service there is: those that are used, and why the others are not."""
    given, found = settings.model_dump(), list[Awaitable[Check]]()
    for kind, choices in CHOICES.items():
        for choice in choices:
            what = f"{kind} {choice.name}"
            if choice.name not in given[kind]:
                missing = choice.missing(given)
                advice = f"To use it, {missing or f'name it in TURNWISE_{kind.upper()}'}."
                found.append(_known(Check(what, None, "not used", advice)))
            elif (kind, choice.name) in CHECKUPS:
                found.append(_checkup(kind, choice.name, settings))
    return list(await asyncio.gather(*found))


async def _known(check: Check) -> Check:
    return check


async def _checkup(kind: str, name: str, settings: Settings) -> Check:
    ask, package, named = CHECKUPS[kind, name]
    what = f"{kind} {name}"
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            lists = await ask(settings)
    except ModuleNotFoundError:
        advice = f"Run `{INSTALL}`."
        return Check(what, False, f"cannot be checked without the package {package}", advice)
    except Exception as error:  # whatever a client raises: the same few reasons in many classes
        told, advice = _reason(name, error, settings)
        return Check(what, False, told, advice)
    for setting, which in named.items():
        wanted = getattr(settings, setting)
        if wanted and wanted not in {row.split(" ")[0] for row in lists[which]}:
            told = f"{spelled(setting)}={wanted} is not among its {which}"
            return Check(what, False, told, f"Name one of its {which}.", lists)
    told = ", ".join(f"{len(rows)} {which}" for which, rows in lists.items())
    return Check(what, True, f"answers: {told}", lists=lists)


def _reason(name: str, error: Exception, settings: Settings) -> tuple[str, str]:
    """How it failed, and what to do. The error's own words may repeat a key: they are not told."""
    key = next(c.needs for row in CHOICES.values() for c in row if c.name == name and c.needs)
    key, url = "llm_key" if name == "openai" else key, _URLS[name]
    status = getattr(error, "status_code", None) or getattr(error, "code", None)
    status = getattr(status, "value", status)
    if status in (401, 403) or "API key not valid" in str(error):
        reach = "; and see that it may use this service" if status == 403 else ""
        return "the key is not accepted", f"Correct {spelled(key)}{reach}."
    if status == 429:
        return "too much was asked of it", "Wait, or raise the limits of the account."
    if isinstance(status, int) and status < 500:
        return f"answered {status}", f"See that {spelled(url)} is its address."
    if isinstance(status, int) and status != 503:
        return f"answered {status}", "It has trouble of its own: try again later."
    where = getattr(settings, url)
    return f"cannot be reached at {where}", f"Check the network, and {spelled(url)}."


def _key(secret: Any) -> str:
    return secret.get_secret_value() if secret else ""
