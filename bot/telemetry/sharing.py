"""The metrics of several workers of one machine, of which any may be asked for the sums of all.

Each writes into a folder that PROMETHEUS_MULTIPROC_DIR names before it starts. Whoever starts them
empties that folder first, and calls prometheus_client's `mark_process_dead` when one has ended.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from bot.telemetry.metrics import SHARED, Metrics

EVERY_SECONDS = 1.0


@asynccontextmanager
async def shared(metrics: Metrics) -> AsyncGenerator[None]:
    """While the worker runs, the others know of it what is at most EVERY_SECONDS old."""
    if not SHARED:
        yield
        return
    telling = asyncio.create_task(_tell(metrics), name="metrics")
    try:
        yield
    finally:
        telling.cancel()
        metrics.refresh()


async def _tell(metrics: Metrics) -> None:
    while True:
        metrics.refresh()
        await asyncio.sleep(EVERY_SECONDS)
