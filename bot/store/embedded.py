"""A Valkey server of our own, for when no Redis is named."""

import asyncio
import contextlib
import signal
from asyncio.subprocess import Process
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

import redis.asyncio
from loguru import logger
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from bot.store.errors import DataFolderUnusable, StoreError
from bot.store.folder_lock import FolderLock
from bot.store.server_command import server_command
from bot.store.server_log import ServerLog
from bot.store.socket_path import socket_path

READY_WITHIN = 60.0  # 1 GB of conversations is read in about 10 s
STOPS_WITHIN = 10.0
CHECK_EVERY = 0.01
RESTART_AFTER = 0.5
NO_RETRY = Retry(NoBackoff(), 0)


class EmbeddedValkey:
    """The server of one data folder: it ends when we end, and is started again if only it ends.

    It listens on a Unix socket that only this user can open, never on TCP. Every write is in the
    operating system's hands when acknowledged and on the disk within a second.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._lock = FolderLock(self._folder)
        self._log = ServerLog(self._folder)
        self._socket = Path()
        self._process: Process | None = None
        self._watch: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """`unix://…`, for our client and for other workers of the same machine."""
        return f"unix://{quote(str(self._socket))}"

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    async def start(self) -> None:
        """Return once it answers. Raises StoreError; then nothing is left running or locked."""
        await self._lock.acquire()
        try:
            self._socket = socket_path(self._folder)
            await self._launch()
        except BaseException:
            await self._end_process()
            self._lock.release()
            raise
        self._watch = asyncio.create_task(self._keep_running(), name="embedded-valkey")

    async def stop(self) -> None:
        """End it in order, everything written; a second call does nothing."""
        if self._watch:
            self._watch.cancel()
            await asyncio.wait([self._watch])
            self._watch = None
        await self._end_process()
        self._lock.release()

    async def _launch(self) -> None:
        self._remove_leftovers()
        with self._log.fresh() as output:
            self._process = await asyncio.create_subprocess_exec(
                *server_command(self._folder, self._socket),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                pass_fds=(self._lock.fileno,),
                start_new_session=True,  # Ctrl-C is for us: the store must outlive the last call
            )
        await self._until_ready(self._process)

    def _remove_leftovers(self) -> None:
        """What a crash left; we hold the lock, so nobody uses it."""
        for path in [self._socket, *self._folder.rglob("temp-*.aof")]:
            path.unlink(missing_ok=True)

    async def _until_ready(self, process: Process) -> None:
        deadline = asyncio.get_running_loop().time() + READY_WITHIN
        async with redis.asyncio.Redis(
            unix_socket_path=str(self._socket), retry=NO_RETRY
        ) as client:
            while True:
                with contextlib.suppress(RedisError, OSError):
                    await cast(Any, client).ping()
                    return
                if process.returncode is not None:
                    raise self._log.explain()
                if asyncio.get_running_loop().time() > deadline:
                    raise DataFolderUnusable(
                        f"the store in {self._folder} was not ready within {READY_WITHIN:.0f} s; "
                        f"see {self._log.path}"
                    )
                await asyncio.sleep(CHECK_EVERY)

    async def _keep_running(self) -> None:
        while self._process:
            logger.bind(pid=self._process.pid).debug("embedded_store_up")
            code = await self._process.wait()
            logger.bind(exit_code=code).error("embedded_store_ended")
            await asyncio.sleep(RESTART_AFTER)
            try:
                await self._launch()
            except (StoreError, OSError) as error:
                logger.bind(reason=str(error)).error("embedded_store_not_restarted")

    async def _end_process(self) -> None:
        process = self._process
        if process and process.returncode is None:
            try:
                process.send_signal(signal.SIGTERM)
                await asyncio.wait_for(process.wait(), STOPS_WITHIN)
            except TimeoutError:
                process.kill()
                await process.wait()
        self._process = None
