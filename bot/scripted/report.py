"""What became of scripted calls: a summary, and a page that needs nothing but itself."""

import statistics
from collections.abc import Sequence
from html import escape
from typing import Any

from bot.scripted.calls import Held

_STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { margin-bottom: 0; } .figures { opacity: .75; margin-top: .25rem; }
details { border: 1px solid #8884; border-radius: .5rem; margin: .5rem 0; padding: .4rem .8rem; }
summary { cursor: pointer; } .ms { float: right; opacity: .7; font-variant-numeric: tabular-nums; }
.ok::before { content: "✓ "; color: #188038; } .bad::before { content: "✗ "; color: #d93025; }
.not_run { opacity: .5; } .said { font-weight: 600; } .why { color: #d93025; }
ul { list-style: none; padding-left: 1rem; margin: .2rem 0; } code { font-size: .85em; }
table { border-collapse: collapse; font-size: .85em; } td { padding: 0 .8rem 0 0; }
"""


def figures(held: Sequence[Held]) -> dict[str, Any]:
    """calls, passed, failed (their names), unjudged, median_ms and p95_ms of spoken answers."""
    took = sorted(ms for one in held if one.spoken for ms in one.answered_ms)
    return {
        "calls": len(held),
        "passed": sum(one.result.passed for one in held),
        "failed": [one.scenario.name for one in held if not one.result.passed],
        "spoken": sum(one.spoken for one in held),
        "unjudged": sum(len(one.unjudged) for one in held),
        "answers": len(took),
        "median_ms": round(statistics.median(took)) if took else None,
        "p95_ms": round(took[min(len(took) - 1, int(0.95 * len(took)))]) if took else None,
    }


def in_a_sentence(measured: dict[str, Any]) -> str:
    """The figures for people."""
    told = f"{measured['passed']} of {measured['calls']} calls passed ({measured['spoken']} spoken)"
    if measured["answers"]:
        told += (
            f"; the answer began after {measured['median_ms']} ms at the median, "
            f"{measured['p95_ms']} ms at the 95th percentile"
        )
    if measured["unjudged"]:
        told += f"; {measured['unjudged']} criteria in words were judged by nobody"
    return told + "."


def problems(one: Held) -> list[str]:
    """What was not as expected, a line each."""
    return [
        f"turn {f.turn_index + 1}, {f.event_name}: {f.reason}".replace("\n", " ")
        for f in one.result.failures
    ]


def page(held: Sequence[Held], title: str = "Scripted calls") -> str:
    """One HTML document, without scripts, links or pictures. Failed calls come first, opened."""
    order = sorted(held, key=lambda one: one.result.passed)
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width">'
        f"<style>{_STYLE}</style><h1>{escape(title)}</h1>"
        f'<p class="figures">{escape(in_a_sentence(figures(held)))}</p>'
        + "".join(_call(one) for one in order)
    )


def _call(one: Held) -> str:
    passed = one.result.passed
    took = f"{one.result.duration_ms / 1000:.1f} s"
    turns = "".join(_turn(one, number) for number in range(len(one.scenario.turns)))
    unjudged = "".join(f"<li>not judged: {escape(words)}</li>" for words in one.unjudged)
    return (
        f"<details{'' if passed else ' open'}><summary><span "
        f'class="{"ok" if passed else "bad"}">{escape(one.scenario.name)}</span>'
        f'<span class="ms">{"spoken" if one.spoken else "typed"}, {took}</span></summary>'
        f"<ul>{turns}{unjudged}</ul>{_events(one)}</details>"
    )


def _turn(one: Held, number: int) -> str:
    turn, result = one.scenario.turns[number], one.result.turns[number]
    said = turn.user or (f"presses {turn.dtmf}" if turn.dtmf else "listens")
    met = "".join(
        f'<li class="ok"><code>{escape(e.event_name)}</code> {escape(e.matched)}</li>'
        for e in result.expectations
        if e.passed
    )
    missed = "".join(
        f'<li class="bad"><code>{escape(f.event_name)}</code> '
        f'<span class="why">{escape(f.reason)}</span></li>'
        for f in result.failures
    )
    return (
        f'<li class="{result.status}"><span class="said">{escape(said)}</span>'
        f"<ul>{met}{missed}</ul></li>"
    )


def _events(one: Held) -> str:
    rows = "".join(
        f"<tr><td>{event['at']:.2f} s</td><td>{escape(event['type'])}</td>"
        f"<td>{escape(_told(event))}</td></tr>"
        for event in one.result.events_seen
    )
    return f"<details><summary>what happened</summary><table>{rows}</table></details>"


def _told(event: dict[str, Any]) -> str:
    if name := event.get("name"):
        arguments = ", ".join(f"{key}={value}" for key, value in event.get("args", {}).items())
        return f"{name}({arguments})"
    return str(event.get("text") or event.get("transcript") or "")
