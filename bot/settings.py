"""Every setting, read once from the environment and `.env`. Nothing else reads the environment."""

import os
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.keys import usable
from bot.origins import LOOPBACK, origin_of

STT = Literal["moonshine"]
LLM = Literal["grounded"]
TTS = Literal["hibari"]


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
    api_keys: Annotated[tuple[str, ...], NoDecode] = Field(default=(), repr=False)
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
    token_seconds: int = Field(default=60, ge=5, le=3600)
    token_secret: SecretStr | None = Field(default=None, min_length=16)
    metrics_key: SecretStr | None = None
    max_sessions_per_key: int = Field(default=0, ge=0)
    new_sessions_per_minute: int = Field(default=60, ge=0)
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = ()
    origins: Annotated[tuple[str, ...], NoDecode] = ()
    max_call_seconds: int = Field(default=3600, ge=10)
    handshake_seconds: int = Field(default=10, ge=1, le=300)
    max_message_bytes: int = Field(default=256 * 1024, ge=64 * 1024)
    max_messages_per_second: int = Field(default=200, ge=1)
    public_url: str | None = Field(default=None, pattern=r"^https?://[^/?#\s]+/?$")
    twilio_account_sid: str | None = Field(
        default=None,
        pattern=r"^AC[A-Za-z0-9]{1,64}$",
        validation_alias=AliasChoices("TURNWISE_TWILIO_ACCOUNT_SID", "TWILIO_ACCOUNT_SID"),
    )
    twilio_auth_token: SecretStr | None = Field(
        default=None,
        min_length=8,
        validation_alias=AliasChoices("TURNWISE_TWILIO_AUTH_TOKEN", "TWILIO_AUTH_TOKEN"),
    )
    twilio_api_url: str = Field(default="https://api.twilio.com", pattern=r"^https?://[^/?#\s]+$")
    tls_cert: Path | None = None
    tls_key: Path | None = None
    log_level: Literal["TRACE", "DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", validation_alias=AliasChoices("TURNWISE_LOG_LEVEL", "LOG_LEVEL")
    )

    @field_validator("api_keys", "stt", "llm", "tts", "trusted_proxies", "origins", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("api_keys", "metrics_key")
    @classmethod
    def _keys(cls, value: Any) -> Any:
        listed = [value.get_secret_value()] if isinstance(value, SecretStr) else value or ()
        if not all(usable(item) for item in listed):
            raise ValueError
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for item in value:
            ip_network(item)
        return value

    @field_validator("origins")
    @classmethod
    def _origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not all(item == "*" or origin_of(item) for item in value):
            raise ValueError
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
    if problems := [problem for problem in (_exposed(settings), _half_tls(settings)) if problem]:
        raise CannotStart(problems)
    return settings


def _exposed(settings: Settings) -> str | None:
    if settings.host in LOOPBACK or settings.api_keys or settings.open:
        return None
    return (
        f"TURNWISE_HOST={settings.host} would let anyone in: set TURNWISE_API_KEYS, or "
        "TURNWISE_OPEN=1 if that is what you want, or TURNWISE_HOST=127.0.0.1."
    )


def _half_tls(settings: Settings) -> str | None:
    if (settings.tls_cert is None) == (settings.tls_key is None):
        return None
    missing = "TURNWISE_TLS_KEY" if settings.tls_cert else "TURNWISE_TLS_CERT"
    return f"TLS needs a certificate and its key: set {missing} too."


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
    "api_keys": "use keys, or sha256: and 64 hexadecimal digits, separated by commas",
    "token_seconds": "use 5 to 3600",
    "token_secret": "use 16 characters or more",
    "metrics_key": "use a key, or sha256: and 64 hexadecimal digits",
    "max_sessions_per_key": "use a whole number; 0 is no limit",
    "new_sessions_per_minute": "use a whole number; 0 is no limit",
    "trusted_proxies": "use addresses or networks such as 10.0.0.0/8, separated by commas",
    "origins": "use origins such as https://desk.example, separated by commas, or *",
    "max_call_seconds": "use a whole number from 10",
    "handshake_seconds": "use 1 to 300",
    "max_message_bytes": "use a whole number from 65536",
    "max_messages_per_second": "use a whole number from 1",
    "public_url": "use an address such as https://desk.example, without a path",
    "twilio_account_sid": "use the account's id, which begins with AC",
    "twilio_auth_token": "use the account's token",
    "twilio_api_url": "use an address such as https://api.twilio.com",
    "open": "use 1 or 0",
    "store_transcripts": "use 1 or 0",
}

_SECRET = frozenset(  # never repeated
    ("webhook_secret", "api_keys", "token_secret", "metrics_key", "twilio_auth_token")
)


def _in_words(error: dict[str, object]) -> str:
    location = error["loc"]
    name = str(location[0] if isinstance(location, tuple) else location)
    short = name.lower().removeprefix("turnwise_")
    advice = _TAKES.get(short, str(error["msg"]))
    given = "what is set" if short in _SECRET else error["input"]
    return f"TURNWISE_{short.upper()}: {given} cannot be used; {advice}."
