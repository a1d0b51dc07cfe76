"""Cores and memory as a container has them, or the machine, or nobody tells."""

from pathlib import Path

import pytest

from bot.machine import Machine, usable_cores

MEMINFO = "MemTotal:        8388608 kB\nMemFree:          100 kB\nMemAvailable:    2097152 kB\n"


def machine(folder: Path, **files: str) -> Machine:
    """With these files of the kernel, and no others."""
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text)
    return Machine(cgroup=folder, proc=folder)


def test_a_container_may_use_half_a_core(tmp_path: Path):
    """Whatever the machine has."""
    assert machine(tmp_path, cpu_max="50000 100000\n").cores() == 0.5


@pytest.mark.parametrize("files", [{}, {"cpu_max": "max 100000\n"}])
def test_without_a_quota_all_cores_are_ours(tmp_path: Path, files: dict[str, str]):
    """Those that the process may run on."""
    assert machine(tmp_path, **files).cores() == usable_cores()


def test_a_containers_memory_is_its_own(tmp_path: Path):
    """What the kernel keeps of files and would give back is not used."""
    found = machine(
        tmp_path,
        meminfo=MEMINFO,
        memory_max="1000000000\n",
        memory_current="700000000\n",
        memory_stat="anon 500000000\ninactive_file 200000000\n",
    )
    assert found.memory() == 1_000_000_000
    assert found.memory_used() == pytest.approx(0.5)


def test_without_a_limit_memory_is_the_machines(tmp_path: Path):
    """Used is what is not available."""
    found = machine(tmp_path, meminfo=MEMINFO, memory_max="max\n", memory_current="700000000\n")
    assert found.memory() == 8 << 30
    assert found.memory_used() == pytest.approx(0.75)


def test_where_nothing_tells_nobody_is_refused(tmp_path: Path):
    """Not every system has these files."""
    assert machine(tmp_path).memory_used() == 0.0
    assert machine(tmp_path).memory() > 0
