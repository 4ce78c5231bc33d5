"""Where the download date matters, every page, definition and export says what it is without a customers source, or of unknown clients."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ca_assets.analyses.core.downloads import FROM_DOWNLOAD, NO_CUSTOMERS, download_notes
from ca_assets.analyses.core.family import catalogue
from ca_assets_tests.cli.conftest import Home
from ca_assets_tests.dash.applications import SITE, make_app, publish
from ca_assets_tests.shops.tea_shop import TEA
from ca_dash.filters.bar import bar
from ca_dash.filters.url import parse
from ca_dash.page import Page
from ca_dash.reports import Reader, ShopView

GRAINS = ("daily", "weekly", "monthly")
BEGIN_THERE = {
    *(f"funnels/customers_{kind}" for kind in (*GRAINS, "hourly", "conversion")),
    *("cohorts/daily_0_1", "cohorts/weekly_0_1", "cohorts/revenue_weekly", "cohorts/next_order_survival", "journey/average"),
    *("anomalies/cohort_daily", "anomalies/cohort_weekly"),
}
UNKNOWN = {"counts": {"sessions": {"unknown_clients": 3, "unknown_client_sessions": 1_200}}, "has_customers": True}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> ShopView:
    index = make_app(tmp_path_factory.mktemp("downloads"))[1]
    publish(index, {"all": 1.0})
    published = Reader(index).shop()
    assert published is not None
    return published


def remarks_of(shop: ShopView, page: Page, **meta: Any) -> str:
    told = replace(shop, meta={**shop.meta, "has_baskets": True, **meta})
    return str(bar(told, parse("", told, SITE.choices), page.controls))


def reports_of(page: Page) -> set[str]:
    """The reports that the panels of a page may show."""
    shapes = {panel.report for panel in page.panels}
    choices = {choice.name: choice.default for choice in SITE.choices}
    filled = {shape.format(**choices | {"grain": grain, "cohort": grain, "pace": grain}) for shape in shapes for grain in GRAINS}
    return filled & set(catalogue())


def test_definitions_say_it_where_figures_begin_at_the_download() -> None:
    assert {path for path, spec in catalogue().items() if spec.starts_at_download} == BEGIN_THERE
    assert all(FROM_DOWNLOAD in catalogue()[path].definition for path in BEGIN_THERE)


def test_every_page_of_such_a_report_says_it_and_no_other(shop: ShopView) -> None:
    for page in SITE.pages:
        begins = bool(reports_of(page) & BEGIN_THERE)
        assert (NO_CUSTOMERS in remarks_of(shop, page, has_customers=False)) is begins, page.title
        assert ("3 customers (1,200 visits)" in remarks_of(shop, page, **UNKNOWN)) is begins, page.title
        assert "download date is" not in remarks_of(shop, page, has_customers=True) and "not in the customers" not in remarks_of(shop, page)


def test_words() -> None:
    assert download_notes({"has_customers": False, "counts": UNKNOWN["counts"]}) == [NO_CUSTOMERS]
    assert download_notes({"has_customers": True, "counts": {"sessions": {"unknown_clients": 0}}}) == []
    assert download_notes({}) == []
    assert len(download_notes(UNKNOWN)) == 1


def test_load_and_export_say_it(tmp_path: Path) -> None:
    home = Home(tmp_path)
    shop_yaml = TEA.without("customers").write(home.shop)
    home.ca("sources", "apply", str(shop_yaml))
    assert NO_CUSTOMERS in home.ca("load").stdout
    for name, is_said in (("downloads", True), ("cohorts/daily_0_1", True), ("cohorts/daily_1_2", False), ("stats/kpis", False)):
        result = home.ca("export", name)
        assert (NO_CUSTOMERS in result.stderr) is is_said, name
        assert "customers source" not in result.stdout
