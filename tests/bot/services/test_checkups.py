"""What the doctor finds out about hosted services, with their own clients."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from bot.checks import Check
from bot.services.checkups import CHECKUPS, check_services
from tests.bot.services.emulated import settings_for
from tests.emulators.elevenlabs import ElevenLabsEmulator
from tests.emulators.emulator import Emulator, Fault
from tests.emulators.gemini import GeminiEmulator
from tests.emulators.google_tts import GoogleTTSEmulator
from tests.emulators.groq import GroqEmulator


@pytest.fixture
def emulators() -> Iterator[list[Emulator]]:
    kinds = (GroqEmulator, GeminiEmulator, ElevenLabsEmulator, GoogleTTSEmulator)
    with ExitStack() as stack:
        yield [stack.enter_context(kind()) for kind in kinds]


async def checked(emulators: list[Emulator], **more: Any) -> dict[str, Check]:
    """The hosted services that are used, by name."""
    server = next(e for e in emulators if isinstance(e, GroqEmulator))
    settings = settings_for(
        *emulators, llm_url=server.openai_url, llm_key=server.key, **more
    )  # all of them
    names = {f"{kind} {name}" for kind, name in CHECKUPS}
    checks = {check.what: check for check in await check_services(settings)}
    assert names <= set(checks)
    return {name: checks[name] for name in names}


async def test_services_that_work_list_what_they_have(emulators: list[Emulator]):
    """Models and voices, to be named in settings."""
    checks = await checked(emulators)
    assert {check.ok for check in checks.values()} == {True}
    assert checks["llm groq"].lists["models"] == sorted(GroqEmulator.models)
    assert checks["llm gemini"].lists["models"] == sorted(GeminiEmulator.models)
    assert "EXAVITQu4vr4xnSDxMaL Sarah" in checks["tts elevenlabs"].lists["voices"]
    assert checks["tts google"].lists["voices"] == sorted(GoogleTTSEmulator.voices)


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (Fault.WRONG_KEY, "the key is not accepted"),
        (Fault.TOO_MANY, "too much was asked of it"),
        (Fault.BROKEN, "answered 500"),
        (Fault.REFUSED, "cannot be reached"),
    ],
)
async def test_services_that_fail_say_what_to_do(
    emulators: list[Emulator], fault: Fault, told: str
):
    """Each names the setting of its own provider."""
    for emulator in emulators:
        emulator.fault = fault
    checks = await checked(emulators)
    assert {check.ok for check in checks.values()} == {False}
    assert [check.told for check in checks.values() if told not in check.told] == []
    if fault is Fault.WRONG_KEY:
        assert checks["llm openai"].advice == "Correct TURNWISE_LLM_KEY."
        assert checks["llm gemini"].advice == "Correct GOOGLE_API_KEY."
        assert checks["tts google"].advice == "Correct GOOGLE_API_KEY."
        assert checks["tts elevenlabs"].advice == "Correct ELEVENLABS_API_KEY."
    if fault is Fault.REFUSED:
        assert checks["llm groq"].advice == "Check the network, and GROQ_BASE_URL."


async def test_a_key_is_in_no_line(emulators: list[Emulator]):
    """However a provider words its refusal."""
    for emulator in emulators:
        emulator.fault = Fault.WRONG_KEY
    told = str(await checked(emulators))
    assert [e.key for e in emulators if e.key in told] == []


@pytest.mark.parametrize(
    ("setting", "what"),
    [
        ("groq_model", "llm groq"),
        ("groq_stt_model", "stt groq"),
        ("gemini_model", "llm gemini"),
        ("llm_model", "llm openai"),
        ("elevenlabs_model", "tts elevenlabs"),
        ("elevenlabs_voice", "tts elevenlabs"),
        ("google_voice", "tts google"),
    ],
)
async def test_a_name_that_a_service_does_not_have_is_told(
    emulators: list[Emulator], setting: str, what: str
):
    """With the setting, and the names that it has."""
    check = (await checked(emulators, **{setting: "llama-1"}))[what]
    assert not check.ok
    assert f"TURNWISE_{setting.upper()}=llama-1 is not among" in check.told
    assert check.lists


async def test_without_keys_nothing_is_asked():
    """And each service says what it would take."""
    checks = {check.what: check for check in await check_services(settings_for())}
    assert {check.ok for check in checks.values()} == {None}
    assert checks["tts elevenlabs"].advice == "To use it, set ELEVENLABS_API_KEY."
