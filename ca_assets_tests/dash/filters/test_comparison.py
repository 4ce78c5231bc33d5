"""Earlier periods beside those that are shown: which one belongs to which, and what is there when there are none."""

from __future__ import annotations

import pandas as pd
import pytest

from ca_assets.contracts.units import Grain
from ca_dash.filters.comparison import BEFORE, YEAR_BEFORE, periods_back, with_earlier


def series(first: str, count: int, frequency: str) -> pd.DataFrame:
    """Orders 0, 1, 2, … of periods."""
    return pd.DataFrame({"period": pd.date_range(first, periods=count, freq=frequency), "orders": range(count)})


def earlier(data: pd.DataFrame, shown: slice, grain: Grain, choice: str) -> pd.DataFrame:
    return with_earlier(data.iloc[shown].reset_index(drop=True), data, grain, choice, key=(), columns=("orders",))


@pytest.mark.parametrize(
    ("count", "grain", "choice", "back"),
    [
        (7, "daily", BEFORE, 7), (7, "daily", YEAR_BEFORE, 364), (365, "daily", YEAR_BEFORE, 728),
        (4, "weekly", BEFORE, 4), (4, "weekly", YEAR_BEFORE, 52), (3, "monthly", BEFORE, 3), (13, "monthly", YEAR_BEFORE, 24),
    ],
)  # fmt: skip
def test_periods_back(count: int, grain: Grain, choice: str, back: int) -> None:
    assert periods_back(count, grain, choice) == back


def test_days_beside_the_days_before_over_daylight_saving() -> None:
    rows = earlier(series("2024-03-25", 14, "D"), slice(7, 14), "daily", BEFORE)  # clocks change on 31 March
    assert rows["earlier_orders"].tolist() == list(range(7))
    assert rows["earlier_period"].dt.strftime("%d %b").tolist()[0] == "25 Mar"


def test_a_sunday_is_beside_a_sunday() -> None:
    data = series("2023-01-01", 400, "D")
    rows = earlier(data, slice(380, 387), "daily", YEAR_BEFORE)
    assert (rows["period"].dt.dayofweek == rows["earlier_period"].dt.dayofweek).all()
    assert rows["earlier_orders"].tolist() == list(range(16, 23))


def test_months_are_beside_months_of_other_lengths() -> None:
    rows = earlier(series("2023-01-01", 15, "MS"), slice(13, 15), "monthly", YEAR_BEFORE)
    assert rows["earlier_period"].dt.strftime("%Y-%m").tolist() == ["2023-02", "2023-03"]
    assert rows["earlier_orders"].tolist() == [1, 2]


def test_days_without_an_earlier_one_have_none() -> None:
    rows = earlier(series("2024-01-01", 10, "D"), slice(4, 10), "daily", BEFORE)  # 29 and 30 December are not known
    assert rows["earlier_orders"].isna().tolist() == [True, True, False, False, False, False]
    assert "earlier_orders" not in earlier(series("2024-01-01", 10, "D"), slice(0, 10), "daily", BEFORE)
    assert earlier(series("2024-01-01", 0, "D"), slice(0, 0), "daily", BEFORE).empty


def test_steps_are_beside_the_same_steps() -> None:
    days = series("2024-01-01", 4, "D")
    data = pd.concat([days.assign(step_order=order, orders=days["orders"] + 10 * order) for order in (1, 2)], ignore_index=True)
    shown = data[data["period"] >= "2024-01-03"].reset_index(drop=True)
    rows = with_earlier(shown, data, "daily", BEFORE, key=("step_order",), columns=("orders",))
    assert (rows["earlier_orders"] == rows["orders"] - 2).all() and len(rows) == 4
