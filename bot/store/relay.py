"""Asks whichever worker answers to a name, on whichever machine, and gets one answer.

    ask ─► PUBLISH session:line:NAME ─► the worker that answers ─► RPUSH session:answer:ID ─► ask

Over Redis, which all workers reach anyway: there is no port for it to be opened or guarded.
"""

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from loguru import logger

from bot.store.connection import FAILED, Client
from bot.store.control import Control
from bot.store.questions import Questions

ANSWERED_WITHIN = 8  # seconds; a renegotiation takes 0.1 s
TRIES, AGAIN_AFTER = 3, 0.05  # who has just begun to answer is heard a round trip later

Answers = Callable[[Mapping[str, Any]], Awaitable[Mapping[str, Any]]]


class Relay:
    """Questions and answers are JSON objects; an answer nobody fetched is gone after 8 s."""

    def __init__(self, client: Client, control: Control, questions: Questions) -> None:
        self._client, self._control, self._questions = client, control, questions
        self._answering: set[asyncio.Task[None]] = set()

    def answer(self, name: str, answers: Answers) -> Callable[[], None]:
        """Questions for `name` are answered so, until what this gives is called."""

        def told(message: str) -> None:
            task = asyncio.create_task(self._answer(json.loads(message), answers))
            self._answering.add(task)
            task.add_done_callback(self._answering.discard)

        return self._control.hear(f"session:line:{name}", told, _at_once)

    async def ask(self, name: str, question: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """The answer of whoever answers to `name`; None: nobody does. Raises StoreUnreachable."""
        key = f"session:answer:{secrets.token_urlsafe(12)}"
        message = json.dumps({"question": question, "answer_to": key})
        for _ in range(TRIES):
            if await self._questions.ask(
                lambda: self._control.tell(f"session:line:{name}", message)
            ):
                return await self._answered(key)
            await asyncio.sleep(AGAIN_AFTER)
        return None

    async def _answered(self, key: str) -> Mapping[str, Any] | None:
        for _ in range(ANSWERED_WITHIN):
            if found := await self._questions.ask(lambda: self._client.blpop([key], timeout=1)):
                return json.loads(found[1])
        return None

    async def _answer(self, message: Mapping[str, Any], answers: Answers) -> None:
        try:
            answer = json.dumps(await answers(message["question"]))
            key = message["answer_to"]
            async with self._client.pipeline() as pipe:
                await pipe.rpush(key, answer).expire(key, ANSWERED_WITHIN).execute()
        except FAILED as error:
            logger.bind(error=type(error).__name__).warning("relay_not_answered")


async def _at_once() -> None:
    """Nothing to do before a name is given up."""
