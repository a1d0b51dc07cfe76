"""Settings are read once, and all that is wrong is told at once."""

from pathlib import Path

import pytest

from bot.persona import PersonaFileError, load_persona
from bot.settings import CannotStart, read_settings
from conversation.replying import Persona


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("HOST", "PORT", "API_KEYS", "OPEN", "DATA", "KNOWLEDGE", "TTS", "LOG_LEVEL"):
        monkeypatch.delenv(f"TURNWISE_{name}", raising=False)


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
    assert "TURNWISE_TTS: parrot cannot be used; use hibari." in told
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
