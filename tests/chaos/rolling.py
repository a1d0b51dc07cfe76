"""Workers behind HAProxy that are restarted one after the other while calls go on."""

import asyncio
import shutil
import signal
import time
import urllib.request
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

from tests.chaos.caller import Caller, over
from tests.chaos.judging import longest_gap, middle, missing, said_twice, slowest_return
from tests.chaos.servers import HOST, ROOT, Process, Worker, free_port, until

HAPROXY = shutil.which("haproxy") or "/usr/sbin/haproxy"
PATIENT = {"tts_timeout_ms": 20_000, "llm_timeout_ms": 20_000}  # slow is not what is tested here
MOST_QUESTIONS = 1000
STARTED_WITHIN = 120.0
ENDED_WITHIN = 120.0


class HAProxy(Worker):
    """Debian's HAProxy with deploy/haproxy.cfg, in front of workers of this machine."""

    def __init__(self, folder: Path, workers: Sequence[Worker]) -> None:
        self.port, self.numbers = free_port(), free_port()
        path = folder / "haproxy.cfg"
        path.write_text(self._config(workers), encoding="utf-8")
        Process.__init__(self, [HAPROXY, "-db", "-f", str(path)], folder / "haproxy.log")

    def _config(self, workers: Sequence[Worker]) -> str:
        lines: list[str] = []
        for line in (ROOT / "deploy" / "haproxy.cfg").read_text(encoding="utf-8").splitlines():
            words = line.split()
            if words[:1] == ["server-template"]:
                how = " ".join(words[4 : words.index("resolvers")])
                lines += [f"    server w{w.port} {HOST}:{w.port} {how}" for w in workers]
            elif words[:1] == ["bind"]:
                port = {":8080": self.port, ":8404": self.numbers}[words[1]]
                lines.append(f"    bind {HOST}:{port}")
            else:
                lines.append(line)
        return "\n".join([*lines, ""])

    def leads_to(self, worker: Worker) -> bool:
        """Whether new calls may reach it."""
        mark = f'haproxy_server_status{{proxy="with_room",server="w{worker.port}",state="UP"}} 1'
        try:
            with urllib.request.urlopen(f"http://{HOST}:{self.numbers}/metrics") as answer:
                return mark in answer.read().decode()
        except OSError:
            return False


@dataclass(frozen=True)
class Rolled:
    """What the callers noticed. Times in seconds."""

    calls: int
    questions: int
    unanswered: int
    dropped: int
    lost: int
    twice: int
    returns: int
    slowest_return: float
    longest_gap: float
    median_answer: float
    seconds: float


async def rolled(
    workers: Sequence[Worker],
    proxy: HAProxy,
    questions: Sequence[str],
    calls: int,
    thinks: float = 0.0,
    told: Callable[[str], None] = lambda _: None,
) -> Rolled:
    """All callers have an answer ─► each worker in turn: SIGTERM, gone, started, ready ─► they
    end. A caller whose call does not go on is one that is dropped."""
    callers = [
        Caller(number, [proxy], list(islice(cycle(questions), MOST_QUESTIONS)), thinks=thinks)
        for number in range(calls)
    ]
    for caller in callers:
        caller.task = asyncio.create_task(caller.call(), name=f"caller {caller.number}")
    await _in_time(*(caller.hears(1) for caller in callers))
    began = time.monotonic()
    for number, worker in enumerate(workers, start=1):
        worker.send(signal.SIGTERM)
        await asyncio.to_thread(worker.wait)
        worker.start()
        await until(worker.ready)
        await until(lambda worker=worker: proxy.leads_to(worker))
        told(f"{number} of {len(workers)} restarted, {time.monotonic() - began:.0f} s")
    seconds = time.monotonic() - began
    for caller in callers:
        caller.has_enough()
    try:
        await asyncio.wait_for(over(callers), ENDED_WITHIN)
    except TimeoutError:
        told("not every call could end")
    return await asyncio.to_thread(_judged, callers, proxy, seconds)


def _judged(callers: Sequence[Caller], proxy: HAProxy, seconds: float) -> Rolled:
    unanswered = [max(0, len(c.questions) - len(c.completed)) for c in callers]
    return Rolled(
        calls=len(callers),
        questions=sum(len(caller.questions) for caller in callers),
        unanswered=sum(unanswered),
        dropped=sum(not _ended_well(caller) for caller in callers),
        lost=sum(len(missing(caller, proxy)) for caller in callers),
        twice=sum(len(said_twice(caller)) for caller in callers),
        returns=sum(len(caller.came_back) for caller in callers),
        slowest_return=slowest_return(callers),
        longest_gap=longest_gap(callers),
        median_answer=middle(callers),
        seconds=seconds,
    )


def _ended_well(caller: Caller) -> bool:
    done = caller.task is not None and caller.task.done() and not caller.task.cancelled()
    return done and caller.codes[-1] == 1000


async def _in_time(*waits: Awaitable[None]) -> None:
    async with asyncio.timeout(STARTED_WITHIN):
        await asyncio.gather(*waits)
