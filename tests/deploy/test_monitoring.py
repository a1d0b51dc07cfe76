"""Dashboards, rules and shipping: current, and as their tools want them."""

import json
from pathlib import Path

import pytest
import yaml

from deploy.grafana.dashboards import FOLDER, rendered
from deploy.grafana.pages import PAGES, Page
from deploy.prometheus.promises import FILE, rules
from deploy.prometheus.promises import rendered as rendered_rules
from tests.prometheus import promtool

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.uid)
def test_the_dashboards_are_those_of_their_rows(page: Page):
    """`python -m deploy.grafana.dashboards` writes them; each plot shows all of its queries."""
    text = (FOLDER / f"{page.uid}.json").read_text(encoding="utf-8")
    assert text == rendered(page)
    panels = json.loads(text)["panels"]
    shown = [target["expr"] for panel in panels for target in panel["targets"]]
    assert shown == [expr for plot in page.plots for expr in plot.queries.values()]
    places = [(p["gridPos"]["x"], p["gridPos"]["y"]) for p in panels]
    assert len(set(places)) == len(panels)


def test_no_other_dashboards_are_there():
    """Of a page that was taken away."""
    assert {path.stem for path in FOLDER.iterdir()} == {page.uid for page in PAGES}


def test_the_rules_are_those_of_the_promises():
    """`python -m deploy.prometheus.promises` writes them, and Prometheus takes them."""
    assert FILE.read_text(encoding="utf-8") == rendered_rules()
    code, said = promtool("check", "rules", FILE)
    assert code == 0, said
    code, said = promtool("check", "config", DEPLOY / "prometheus" / "prometheus.yml")
    assert code == 0, said


def test_alerts_come_and_go_as_the_promises_are_broken_and_kept():
    """promtool runs them over made-up days."""
    code, said = promtool("test", "rules", DEPLOY / "prometheus" / "rules_test.yaml")
    assert code == 0, said


def test_every_alert_has_a_page_that_says_what_to_do():
    """And every page an alert."""
    alerts = [r for group in rules()["groups"] for r in group["rules"] if "alert" in r]
    named = {alert["annotations"]["runbook_url"]: alert["alert"] for alert in alerts}
    for page, alert in named.items():
        assert (ROOT / page).read_text(encoding="utf-8").startswith(f"# {alert}\n")
    pages = {f"docs/runbooks/{path.name}" for path in (ROOT / "docs" / "runbooks").iterdir()}
    assert set(named) == pages


def test_what_is_shipped_is_what_is_logged():
    """Filebeat renames fields that our lines have."""
    shipped = yaml.safe_load((DEPLOY / "filebeat" / "filebeat.yml").read_text(encoding="utf-8"))
    (renames,) = [p["rename"] for p in shipped["processors"] if "rename" in p]
    page = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
    for field in renames["fields"]:
        name = field["from"].removeprefix("turnwise.")
        assert f"`{name}`" in page
