"""deploy/compose.yaml is one, and what it names is there.

compose-spec.json is the Compose Specification's own schema (compose-spec/compose-spec,
`schema/compose-spec.json`, Apache License 2.0).
"""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from bot.settings import Settings
from tests.chaos.rolling import HAPROXY

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
SCHEMA = json.loads(Path(__file__).with_name("compose-spec.json").read_text(encoding="utf-8"))


@pytest.fixture
def compose() -> dict[str, Any]:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))


def test_it_is_a_compose_file(compose: dict[str, Any]):
    """By the specification's schema; a service with a field that there is not is none."""
    valid = jsonschema_rs.validator_for(SCHEMA)
    valid.validate(compose)
    compose["services"]["worker"]["replicas"] = 3
    assert not valid.is_valid(compose)


def mounted(compose: dict[str, Any]) -> Iterator[str]:
    """Every path of this folder that a container gets."""
    for service in compose["services"].values():
        yield from (v.split(":")[0] for v in service.get("volumes", ()) if v.startswith("./"))


def test_what_is_mounted_is_there(compose: dict[str, Any]):
    """Docker would make an empty folder of a file that is missing."""
    paths = list(mounted(compose))
    assert "./haproxy.cfg" in paths
    assert [path for path in paths if not (DEPLOY / path).exists()] == []


def test_what_services_wait_for_is_there(compose: dict[str, Any]):
    """So are the named volumes and secrets."""
    services = compose["services"]
    for service in services.values():
        assert set(service.get("depends_on", ())) <= set(services)
        assert set(service.get("secrets", ())) <= set(compose["secrets"])
        named = (v.split(":")[0] for v in service.get("volumes", ()) if not v.startswith("./"))
        assert set(named) <= set(compose["volumes"])


def test_the_settings_are_settings(compose: dict[str, Any]):
    """A name that is mistyped would be ignored. Those that must be filled in are in the example."""
    environment = compose["services"]["worker"]["environment"]
    named = {n.removeprefix("TURNWISE_").lower() for n in environment if n.startswith("TURNWISE")}
    assert named <= set(Settings.model_fields)
    example = (DEPLOY / "compose" / "example.env").read_text(encoding="utf-8")
    given = {line.partition("=")[0] for line in example.splitlines() if line[:1].isupper()}
    wanted = set(re.findall(r"\$\{([A-Z_]+):\?", (DEPLOY / "compose.yaml").read_text()))
    assert wanted
    assert wanted <= given


def test_a_worker_may_end_its_calls(compose: dict[str, Any]):
    """Docker waits for as long as the drain and the hand-over take."""
    worker = compose["services"]["worker"]
    grace = int(worker["stop_grace_period"].removesuffix("s"))
    assert grace >= worker["environment"]["TURNWISE_DRAIN_SECONDS"] + 15


def test_haproxy_takes_its_configuration(tmp_path: Path):
    """By HAProxy itself; and it doesn't take another one."""
    config = (DEPLOY / "haproxy.cfg").read_text(encoding="utf-8")
    assert _check(config, tmp_path) == 0
    assert _check(config.replace("balance leastconn", "balance leastcon"), tmp_path) != 0


def _check(config: str, folder: Path) -> int:
    path = folder / "haproxy.cfg"
    path.write_text(config, encoding="utf-8")
    return subprocess.run([HAPROXY, "-c", "-q", "-f", path], check=False).returncode
