"""A store for whoever needs one; which files come first; how many examples `make fuzz` tries."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from bot.store import SessionStore, open_store

os.environ.setdefault("TURNWISE_OVERLOAD", "accept")  # several tests at once make a machine late
settings.register_profile("turnwise", deadline=None)  # how long a test takes is nobody's claim
settings.load_profile("turnwise")
settings.register_profile(
    "fuzz",
    max_examples=10_000,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--calls", type=int, default=10, help="calls under each fault of tests/chaos")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that take long come first, so that none of them is what the others wait for."""
    long = {
        item.path
        for item in items
        if item.get_closest_marker("slow") or item.get_closest_marker("chaos")
    }
    items.sort(key=lambda item: item.path not in long)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SessionStore]:
    opened = await open_store(None, tmp_path / "data")
    yield opened
    await opened.close()
