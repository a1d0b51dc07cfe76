"""What a script is told of a call, and what a page tells of scripts."""

import re
from pathlib import Path
from typing import Any

import pytest
from pipecat.evals.results import EvalAssertionFailure, EvalScriptResult, EvalScriptTurnResult
from pipecat.evals.script import EvalScriptScenario, EvalScriptTurn

from bot.scripted.calls import Held, read_scripts
from bot.scripted.errors import NoScripts
from bot.scripted.report import figures, in_a_sentence, page, problems
from bot.scripted.reports import as_call

KNOWLEDGE = Path(__file__).parents[3] / "knowledge"


@pytest.mark.parametrize(
    ("message", "call"),
    [
        (
            {"type": "state_change", "from": "IDLE", "to": "LISTENING", "latency_ms": 1.0},
            ("state", {"from": "IDLE", "to": "LISTENING"}),
        ),
        (
            {
                "type": "processing",
                "stage": "intent_classification",
                "details": {"intent": "fees", "confidence": 1.0, "level": "L1"},
            },
            ("intent", {"intent": "fees", "level": "L1"}),
        ),
        (
            {
                "type": "turn_complete",
                "turn_number": 2,
                "interrupted": False,
                "latency_breakdown": {"total_ms": 400.0},
            },
            ("turn", {"number": 2, "interrupted": False, "total_ms": 400.0}),
        ),
        ({"type": "session_ended", "reason": "hang_up"}, ("ended", {"reason": "hang_up"})),
        ({"type": "transcript", "role": "user", "text": "hello"}, None),
    ],
)
def test_what_is_no_word_is_told_as_a_call(message: dict[str, Any], call: Any):
    """Words are told otherwise."""
    assert as_call(message) == call


def held(name: str, *, answered_ms: float, failed: str = "", spoken: bool = True) -> Held:
    """A call of one turn."""
    failures = [EvalAssertionFailure(0, 0, "response", failed, "text_mismatch")] if failed else []
    status = "failed" if failed else "passed"
    turn = {"number": 1, "interrupted": False, "total_ms": answered_ms}
    return Held(
        EvalScriptScenario(name, [EvalScriptTurn(user="<b>how much?</b>")], user_audio=spoken),
        EvalScriptResult(
            name,
            not failed,
            failures,
            [EvalScriptTurnResult(0, status, failures)],
            events_seen=[{"type": "function_call", "name": "turn", "args": turn, "at": 1.0}],
        ),
    )


def test_figures_are_of_spoken_answers_and_name_what_failed():
    """Typed calls have no time to the first sound."""
    calls = [
        held("a", answered_ms=300),
        held("b", answered_ms=500, failed="no $75"),
        held("c", answered_ms=5, spoken=False),
    ]
    measured = figures(calls)
    assert (measured["calls"], measured["passed"], measured["failed"]) == (3, 2, ["b"])
    assert (measured["median_ms"], measured["p95_ms"], measured["answers"]) == (400, 500, 2)
    assert in_a_sentence(measured).startswith("2 of 3 calls passed (2 spoken)")
    assert problems(calls[1]) == ["turn 1, response: no $75"]


def test_the_page_needs_nothing_but_itself_and_shows_what_failed_first():
    """No script, no address, nothing of a caller's words as markup."""
    html = page([held("fine", answered_ms=300), held("not so", answered_ms=1, failed="<no> $75")])
    assert not re.search(r"<script|https?://|src=|<b>|<link", html)
    assert "&lt;b&gt;how much?&lt;/b&gt;" in html
    assert "&lt;no&gt; $75" in html
    assert html.index("not so") < html.index("fine")
    assert html.count("<details open>") == 1


def test_the_sample_desk_has_scripts_of_every_kind():
    """At least thirty, and all of them can be read."""
    scripts = read_scripts([KNOWLEDGE / "calls"])
    assert len(scripts) >= 30
    kinds = {script.name.partition("/")[0] for script in scripts}
    assert {"questions", "forms", "keys", "languages", "injections", "spoken"} <= kinds
    assert sum(script.user_audio for script in scripts) >= 10


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name: a\nscenarios: []\n", "non-empty list"),
        ("name: a\nscenarios: [{name: b, turns: [{user: hi, expect: [{}]}]}]\n", "'event:'"),
        ("name: a\nscenarios: [{name: b, persona: Jamie, goal: g, success: s}]\n", "simulation"),
    ],
)
def test_a_script_that_cannot_be_read_is_told_in_a_line(tmp_path: Path, text: str, says: str):
    """With its file, before any call is held."""
    (tmp_path / "broken.yaml").write_text(text)
    with pytest.raises(NoScripts, match=says) as problem:
        read_scripts([tmp_path])
    assert "\n" not in str(problem.value)


def test_a_word_that_no_script_is_called_by_is_told(tmp_path: Path):
    """So that nobody takes nothing for passed."""
    with pytest.raises(NoScripts, match="nosuch"):
        read_scripts([KNOWLEDGE / "calls"], "nosuch")
