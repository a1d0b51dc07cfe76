"""Pages lead to each other, and say of the code what it is."""

import re
from pathlib import Path
from typing import Any

import pytest

from bot.settings import Settings
from tests.docs.commands import PAGES, ROOT

LINK = re.compile(r"\]\(([^)\s]+)\)")


def without_code(page: Path) -> str:
    """Its words."""
    text = page.read_text(encoding="utf-8")
    return re.sub(r"^```.*?^```$|`[^`\n]*`", "", text, flags=re.MULTILINE | re.DOTALL)


def anchors(page: Path) -> set[str]:
    """What a link behind # may name: its headings, as they are spelled in links."""
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    plain = [re.sub(r"[^\w\- ]", "", head.lower()) for head in heads]
    return {head.strip().replace(" ", "-") for head in plain}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path):
    """Files are there, and so are the headings that are named in them."""
    lost = []
    for target in LINK.findall(without_code(page)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, heading = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        if not file.exists() or (heading and heading not in anchors(file)):
            lost.append(target)
    assert lost == []


def test_every_page_is_found_from_the_readme():
    """Nobody has to guess what there is."""
    readme = ROOT / "README.md"
    found, todo = {readme}, [readme]
    while todo:
        page = todo.pop()
        for target in LINK.findall(page.read_text(encoding="utf-8")):
            file = (page.parent / target.partition("#")[0]).resolve()
            if file.suffix == ".md" and file.is_file() and file not in found:
                found.add(file)
                todo.append(file)
    assert [page.name for page in PAGES if page not in found] == []


def rows() -> dict[str, str]:
    """Of each setting the default that the page tells."""
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    told: dict[str, str] = {}
    for line in page.splitlines():
        cells = re.split(r"(?<!\\)\|", line)
        names = re.findall(r"`TURNWISE_(\w+)`", cells[1]) if len(cells) == 5 else []
        if not names:
            continue
        defaults = cells[-2].split(",") if "," in cells[-2] and len(names) > 1 else [cells[-2]]
        for name, default in zip(names, defaults * (len(names) // len(defaults)), strict=True):
            told[name.lower()] = default.partition(" (")[0].strip("` ")
    return told


def tells(cell: str, default: Any) -> bool:
    """Whether the page tells the default. What is unset may be told in words."""
    if default is None or default == ():
        return bool(cell) and not any(letter in cell for letter in "`0123456789")
    if isinstance(default, bool):
        return cell in (("1",) if default else ("0", "unset"))
    return cell == str(default)


def test_the_settings_page_has_the_defaults_of_the_code():
    """Those that do not depend on the machine or on other settings."""
    told = rows()
    fields = {n: f for n, f in Settings.model_fields.items() if f.default_factory is None}
    wrong = {
        name: (told.get(name), field.default)
        for name, field in fields.items()
        if not tells(told.get(name, ""), field.default)
    }
    assert wrong == {}


def test_the_architecture_page_names_every_processor_of_the_pipeline():
    """In the picture and in the table."""
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    source = (ROOT / "bot" / "pipeline.py").read_text(encoding="utf-8")
    body = source[source.index("def make_pipeline") :]
    made = set(re.findall(r"\b([A-Z]\w+)\(", body)) - {"Pipeline", "ParallelPipeline", "PickUp"}
    assert "StateManager" in made
    picture, table = page.split("```mermaid")[1], page.split("| processor |")[1]
    assert [name for name in made if name not in picture] == []
    assert [name for name in made if f"`{name}`" not in table.split("\n\n")[0]] == []
