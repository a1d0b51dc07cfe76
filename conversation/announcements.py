"""What a client is told, in the words of the /orchestrate protocol (version 1).

Each method returns one JSON object. Timestamps are Unix seconds, durations milliseconds.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from conversation.ledger import Ledger
from conversation.moves import Transition

Message = dict[str, Any]
PROTOCOL = 1


@dataclass(frozen=True)
class Announcements:
    """Makes the messages of one session. `wall_clock` gives Unix seconds."""

    session_id: str
    wall_clock: Callable[[], float]

    def session_started(
        self, state: str, turn: int, *, sample_rate: int, token: str = "", resumed: bool = False
    ) -> Message:
        """The first message of every connection. state: that the session goes on in, if it does."""
        return self._message(
            "session_started",
            resumed=resumed,
            state=state,
            turn_number=turn,
            resume_token=token,
            protocol=PROTOCOL,
            audio_format="pcm16",
            sample_rate=sample_rate,
        )

    def state_change(self, move: Transition, *, latency_ms: float) -> Message:
        """The conversation moved; latency since the frame that caused it entered."""
        return self._message(
            "state_change",
            **{"from": move.source, "to": move.target},
            turn_number=move.turn,
            timestamp=self.wall_clock(),
            latency_ms=round(latency_ms, 2),
        )

    def processing(self, stage: str, progress: float, details: Mapping[str, Any]) -> Message:
        """A stage of the turn has come to `progress` (0 to 1)."""
        return self._message("processing", stage=stage, progress=progress, details=dict(details))

    def transcript(self, role: str, text: str, *, final: bool) -> Message:
        """Words of the caller (`user`) or ours (`agent`)."""
        return self._message(
            "transcript", role=role, text=text, final=final, timestamp=self.wall_clock()
        )

    def response_ready(
        self, text: str, *, duration_ms: float, segment: int, citations: Sequence[Mapping[str, Any]]
    ) -> Message:
        """A piece of the reply is about to be heard."""
        return self._message(
            "response_ready",
            text=text,
            duration_ms=round(duration_ms),
            audio_format="pcm16",
            segment=segment,
            citations=[dict(c) for c in citations],
        )

    def clear(self, spoken_text: str) -> Message:
        """Drop all audio not yet played; `spoken_text` is what was heard."""
        return self._message("clear", spoken_text=spoken_text)

    def turn_complete(self, turn: int, ledger: Ledger, *, interrupted: bool) -> Message:
        """Nothing more is said for this turn; where its time went."""
        rows = [
            {name: value for name, value in asdict(row).items() if value != ""}
            for row in ledger.rows()
        ]
        return self._message(
            "turn_complete",
            turn_number=turn,
            interrupted=interrupted,
            latency_breakdown={**ledger.breakdown(), "ledger": rows},
            usage=[one.told() for one in ledger.used],
        )

    def error(self, code: str, message: str, *, fatal: bool = False) -> Message:
        """Something went wrong; `message` says what to do."""
        return self._message("error", code=code, message=message, fatal=fatal)

    def session_ended(self, reason: str, token: str = "") -> Message:
        """The last message of a connection. token: takes the session up again elsewhere."""
        resumable = {"resume_token": token} if token else {}
        return self._message("session_ended", reason=reason, **resumable)

    def _message(self, type_: str, **fields: Any) -> Message:
        return {"type": type_, "session_id": self.session_id, **fields}
