"""Grafana's dashboards of `pages.py`; `python -m deploy.grafana.dashboards` writes their JSON.

Grafana 10 or later. Each asks for its data source (Prometheus) and, where it matters, the door.
"""

import json
from pathlib import Path

from grafana_foundation_sdk.builders.common import VizLegendOptions
from grafana_foundation_sdk.builders.dashboard import (
    Dashboard,
    DashboardLink,
    DatasourceVariable,
    QueryVariable,
)
from grafana_foundation_sdk.builders.prometheus import Dataquery
from grafana_foundation_sdk.builders.timeseries import Panel
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.common import LegendDisplayMode, LegendPlacement
from grafana_foundation_sdk.models.dashboard import (
    DashboardCursorSync,
    DashboardLinkType,
    DataSourceRef,
    VariableOption,
    VariableRefresh,
)

from deploy.grafana.pages import PAGES, Page, Plot

FOLDER = Path(__file__).parent / "dashboards"
SOURCE = DataSourceRef(type_val="prometheus", uid="${source}")


def rendered(page: Page) -> str:
    """Its JSON."""
    made = (
        Dashboard(f"Turnwise: {page.title}")
        .uid(page.uid)
        .tags(["turnwise"])
        .readonly()
        .tooltip(DashboardCursorSync.CROSSHAIR)
        .time("now-6h", "now")
        .refresh("30s")
        .timezone("browser")
        .link(_others())
        .with_variable(DatasourceVariable("source").label("Prometheus").type("prometheus"))
    )
    if page.by_door:
        made = made.with_variable(_door())
    for plot in page.plots:
        made = made.with_panel(_panel(plot))
    whole = json.loads(json.dumps(made.build(), cls=JSONEncoder))
    return json.dumps(whole, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _others() -> DashboardLink:
    link = DashboardLink("Turnwise").type(DashboardLinkType.DASHBOARDS).tags(["turnwise"])
    return link.keep_time(True).as_dropdown(False)


def _door() -> QueryVariable:
    query = "label_values(turnwise_sessions_started_total, door)"
    every = VariableOption(text="All", value="$__all")
    asked = QueryVariable("door").label("Door").datasource(SOURCE).query(query)
    return (
        asked.refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .multi(True)
        .include_all(True)
        .all_value(".*")
        .current(every)
    )


def _panel(plot: Plot) -> Panel:
    legend = VizLegendOptions().show_legend(True).placement(LegendPlacement.BOTTOM)
    panel = (
        Panel()
        .title(plot.title)
        .description(plot.says)
        .datasource(SOURCE)
        .unit(plot.unit)
        .min(0)
        .span(plot.width)
        .height(8)
        .legend(legend.display_mode(LegendDisplayMode.LIST))
    )
    for number, (name, expr) in enumerate(plot.queries.items()):
        query = Dataquery().expr(expr).legend_format(name).ref_id(chr(ord("A") + number)).range()
        panel = panel.with_target(query)
    return panel


def main() -> None:
    """Writes the files."""
    FOLDER.mkdir(exist_ok=True)
    for page in PAGES:
        (FOLDER / f"{page.uid}.json").write_text(rendered(page), encoding="utf-8")


if __name__ == "__main__":
    main()
