"""What a recorded call says of each turn, from nothing but its two channels.

caller  ▂▅▇▅▂▇▅▂│                   │
bot             │                   │▅▇▅▂▇▅ …
                └─ voice to voice ──┘

caller             │▂▅▇▅▂▇▅▂
bot      ▅▇▅▂▇▅▂▇▅▂│▇▅▂▇│
                   └────┘ barge-in
"""

from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.latency.recording import Channel

ANSWER_SECONDS = 8.0  # after which an answer is none


@dataclass(frozen=True)
class Spoken:
    """The caller said this between two moments (seconds), the bot perhaps speaking."""

    voice: str
    text: str
    begins: float
    ends: float


@dataclass
class Turn:
    """Milliseconds, as they were heard; None where it did not happen.

    early: the bot spoke into what the caller said. went_on: it stopped for the caller and spoke
    again before they had finished.
    """

    voice: str
    text: str
    speech_ms: float
    voice_to_voice_ms: float | None = None
    barge_in_ms: float | None = None
    early: bool = False
    went_on: bool = False
    answered_at: float | None = None
    """Seconds."""

    def told(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def heard(spoken: Spoken, caller: Channel, bot: Channel, until: float) -> Turn:
    """The turn in which that was said. until: when the next one begins."""
    said = caller.sounds(spoken.begins, spoken.ends)
    begins, ends = said[0][0], said[-1][1]
    turn = Turn(spoken.voice, spoken.text, _ms(ends - begins))
    sounds = bot.sounds(begins - 1.0, min(until, ends + ANSWER_SECONDS))
    over = [s for s in sounds if s[0] < begins < s[1]]
    within = [s for s in sounds if begins <= s[0] < ends]
    if over:
        turn.barge_in_ms = _ms(max(s[1] for s in [*over, *within] if s[0] < ends) - begins)
    turn.early, turn.went_on = bool(within) and not over, bool(within) and bool(over)
    later = [s for s in sounds if s[0] >= ends]
    if later and not turn.early and not any(s[1] > ends for s in [*over, *within]):
        turn.voice_to_voice_ms, turn.answered_at = _ms(later[0][0] - ends), later[0][0]
    return turn


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)
