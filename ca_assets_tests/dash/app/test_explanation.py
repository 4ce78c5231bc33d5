"""How a panel is computed, in words and as the statements that the engine ran: of every panel of a loaded shop."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from ca_assets.analyses.core.family import NIGHTLY, family_of_report
from ca_assets.demo.generate import generate
from ca_assets.index.embedded.index import EmbeddedIndex
from ca_assets.lake.lake import Lake
from ca_assets.on_demand.pool import RangePool
from ca_assets.settings.database import open_database
from ca_assets.settings.process import ProcessSettings
from ca_assets.settings.shops import apply_shop
from ca_assets_tests.dash.applications import SITE
from ca_assets_tests.pipeline import load_and_export
from ca_dash.app import explanation
from ca_dash.app.views import Views
from ca_dash.panel import Panel
from ca_dash.reports import Reader

MONTH = "?from=2024-04-03&to=2024-05-02"


@pytest.fixture(scope="module")
def views(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Views]:
    folder = tmp_path_factory.mktemp("explained")
    settings = ProcessSettings(home=folder / "home")
    generate(folder / "shop", sessions=1500, end=dt.date(2024, 6, 1))
    apply_shop(open_database(settings), folder / "shop" / "shop.yaml")
    load_and_export(folder / "shop" / "shop.yaml", settings.home)
    pool = RangePool(settings)
    yield Views(Reader(EmbeddedIndex(settings.index_file, Lake(settings.lake_root)), pool), SITE)
    pool.close()


ONE_OF_EACH = {panel.specs()[0].name: panel for panel in SITE.panels.values()}


@pytest.mark.parametrize("panel", ONE_OF_EACH.values(), ids=lambda panel: panel.id)
@pytest.mark.parametrize("search", ["", MONTH])
def test_the_statements_of_each_analysis(views: Views, panel: Panel, search: str, tmp_path: Path) -> None:
    shown = str(explanation._sql(panel, views, search))
    if family_of_report(panel.specs()[0].name).job != NIGHTLY:
        assert "SELECT" not in shown and ("own job" in shown or "ca load" in shown)
        return
    assert "SELECT" in shown and '"orders"' in shown.replace("\\", "")
    assert "ibis_read_parquet" not in shown and ".parquet" not in shown and str(tmp_path.parent.parent) not in shown


def test_facts_of_a_panel(views: Views) -> None:
    text = str(explanation._body(SITE.panels["purchases-revenue"], views, MONTH))
    assert "stats/daily_revenue" in text and "sessions, " in text and "customers" in text and "UTC" in text
    assert "3 Apr" in text and "1 Jun 2024" in text
    rows = views.rows(SITE.panels["purchases-revenue"], MONTH)
    assert f"Dd('{len(rows.data)}')" in text


def test_what_cannot_be_shown_is_said(views: Views) -> None:
    nobody = Views(Reader(views.reader._index), SITE)
    assert "CA_RANGE_PROCESSES" in str(explanation._sql(SITE.panels["purchases-revenue"], nobody, ""))
