"""Every setting, read once from the environment and `.env`. Nothing else reads the environment."""

from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AliasChoices,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.admission import room
from bot.keys import cipher_keys, usable
from bot.machine import Machine
from bot.operator_settings import OperatorSettings
from bot.origins import LOOPBACK, origin_of
from bot.provider_settings import ProviderSettings
from bot.services.choices import CHOICES, problems, runs_here
from bot.setting_words import in_words
from bot.telemetry.settings import TelemetrySettings
from rag_index.exported import DEFAULT as DEFAULT_ENCODER


class CannotStart(Exception):
    """The settings don't allow a start; the message lists every problem and what to do."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        separator = " " if len(problems) == 1 else "\n  "
        super().__init__(separator.join(["Turnwise cannot start:", *problems]))


_LISTS = ("api_keys", "stt", "llm", "tts", "trusted_proxies", "origins", "ice_servers")
_Ice = Annotated[str, Field(pattern=r"^(stuns?|turns?):[^\s,@]+$")]


class Settings(ProviderSettings, TelemetrySettings, OperatorSettings, BaseSettings):  # pyright: ignore[reportIncompatibleVariableOverride]
    """Names as in the environment, without `TURNWISE_`."""

    model_config = SettingsConfigDict(
        env_prefix="TURNWISE_",
        env_file=".env",
        enable_decoding=False,  # lists are words and commas, not JSON
        extra="ignore",
        frozen=True,
        populate_by_name=True,
    )

    host: str = "127.0.0.1"
    port: int = Field(default=8004, ge=1, le=65535)
    api_keys: tuple[str, ...] = Field(default=(), repr=False)
    open: bool = False
    redis_url: str | None = None
    data: Path = Path(".turnwise")
    knowledge: Path = Path("knowledge")
    encoder: str = Field(default=DEFAULT_ENCODER, min_length=1)
    extend: str | None = Field(default=None, pattern=r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$")
    workers: int = Field(default=1, ge=1, le=256)
    max_sessions: int = Field(default_factory=lambda given: _room(given), ge=1)
    merge_patience_ms: int = Field(default=150, ge=0, le=5000)
    answer_ahead: Literal["free", "always", "never"] = "free"
    session_ttl_seconds: int = Field(default=86400, ge=60)
    lease_seconds: int = Field(default=10, ge=1, le=3600)
    max_events: int = Field(default=20_000, ge=0)
    without_store: Literal["accept", "refuse"] = "accept"
    overload: Literal["accept", "refuse"] = "refuse"
    store_key: SecretStr | None = None
    idle_seconds: int = Field(default=300, ge=1)
    store_transcripts: bool = True
    redact: bool = False
    webhook_url: str | None = Field(default=None, pattern=r"^(?i:https?)://[^/?#\s]+")
    webhook_secret: SecretStr | None = Field(default=None, min_length=16)
    token_seconds: int = Field(default=60, ge=5, le=3600)
    token_secret: SecretStr | None = Field(default=None, min_length=16)
    metrics_key: SecretStr | None = None
    max_sessions_per_key: int = Field(default=0, ge=0)
    new_sessions_per_minute: int = Field(default=60, ge=0)
    trusted_proxies: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    max_call_seconds: int = Field(default=3600, ge=1)
    drain_seconds: int = Field(default=30, ge=0, le=3600)
    handshake_seconds: int = Field(default=10, ge=1, le=300)
    max_message_bytes: int = Field(default=256 * 1024, ge=64 * 1024)
    max_messages_per_second: int = Field(default=200, ge=1)
    stalled_line_seconds: int = Field(default=30, ge=1)
    ice_servers: tuple[_Ice, ...] = ()
    turn_secret: SecretStr | None = None
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
    twilio_number: str | None = Field(default=None, pattern=r"^\+[0-9]{8,15}$")
    voicemail: Literal["message", "hang_up"] = "message"
    tls_cert: Path | None = None
    tls_key: Path | None = None
    log_level: Literal["TRACE", "DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", validation_alias=AliasChoices("TURNWISE_LOG_LEVEL", "LOG_LEVEL")
    )

    @field_validator(*_LISTS, mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("api_keys", "metrics_key", "operator_key")
    @classmethod
    def _keys(cls, value: Any) -> Any:
        listed = [value.get_secret_value()] if isinstance(value, SecretStr) else value or ()
        if not all(usable(item) for item in listed):
            raise ValueError
        return value

    @field_validator("store_key")
    @classmethod
    def _cipher(cls, value: SecretStr | None) -> SecretStr | None:
        if value:
            cipher_keys(value.get_secret_value())
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
    def answers_ahead(self) -> bool:
        """Whether answers are made while the caller's silence may still be a pause."""
        free = runs_here("llm", self.llm[0]) and runs_here("tts", self.tts[0])
        return self.answer_ahead == "always" or (self.answer_ahead == "free" and free)

    @property
    def index(self) -> Path:
        """Where the index of the documents is."""
        return self.data / "index"

    @property
    def recordings(self) -> Path:
        """Where recorded calls are."""
        return self.data / "recordings"

    @property
    def encoders(self) -> Path:
        """Where models are that were exported."""
        return self.data / "encoders"


def read_settings(**overrides: object) -> Settings:
    """The settings. Raises CannotStart with all that is wrong, not only the first."""
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        settings = Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        told = [e for e in error.errors() if e["type"] != "default_factory_not_called"]
        raise CannotStart([in_words(dict(e)) for e in told]) from None
    found = [problem for problem in (_exposed(settings), _half_tls(settings)) if problem]
    if found := [*found, *problems(settings.model_dump())]:
        raise CannotStart(found)
    return settings


def _room(given: dict[str, Any]) -> int:
    """Measured: by cores, memory and where speech is recognised and made; of each worker."""
    machine, here = Machine(), {CHOICES[kind][-1].name for kind in ("stt", "tts")}
    hosted = not here & {given[kind][0] for kind in ("stt", "tts")}
    each = 1 / given["workers"]
    memory = int(machine.memory() * each)
    return room(cores=machine.cores() * each, memory=memory, hosted=hosted)


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
