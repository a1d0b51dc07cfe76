"""The settings of hosted and local services; `bot.settings` reads them with all others."""

from pathlib import Path
from typing import Any

from pydantic import AliasChoices, BaseModel, Field, SecretStr, ValidationInfo, field_validator

from bot.services.choices import named, names, usual

Names = tuple[str, ...]
_URL = r"^https?://[^/?#\s]+[^?#\s]*$"
_NAME = r"^\S+$"


def _as_named(provider: str, **field: Any) -> Any:
    """A setting that has the provider's own name, too."""
    return Field(validation_alias=AliasChoices(f"TURNWISE_{provider}", provider), **field)


class ProviderSettings(BaseModel):
    """Keys, addresses, models and voices of the services; then which of them are used."""

    groq_api_key: SecretStr | None = _as_named("GROQ_API_KEY", default=None)
    groq_base_url: str = _as_named("GROQ_BASE_URL", default="https://api.groq.com", pattern=_URL)
    groq_model: str = Field(default="openai/gpt-oss-120b", pattern=_NAME)
    groq_stt_model: str = Field(default="whisper-large-v3-turbo", pattern=_NAME)
    google_api_key: SecretStr | None = _as_named("GOOGLE_API_KEY", default=None)
    gemini_base_url: str = _as_named(
        "GEMINI_BASE_URL", default="https://generativelanguage.googleapis.com", pattern=_URL
    )
    gemini_model: str = Field(default="gemini-3.6-flash", pattern=_NAME)
    google_tts_base_url: str = _as_named(
        "GOOGLE_TTS_BASE_URL", default="https://texttospeech.googleapis.com", pattern=_URL
    )
    google_voice: str = Field(default="en-US-Chirp3-HD-Charon", pattern=_NAME)
    elevenlabs_api_key: SecretStr | None = _as_named("ELEVENLABS_API_KEY", default=None)
    elevenlabs_base_url: str = _as_named(
        "ELEVENLABS_BASE_URL", default="https://api.elevenlabs.io", pattern=_URL
    )
    elevenlabs_model: str = Field(default="eleven_flash_v2_5", pattern=_NAME)
    elevenlabs_voice: str = Field(default="EXAVITQu4vr4xnSDxMaL", pattern=_NAME)
    llm_url: str | None = Field(default=None, pattern=_URL)
    llm_key: SecretStr | None = None
    llm_model: str | None = Field(default=None, pattern=_NAME)
    whisper_model: str = Field(default="distil-small.en", pattern=_NAME)
    piper_voice: Path | None = None
    stt_timeout_ms: int = Field(default=1500, ge=50, le=30000)
    llm_timeout_ms: int = Field(default=1200, ge=50, le=30000)
    tts_timeout_ms: int = Field(default=800, ge=50, le=30000)
    provider_timeouts_ms: dict[str, int] = Field(default_factory=dict)
    hedge: bool = False
    prices: Path | None = None
    stt: Names = Field(default_factory=lambda given: usual("stt", given), min_length=1)
    llm: Names = Field(default_factory=lambda given: usual("llm", given), min_length=1)
    tts: Names = Field(default_factory=lambda given: usual("tts", given), min_length=1)

    @field_validator(
        "groq_api_key", "google_api_key", "elevenlabs_api_key", "llm_key", "llm_url", mode="before"
    )
    @classmethod
    def _given(cls, value: object) -> object:
        return value or None  # `GROQ_API_KEY=` is no key

    @field_validator("provider_timeouts_ms", mode="before")
    @classmethod
    def _timeouts(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        pairs = (part.partition("=") for part in value.split(",") if part.strip())
        timeouts = {name.strip(): int(ms) for name, _, ms in pairs}
        if not all(named(name) and 50 <= ms <= 30000 for name, ms in timeouts.items()):
            raise ValueError
        return timeouts

    @field_validator("stt", "llm", "tts")
    @classmethod
    def _known(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if unknown := [name for name in value if name not in names(str(info.field_name))]:
            raise ValueError(", ".join(unknown))
        return tuple(dict.fromkeys(value))
