"""The Dockerfile: what it copies is there and may be seen, and how what it makes runs."""

import json
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest
from dockerfile_parse import DockerfileParser

ROOT = Path(__file__).parents[2]


@pytest.fixture
def steps() -> list[tuple[str, str]]:
    """(instruction, arguments)."""
    parser = DockerfileParser(path=str(ROOT / "Dockerfile"))
    return [
        (s["instruction"], s["value"]) for s in parser.structure if s["instruction"] != "COMMENT"
    ]


def of_kind(steps: list[tuple[str, str]], kind: str) -> list[str]:
    """The arguments of each such instruction."""
    return [value for instruction, value in steps if instruction == kind]


def ignored(path: str) -> bool:
    """By .dockerignore, whose last line that fits decides."""
    verdict = False
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    for line in lines:
        pattern = line.removeprefix("!")
        parents = [path, *(str(parent) for parent in Path(path).parents)]
        if (
            line
            and not line.startswith("#")
            and any(fnmatch(one, pattern) for one in parents[:-1] or [path])
        ):
            verdict = not line.startswith("!")
    return verdict


def test_what_is_copied_is_there_and_not_ignored(steps: list[tuple[str, str]]):
    """And secrets, data and tests never leave this folder."""
    sources = [
        source
        for value in of_kind(steps, "COPY")
        if not value.startswith("--from")
        for source in value.split()[:-1]
    ]
    assert {"bot", "requirements.lock", "runner.py"} <= set(sources)
    assert [s for s in sources if not (ROOT / s).exists() or ignored(s)] == []
    for secret in (".env", "deploy/.env", ".turnwise", ".git", "tests", ".venv"):
        assert ignored(secret), secret


def test_every_package_of_ours_is_in_it(steps: list[tuple[str, str]]):
    """A folder that runner.py imports, and nobody copied, would be missed at the first start."""
    copied = {value.split()[0] for value in of_kind(steps, "COPY")}
    ours = {p.parent.name for p in ROOT.glob("*/__init__.py")} - {"benchmarks", "tests"}
    assert ours <= copied


def test_packages_are_those_of_the_lock_file(steps: list[tuple[str, str]]):
    """By their hashes, nothing compiled, nothing else fetched."""
    installs = [value for value in of_kind(steps, "RUN") if "pip install" in value]
    assert len(installs) == 1
    assert {"--require-hashes", "--no-deps", "--only-binary"} <= set(installs[0].split())


def test_it_runs_as_nobody_in_particular(steps: list[tuple[str, str]]):
    """Not as root, with one place to write; it is asked for its health, and told to drain."""
    assert of_kind(steps, "USER") == ["10001:10001"]
    assert of_kind(steps, "VOLUME") == ["/data"]
    assert of_kind(steps, "STOPSIGNAL") == ["SIGTERM"]
    (health,) = of_kind(steps, "HEALTHCHECK")
    command = json.loads(health[health.index("[") :])
    assert command[0] == "python"
    compile(command[2], "healthcheck", "exec")


def test_hadolint_finds_nothing():
    """The linter of Dockerfiles."""
    found = subprocess.run(
        [Path(sys.executable).with_name("hadolint"), ROOT / "Dockerfile"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.stdout == ""
    assert found.returncode == 0
