"""What this process may use of the machine, and what it uses: cores and memory, in a container or
not."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_CGROUP = Path("/sys/fs/cgroup")  # version 2; what else there is counts as no limit
_PROC = Path("/proc")
_UNKNOWN = 8 << 30  # bytes, where nothing tells


@dataclass(frozen=True)
class Machine:
    """Reads the files of the kernel. Each answer is a guess where a file is not there."""

    cgroup: Path = _CGROUP
    proc: Path = _PROC

    def cores(self) -> float:
        """As many as may be used at once; a container may have half a one."""
        here = float(usable_cores())
        quota, _, period = _read(self.cgroup / "cpu.max").partition(" ")
        if quota.isdigit() and period.strip().isdigit():
            return min(here, int(quota) / int(period))
        return here

    def memory(self) -> int:
        """Bytes that there are."""
        total = self._meminfo().get("MemTotal", _UNKNOWN)
        most = _read(self.cgroup / "memory.max").strip()
        return min(total, int(most)) if most.isdigit() else total

    def memory_used(self) -> float:
        """Share of it, 0 to 1, without what the kernel would give back at once."""
        most = _read(self.cgroup / "memory.max").strip()
        current = _read(self.cgroup / "memory.current").strip()
        if most.isdigit() and current.isdigit() and int(most):
            caches = _pairs(_read(self.cgroup / "memory.stat")).get("inactive_file", 0)
            return (int(current) - caches) / int(most)
        found = self._meminfo()
        if not found.get("MemTotal"):
            return 0.0
        return 1 - found.get("MemAvailable", 0) / found["MemTotal"]

    def _meminfo(self) -> dict[str, int]:
        lines = _read(self.proc / "meminfo").replace(":", "")
        return {name: kib * 1024 for name, kib in _pairs(lines).items()}


def usable_cores() -> int:
    """Those that the process may run on."""
    affinity: Callable[[int], set[int]] | None = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


def _pairs(text: str) -> dict[str, int]:
    rows = (line.split() for line in text.splitlines())
    return {row[0]: int(row[1]) for row in rows if len(row) > 1 and row[1].isdigit()}
