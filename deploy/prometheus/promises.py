"""What the service promises, as alert rules; `python -m deploy.prometheus.promises` writes them.

Each promise allows a share of bad events. An alert compares how fast that share is used up with how
fast it may be (the burn rate), over a long window and a short one: the long one so that a blip
calls nobody, the short one so that it ends when the trouble does. (Google, The Site Reliability
Workbook, chapter 5.)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).with_name("rules.yaml")
RUNBOOKS = "docs/runbooks"
HEAD = "# Made by `python -m deploy.prometheus.promises`.\n"
AWAY = 'turnwise_turned_away_total{reason!="key_full"}'
V2V = "turnwise_voice_to_voice_seconds"


@dataclass(frozen=True)
class Promise:
    """bad, of all: a second, over [W]. allowed: the share of bad ones that is promised not to be
    exceeded over 30 days. runbook: its page."""

    name: str
    alert: str
    says: str
    bad: str
    of: str
    allowed: float
    runbook: str


@dataclass(frozen=True)
class Burn:
    """rate: times as fast as allowed, over both windows. spent: of the month's share, by then."""

    rate: float
    long: str
    short: str
    severity: str
    spent: str


PROMISES = (
    Promise(
        "calls_not_answered",
        "CallsNotAnswered",
        "99.5 % of calls are answered",
        f'sum(rate({AWAY}[W])) + sum(rate(turnwise_sessions_ended_total{{reason="failed"}}[W]))',
        f"sum(rate({AWAY}[W])) + sum(rate(turnwise_sessions_started_total[W]))",
        0.005,
        "calls-not-answered",
    ),
    Promise(
        "turns_failed",
        "TurnsFail",
        "less than 0.1 % of turns fail",
        'sum(rate(turnwise_turns_total{outcome="failed"}[W]))',
        "sum(rate(turnwise_turns_total[W]))",
        0.001,
        "turns-fail",
    ),
    Promise(
        "answers_slow",
        "AnswersAreSlow",
        "95 % of answers are heard within 0.8 s",
        f'sum(rate({V2V}_count[W])) - sum(rate({V2V}_bucket{{le="0.8"}}[W]))',
        f"sum(rate({V2V}_count[W]))",
        0.05,
        "answers-are-slow",
    ),
)
BURNS = (
    Burn(14.4, "1h", "5m", "page", "2 %"),
    Burn(6, "6h", "30m", "page", "5 %"),
    Burn(3, "1d", "2h", "ticket", "10 %"),
    Burn(1, "3d", "6h", "ticket", "10 %"),
)
# What is wrong now, whatever it does to callers: expression, for how long, severity, runbook.
CAUSES: Mapping[str, tuple[str, str, str, str]] = {
    "WorkerDown": ('up{job="turnwise"} == 0', "2m", "page", "worker-down"),
    "StoreAway": ("min by (instance) (turnwise_store_up) == 0", "1m", "page", "store-away"),
    "NoPlaces": (
        "sum(turnwise_sessions) / sum(turnwise_session_places) > 0.9",
        "5m",
        "ticket",
        "no-places",
    ),
    "ProviderOut": (
        "max by (kind, provider) (turnwise_provider_breaker) > 0",
        "10m",
        "ticket",
        "provider-out",
    ),
}
CAUSE_SAYS = {
    "WorkerDown": "{{ $labels.instance }} does not answer Prometheus",
    "StoreAway": "Redis does not answer {{ $labels.instance }}",
    "NoPlaces": "more than nine of ten places for calls are taken",
    "ProviderOut": "{{ $labels.kind }} {{ $labels.provider }} fails; the next one serves its turns",
}


def rules() -> dict[str, Any]:
    """The file's content."""
    windows = sorted({w for b in BURNS for w in (b.long, b.short)}, key=_minutes)
    measured = [
        {
            "record": _ratio(promise, window),
            "expr": f"({promise.bad}) / ({promise.of})".replace("[W]", f"[{window}]"),
        }
        for promise in PROMISES
        for window in windows
    ]
    return {
        "groups": [
            {"name": "turnwise-promises-measured", "rules": measured},
            {"name": "turnwise-promises", "rules": [_burns(p, b) for p in PROMISES for b in BURNS]},
            {"name": "turnwise-causes", "rules": [_cause(name) for name in CAUSES]},
        ]
    }


def rendered() -> str:
    """The file's text."""
    return HEAD + yaml.safe_dump(rules(), sort_keys=False, width=100)


def _ratio(promise: Promise, window: str) -> str:
    return f"turnwise:{promise.name}:ratio_rate{window}"


def _burns(promise: Promise, burn: Burn) -> dict[str, Any]:
    most = f"{burn.rate:g} * {promise.allowed:g}"
    return {
        "alert": f"Turnwise{promise.alert}",
        "expr": f"{_ratio(promise, burn.long)} > {most} and {_ratio(promise, burn.short)} > {most}",
        "labels": {"severity": burn.severity, "window": burn.long},
        "annotations": {
            "summary": f"Promised: {promise.says}. Over {burn.long} the month's allowance goes "
            f"{burn.rate:g} times too fast ({burn.spent} of it is gone).",
            "description": "{{ $value | humanizePercentage }} over " + burn.long,
            "runbook_url": f"{RUNBOOKS}/{promise.runbook}.md",
        },
    }


def _cause(name: str) -> dict[str, Any]:
    expr, lasts, severity, runbook = CAUSES[name]
    return {
        "alert": f"Turnwise{name}",
        "expr": expr,
        "for": lasts,
        "labels": {"severity": severity},
        "annotations": {
            "summary": f"{CAUSE_SAYS[name]}.",
            "runbook_url": f"{RUNBOOKS}/{runbook}.md",
        },
    }


def _minutes(window: str) -> int:
    return int(window[:-1]) * {"m": 1, "h": 60, "d": 1440}[window[-1]]


if __name__ == "__main__":
    FILE.write_text(rendered(), encoding="utf-8")
