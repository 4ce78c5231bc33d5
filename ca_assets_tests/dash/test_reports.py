"""The reader of published reports: one frame per version, the newest date up to a day."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from ca_assets.contracts.report_path import ReportPath
from ca_assets.index.protocol import NotPublished
from ca_assets_tests.dash import sample_reports
from ca_assets_tests.dash.applications import META, make_app, publish
from ca_dash.reports import Reader

KPIS = ReportPath("stats", "kpis")
OLD = dt.date(2024, 3, 9)


def test_new_version_is_read_at_once(tmp_path: Path) -> None:
    index = make_app(tmp_path)[1]
    publish(index, {"all": 1.0})
    reader = Reader(index)
    first = reader.frame(KPIS, "all")
    assert reader.frame(KPIS, "all") is first
    publish(index, {"all": 2.0})
    assert reader.frame(KPIS, "all").version != first.version


def test_the_newest_date_up_to_a_day_is_read(tmp_path: Path) -> None:
    index = make_app(tmp_path)[1]
    publish(index, {"all": 1.0}, day=OLD)
    for reports in sample_reports.report_sets({"all": 2.0}):
        index.stage_reports("g2", reports)
    index.switch("g2", META)
    reader = Reader(index)
    read = {day: reader.frame(KPIS, "all", day).day for day in (OLD, dt.date(2024, 3, 12), sample_reports.LAST, None)}
    assert list(read.values()) == [OLD, OLD, sample_reports.LAST, sample_reports.LAST]
    assert reader.frame(KPIS, "all", OLD).data["total"].sum() < reader.frame(KPIS, "all").data["total"].sum()
    with pytest.raises(NotPublished):
        reader.frame(KPIS, "all", dt.date(2024, 3, 8))


def test_shop_has_its_dates_and_first_day(tmp_path: Path) -> None:
    index = make_app(tmp_path)[1]
    publish(index, {"all": 1.0}, META | {"calendar": {"week_start": "sunday"}})
    shop = Reader(index).shop()
    assert shop is not None
    assert (shop.report_date, shop.report_dates, shop.first_day) == (sample_reports.LAST, (sample_reports.LAST,), sample_reports.FIRST)
    assert (shop.week_start, shop.currency) == (6, "EUR")


def test_the_currency_is_that_of_the_orders(tmp_path: Path) -> None:
    """A shop whose orders are all in another currency than shop.yaml says."""
    index = make_app(tmp_path)[1]
    for reports in sample_reports.report_sets({"all": 1.0}):
        index.stage_reports("g1", replace(reports, meta=reports.meta | {"currency": "JPY"}))
    index.switch("g1", META)
    shop = Reader(index).shop()
    assert shop is not None and shop.currency == "JPY"
