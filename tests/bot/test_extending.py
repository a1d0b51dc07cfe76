"""Processors of the operator's own."""

import pytest

from bot.extending import as_it_is, extension
from bot.settings import CannotStart, read_settings
from examples.own_processor import extend


def test_what_the_setting_names_is_used():
    """Nothing, unless it names something."""
    assert extension(None) is as_it_is
    assert extension("examples.own_processor:extend") is extend


@pytest.mark.parametrize("named", ["examples.nosuch:extend", "examples.own_processor:nosuch"])
def test_what_is_not_there_is_told_before_anything_starts(named: str):
    """By the setting's name, and what to do."""
    with pytest.raises(CannotStart, match=f"TURNWISE_EXTEND={named}.*Name a function"):
        extension(named)


def test_what_names_no_function_is_told(monkeypatch: pytest.MonkeyPatch):
    """A module alone is none."""
    monkeypatch.setenv("TURNWISE_EXTEND", "examples.own_processor")
    with pytest.raises(CannotStart, match=r"TURNWISE_EXTEND: \S+ cannot be used"):
        read_settings()
