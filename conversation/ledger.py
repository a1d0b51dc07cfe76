"""Where the time of a turn went.

    speech ends ─endpointing─► turn over ─stt─► words ─intent‖retrieval─► merge ─► llm ─► tts ─► out
         └──────────────────────────── voice-to-voice latency ─────────────────────────────────┘

Rows are milestones of one turn on one monotonic clock, in seconds. The critical path runs from the
end of the caller's speech to the first audio; its parts are the gaps between the milestones that
were waited for, so they add up to the whole by construction.
"""

from dataclasses import dataclass, field
from itertools import pairwise


@dataclass(frozen=True)
class Row:
    """One stage. Milliseconds from the end of the caller's speech; negative is work done ahead."""

    stage: str
    start_ms: float
    end_ms: float
    critical: bool


# The milestones on the critical path, in the order in which a turn passes them.
PATH = ("speech_ended", "turn_over", "transcribed", "merged", "llm_first", "tts_first", "audio_out")
_STAGES = ("endpointing", "stt", "merge", "llm", "tts", "transport")


@dataclass
class Ledger:
    """Collects one turn's milestones (`mark`) and side-by-side work (`span`)."""

    marks: dict[str, float] = field(default_factory=dict[str, float])
    spans: dict[str, tuple[float, float]] = field(default_factory=dict[str, tuple[float, float]])

    def mark(self, milestone: str, *, now: float) -> None:
        """A milestone of PATH was reached. Only the first time counts."""
        self.marks.setdefault(milestone, now)

    def moved(self, milestone: str, *, now: float) -> None:
        """A milestone that was thought reached is reached again (the caller spoke on)."""
        self.marks[milestone] = now

    def span(self, stage: str, start: float, end: float) -> None:
        """Work that ran beside others, such as intent and retrieval."""
        self.spans[stage] = (start, end)

    def path(self) -> list[float]:
        """The milestones' times, never running backwards: work done ahead takes no time."""
        times: list[float] = []
        for name in PATH:
            known = self.marks.get(name, times[-1] if times else 0.0)
            times.append(max(known, times[-1]) if times else known)
        return times

    def rows(self) -> list[Row]:
        """Every stage, the critical path first. Empty before anything was heard."""
        if "speech_ended" not in self.marks:
            return []
        times = self.path()
        zero = times[0]

        def ms(at: float) -> float:
            return round((at - zero) * 1000, 1)

        critical = [
            Row(stage, ms(a), ms(b), True)
            for stage, (a, b) in zip(_STAGES, pairwise(times), strict=True)
        ]
        beside = [Row(stage, ms(a), ms(b), False) for stage, (a, b) in self.spans.items()]
        return [*critical, *beside]

    def breakdown(self) -> dict[str, float]:
        """stt_ms + thinking_ms + tts_ms = total_ms, in milliseconds."""
        if "audio_out" not in self.marks or "speech_ended" not in self.marks:
            return {"stt_ms": 0.0, "thinking_ms": 0.0, "tts_ms": 0.0, "total_ms": 0.0}
        times = self.path()
        ms = {n: round((t - times[0]) * 1000, 1) for n, t in zip(PATH, times, strict=True)}
        return {
            "stt_ms": ms["transcribed"],
            "thinking_ms": round(ms["llm_first"] - ms["transcribed"], 1),
            "tts_ms": round(ms["audio_out"] - ms["llm_first"], 1),
            "total_ms": ms["audio_out"],
        }


@dataclass
class Ledgers:
    """The ledgers of the turns that are being answered; the last few, whatever happens."""

    kept: int = 4
    _by_turn: dict[int, Ledger] = field(default_factory=dict[int, Ledger])

    def begin(self, turn: int, ledger: Ledger) -> None:
        """The turn is over and being answered; its first milestones are in `ledger`."""
        self._by_turn[turn] = ledger
        while len(self._by_turn) > self.kept:
            del self._by_turn[next(iter(self._by_turn))]

    def of(self, turn: int) -> Ledger:
        """The ledger of `turn`; one that nobody reads if the turn is not being answered."""
        return self._by_turn.get(turn) or Ledger()

    def end(self, turn: int) -> Ledger:
        """The finished ledger of `turn`."""
        return self._by_turn.pop(turn, None) or Ledger()
