"""The spans of a call, made of what goes to its event stream.

session ──────────────────────────────────────────────► one a connection; one trace a session
   turn ──────────────────────►                         from the caller's first sound to the end
      endpointing ─► stt ─► merge ─► llm ─► tts ─► transport     the ledger's own times
             retrieval, intent, providers that failed            beside them
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from opentelemetry.trace import Span, SpanContext, StatusCode, Tracer, set_span_in_context
from opentelemetry.util.types import AttributeValue

Entry = Mapping[str, Any]
Attributes = dict[str, AttributeValue]
MOST_TURNS = 4  # that are not complete, as when the caller went on
_MOMENTS = frozenset({"transition", "turn", "barge_in", "failure"})
_OPERATIONS = {"llm": "chat", "retrieval": "retrieval"}
_OUTPUTS = {"llm": "text", "tts": "speech"}
_TOKENS = {"tokens_in": "gen_ai.usage.input_tokens", "tokens_out": "gen_ai.usage.output_tokens"}


@dataclass
class CallTrace:
    """A reader of `bot.telemetry.watching`.

    slow_ms: from which a turn is kept in any case. span: the session's. drawn: whether all is kept.
    headers_of: as `bot.telemetry.traces` has it.
    """

    tracer: Tracer
    slow_ms: float
    session: str
    door: str
    span: Span
    drawn: bool
    headers_of: Callable[[SpanContext, bool], Mapping[str, str]]
    _kept: bool = False
    _complete: int = 0
    _turns: dict[int, Span] = field(default_factory=dict[int, Span])

    @property
    def id(self) -> str:
        """The trace's."""
        return f"{self.span.get_span_context().trace_id:032x}"

    @property
    def onward(self) -> str:
        """What the session's next connection goes on with."""
        return self.headers(0)["traceparent"]

    def headers(self, turn: int) -> Mapping[str, str]:
        """For a request that is made for the turn, or for the session between two."""
        span = self._turns.get(turn, self.span)
        return self.headers_of(span.get_span_context(), self.drawn)

    def begun(self) -> None:
        """Nothing is sent before it is over."""

    def told(self, entry: Entry) -> None:
        """Turns come and go."""
        number, kind = entry.get("turn", 0), entry["kind"]
        if kind == "ledger":
            self._over(number, entry)
        elif number and kind in _MOMENTS:
            at = _nanoseconds(entry["at"])
            what = {f"turnwise.{n}": str(entry[n]) for n in ("event", "to") if n in entry}
            self._turn(number, at).add_event(kind, what, at)

    def ended(self, reason: str) -> None:
        """The session's span is sent if it was drawn, or one of its turns was worth it."""
        failed = reason == "failed"
        if not (self.drawn or self._kept or failed):
            return
        self.span.set_attributes(
            {
                "gen_ai.conversation.id": self.session,
                "session.id": self.session,
                "turnwise.door": self.door,
                "turnwise.turns": self._complete,
                "turnwise.reason": reason,
            }
        )
        if failed:
            _fail(self.span, "session_failed")
        self.span.end()

    def _turn(self, number: int, at: int) -> Span:
        if number not in self._turns:
            within = set_span_in_context(self.span)
            self._turns[number] = self.tracer.start_span("turn", within, start_time=at)
            if len(self._turns) > MOST_TURNS:
                del self._turns[next(iter(self._turns))]
        return self._turns[number]

    def _over(self, number: int, ledger: Entry) -> None:
        at = _nanoseconds(ledger["at"])
        span = self._turn(number, at)
        del self._turns[number]
        self._complete += 1
        if not (self.drawn or ledger["failed"] or ledger["total_ms"] > self.slow_ms):
            return
        self._kept = True
        self._stages(span, ledger)
        span.set_attributes(
            {
                "gen_ai.operation.name": "invoke_agent",
                "gen_ai.agent.name": "Turnwise",
                "gen_ai.conversation.id": self.session,
                "turnwise.turn": number,
                "turnwise.door": self.door,
                "turnwise.interrupted": ledger["interrupted"],
                "turnwise.voice_to_voice_ms": ledger["total_ms"],
            }
        )
        if ledger["failed"]:
            _fail(span, "turn_failed")
        span.end(at)

    def _stages(self, turn: Span, ledger: Entry) -> None:
        zero, within = ledger["at"] - ledger["closed_ms"] / 1000, set_span_in_context(turn)
        for row in _reached(ledger):
            span = self.tracer.start_span(
                row["stage"],
                within,
                attributes=_about(row, ledger["usage"]),
                start_time=_nanoseconds(zero + row["start_ms"] / 1000),
            )
            if row.get("failed"):
                _fail(span, row["failed"])
            span.end(_nanoseconds(zero + row["end_ms"] / 1000))


def _reached(ledger: Entry) -> Iterator[Entry]:
    """The rows, without the stages that a turn without a sound did not come to."""
    for row in ledger["ledger"]:
        if ledger["total_ms"] or not row["critical"] or row["start_ms"] < row["end_ms"]:
            yield row


def _about(row: Entry, usage: Sequence[Entry]) -> Attributes:
    stage, provider = row["stage"], row.get("provider", "")
    about: Attributes = {"turnwise.stage": stage, "turnwise.critical": row["critical"]}
    if stage in _OPERATIONS:
        about["gen_ai.operation.name"] = _OPERATIONS[stage]
    if stage in _OUTPUTS:
        about["gen_ai.output.type"] = _OUTPUTS[stage]
    if provider:
        about["gen_ai.provider.name"] = provider
    served = [] if row.get("failed") else usage
    for used in served:
        if (used["kind"], used["provider"]) == (stage, provider):
            about["gen_ai.request.model"] = used["model"]
            if used["unit"] in _TOKENS:
                about[_TOKENS[used["unit"]]] = int(used["amount"])
    return about


def _fail(span: Span, why: str) -> None:
    span.set_attribute("error.type", why)
    span.set_status(StatusCode.ERROR)


def _nanoseconds(seconds: float) -> int:
    return round(seconds * 1e9)
