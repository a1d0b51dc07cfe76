"""What the pages say is so."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from bot.settings import Settings
from tests.docs.commands import commands
from transports.orchestrate.asyncapi import pages

ROOT = Path(__file__).parent.parent


def test_every_setting_is_in_the_settings_page_and_no_other():
    """A setting that nobody can find is none; a page that promises more is wrong."""
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    documented = {name.lower() for name in re.findall(r"`TURNWISE_([A-Z_]+)`", page)}
    assert documented == set(Settings.model_fields)


@pytest.mark.parametrize("name", pages())
def test_the_protocols_documents_are_those_of_its_messages(name: str):
    """`python -m transports.orchestrate.asyncapi docs` makes them."""
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == pages()[name]


def exchange() -> list[tuple[str, dict[str, Any]]]:
    """The exchange that the page shows: who, message."""
    page = (ROOT / "docs" / "orchestrate.md").read_text(encoding="utf-8")
    told = re.findall(r"^([→←]) (\{.*\})$", page, flags=re.MULTILINE)
    return [("client" if arrow == "→" else "server", json.loads(text)) for arrow, text in told]


def test_the_exchange_on_the_page_is_of_the_protocol():
    """Every message by its JSON Schema, and one that isn't of it by none."""
    schemas = json.loads(pages()["orchestrate.schema.json"])
    valid = {
        who: jsonschema_rs.validator_for({**schemas, "anyOf": [{"$ref": f"#/$defs/{who}"}]})
        for who in ("client", "server")
    }
    told = exchange()
    assert [m["type"] for _, m in told][-1] == "session_ended"
    assert {"response_ready", "turn_complete", "processing"} <= {m["type"] for _, m in told}
    for who, message in told:
        valid[who].validate(message)
        assert not valid[who].is_valid({**message, "type": "unknown"})
        assert not valid[who].is_valid({k: v for k, v in message.items() if k != "type"})


def test_the_readme_starts_with_the_two_commands():
    """`make run`, `make test`, before anything else to do."""
    first, second, *_ = commands(ROOT / "README.md")
    assert (first.text, second.text) == ("make run", "make test")
