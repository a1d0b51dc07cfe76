"""The settings of the console and of recordings, as fields of `Settings`."""

from pydantic import BaseModel, Field, SecretStr


class OperatorSettings(BaseModel):
    """Names as in the environment, without `TURNWISE_`."""

    operator_key: SecretStr | None = None
    uploads: bool | None = None
    unanswered_days: int = Field(default=14, ge=0, le=3650)
    record: bool = False
    record_notice: str = Field(default="This call is recorded.", max_length=400)
    record_days: int = Field(default=30, ge=1)
