"""What a process and all that it started use: CPU and memory, from the kernel."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")


@dataclass(frozen=True)
class Usage:
    """cpu: seconds so far. rss, pss: bytes; pss shares out what several processes map."""

    cpu: float
    rss: int
    pss: int


def usage(pid: int) -> Usage:
    """Of the process and its descendants, those that live."""
    found = [one for each in family(pid) if (one := _one(each))]
    return Usage(
        sum(one.cpu for one in found), sum(one.rss for one in found), sum(one.pss for one in found)
    )


def family(pid: int) -> Iterator[int]:
    """The process and its descendants; one that has ended meanwhile is left out."""
    yield pid
    for task in (_PROC / str(pid) / "task").glob("*/children"):
        try:
            children = task.read_text().split()
        except OSError:
            continue
        for child in children:
            yield from family(int(child))


def _one(pid: int) -> Usage | None:
    folder = _PROC / str(pid)
    try:
        fields = (folder / "stat").read_text().rpartition(")")[2].split()
        rollup = (folder / "smaps_rollup").read_text()
    except OSError:
        return None
    kib = {row.split(":")[0]: int(row.split()[1]) for row in rollup.splitlines()[1:]}
    cpu = (int(fields[11]) + int(fields[12])) / _TICKS
    return Usage(cpu, kib["Rss"] * 1024, kib["Pss"] * 1024)
