"""Scripted calls, by Pipecat's harness, through the whole pipeline: some of each kind."""

from pathlib import Path

import pytest

from bot.engine import Engine
from bot.scripted.calls import Held, hold, read_scripts
from bot.scripted.report import problems
from bot.settings import Settings
from tests.end_to_end.conftest import ROOT
from tests.end_to_end.test_command_line import run

pytestmark = pytest.mark.slow

CHOSEN = (
    "questions/a_fee",
    "persons/offered_and_taken",
    "keys/zero_is_a_person",
    "spoken/over_the_greeting",
)
WRONG = """
name: wrong
scenarios:
  - name: fee
    turns:
      - user: How much is the application fee for a graduate program?
        expect: [{event: response, eval: "says $60", within_ms: 1500}]
      - user: hello
"""


async def test_calls_go_as_their_scripts_say(engine: Engine, settings: Settings):
    """Typed, with keys, and by voice over the greeting."""
    scripts = read_scripts([ROOT / "knowledge" / "calls"])
    chosen = [script for script in scripts if script.name in CHOSEN]
    assert len(chosen) == len(CHOSEN)
    held = await hold(engine, settings, chosen)
    assert {one.scenario.name: problems(one) for one in held if not one.result.passed} == {}
    assert all(_answered(one) for one in held)
    (spoken,) = [one for one in held if one.spoken]
    assert spoken.answered_ms


def _answered(one: Held) -> bool:
    return any(event["type"] in ("llm_response", "response") for event in one.result.events_seen)


def test_a_call_that_goes_otherwise_is_an_error_and_says_why(data_folder: Path, tmp_path: Path):
    """Exit code 1, the turn and what was missing; the page shows it."""
    (tmp_path / "wrong.yaml").write_text(WRONG)
    page = tmp_path / "page.html"
    result = run("eval", "calls", tmp_path, "--report", page, data=data_folder)
    assert result.returncode == 1, result.stderr
    assert "turn 1, llm_response" in result.stdout
    assert "not so: says $60" in result.stdout
    assert "0 of 1 calls passed" in result.stdout
    assert "not so: says $60" in page.read_text()


def test_a_folder_without_scripts_is_told(data_folder: Path, tmp_path: Path):
    """Nothing that was not held is taken for passed."""
    result = run("eval", "calls", tmp_path, data=data_folder)
    assert result.returncode == 2
    assert "No scripted calls" in result.stderr
