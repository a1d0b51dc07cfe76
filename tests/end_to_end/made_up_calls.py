"""A hundred calls of another worker, made up, in a real store."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Queue
from typing import Any

from bot.keys import Keys
from bot.store import Keeping, SessionStore
from bot.store.reached import reach_store
from conversation.states import State

OWNER = Keys.of(["callers"]).owner(b"callers") or ""
CALLS = 100
DOORS = ("browser", "telephone", "orchestrate", "pipecat")
STAGES = (("endpointing", 0, 160), ("stt", 160, 190), ("merge", 190, 205), ("llm", 205, 290),
          ("tts", 290, 380), ("transport", 380, 400))  # fmt: skip
MISSING = ("Is there parking for visitors?", "Where can I park my car?",
           "where can I park my car", "Can I bring my dog to the dormitory?")  # fmt: skip


def ledger(turn: int, at: float, scale: float) -> dict[str, Any]:
    rows = [
        {"stage": s, "start_ms": a * scale, "end_ms": b * scale, "critical": True}
        for s, a, b in STAGES
    ]
    beside = {"stage": "retrieval", "start_ms": -80.0, "end_ms": -40.0, "critical": False}
    return {
        **{"kind": "ledger", "turn": turn, "at": at, "interrupted": False, "failed": False},
        **{"stt_ms": 190 * scale, "thinking_ms": 100 * scale, "tts_ms": 110 * scale},
        **{"total_ms": 400 * scale, "ledger": [*rows, beside], "usage": []},
    }


class Workers:
    """Another worker's store on the server's own Valkey, in a thread with a loop of its own."""

    def __init__(self, data: Path) -> None:
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self.store: SessionStore = self.do(lambda: reach_store(None, data, Keeping()))
        self.told: Queue[str] = Queue()

    def do(self, work: Callable[[], Any]) -> Any:
        """Runs it in the loop; gives what comes of it."""

        async def run() -> Any:
            made = work()
            return await made if asyncio.iscoroutine(made) else made

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(60)

    async def calls(self) -> None:
        """A hundred, each with a turn behind it."""
        now = time.time()
        for i in range(CALLS):
            name = f"call{i:03d}-{i * 7919 % 1000:03d}"
            await self.store.open(name, now=now - 7 * i, owner=OWNER)
            self.store.hear(name, self.told.put)
            for entry in self.turn(i, now):
                self.store.append(name, entry)
        assert await self.store.flush()

    def turn(self, i: int, now: float) -> Iterator[dict[str, Any]]:
        state = list(State)[i % 4]
        yield {"kind": "begun", "turn": 0, "state": "IDLE", "at": now - 20, "door": DOORS[i % 4]}
        for event, to in (("connected", "LISTENING"), ("speech_started", "SPEAKING"),
                          ("speech_finished", "IDLE"), ("user_started", "LISTENING"),
                          ("end_of_turn", "THINKING")):  # fmt: skip
            yield {"kind": "transition", "turn": 1, "event": event, "to": to, "at": now - 15}
        yield {"kind": "transcript", "turn": 1, "text": "How much is the fee?", "at": now - 14}
        yield {"kind": "answer", "turn": 1, "text": "It is sixty dollars.", "at": now - 12}
        yield ledger(1, now - 12, 0.8 + i % 10 / 10)
        yield {"kind": "transition", "turn": 1, "event": "speech_started", "to": state, "at": now}
        if i in range(10, 10 + len(MISSING)):
            said = {"text": MISSING[i - 10], "owner": OWNER}
            yield {"kind": "unanswered", "turn": 1, "at": now - i, **said}

    def close(self) -> None:
        self.do(lambda: self.store.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
