"""Every command of every page does what the page says."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag_index.build import build
from rag_index.encoder import MiniLMEncoder
from tests.docs.commands import PAGES, ROOT, Command, commands, hidden, run_all
from tests.docs.servers import free_port, serving, workplace

RUN_ALREADY = {"make run", "make test"}  # by the fixture `server`, for all pages; by whoever tests
FIGURES = "benchmarks.md"  # whose commands take minutes, and print the figures that stand there
REASONS = (
    "needs a key",
    "needs a telephone number",
    "needs a cluster",
    "needs Docker",
    "needs a microphone",
    "needs a session",
    "takes minutes",
    "runs until it is stopped",
    "installs packages",
    "tests/",  # a test of its own, which is named
)
WITH_COMMANDS = [
    page
    for page in PAGES
    if any(c.why_not is None and c.text not in RUN_ALREADY for c in commands(page))
]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the sample help desk's index."""
    folder = tmp_path_factory.mktemp("data") / ".turnwise"
    build([ROOT / "knowledge" / "documents"], folder / "index", MiniLMEncoder(threads=2))
    return folder


@pytest.fixture(scope="module")
def server(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """`make run`, without the part that installs; gives its port."""
    place = workplace(tmp_path_factory.mktemp("served") / "turnwise")
    shutil.copytree(data, place / ".turnwise")
    (place / ".turnwise" / "index" / "CURRENT.json").touch()
    port = free_port()
    make = ["make", "-o", ".venv/.installed", "run"]
    with serving(make, "ready for calls", place, TURNWISE_PORT=str(port)):
        yield port


def here(command: Command, port: int) -> Command:
    """The same for a server that listens on another port than the pages have it."""
    text = command.text.replace("localhost:8004", f"127.0.0.1:{port}")
    client = "examples/orchestrate_client.py"
    text = text.replace(client, f"{client} --url ws://127.0.0.1:{port}/orchestrate")
    return Command(text, command.printed)


@pytest.mark.slow
@pytest.mark.parametrize("page", WITH_COMMANDS, ids=lambda page: page.name)
def test_every_command_of_the_page_works(page: Path, data: Path, server: int, tmp_path: Path):
    """They end with 0, one after the other in one shell, and print what stands below them."""
    place = workplace(tmp_path / "turnwise")
    shutil.copytree(data, place / ".turnwise")
    given = [c for c in commands(page) if c.why_not is None and c.text not in RUN_ALREADY]
    told = run_all([here(command, server) for command in given], place, os.environ)
    for command, printed in zip(given, told, strict=True):
        for line in command.printed:
            assert line.partition("…")[0].strip() in printed, f"{command.text}\n{printed}"


@pytest.mark.parametrize("page", [p for p in PAGES if p.name != FIGURES], ids=lambda p: p.name)
def test_no_command_hides_from_these_tests(page: Path):
    """What is to be typed stands in console blocks; one that is not run says why."""
    assert hidden(page) == []
    reasons = {c.why_not for c in commands(page) if c.why_not}
    assert [why for why in reasons if not why.startswith(REASONS)] == []


def test_a_command_that_fails_is_noticed(tmp_path: Path):
    """Also one in the middle, and one that ends the shell."""
    with pytest.raises(AssertionError, match="ended with 1"):
        run_all([Command("true"), Command("false"), Command("true")], tmp_path, os.environ)
    with pytest.raises(AssertionError, match="ended the shell"):
        run_all([Command("exit 0"), Command("true")], tmp_path, os.environ)


def test_commands_are_read_as_they_stand(tmp_path: Path):
    """With lines that go on, with what they print, and with why they are not run."""
    page = tmp_path / "page.md"
    page.write_text(
        "```console\n$ cat <<END\n> a\n> END\na\n$ true\n```\n\n    make run\n"
        "<!-- not run: needs a key -->\n```console\n$ false\n```\n"
    )
    cat, true, false = commands(page)
    assert (cat.text, cat.printed, cat.why_not) == ("cat <<END\na\nEND", ["a"], None)
    assert (true.text, false.why_not) == ("true", "needs a key")
    assert hidden(page) == ["make run"]
