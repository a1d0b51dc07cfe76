"""The embedded server: alone in its folder, alive as long as we are, readable by us alone."""

import contextlib
import os
import signal
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import redis.asyncio

from bot.store import DataFolderInUse, EmbeddedValkey, StoreDamaged, open_store
from bot.store.errors import DataFolderUnusable

pytestmark = pytest.mark.asyncio

SERVE = """
import asyncio, sys
from pathlib import Path
from bot.store import EmbeddedValkey

async def main():
    server = EmbeddedValkey(Path(sys.argv[1]))
    await server.start()
    print(server.pid, flush=True)
    await asyncio.Event().wait()

if sys.argv[2:] == ["uvloop"]:
    import uvloop
    uvloop.run(main())
else:
    asyncio.run(main())
"""

Child = Callable[..., subprocess.Popen[str]]
Until = Callable[[Callable[[], bool]], Any]


def _client(server: EmbeddedValkey) -> Any:
    return redis.asyncio.Redis.from_url(server.url, decode_responses=True)


def _is_running(pid: int) -> bool:
    """A zombie has ended: nobody but the init of a container may be there to bury it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def _first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
async def test_the_server_goes_when_its_parent_is_killed(
    child: Child, until: Until, tmp_path: Path, loop: str
):
    """After kill -9 of Turnwise no Valkey is left behind."""
    parent = child(SERVE, str(tmp_path), loop)
    pid = int(_first_line(parent))
    assert _is_running(pid)
    parent.kill()
    await until(lambda: not _is_running(pid))


async def test_a_new_server_starts_at_once_after_a_crash(child: Child, tmp_path: Path):
    """The folder of a killed Turnwise is free again, its socket and temporary files cleared."""
    parent = child(SERVE, str(tmp_path))
    _first_line(parent)
    leftover = tmp_path / "appendonlydir" / "temp-rewriteaof-77.aof"
    leftover.write_text("half")
    parent.kill()
    server = EmbeddedValkey(tmp_path)
    await server.start()
    async with _client(server) as client:
        assert await client.ping()
    assert not leftover.exists()
    await server.stop()


async def test_a_socket_nobody_listens_on_is_replaced(tmp_path: Path):
    """A stale socket and a stale lock file with another pid don't keep the server from starting."""
    (tmp_path / "valkey.sock").touch()
    (tmp_path / "valkey.lock").write_text("1")
    server = EmbeddedValkey(tmp_path)
    await server.start()
    assert stat.S_ISSOCK((tmp_path / "valkey.sock").stat().st_mode)
    assert (tmp_path / "valkey.lock").read_text() == str(os.getpid())
    await server.stop()


async def test_a_second_server_on_the_folder_says_what_to_do(child: Child, tmp_path: Path):
    """Two Turnwise servers never share a data folder, and the second names the way out."""
    _first_line(child(SERVE, str(tmp_path)))
    with pytest.raises(DataFolderInUse) as refused:
        await EmbeddedValkey(tmp_path).start()
    said = str(refused.value)
    assert str(tmp_path) in said
    assert "TURNWISE_DATA" in said
    assert "TURNWISE_REDIS_URL" in said
    assert "\n" not in said


async def test_a_second_server_in_this_process_is_refused_too(embedded: EmbeddedValkey):
    """The lock holds within one process as well, and the refusal leaves the first one serving."""
    with pytest.raises(DataFolderInUse):
        await open_store(None, embedded._folder)
    async with _client(embedded) as client:
        assert await client.ping()


async def test_a_dead_owners_server_keeps_the_folder_until_it_has_ended(
    child: Child, tmp_path: Path
):
    """Two Valkeys never write one file, even if the first is slow to end after a crash."""
    parent = child(SERVE, str(tmp_path))
    pid = int(_first_line(parent))
    os.kill(pid, signal.SIGSTOP)
    try:
        parent.kill()
        with pytest.raises(DataFolderInUse):
            await EmbeddedValkey(tmp_path).start()
    finally:
        os.kill(pid, signal.SIGCONT)
    server = EmbeddedValkey(tmp_path)
    await server.start()
    await server.stop()


async def test_stopping_frees_the_folder(tmp_path: Path):
    """After stop the same folder can be served again, with what was written; twice is harmless."""
    server = EmbeddedValkey(tmp_path)
    await server.start()
    async with _client(server) as client:
        await client.set("kept", "yes")
    await server.stop()
    await server.stop()
    again = EmbeddedValkey(tmp_path)
    await again.start()
    async with _client(again) as client:
        assert await client.get("kept") == "yes"
    await again.stop()


async def test_the_server_is_started_again_when_only_it_dies(
    embedded: EmbeddedValkey, until: Until
):
    """A crash of Valkey alone costs no conversation: it comes back with its data."""
    async with _client(embedded) as client:
        await client.set("kept", "yes")
    first = embedded.pid
    assert first
    os.kill(first, signal.SIGKILL)
    await until(lambda: embedded.pid not in (None, first))

    found: list[str | None] = []
    async with _client(embedded) as client:
        while not found:
            with contextlib.suppress(redis.asyncio.ConnectionError):
                found.append(await client.get("kept"))
    assert found == ["yes"]


async def test_nobody_else_can_reach_or_read_it(embedded: EmbeddedValkey):
    """No TCP port is open, and socket and files are for this user only."""
    async with _client(embedded) as client:
        await client.set("secret", "words")
        assert (await client.config_get("port"))["port"] == "0"
    for name in ("valkey.sock", "valkey.log", "appendonlydir/appendonly.aof.1.incr.aof"):
        path = embedded._folder / name
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, name


async def test_every_write_goes_to_the_append_only_file(embedded: EmbeddedValkey):
    """Conversations are on the disk within a second."""
    async with _client(embedded) as client:
        settings = await client.config_get("append*")
    assert settings["appendonly"] == "yes"
    assert settings["appendfsync"] == "everysec"


@pytest.mark.parametrize("name", ["a folder with spaces", 'it\'s "quoted"', "größer", "x" * 150])
async def test_any_folder_name_will_do(tmp_path: Path, name: str):
    """Spaces, quotes, umlauts and paths too long for a socket all work."""
    server = EmbeddedValkey(tmp_path / name)
    await server.start()
    async with _client(server) as client:
        assert await client.ping()
    await server.stop()


async def test_a_damaged_file_is_named_with_what_to_do(tmp_path: Path):
    """A corrupt append-only file gives one line that names the folder to move away."""
    server = EmbeddedValkey(tmp_path)
    await server.start()
    async with _client(server) as client:
        for number in range(100):
            await client.set(f"key{number}", "x" * 100)
    await server.stop()
    file = tmp_path / "appendonlydir" / "appendonly.aof.1.incr.aof"
    written = file.read_bytes()
    command = written.index(b"*3", len(written) // 2)
    file.write_bytes(written[:command] + b"?" + written[command + 1 :])

    with pytest.raises(StoreDamaged) as refused:
        await EmbeddedValkey(tmp_path).start()
    assert str(tmp_path / "appendonlydir") in str(refused.value)
    assert "\n" not in str(refused.value)

    (tmp_path / "appendonlydir").rename(tmp_path / "aside")
    await server.start()
    await server.stop()


async def test_a_write_cut_short_by_a_crash_is_no_damage(tmp_path: Path):
    """Half a command at the end of the file, as a power cut leaves it, is dropped by itself."""
    server = EmbeddedValkey(tmp_path)
    await server.start()
    async with _client(server) as client:
        await client.set("first", "1")
        await client.set("second", "2")
    await server.stop()
    file = tmp_path / "appendonlydir" / "appendonly.aof.1.incr.aof"
    file.write_bytes(file.read_bytes()[:-5])
    await server.start()
    async with _client(server) as client:
        assert await client.mget("first", "second") == ["1", None]
    await server.stop()


async def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path):
    """A data folder under a file gives one line with the settings to change."""
    (tmp_path / "file").touch()
    with pytest.raises(DataFolderUnusable, match="set TURNWISE_DATA to a folder"):
        await EmbeddedValkey(tmp_path / "file" / "data").start()
