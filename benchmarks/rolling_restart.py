"""Workers behind HAProxy and Redis, restarted one after the other while calls go on.

python -m benchmarks.rolling_restart [--calls 60] [--workers 4] [--thinks 15] [--drain 5] [--json]

Real processes: Debian's redis-server and haproxy with deploy/haproxy.cfg, and workers with all
models. The callers' clients transcribe; each asks, hears the answer, thinks, and asks again until
all workers are new ones. Expected: nobody dropped, nothing unanswered; else the exit code is 1.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

from rag_index.build import build
from rag_index.encoder import MiniLMEncoder
from tests.chaos.conftest import QUESTIONS
from tests.chaos.rolling import PATIENT, HAProxy, Rolled, rolled
from tests.chaos.servers import ROOT, Redis, Worker, until


async def measure(calls: int, workers: int, thinks: float, drain: int) -> Rolled:
    """Starts everything, and ends it."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="turnwise-")))
        build([ROOT / "knowledge" / "documents"], folder / "index", MiniLMEncoder(threads=2))
        redis = Redis(folder / "redis")
        redis.start()
        stack.callback(redis.stop)
        await until(redis.listens)
        given = {"drain_seconds": drain, "max_sessions": calls, **PATIENT}
        made = [Worker(folder, redis.url, folder, **given) for _ in range(workers)]
        for worker in made:
            worker.start()
            stack.callback(worker.stop)
            await until(worker.ready)
        proxy = HAProxy(folder, made)
        proxy.start()
        stack.callback(proxy.stop)
        for worker in made:
            await until(lambda worker=worker: proxy.leads_to(worker))
        told = lambda line: print(line, file=sys.stderr)  # noqa: E731
        return await rolled(made, proxy, QUESTIONS, calls, thinks, told)


def main() -> int:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=60)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--thinks", type=float, default=15.0, help="seconds before each question")
    parser.add_argument(
        "--drain", type=int, default=5, help="seconds, before calls are handed over"
    )
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = asdict(asyncio.run(measure(given.calls, given.workers, given.thinks, given.drain)))
    if given.json:
        print(json.dumps(found))
    else:
        print("| | |", "|---|---|", sep="\n")
        for name, value in found.items():
            shown = f"{value:.2f}" if isinstance(value, float) else value
            print(f"| {name.replace('_', ' ')} | {shown} |")
    return int(any(found[name] for name in ("unanswered", "dropped", "lost", "twice")))


if __name__ == "__main__":
    sys.exit(main())
