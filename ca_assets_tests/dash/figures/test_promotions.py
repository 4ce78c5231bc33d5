"""Figures and the table of promotions."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from ca_assets_tests.dash.figures.rows import STYLE, frame
from ca_dash.figures import promotions

WEEKLY = replace(STYLE, grain="weekly")


def test_promotions_table_has_organic_first_and_a_sum() -> None:
    data = frame("promotions/summary")
    shown = promotions.summary(data=data, style=STYLE)
    table, total = shown.data, shown.total
    assert total is not None
    assert table["promotion"].iloc[0] == "Organic (no promotion)"
    assert total["orders"] == data["orders"].sum()
    assert table["interval"].iloc[0] == "20.0–25.0%"
    assert "customers" not in total  # customers of two promotions are not added up


def test_share_of_promoted_orders_follows_the_periods() -> None:
    days = pd.date_range("2024-03-04", periods=14)
    data = pd.DataFrame({"period": days, "complete": True, "orders": 10, "promoted_orders": [4, *[0] * 13]})
    fig = promotions.daily_rate(data=data, style=WEEKLY)
    line = fig.data[-1]
    assert list(line.x) == ["2024-03-04", "2024-03-11"]
    assert list(line.y) == pytest.approx([4 / 70, 0])
    assert list(fig.data[0].y) == pytest.approx([0.137920, 0.052023, 0, 0.022444], abs=1e-6)  # Wilson, 4 and 0 of 70


def test_small_promotions_are_one_line() -> None:
    fig = promotions.revenue_trend(data=frame("promotions/daily_revenue"), style=WEEKLY)
    assert {trace.name for trace in fig.data} >= {"all others"}
