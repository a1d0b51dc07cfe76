"""What the HTTP doors take and answer."""

from typing import Annotated, Any, Literal

from fastapi import Path as PathParameter
from pydantic import BaseModel, Field

SessionName = Annotated[
    str,
    PathParameter(pattern=r"^[!-~]{1,128}$", description="1 to 128 visible ASCII characters"),
]


class Problem(BaseModel):
    """Why a request was refused, and what to do."""

    detail: str


class TokenIssued(BaseModel):
    """A token, and the one session that it opens."""

    session_id: str
    token: str
    expires_in: int = Field(description="seconds")


class SessionTold(BaseModel):
    """What is kept of a session."""

    session_id: str
    state: str
    turn_number: int
    events: list[dict[str, Any]] = Field(description="oldest first")
    usage: dict[str, Any] = Field(
        description="what was used of each provider, and its cost; `complete`: all had a price"
    )


class Control(BaseModel):
    """What a call under way is told: see docs/control.md."""

    type: Literal["user_speaking", "say", "transfer", "end"]
    text: str | None = Field(default=None, max_length=1000, description="of `say`")
    reason: str | None = Field(
        default=None, max_length=200, description="of `transfer`; of `end`, if wanted"
    )


class ControlTold(BaseModel):
    """Who has heard it."""

    receivers: int = Field(description="workers: 1, or 0 if nobody holds the call now")


class Document(BaseModel):
    """One that answers are taken from."""

    name: str
    passages: int


class DocumentBuilt(BaseModel):
    """What became of one that came in."""

    name: str
    at: float = Field(description="Unix seconds")
    passages: int | None = Field(default=None, description="of all documents, once it was built")
    problem: str | None = Field(default=None, description="why it can't be used")


class Documents(BaseModel):
    """The help desk's documents."""

    uploads: bool = Field(description="whether others are taken in")
    documents: list[Document]
    building: list[str] = Field(description="names of those that have come and don't answer yet")
    done: list[DocumentBuilt] = Field(description="the last ones that came, the newest last")


class DocumentTaken(BaseModel):
    """It has come, and is being built."""

    name: str


class ToResume(BaseModel):
    """A session to take up again, if not a new one."""

    resume_token: str | None = Field(default=None, description="from `session_started`")


class Offer(BaseModel):
    """A session description, as RTCPeerConnection makes it."""

    sdp: str
    type: Literal["offer"]
    pc_id: str | None = Field(default=None, description="of a call under way, to renegotiate it")
    restart_pc: bool = False
    request_data: ToResume | None = None


class OfferAnswered(BaseModel):
    """Ours."""

    sdp: str
    type: Literal["answer"]
    pc_id: str


class Candidate(BaseModel):
    """An RTCIceCandidate."""

    candidate: str
    sdp_mid: str
    sdp_mline_index: int


class Candidates(BaseModel):
    """Those that were found after the offer was made."""

    pc_id: str
    candidates: list[Candidate]


class Ice(BaseModel):
    """A STUN or TURN server, as RTCPeerConnection takes it."""

    urls: str
    username: str = ""
    credential: str = Field(default="", description="good for an hour")


class IceServers(BaseModel):
    """What RTCPeerConnection is to be made with."""

    iceServers: list[Ice]  # as browsers call it


class StoreHealth(BaseModel):
    """How the store of the conversations is."""

    healthy: bool
    latency_ms: float


class Dependency(BaseModel):
    """How something is that calls depend on."""

    state: Literal["up", "down", "loading", "trying"] = Field(
        description="`down`, of a provider: it failed and is left alone for a while; `trying`: the "
        "next request finds out"
    )
    since: str = Field(description="ISO 8601")
    latency_ms: float | None = Field(
        description="the store's last round trip; a provider's usual time to its first byte"
    )


class Health(BaseModel):
    """How the server and its parts are."""

    status: Literal["ok", "degraded"]
    version: str
    uptime_s: float
    sessions: int = Field(description="calls under way, in all workers of this server")
    workers: int = Field(description="processes that serve here, alive and loaded")
    store: StoreHealth
    dependencies: dict[str, Dependency]


class Ready(BaseModel):
    """Whether another call would be taken."""

    ready: bool
    why: Literal["loading", "draining", "full", "store_away", "overloaded"] | None = Field(
        default=None, description="why not"
    )
