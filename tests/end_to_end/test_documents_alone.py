"""A folder with documents in it, and nothing else, is a help desk."""

import json
from pathlib import Path

import pytest

from tests.end_to_end.test_command_line import assert_one_line, run

pytestmark = pytest.mark.slow

FEES = "---\nyear: 2026\n---\n# Fees\n\nThe application fee is $75. It can be paid by card.\n"
PARKING = "# Parking\n\nA parking permit for commuters costs $180 a year.\n"


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """No intents.yaml, no persona.yaml."""
    documents = tmp_path / "desk" / "documents"
    documents.mkdir(parents=True)
    (documents / "fees.md").write_text(FEES)
    (documents / "parking.md").write_text(PARKING)
    return documents.parent


def test_documents_alone_are_a_help_desk(desk: Path, tmp_path: Path):
    """It greets, answers with its source, repeats, admits, puts through, says goodbye."""
    built = run("index", "build", data=tmp_path / "data", TURNWISE_KNOWLEDGE=str(desk))
    assert built.returncode == 0, built.stderr
    assert "2 documents, 2 passages" in built.stdout
    asked = [
        "Hello.",
        "How much is a parking permit for commuters?",
        "Sorry, can you repeat that?",
        "Who won the football match?",
        "Thank you very much.",
        "I want to talk to a person.",
        "Goodbye.",
        "Nobody hears this.",
    ]
    talk = run(
        "chat", "--json", data=tmp_path / "data", stdin="\n".join(asked) + "\n",
        TURNWISE_KNOWLEDGE=str(desk),
    )  # fmt: skip
    assert talk.returncode == 0, talk.stderr
    messages = [json.loads(line) for line in talk.stdout.splitlines()]
    said = [
        m["text"]
        for m in messages
        if m["type"] == "transcript" and m["role"] == "agent" and m["final"]
    ]
    greeting, hello, permit, repeated, unknown, welcome, person, goodbye = said
    assert "help" in greeting
    assert "help" in hello
    assert "$180" in permit
    assert repeated == permit
    assert "don't know" in unknown
    assert "welcome" in welcome
    assert "put you through" in person
    assert goodbye == "Goodbye."
    assert "parking.md" in talk.stdout
    assert [m["type"] for m in messages].count("session_ended") == 1


def test_a_search_keeps_to_documents_with_that_metadata(desk: Path, tmp_path: Path):
    """`--where` filters; what is no filter is told."""
    data, knowledge = tmp_path / "data", str(desk)
    run("index", "build", data=data, TURNWISE_KNOWLEDGE=knowledge)
    question = "How much is it?"
    both = run("index", "search", question, "--json", data=data)
    assert {p["document"] for p in json.loads(both.stdout)["passages"]} == {"fees.md", "parking.md"}
    kept = run("index", "search", question, "--json", "--where", "year=2026", data=data)
    (passage,) = json.loads(kept.stdout)["passages"]
    assert (passage["document"], passage["metadata"]) == ("fees.md", {"year": 2026})
    none = run("index", "search", question, "--json", "--where", "year=1999", data=data)
    assert json.loads(none.stdout)["passages"] == []
    assert_one_line(run("index", "search", question, "--where", "year", data=data), "key=value")
