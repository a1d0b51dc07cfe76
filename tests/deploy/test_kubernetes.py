"""deploy/kubernetes is what Kubernetes takes, and fits together."""

from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from bot.settings import Settings

FOLDER = Path(__file__).parents[2] / "deploy" / "kubernetes"
VERSION = "1.31"
OPERATORS = {"RedisFailover", "ScaledObject", "PodMonitor"}
"""Kinds that the cluster's operators define; their schemas are with them."""
KUSTOMIZATION = yaml.safe_load((FOLDER / "kustomization.yaml").read_text(encoding="utf-8"))


def resources() -> list[dict[str, Any]]:
    """All that the kustomization has."""
    texts = [(FOLDER / name).read_text(encoding="utf-8") for name in KUSTOMIZATION["resources"]]
    return [one for text in texts for one in yaml.safe_load_all(text)]


def of_kind(kind: str, name: str = "turnwise") -> dict[str, Any]:
    """The one of this kind and name."""
    (found,) = [r for r in resources() if (r["kind"], r["metadata"]["name"]) == (kind, name)]
    return found


def test_every_file_is_taken_in():
    """A file that the kustomization does not name is applied by nobody."""
    named = {*KUSTOMIZATION["resources"], "kustomization.yaml"}
    assert named == {path.name for path in FOLDER.glob("*.yaml")}


@pytest.mark.parametrize(
    "resource", resources(), ids=lambda r: f"{r['kind']}-{r['metadata']['name']}"
)
def test_it_is_a_resource(resource: dict[str, Any]):
    """By the schemas of Kubernetes, strictly: no field that there is not."""
    if resource["kind"] in OPERATORS:
        assert {"apiVersion", "kind", "metadata", "spec"} == set(resource)
        return
    kubernetes_validate.validate(resource, VERSION, strict=True)
    mistyped = {**resource, "specs": {}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(mistyped, VERSION, strict=True)


def env(name: str) -> dict[str, str]:
    """What a file of settings has."""
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_the_settings_are_settings():
    """A name that is mistyped would be ignored; and no secret is among them."""
    settings, secrets = env("settings.env"), env("secrets.example.env")
    named = {n.removeprefix("TURNWISE_").lower() for n in settings if n.startswith("TURNWISE")}
    hidden = {n.removeprefix("TURNWISE_").lower() for n in secrets}
    assert named | hidden <= set(Settings.model_fields)
    assert not named & hidden
    assert {v for n, v in secrets.items() if n != "TURNWISE_REDIS_URL"} == {""}


def test_a_pod_goes_when_its_calls_have_ended():
    """The grace period covers what leads nobody there, the drain and the hand-over; the drain
    covers the longest call."""
    pod = of_kind("Deployment")["spec"]["template"]["spec"]
    settings = env("settings.env")
    drain = int(settings["TURNWISE_DRAIN_SECONDS"])
    waits = pod["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert drain >= int(settings["TURNWISE_MAX_CALL_SECONDS"])
    assert pod["terminationGracePeriodSeconds"] >= waits + drain + 15


def test_services_budget_and_policy_are_about_the_workers():
    """One label leads to them; ports have the names that are asked for."""
    labels = of_kind("Deployment")["spec"]["template"]["metadata"]["labels"]
    for kind in ("PodDisruptionBudget", "PodMonitor"):
        assert of_kind(kind)["spec"]["selector"]["matchLabels"] == labels
    assert of_kind("NetworkPolicy")["spec"]["podSelector"]["matchLabels"] == labels
    ports = {
        p["name"]
        for p in of_kind("Deployment")["spec"]["template"]["spec"]["containers"][0]["ports"]
    }
    for name in ("turnwise", "turnwise-any"):
        service = of_kind("Service", name)["spec"]
        assert service["selector"] == labels
        assert {p["targetPort"] for p in service["ports"]} <= ports


def test_the_scaler_leaves_room():
    """It adds workers before those there are full."""
    scaled = of_kind("ScaledObject")["spec"]
    assert scaled["scaleTargetRef"]["name"] == of_kind("Deployment")["metadata"]["name"]
    (trigger,) = scaled["triggers"]
    places = int(env("settings.env")["TURNWISE_MAX_SESSIONS"])
    assert 0 < int(trigger["metadata"]["threshold"]) < 0.8 * places
    assert "turnwise_sessions" in trigger["metadata"]["query"]


def test_nothing_runs_as_root_or_writes_where_it_should_not():
    """Every container of ours."""
    for kind, name in (("Deployment", "turnwise"), ("DaemonSet", "turn")):
        pod = of_kind(kind, name)["spec"]["template"]["spec"]
        assert pod["securityContext"]["runAsNonRoot"]
        for container in pod["containers"]:
            assert container["securityContext"]["readOnlyRootFilesystem"]
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
