"""Which browser's peer connection is whose, and in which worker.

A browser knows its connection by `pc_id`; what it sends about it may reach any worker:

    PATCH /api/offer ─► this worker's? ─ no ─► Relay ─► the worker that has it ─► its answer
"""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from fastapi import HTTPException

from bot.entry import Visitor
from bot.store import StoreUnreachable
from bot.store.relay import Relay

LONGEST_ID = 200


@dataclass(frozen=True)
class Line:
    """Whose a peer connection is."""

    session_id: str
    owner: str

    def may_use(self, visitor: Visitor) -> bool:
        """Whether the visitor is who opened it."""
        return visitor.owner == self.owner and visitor.session_id in (None, self.session_id)


class Lines:
    """The peer connections of this worker, and a way to those of the others.

    held: whether a session is under way here. answers: to what another worker was sent about one
    of ours; may raise HTTPException.
    """

    def __init__(
        self,
        relay: Relay,
        held: Callable[[str], bool],
        answers: Callable[[Mapping[str, Any], Visitor], Awaitable[Mapping[str, Any]]],
    ) -> None:
        self._relay, self._held, self._answers = relay, held, answers
        self._lines: dict[str, tuple[Line, Callable[[], None]]] = {}

    def __contains__(self, pc_id: str) -> bool:
        return pc_id in self._lines

    def of(self, pc_id: str, visitor: Visitor) -> Line | None:
        """The visitor's own."""
        line, _ = self._lines.get(pc_id, (None, None))
        return line if line and line.may_use(visitor) else None

    def keep(self, pc_id: str, line: Line) -> None:
        """A call has it; those whose calls are over are given up."""
        for old in [old for old, (one, _) in self._lines.items() if not self._held(one.session_id)]:
            _, leave = self._lines.pop(old)
            leave()
        if pc_id not in self._lines:
            self._lines[pc_id] = line, self._relay.answer(pc_id, self._asked)

    async def elsewhere(
        self, pc_id: str, body: Mapping[str, Any], visitor: Visitor
    ) -> dict[str, Any] | None:
        """What the worker answers that has the line; None: none has. Raises its HTTPException."""
        question = {"body": body, "owner": visitor.owner, "session_id": visitor.session_id}
        answer = None
        if len(pc_id) <= LONGEST_ID:
            with suppress(StoreUnreachable):
                answer = await self._relay.ask(pc_id, question)
        if answer is None or answer["status"] == 404:
            return None
        if answer["status"] != 200:
            raise HTTPException(answer["status"], answer["detail"])
        return answer["body"]

    async def _asked(self, question: Mapping[str, Any]) -> Mapping[str, Any]:
        visitor = Visitor(question["owner"], question["session_id"])
        try:
            return {"status": 200, "body": await self._answers(question["body"], visitor)}
        except HTTPException as refusal:
            return {"status": refusal.status_code, "detail": refusal.detail}
