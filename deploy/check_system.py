"""Says what this machine lacks, with the command that installs it, before anything is installed.

Runs with the system's Python alone.
"""

import importlib.util
import os
import shutil
import sys


def lacking(tests: bool) -> list[tuple[str, str]]:
    """(what is missing, Debian packages) for each thing missing."""
    found = []
    if sys.version_info < (3, 11):  # noqa: UP036 (it runs with whatever Python there is)
        found.append(
            (f"Python 3.11 (this is {sys.version.split()[0]})", "python3.11 python3.11-venv")
        )
    if importlib.util.find_spec("ensurepip") is None:
        found.append(("Python's venv module", "python3-venv"))
    if tests:
        needed = ("chromium", "flite", "haproxy", "prometheus", "redis-server")  # packages, too
        path = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin"
        found += [(name, name) for name in needed if not shutil.which(name, path=path)]
    return found


def main() -> int:
    """0 if all is there; else 2, with one line a missing thing."""
    missing = lacking(tests="--tests" in sys.argv)
    for what, packages in missing:
        sudo = "" if os.geteuid() == 0 else "sudo "
        print(f"{what} is missing: {sudo}apt-get install {packages}", file=sys.stderr)
    return 2 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
