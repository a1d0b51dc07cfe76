"""What the pages say is so."""

import re
from pathlib import Path

from bot.settings import Settings
from transports.orchestrate.asyncapi import text

ROOT = Path(__file__).parent.parent


def test_every_setting_is_in_the_settings_page_and_no_other():
    """A setting that nobody can find is none; a page that promises more is wrong."""
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    documented = {name.lower() for name in re.findall(r"`TURNWISE_([A-Z_]+)`", page)}
    assert documented == set(Settings.model_fields)


def test_the_protocols_document_is_that_of_its_messages():
    """`python -m transports.orchestrate.asyncapi > docs/orchestrate.asyncapi.json` makes it."""
    kept = (ROOT / "docs" / "orchestrate.asyncapi.json").read_text(encoding="utf-8")
    assert kept == text()


def test_every_link_of_the_readme_leads_somewhere():
    """Pages and pictures that the README names are there."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    targets = [t for t in re.findall(r"\]\(([^)]+)\)", readme) if not t.startswith("http")]
    assert targets
    assert [t for t in targets if not (ROOT / t).exists()] == []


def test_the_readme_starts_with_the_two_commands():
    """`make run`, `make test`, before anything else to do."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = [line.strip() for line in readme.splitlines() if line.startswith("    ")]
    assert commands[:2] == ["make run", "make test"]
