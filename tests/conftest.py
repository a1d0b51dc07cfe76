"""A store for whoever needs one; and how many examples hypothesis tries in `make fuzz`."""

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


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SessionStore]:
    opened = await open_store(None, tmp_path / "data")
    yield opened
    await opened.close()
