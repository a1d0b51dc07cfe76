"""Processes that serve while a test runs, and a place to type commands in."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.docs.commands import ROOT

_OWN = {".git", ".turnwise", ".venv", "report.html"}


def free_port() -> int:
    """One that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def workplace(folder: Path) -> Path:
    """A checkout to type in: what is made there is not made in the real one."""
    folder.mkdir()
    for path in ROOT.iterdir():
        if path.name not in _OWN:
            (folder / path.name).symlink_to(path)
    (folder / ".venv").symlink_to(sys.prefix)
    return folder


@contextmanager
def serving(
    command: Sequence[str], ready: str, place: Path, **environment: str
) -> Iterator[subprocess.Popen[str]]:
    """Runs it until the end. ready: what it prints once it serves."""
    process = subprocess.Popen(
        command,
        cwd=place,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout
        told = ""
        for line in process.stdout:
            told += line
            if ready in line:
                break
        else:
            raise AssertionError(f"{' '.join(command)} ended:\n{told}")
        yield process
    finally:
        os.killpg(process.pid, 15)
        process.communicate(timeout=30)
