"""The demo shop's truth: what is planted is found with its verdict and cause; a demo shop with nothing planted has few flags."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from ca_assets.analyses.core.context import Context
from ca_assets.demo import plan
from ca_assets.demo.generate import generate
from ca_assets.demo.season import is_holiday_season
from ca_assets_tests.analyses.anomalies.running import anomalies_of, report
from ca_assets_tests.analyses.running import tables_of

END = dt.date(2026, 11, 8)  # before the peak
VERDICTS = {"traffic_drop": "business_changed", "conversion_dip": "business_changed", "tracking_outage": "data_broken"}


def of_demo(folder: Path, seed: int):
    truth = generate(folder, 60_000, seed, end=END)
    shop, tables = tables_of(folder / "shop.yaml", folder / "staging")
    return truth, anomalies_of(tables, Context(shop, END))[0]


def test_planted_anomalies_are_found(tmp_path: Path) -> None:
    truth, result = of_demo(tmp_path, 7)
    flags = [row for row in report(result, "flags", grain="daily") if row["group"] != "cohort"]
    for planted in truth.anomalies:
        days = {row["period"]: row for row in flags if planted.first_day <= row["period"] <= planted.last_day and row["group"] == "funnel"}
        if planted.kind == "duplicated_load":
            assert days == {}  # its rows have the ids of others, and cleaning took them out: nothing is left to be seen
            continue
        assert days, planted
        assert {row["verdict"] for row in days.values()} == {VERDICTS[planted.kind]}, planted
        assert all(row["series"].startswith(planted.series) or planted.kind == "traffic_drop" for row in days.values()), planted


def test_a_demo_shop_with_nothing_planted_is_quiet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "plan_anomalies", lambda clock, rng: ())
    monkeypatch.setattr(plan, "plan_promotions", lambda clock: ())
    _, result = of_demo(tmp_path, 8)
    scores = [row for row in report(result, "scores", grain="daily") if row["is_scored"] and not is_holiday_season(row["period"])]
    assert len(scores) > 800
    assert sum(row["is_abnormal"] for row in scores) <= 0.013 * len(scores)
