"""write.lua, called by its hash: the text goes over the line only where Redis doesn't know it."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from redis.exceptions import NoScriptError, ResponseError

from bot.store.connection import Client

TEXT = Path(__file__).with_name("write.lua").read_text()
HASH = hashlib.sha1(TEXT.encode(), usedforsecurity=False).hexdigest()

Command = Sequence[str | int]


def call(keys: Sequence[str], arguments: Command) -> Command:
    """A command that calls it."""
    return ["EVALSHA", HASH, len(keys), *keys, *arguments]


async def run(client: Client, commands: Sequence[Command]) -> list[Any]:
    """The reply or the error of Redis to each of the commands, calls or others.

    Raises what redis-py raises if nothing can be said of any.
    """
    replies = await _run(client, commands)
    unknown = [i for i, reply in enumerate(replies) if isinstance(reply, NoScriptError)]
    if unknown:  # a Redis that was restarted, or a node of a cluster that we come to first
        texts = [["EVAL", TEXT, *commands[i][2:]] for i in unknown]
        for i, reply in zip(unknown, await _run(client, texts), strict=True):
            replies[i] = reply
    return replies


async def _run(client: Client, commands: Sequence[Command]) -> list[Any]:
    if len(commands) == 1:  # nearly always; a pipeline would cost 0.1 ms more
        try:
            return [await client.execute_command(*commands[0])]
        except ResponseError as error:
            return [error]
    pipeline: Any = client.pipeline(transaction=False)
    for command in commands:
        pipeline.execute_command(*command)
    return await pipeline.execute(raise_on_error=False)
