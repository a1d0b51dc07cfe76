"""Every setting, read once from the environment and `.env`. Nothing else reads the environment."""

import os
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

STT = Literal["moonshine"]
LLM = Literal["grounded"]
TTS = Literal["hibari"]
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class CannotStart(Exception):
    """The settings don't allow a start; the message lists every problem and what to do."""

    def __init__(self, problems: list[str]) -> None:
        separator = " " if len(problems) == 1 else "\n  "
        super().__init__(separator.join(["Turnwise cannot start:", *problems]))


class Settings(BaseSettings):
    """Names as in the environment, without `TURNWISE_`."""

    model_config = SettingsConfigDict(
        env_prefix="TURNWISE_", env_file=".env", extra="ignore", frozen=True, populate_by_name=True
    )

    host: str = "127.0.0.1"
    port: int = Field(default=8004, ge=1, le=65535)
    api_keys: Annotated[tuple[str, ...], NoDecode] = ()
    open: bool = False
    redis_url: str | None = None
    data: Path = Path(".turnwise")
    knowledge: Path = Path("knowledge")
    stt: Annotated[tuple[STT, ...], NoDecode] = ("moonshine",)
    llm: Annotated[tuple[LLM, ...], NoDecode] = ("grounded",)
    tts: Annotated[tuple[TTS, ...], NoDecode] = ("hibari",)
    max_sessions: int = Field(default_factory=lambda: 2 * (os.cpu_count() or 1), ge=1)
    merge_patience_ms: int = Field(default=150, ge=0, le=5000)
    session_ttl_seconds: int = Field(default=86400, ge=60)
    idle_seconds: int = Field(default=300, ge=5)
    store_transcripts: bool = True
    webhook_url: str | None = Field(default=None, pattern=r"^(?i:https?)://[^/?#\s]+")
    webhook_secret: SecretStr | None = Field(default=None, min_length=16)
    log_level: Literal["TRACE", "DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", validation_alias=AliasChoices("TURNWISE_LOG_LEVEL", "LOG_LEVEL")
    )

    @field_validator("api_keys", "stt", "llm", "tts", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @property
    def index(self) -> Path:
        """Where the index of the documents is."""
        return self.data / "index"


def read_settings(**overrides: object) -> Settings:
    """The settings. Raises CannotStart with all that is wrong, not only the first."""
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        settings = Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        raise CannotStart([_in_words(dict(e)) for e in error.errors()]) from None
    if problem := _exposed(settings):
        raise CannotStart([problem])
    return settings


def _exposed(settings: Settings) -> str | None:
    if settings.host in _LOOPBACK or settings.api_keys or settings.open:
        return None
    return (
        f"TURNWISE_HOST={settings.host} would let anyone in: set TURNWISE_API_KEYS, or "
        "TURNWISE_OPEN=1 if that is what you want, or TURNWISE_HOST=127.0.0.1."
    )


_TAKES = {
    "port": "use 1 to 65535",
    "stt": "use moonshine",
    "llm": "use grounded",
    "tts": "use hibari",
    "max_sessions": "use a whole number from 1",
    "merge_patience_ms": "use 0 to 5000",
    "session_ttl_seconds": "use a whole number from 60",
    "idle_seconds": "use a whole number from 5",
    "log_level": "use TRACE, DEBUG, INFO, WARNING or ERROR",
    "webhook_url": "use an address that begins with http:// or https://",
    "webhook_secret": "use 16 characters or more",
    "open": "use 1 or 0",
    "store_transcripts": "use 1 or 0",
}

_SECRET = frozenset({"webhook_secret", "api_keys"})  # never repeated


def _in_words(error: dict[str, object]) -> str:
    location = error["loc"]
    name = str(location[0] if isinstance(location, tuple) else location)
    short = name.lower().removeprefix("turnwise_")
    advice = _TAKES.get(short, str(error["msg"]))
    given = "what is set" if short in _SECRET else error["input"]
    return f"TURNWISE_{short.upper()}: {given} cannot be used; {advice}."
