"""What a caller is told of the recording, and when."""

from pathlib import Path

import pytest

from bot.came_by import CameBy
from bot.journals import announced, recorder_of
from bot.settings import Settings


def given(**set_: object) -> Settings:
    return Settings(_env_file=None, **set_)  # type: ignore[call-arg,arg-type]


@pytest.mark.parametrize(
    ("set_", "greeting", "said"),
    [
        ({}, "Hello.", "Hello."),
        ({"record": True}, "Hello.", "This call is recorded. Hello."),
        ({"record": True}, "", "This call is recorded."),
        ({"record": True, "record_notice": "We listen in."}, "Hi.", "We listen in. Hi."),
        ({"record": True, "record_notice": ""}, "Hello.", "Hello."),
    ],
)
def test_who_is_recorded_is_told_so_first(set_: dict[str, object], greeting: str, said: str):
    """Before the greeting, or in its place; as the operator words it, or not at all."""
    assert announced(given(**set_), greeting) == said


def test_calls_are_recorded_only_where_that_is_set(tmp_path: Path):
    """It is off by default."""
    assert recorder_of(given(data=tmp_path), CameBy(), "s", "") is None
    assert recorder_of(given(data=tmp_path, record=True), CameBy(), "s", "") is not None
