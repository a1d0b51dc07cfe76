"""Settings are read once, and all that is wrong is told at once."""

from pathlib import Path

import pytest

from bot.persona import PersonaFileError, load_persona
from bot.services.registry import timeouts_of
from bot.settings import CannotStart, Settings, read_settings
from conversation.replying import Persona


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"TURNWISE_{name.upper()}", raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def test_without_any_setting_everything_runs_here():
    """Loopback, port 8004, local services, no key."""
    settings = read_settings()
    assert (settings.host, settings.port) == ("127.0.0.1", 8004)
    assert (settings.stt, settings.llm, settings.tts) == (
        ("moonshine",),
        ("grounded",),
        ("hibari",),
    )
    assert settings.api_keys == ()


def test_keys_are_a_list_with_commas(monkeypatch: pytest.MonkeyPatch):
    """Several at once, so that they can be rotated."""
    monkeypatch.setenv("TURNWISE_API_KEYS", "one, two,")
    assert read_settings().api_keys == ("one", "two")


def test_a_dot_env_file_is_read(tmp_path: Path):
    """What is not in the environment may be in `.env`."""
    (tmp_path / ".env").write_text("TURNWISE_PORT=9000\nSOMETHING_ELSE=1\n")
    assert read_settings().port == 9000


def test_every_problem_is_told_with_what_to_do(monkeypatch: pytest.MonkeyPatch):
    """Not one a run."""
    monkeypatch.setenv("TURNWISE_PORT", "80800")
    monkeypatch.setenv("TURNWISE_TTS", "parrot")
    monkeypatch.setenv("TURNWISE_LOG_LEVEL", "loud")
    with pytest.raises(CannotStart) as error:
        read_settings()
    told = str(error.value)
    assert "TURNWISE_PORT: 80800 cannot be used; use 1 to 65535." in told
    assert "TURNWISE_TTS: parrot cannot be used; use elevenlabs, google, piper, hibari" in told
    assert "TURNWISE_LOG_LEVEL" in told


@pytest.mark.parametrize("extra", [{"api_keys": "secret"}, {"open": "1"}])
def test_the_world_may_come_in_only_if_somebody_said_so(extra: dict[str, str]):
    """A key, or TURNWISE_OPEN=1."""
    with pytest.raises(CannotStart, match="TURNWISE_API_KEYS"):
        read_settings(host="0.0.0.0")
    assert read_settings(host="0.0.0.0", **extra).host == "0.0.0.0"


def test_a_help_desk_without_a_persona_has_a_default_one(tmp_path: Path):
    """Documents alone are a help desk."""
    assert load_persona(tmp_path / "persona.yaml") == Persona()


def test_a_persona_replaces_only_what_it_names(tmp_path: Path):
    """The rest stays as it is by default."""
    path = tmp_path / "persona.yaml"
    path.write_text("name: Robin\ntransfer:\n  reply: One moment.\n  number: 555\n")
    persona = load_persona(path)
    assert (persona.name, persona.transfer) == ("Robin", "One moment.")
    assert persona.greeting == Persona().greeting


@pytest.mark.parametrize(
    ("content", "where"), [("name: [a\nb: c", ":2:"), ("- a list", ":1:1"), ("\0", "persona.yaml")]
)
def test_a_broken_persona_is_named_with_its_place(tmp_path: Path, content: str, where: str):
    """File, line and column."""
    path = tmp_path / "persona.yaml"
    path.write_text(content)
    with pytest.raises(PersonaFileError, match=where):
        load_persona(path)


@pytest.mark.parametrize("url", ["ftp://x.test/hook", "x.test", "http://", "javascript:alert(1)"])
def test_forms_go_to_an_address_on_the_web_only(url: str):
    """http or https, with a host."""
    with pytest.raises(CannotStart, match=r"TURNWISE_WEBHOOK_URL: .* begins with http"):
        read_settings(webhook_url=url)
    assert read_settings(webhook_url="https://x.test/hook").webhook_url == "https://x.test/hook"


def test_a_secret_that_is_too_short_is_not_repeated():
    """An error message may end up anywhere."""
    with pytest.raises(CannotStart, match=r"TURNWISE_WEBHOOK_SECRET: .*16 characters") as told:
        read_settings(webhook_secret="hunter2")
    assert "hunter2" not in str(told.value)
    secret = read_settings(webhook_secret="a secret of 16 or more").webhook_secret
    assert "a secret" not in repr(secret)


def test_a_store_key_that_is_none_is_refused_and_not_repeated(monkeypatch: pytest.MonkeyPatch):
    """32 bytes in base64, one or several; the advice says how to make one."""
    good = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
    assert read_settings(store_key=f"{good}, {good}").store_key is not None
    for bad in ("c2hvcnQ=", "not base64 at all", f"{good},", good[:-4]):
        monkeypatch.setenv("TURNWISE_STORE_KEY", bad)
        with pytest.raises(CannotStart, match="openssl rand -base64 32") as refused:
            read_settings()
        assert bad not in str(refused.value)


@pytest.mark.parametrize(
    ("keys", "stt", "llm", "tts"),
    [
        (("GROQ_API_KEY",), "groq, moonshine", "groq, grounded", "hibari"),
        (("GOOGLE_API_KEY",), "moonshine", "gemini, grounded", "google, hibari"),
        (("ELEVENLABS_API_KEY",), "moonshine", "grounded", "elevenlabs, hibari"),
        (
            ("TURNWISE_LLM_URL", "GROQ_API_KEY", "GOOGLE_API_KEY", "ELEVENLABS_API_KEY"),
            "groq, moonshine",
            "openai, groq, gemini, grounded",
            "elevenlabs, google, hibari",
        ),
    ],
)
def test_hosted_services_come_first_once_their_key_is_there(
    monkeypatch: pytest.MonkeyPatch, keys: tuple[str, ...], stt: str, llm: str, tts: str
):
    """And the one on this machine stays, as the last resort."""
    for key in keys:
        monkeypatch.setenv(key, "https://llm.test/v1" if key.endswith("URL") else "a key")
    settings = read_settings()
    assert [", ".join(n) for n in (settings.stt, settings.llm, settings.tts)] == [stt, llm, tts]


def test_an_empty_key_is_none(monkeypatch: pytest.MonkeyPatch):
    """As files of settings have it that list what one could set."""
    monkeypatch.setenv("GROQ_API_KEY", "")
    monkeypatch.setenv("TURNWISE_LLM_URL", "")
    assert read_settings().llm == ("grounded",)


def test_a_key_is_never_shown(monkeypatch: pytest.MonkeyPatch):
    """Not where settings are printed."""
    monkeypatch.setenv("GROQ_API_KEY", "gsk_secret")
    assert "gsk_secret" not in repr(read_settings())


def test_the_order_of_the_settings_holds(monkeypatch: pytest.MonkeyPatch):
    """A name that comes twice counts once."""
    monkeypatch.setenv("GROQ_API_KEY", "a key")
    monkeypatch.setenv("TURNWISE_LLM", "grounded, groq,grounded")
    assert read_settings().llm == ("grounded", "groq")


def test_every_service_that_cannot_be_used_is_told(monkeypatch: pytest.MonkeyPatch):
    """What it lacks, and what to set instead."""
    monkeypatch.setenv("TURNWISE_LLM", "groq,gemini,openai,grounded")
    monkeypatch.setenv("TURNWISE_TTS", "elevenlabs")
    with pytest.raises(CannotStart) as error:
        read_settings()
    told = str(error.value)
    assert "TURNWISE_LLM=groq cannot be used yet: set GROQ_API_KEY" in told
    assert "TURNWISE_LLM=gemini cannot be used yet: set GOOGLE_API_KEY" in told
    assert "TURNWISE_LLM=openai cannot be used yet: set TURNWISE_LLM_URL" in told
    assert "TURNWISE_TTS=elevenlabs cannot be used yet: set ELEVENLABS_API_KEY" in told
    assert told.count("\n") == 4


def test_a_service_whose_package_is_not_there_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch):
    """If it was named; a key alone does not stop the start."""
    monkeypatch.setenv("GOOGLE_API_KEY", "a key")
    monkeypatch.setattr("bot.services.choices.find_spec", lambda name: None)
    assert read_settings().llm == ("grounded",)
    monkeypatch.setenv("TURNWISE_LLM", "gemini")
    with pytest.raises(CannotStart, match="run `make providers`"):
        read_settings()


def test_a_wrong_address_is_the_only_problem_it_causes(monkeypatch: pytest.MonkeyPatch):
    """The services that would be chosen by it are not told, too."""
    monkeypatch.setenv("GROQ_BASE_URL", "groq")
    with pytest.raises(CannotStart) as error:
        read_settings()
    assert "GROQ_BASE_URL: groq cannot be used; use an address" in str(error.value)
    assert "TURNWISE_LLM" not in str(error.value)


def test_each_service_may_have_its_own_patience(monkeypatch: pytest.MonkeyPatch):
    """By its name, or for one of the things that it does."""
    monkeypatch.setenv("TURNWISE_PROVIDER_TIMEOUTS_MS", "groq=900, tts.google=1500")
    settings = read_settings(llm_timeout_ms=1000)
    timeouts = timeouts_of(settings)
    assert timeouts.of(("stt", "groq")) == timeouts.of(("llm", "groq")) == 0.9
    assert timeouts.of(("llm", "gemini")) == 1.0
    assert timeouts.of(("tts", "google")) == 1.5
    assert timeouts.of(("tts", "hibari")) == 0.8


@pytest.mark.parametrize("given", ["groq", "groq=soon", "nobody=500", "llm.hibari=500", "groq=1"])
def test_a_patience_that_cannot_be_used_is_told(monkeypatch: pytest.MonkeyPatch, given: str):
    """With what to write instead."""
    monkeypatch.setenv("TURNWISE_PROVIDER_TIMEOUTS_MS", given)
    with pytest.raises(CannotStart, match=r"such as groq=900,tts\.google=1500"):
        read_settings()


@pytest.mark.parametrize(
    ("given", "ahead"),
    [
        ({}, True),
        ({"tts": "piper,hibari"}, True),
        ({"GROQ_API_KEY": "a key"}, False),
        ({"ELEVENLABS_API_KEY": "a key", "answer_ahead": "always"}, True),
        ({"answer_ahead": "never"}, False),
    ],
)
def test_answers_are_made_ahead_where_that_costs_nothing(given: dict[str, str], ahead: bool):
    """Or where the operator says so."""
    assert read_settings(**given).answers_ahead is ahead
