"""A real Prometheus, and promtool."""

import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import yaml

from tests.chaos.servers import HOST, Process, free_port, until

RULES = Path(__file__).parents[1] / "deploy" / "prometheus" / "rules.yaml"


@dataclass
class Prometheus:
    """One that runs."""

    url: str

    async def query(self, expr: str) -> list[dict[str, Any]]:
        """The rows of an instant query, now."""
        async with httpx.AsyncClient(timeout=20) as http:
            answer = await http.get(f"{self.url}/api/v1/query", params={"query": expr})
        told = answer.json()
        assert told["status"] == "success", (expr, told)
        return told["data"]["result"]

    async def until(self, expr: str, holds: Callable[[list[dict[str, Any]]], bool]) -> None:
        """Waits for what it scrapes. Raises TimeoutError."""
        async with asyncio.timeout(60):
            while not holds(await self.query(expr)):
                pass


@asynccontextmanager
async def prometheus(folder: Path, target: int, key: str) -> AsyncIterator[Prometheus]:
    """Scrapes the port of loopback twice a second, with our rules."""
    port = free_port()
    job = {
        "job_name": "turnwise",
        "authorization": {"credentials": key},
        "static_configs": [{"targets": [f"{HOST}:{target}"]}],
    }
    config = {
        "global": {"scrape_interval": "500ms", "scrape_timeout": "500ms"},
        "rule_files": [str(RULES)],
        "scrape_configs": [job],
    }
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
    process = Process(
        [
            "prometheus", f"--config.file={folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={folder / 'data'}", f"--web.listen-address={HOST}:{port}",
        ],
        folder / "log",
    )  # fmt: skip
    process.start()
    try:
        one = Prometheus(f"http://{HOST}:{port}")
        await until(lambda: _ready(one.url))
        yield one
    finally:
        process.stop()


def promtool(*arguments: str | Path, given: bytes = b"") -> tuple[int, str]:
    """Its exit code, and what it says."""
    assert shutil.which("promtool"), "apt-get install prometheus"
    command: Sequence[str] = ["promtool", *map(str, arguments)]
    done = subprocess.run(command, input=given, capture_output=True, check=False, timeout=60)
    return done.returncode, (done.stdout + done.stderr).decode()


def _ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/-/ready", timeout=2).status_code == 200
    except httpx.TransportError:
        return False
