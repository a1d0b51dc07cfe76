"""Where the time of a turn went.

    speech ends ─endpointing─► turn over ─stt─► words ─intent‖retrieval─► merge ─► llm ─► tts ─► out
         └──────────────────────────── voice-to-voice latency ─────────────────────────────────┘

Rows are milestones of one turn on one monotonic clock, in seconds. The critical path runs from the
caller's last sound to the first of the answer; its parts are the gaps between the milestones that
were waited for, so they add up to the whole by construction.
"""

from dataclasses import dataclass, field
from itertools import pairwise

from conversation.use import Used


@dataclass(frozen=True)
class Row:
    """One stage. Milliseconds from the end of the caller's speech; negative is work done ahead.

    provider: who did it, where several could. failed: why it was given up, if it was; the stage's
    critical row is of the one that served, and the time that the others cost is in it.
    """

    stage: str
    start_ms: float
    end_ms: float
    critical: bool
    provider: str = ""
    failed: str = ""


@dataclass
class Try:
    """A provider was asked. kind: stt, llm or tts, as the stage of its row."""

    kind: str
    provider: str
    start: float
    first: float | None = None  # when its first byte came
    end: float | None = None
    failed: str = ""

    @property
    def waited(self) -> float:
        """Seconds until its first byte."""
        return (self.first or self.start) - self.start

    def over(self, *, now: float, failed: str = "") -> None:
        """It answered to the end, or was given up."""
        self.end, self.failed = now, failed


# The milestones on the critical path, in the order in which a turn passes them.
PATH = (
    "speech_ended", "turn_over", "transcribed", "merged", "llm_first", "tts_first", "audio_out",
    "first_sound",  # the audio before it is silence
)  # fmt: skip
_STAGES = ("endpointing", "stt", "merge", "llm", "tts", "transport", "lead_in")
LAST_SOUND = "last_sound"
"""A milestone that tells better than the VAD when speech ended, if somebody knows."""


@dataclass
class Ledger:
    """Collects one turn's milestones (`mark`) and side-by-side work (`span`)."""

    marks: dict[str, float] = field(default_factory=dict[str, float])
    spans: dict[str, tuple[float, float]] = field(default_factory=dict[str, tuple[float, float]])
    tries: list[Try] = field(default_factory=list[Try])
    used: list[Used] = field(default_factory=list[Used])

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
        marks = dict(self.marks)
        marks[PATH[0]] = marks.get(LAST_SOUND, marks.get(PATH[0], 0.0))
        for name in PATH:
            known = marks.get(name, times[-1] if times else 0.0)
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
            Row(stage, ms(a), ms(b), True, self.served(stage))
            for stage, (a, b) in zip(_STAGES, pairwise(times), strict=True)
        ]
        beside = [Row(stage, ms(a), ms(b), False) for stage, (a, b) in self.spans.items()]
        lost = [
            Row(t.kind, ms(t.start), ms(t.end), False, t.provider, t.failed)
            for t in self.tries
            if t.failed and t.end is not None
        ]
        return [*critical, *beside, *lost]

    def served(self, stage: str) -> str:
        """Whose answer was used in the end; "" where nobody's was, or there was no choice."""
        answered = [t for t in self.tries if t.kind == stage and t.first is not None]
        whole = [t for t in answered if not t.failed]
        return (whole or answered)[-1].provider if answered else ""

    def since_speech(self, *, now: float) -> float:
        """Milliseconds from the end of the caller's speech, the zero of `rows`; 0 without it."""
        return round((now - self.marks.get("speech_ended", now)) * 1000, 1)

    def breakdown(self) -> dict[str, float]:
        """stt_ms + thinking_ms + tts_ms = total_ms, in milliseconds."""
        if "audio_out" not in self.marks or "speech_ended" not in self.marks:
            return {"stt_ms": 0.0, "thinking_ms": 0.0, "tts_ms": 0.0, "total_ms": 0.0}
        times = self.path()
        ms = {n: round((t - times[0]) * 1000, 1) for n, t in zip(PATH, times, strict=True)}
        return {
            "stt_ms": ms["transcribed"],
            "thinking_ms": round(ms["llm_first"] - ms["transcribed"], 1),
            "tts_ms": round(ms["first_sound"] - ms["llm_first"], 1),
            "total_ms": ms["first_sound"],
        }


@dataclass
class Ledgers:
    """The ledgers of the turns that are being answered; the last few, whatever happens."""

    kept: int = 4
    coming: Ledger = field(default_factory=Ledger)
    """Of what the caller says now, which may become a turn."""
    _by_turn: dict[int, Ledger] = field(default_factory=dict[int, Ledger])

    def begin(self, turn: int, ledger: Ledger) -> None:
        """The turn is over and being answered; its first milestones are in `ledger`."""
        self._by_turn[turn] = ledger
        while len(self._by_turn) > self.kept:
            del self._by_turn[next(iter(self._by_turn))]

    def take(self) -> Ledger:
        """What the caller said became a turn: its ledger, and a new one for what comes."""
        taken, self.coming = self.coming, Ledger()
        return taken

    def forget(self) -> None:
        """What the caller said became no turn; what it cost is the next one's."""
        self.coming = Ledger(used=self.coming.used)

    def of(self, turn: int) -> Ledger:
        """The ledger of `turn`; one that nobody reads if the turn is not being answered."""
        return self._by_turn.get(turn) or Ledger()

    def book(self, turn: int | None, used: Used) -> None:
        """A provider was used for `turn`; once that is over, it goes to the next one's account."""
        ledger = self.coming if turn is None else self._by_turn.get(turn, self.coming)
        ledger.used.append(used)

    def end(self, turn: int) -> Ledger:
        """The finished ledger of `turn`."""
        return self._by_turn.pop(turn, None) or Ledger()
