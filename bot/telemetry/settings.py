"""The settings of logs and traces; `bot.settings` reads them with all others."""

from typing import Literal

from pydantic import AliasChoices, BaseModel, Field, SecretStr, field_validator


class TelemetrySettings(BaseModel):
    """Names as in the environment, without `TURNWISE_`; two have OpenTelemetry's own, too."""

    otlp_endpoint: str | None = Field(
        default=None,
        pattern=r"^https?://[^/?#\s]+[^?#\s]*$",
        validation_alias=AliasChoices("TURNWISE_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"),
    )
    otlp_headers: SecretStr | None = Field(
        default=None,
        validation_alias=AliasChoices("TURNWISE_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS"),
    )
    trace_share: float = Field(default=1.0, ge=0, le=1)
    trace_slow_ms: int = Field(default=1000, ge=1)
    log_format: Literal["auto", "json", "text"] = "auto"

    @field_validator("otlp_endpoint", mode="before")
    @classmethod
    def _address(cls, value: object) -> object:
        return value or None  # `OTEL_EXPORTER_OTLP_ENDPOINT=` is none
