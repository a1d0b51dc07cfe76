"""What the server of /orchestrate sends, as models: for the documents, and for checking it."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

State = Literal["IDLE", "LISTENING", "THINKING", "SPEAKING", "INTERRUPT"]
Milliseconds = Annotated[float, Field(ge=0)]


class ServerMessage(BaseModel):
    """Any of them. Later versions may add fields."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class SessionMessage(ServerMessage):
    """Any message of a session."""

    session_id: str


class SessionStarted(SessionMessage):
    """The first message of every connection that has a session."""

    type: Literal["session_started"]
    resumed: bool
    state: State
    turn_number: int = Field(ge=0)
    resume_token: str = Field(
        description="takes the session up again, on any connection; empty if it can't be"
    )
    protocol: Literal[1]
    audio_format: Literal["pcm16"]
    sample_rate: int = Field(description="Hz of the audio that we send")


class StateChange(SessionMessage):
    """The conversation moved."""

    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)

    type: Literal["state_change"]
    source: State = Field(alias="from")
    to: State
    turn_number: int | None = Field(default=None, ge=0)
    timestamp: float = Field(description="Unix seconds")
    latency_ms: Milliseconds = Field(description="since the frame that caused it came in")


class Processing(SessionMessage):
    """A stage of the turn has come so far."""

    type: Literal["processing"]
    stage: Literal[
        "intent_classification", "retrieval", "merge", "llm", "tts", "collect", "transfer"
    ]
    progress: float = Field(ge=0, le=1)
    details: dict[str, Any] = Field(
        description="intent_classification: intent, confidence, level; retrieval: passages; "
        "merge: what was missing; transfer: reason, summary"
    )


class Transcript(SessionMessage):
    """Words of the caller (`user`) or ours (`agent`)."""

    type: Literal["transcript"]
    role: Literal["user", "agent"]
    text: str
    final: bool
    timestamp: float = Field(description="Unix seconds")


class ResponseReady(SessionMessage):
    """A piece of the reply is about to be heard: its audio follows in binary frames."""

    type: Literal["response_ready"]
    text: str
    duration_ms: Milliseconds = Field(description="an estimate while the piece is being made")
    audio_format: Literal["pcm16"]
    segment: int = Field(ge=0)
    citations: list[dict[str, Any]]


class Clear(SessionMessage):
    """Drop all audio not yet played."""

    type: Literal["clear"]
    spoken_text: str = Field(description="what was heard before the cut")


class LedgerRow(ServerMessage):
    """One stage of a turn. Milliseconds from the end of the caller's speech."""

    stage: str
    start_ms: float = Field(description="negative: done ahead of time")
    end_ms: float
    critical: bool
    provider: str = Field(default="", description="who did it, where several could")
    failed: str = Field(default="", description="why it was given up, if it was")


class LatencyBreakdown(ServerMessage):
    """Where the time of a turn went: the first three add up to the fourth."""

    stt_ms: Milliseconds
    thinking_ms: Milliseconds
    tts_ms: Milliseconds
    total_ms: Milliseconds
    ledger: list[LedgerRow]


class Used(ServerMessage):
    """So much of a provider was used."""

    kind: str = Field(description="stt, llm or tts")
    provider: str
    model: str
    unit: str = Field(description="tokens_in, tokens_out, characters or seconds")
    amount: float
    cost: float | None = Field(description="null where no price is known")
    thrown: bool = Field(default=False, description="for an answer that was not wanted after all")


class TurnComplete(SessionMessage):
    """Nothing more is said for this turn."""

    type: Literal["turn_complete"]
    turn_number: int
    interrupted: bool
    latency_breakdown: LatencyBreakdown
    usage: list[Used]


class Pong(ServerMessage):
    """The answer to a ping."""

    type: Literal["pong"]
    nonce: str | int


class Error(ServerMessage):
    """Something went wrong; after a fatal one the connection is closed."""

    type: Literal["error"]
    code: Literal[
        "bad_message", "unknown_type", "invalid_field", "session_mismatch", "unexpected_audio",
        "bad_audio", "unexpected_fragment", "already_started", "cannot_resume", "taken_over",
        "store_away", "rate_limited", "turn_failed",
    ]  # fmt: skip
    message: str = Field(description="what was wrong and what to send instead")
    fatal: bool
    session_id: str | None = None


class SessionEnded(ServerMessage):
    """The last message of a session; without an id if none had been named yet."""

    type: Literal["session_ended"]
    session_id: str | None
    reason: str = Field(
        description="hang_up, idle, time_up, ended (by DELETE /api/sessions/{id}), taken_over; or "
        "draining, stopping, lost: the session can be resumed"
    )
    resume_token: str | None = Field(default=None, description="if it can be resumed")


SERVER_MESSAGES: dict[str, type[ServerMessage]] = {
    "session_started": SessionStarted,
    "state_change": StateChange,
    "processing": Processing,
    "transcript": Transcript,
    "response_ready": ResponseReady,
    "clear": Clear,
    "turn_complete": TurnComplete,
    "pong": Pong,
    "error": Error,
    "session_ended": SessionEnded,
}
