"""Figures of orders, revenue and customers."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from ca_assets_tests.dash.figures.rows import STYLE, frame, style_for
from ca_dash.figures import stats


def test_week_mean_needs_seven_days() -> None:
    days = pd.DataFrame({"period": pd.date_range("2024-01-01", periods=8), "orders": [7, 0, 0, 0, 0, 0, 0, 14]})
    data = stats.with_week_mean(days, "daily")
    assert stats.with_week_mean(days, "weekly") is days
    assert data["orders_mean"].isna().sum() == 6
    assert list(data["orders_mean"][6:]) == [1.0, 2.0]


def test_incomplete_week_is_dotted_and_named() -> None:
    fig = stats.sessions_per_customer(
        data=frame("stats/weekly_sessions_per_customer"), style=style_for("stats/weekly_sessions_per_customer")
    )
    assert fig.data[1].line.dash == "dot"
    assert fig.data[0].y[-1] is None
    assert fig.data[1].hovertemplate[-1].endswith("incomplete")


def test_incomplete_bar_is_hatched() -> None:
    fig = stats.orders(data=frame("stats/weekly_orders"), style=style_for("stats/weekly_orders"))
    assert set(fig.data[0].marker.pattern.shape[:-1]) == {""}
    assert fig.data[0].marker.pattern.shape[-1] == "/"


def test_open_bin_is_named() -> None:
    fig = stats.payment_amounts(data=frame("stats/payment_amount_distribution"), style=STYLE)
    assert "€110.00 or more" in fig.data[0].hovertemplate[-1]


def test_open_last_bin_has_a_label() -> None:
    fig = stats.payment_amounts(data=frame("stats/payment_amount_distribution"), style=STYLE)
    assert fig.layout.xaxis.ticktext[-1] == "> €110" and fig.layout.xaxis.tickvals[-1] == 22


def test_numbers_of_orders_without_customers_are_not_skipped() -> None:
    fig = stats.orders_per_customer(data=pd.DataFrame({"orders": [1, 4, 15], "customers": [9, 2, 1]}), style=STYLE)
    assert list(fig.data[0].y) == [9, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1]


def test_weekdays_begin_with_the_shops_week() -> None:
    data = frame("stats/daily_orders")
    assert stats.weekdays(data=data, style=STYLE).data[0].x[0] == "Mon"
    assert list(stats.weekdays(data=data, style=replace(STYLE, week_start=6)).data[0].x)[:2] == ["Sun", "Mon"]
