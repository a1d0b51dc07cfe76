"""The commands of a page, and what they say there.

    ```console
    $ command            one command; lines that begin with "> " belong to it
    what it prints       each such line stands in its output, up to a "…"
    ```

`<!-- not run: why -->` before a block leaves it out.
"""

import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]

_BLOCK = re.compile(
    r"(?:^<!-- not run: (?P<why>[^\n]+) -->\n)?^```console\n(?P<lines>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_ENDED = "--- command {} ended with "


@dataclass
class Command:
    """One command. why_not: it is not run, and why."""

    text: str
    printed: list[str] = field(default_factory=list)
    why_not: str | None = None


def commands(page: Path) -> Iterator[Command]:
    """Those of the page's console blocks, in order."""
    for block in _BLOCK.finditer(page.read_text(encoding="utf-8")):
        command = None
        for line in block["lines"].splitlines():
            if line.startswith("$ "):
                if command:
                    yield command
                command = Command(line[2:], why_not=block["why"])
            elif command is None:
                raise ValueError(f"{page.name}: a console block begins with a command: {line}")
            elif line.startswith("> "):
                command.text += f"\n{line[2:]}"
            elif line.strip():
                command.printed.append(line)
        if command:
            yield command


def hidden(page: Path) -> list[str]:
    """Lines outside console blocks that look as if somebody should type them."""
    rest = _BLOCK.sub("", page.read_text(encoding="utf-8"))
    found = re.findall(
        r"^(?: {4}|\$ )((?:make|docker|kubectl|helm|curl|pip|python|\S*/python|runner\.py) .*)$",
        rest,
        re.MULTILINE,
    )
    blocks = re.findall(r"^```(?:sh|bash|shell)$", rest, re.MULTILINE)
    return [*found, *blocks]


def run_all(given: list[Command], place: Path, environment: Mapping[str, str]) -> list[str]:
    """Runs them in one shell, as somebody would; gives what each printed.

    Raises AssertionError for one that fails, with all that was printed.
    """
    script = "".join(
        f"{command.text}\ncode=$?; echo; echo '{_ENDED.format(number)}'$code\n"
        for number, command in enumerate(given)
    )
    shell = subprocess.run(
        ["bash", "-o", "pipefail"],
        input=script,
        cwd=place,
        env=dict(environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=240,
        check=False,
    )
    printed, rest = [], shell.stdout
    for number, command in enumerate(given):
        before, mark, after = rest.partition(_ENDED.format(number))
        code, _, rest = after.partition("\n")
        assert mark, f"{command.text}\nended the shell:\n{before}"
        assert code == "0", f"{command.text}\nended with {code}:\n{before}"
        printed.append(before)
    return printed
