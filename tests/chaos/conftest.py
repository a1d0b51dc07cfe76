"""Workers, Redis and callers for a fault to be put between them; the rows of the table.

`make chaos` holds 20 calls of four questions, and kills a worker in each state; the short form, a
part of `make test`, holds ten of two, each of a worker's in another state.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from conversation.states import State
from rag_index.build import build
from rag_index.encoder import MiniLMEncoder
from tests.chaos.caller import Caller
from tests.chaos.servers import ROOT, Process, Redis, Worker, until

LONG_FORM = 20  # calls
QUESTIONS = (
    "How much is the application fee for domestic first-year students?",
    "What is the phone number of the housing office?",
    "When is the application deadline for transfer students in the fall?",
    "How much is the enrollment deposit?",
)
Row = Callable[[str, int, str], None]


ROWS = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[ROWS] = []


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Prints the table."""
    heading = ["", "| fault | calls | what happened |", "|---|---|---|"]
    for line in [*heading, *rows] if (rows := config.stash[ROWS]) else []:
        terminalreporter.write_line(line)


@pytest.fixture
def row(request: pytest.FixtureRequest) -> Row:
    """Adds a row (fault, calls, what happened) to the table that is printed at the end."""
    rows = request.config.stash[ROWS]
    return lambda fault, calls, happened: rows.append(f"| {fault} | {calls} | {happened} |")


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the sample help desk's index, shared by the workers."""
    folder = tmp_path_factory.mktemp("data")
    build([ROOT / "knowledge" / "documents"], folder / "index", MiniLMEncoder(threads=2))
    return folder


@pytest.fixture
def started() -> Iterator[Callable[[Process], Process]]:
    """Starts processes; whatever still runs at the end is ended."""
    running: list[Process] = []

    def start(process: Process) -> Process:
        process.start()
        running.append(process)
        return process

    yield start
    for process in reversed(running):
        process.stop()


@pytest_asyncio.fixture
async def redis(started: Callable[[Process], Process], tmp_path: Path) -> Redis:
    server = Redis(tmp_path / "redis")
    started(server)
    await until(server.listens)
    return server


Workers = Callable[..., Awaitable[list[Worker]]]


@pytest_asyncio.fixture
async def workers(
    started: Callable[[Process], Process], data: Path, tmp_path: Path
) -> AsyncIterator[Workers]:
    """Starts `count` workers on a Redis, and waits until they take calls."""

    async def start(redis_url: str, count: int = 2, **given: object) -> list[Worker]:
        made = [Worker(tmp_path, redis_url, data, **given) for _ in range(count)]
        for worker in made:
            started(worker)
        for worker in made:
            await until(worker.ready)
        return made

    yield start


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "states" in metafunc.fixturenames:
        long = metafunc.config.getoption("--calls") >= LONG_FORM
        together = [(state,) for state in State] if long else [tuple(State)]
        metafunc.parametrize("states", together, ids=" ".join)


@pytest.fixture
def calls(request: pytest.FixtureRequest) -> int:
    """How many calls are held under a fault."""
    return request.config.getoption("--calls")


@pytest_asyncio.fixture
async def callers(calls: int) -> AsyncIterator[Callable[..., list[Caller]]]:
    """Callers that have begun, shared out among the workers."""
    async with AsyncExitStack() as stack:

        def begin(workers: list[Worker], stops_at: Sequence[str] = ()) -> list[Caller]:
            made: list[Caller] = []
            questions = QUESTIONS if calls >= LONG_FORM else QUESTIONS[:2]
            for number in range(calls):
                round_, first = divmod(number, len(workers))
                order = [*workers[first:], *workers[:first]]
                stop = stops_at[round_ % len(stops_at)] if stops_at else None
                made.append(Caller(number, order, questions, stop))
                task = asyncio.create_task(made[-1].call(), name=f"caller {number}")
                made[-1].task = task
                stack.callback(task.cancel)
            return made

        yield begin
