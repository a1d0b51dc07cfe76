"""deploy/start.sh, which a container begins with."""

import os
import subprocess
from pathlib import Path

START = Path(__file__).parents[2] / "deploy" / "start.sh"


def started(folder: Path, *arguments: str, **settings: str) -> list[str]:
    """Which commands of runner.py it called, in a folder that stands for /app."""
    app, programs = folder / "app", folder / "bin"
    (app / ".turnwise" / "index").mkdir(parents=True, exist_ok=True)
    (app / ".turnwise" / "index" / "CURRENT.json").write_text("the image's")
    programs.mkdir(exist_ok=True)
    python = programs / "python"
    python.write_text(f'#!/bin/sh\necho "$@" >> {folder}/called\n')
    python.chmod(0o755)
    data = folder / "data"
    data.mkdir(exist_ok=True)
    path = f"{programs}:{os.environ['PATH']}"
    environment = {"PATH": path, "TURNWISE_DATA": str(data), **settings}
    subprocess.run(["sh", START, *arguments], cwd=app, env=environment, check=True)
    return (folder / "called").read_text().splitlines()


def test_the_sample_desk_has_its_index_at_once(tmp_path: Path):
    """The image's; one that is there already stays."""
    index = tmp_path / "data" / "index"
    assert started(tmp_path, "serve", "--workers", "2") == ["runner.py serve --workers 2"]
    assert (index / "CURRENT.json").read_text() == "the image's"
    (index / "CURRENT.json").write_text("newer")
    started(tmp_path, "serve")
    assert (index / "CURRENT.json").read_text() == "newer"


def test_a_desk_of_ones_own_is_read_before_it_is_served(tmp_path: Path):
    """Also when its documents have changed; other commands only run."""
    assert started(tmp_path, "serve", TURNWISE_KNOWLEDGE="/desk") == [
        "runner.py index build",
        "runner.py serve",
    ]
    assert not (tmp_path / "data" / "index").exists()
    assert started(tmp_path, "doctor", TURNWISE_KNOWLEDGE="/desk")[-1] == "runner.py doctor"
