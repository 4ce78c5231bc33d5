"""What a forecast is judged by, by hand; and R, F, M at the end of its horizon."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ca_assets.models.value.evaluate import Actual, actual, coverage_of_orders, covers_total, deciles, gini, last_period, scores
from ca_assets.models.value.forecast import Forecast, OrderDays
from ca_assets.models.value.future import future_rfm, robust_distance


def forecast_of(orders: list[float], revenue: list[float], none: list[float], weeks: int = 1) -> Forecast:
    """Only what the functions under test read is more than zero."""
    many, days = np.zeros(len(orders)), np.zeros(7 * weeks)
    return Forecast(
        origin=6,
        weeks=weeks,
        client=np.arange(len(orders), dtype=np.int32),
        orders=np.array(orders),
        orders_low=many,
        orders_high=np.array(orders),
        revenue=np.array(revenue),
        revenue_low=many,
        revenue_high=many,
        p_alive=many,
        p_no_order=np.array(none),
        next_order=many,
        next_order_low=many,
        next_order_high=many,
        yardstick_orders=many,
        yardstick_revenue=many,
        daily_known=days,
        daily_newcomers=days,
        daily_low=days,
        daily_high=days,
        total_low=30.0,
        total_high=40.0,
        model="network",
    )


def test_what_happened_by_hand() -> None:
    data = OrderDays(
        np.array([0, 0, 0, 1, 2, 2], np.int32), np.array([1, 7, 13, 5, 8, 14], np.int32), np.array([1.0, 10.0, 20.0, 2.0, 5.0, 99.0])
    )
    said = forecast_of([1.0, 0.5], [20.0, 10.0], [0.5, 0.5])
    happened = actual(data, said)
    assert happened.orders.tolist() == [2.0, 0.0] and happened.revenue.tolist() == [30.0, 0.0]
    assert happened.daily.tolist() == [10, 5, 0, 0, 0, 0, 20] and happened.daily_known.tolist() == [10, 0, 0, 0, 0, 0, 20]
    assert coverage_of_orders(said, happened) == 0.5 and covers_total(said, happened)
    assert [column.tolist() for column in last_period(data, said.client, 6, 1)] == [[1.0, 1.0], [1.0, 2.0]]


def test_scores_by_hand() -> None:
    happened = Actual(np.array([2.0, 0.0, 1.0, 1.0]), np.array([40.0, 0.0, 10.0, 10.0]), np.zeros(1), np.zeros(1))
    measured = scores(np.array([1.0, 0.0, 1.0, 1.0]), np.array([30.0, 6.0, 10.0, 5.0]), happened)
    assert (measured["mae_orders"], measured["rmse_orders"], measured["total_error_orders"]) == (0.25, 0.5, -0.25)
    assert (measured["mae_revenue"], measured["total_error_revenue"]) == (5.25, 51 / 60 - 1)
    assert measured["rmse_revenue"] == pytest.approx(np.sqrt((100 + 36 + 0 + 25) / 4))
    # Lorenz curve of 10, 0, 10, 40 at quarters: 0, 1/6, 1/6, 1/3, 1; best: 0, 0, 1/6, 1/3, 1
    assert measured["gini_revenue"] == pytest.approx((0.5 - (1 / 6 + 1 / 6 + 1 / 3 + 0.5) / 4) / (0.5 - (0 + 1 / 6 + 1 / 3 + 0.5) / 4))
    assert measured["decile_wape_revenue"] == pytest.approx((10 + 6 + 0 + 5) / 60)
    nothing = scores(np.ones(2), np.ones(2), Actual(np.zeros(2), np.zeros(2), np.zeros(1), np.zeros(1)))
    assert np.isnan(nothing["total_error_revenue"]) and np.isnan(nothing["gini_orders"]) and nothing["mae_orders"] == 1.0


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 9), st.integers(0, 9)), min_size=2, max_size=60), st.randoms(use_true_random=False))
def test_gini_knows_no_order_of_rows(rows: list[tuple[float, int]], random: object) -> None:
    predicted, happened = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    value, position = gini(predicted, happened), np.random.default_rng(len(rows)).permutation(len(rows))
    again = gini(predicted[position], happened[position])
    assert (np.isnan(value) and np.isnan(again)) or (value == pytest.approx(again, abs=1e-9) and -1 - 1e-9 <= value <= 1 + 1e-9)
    if not np.isnan(value):
        assert gini(happened, happened) == pytest.approx(1.0) and gini(np.ones(len(rows)), happened) == pytest.approx(0.0, abs=1e-9)


def test_deciles_by_hand() -> None:
    assert deciles(np.array([5.0, 1.0, 1.0, 9.0])).tolist() == [6, 1, 3, 8]
    sizes = np.bincount(deciles(np.arange(1003.0)))[1:]
    assert len(sizes) == 10 and sizes.max() - sizes.min() == 1


def test_future_rfm_by_hand() -> None:
    week = 7 * 24.0
    said = forecast_of([3.0, 0.0, 0.4, 0.9], [60.0, 0.0, 8.0, 9.0], [0.0, 1.0, 0.6, 0.25])
    now = np.array([10.0, 20.0, 30.0, 40.0]), np.array([100.0, 50.0, np.nan, np.nan])
    later = future_rfm(*now, np.array([10.0, 5.0, 20.0, 10.0]), np.array([3.0, 2.0, 1.0, 1.0]), said)
    # Client 0 orders three times for sure, the last of them a quarter of a week before the end.
    span = 100 * 2 + 10 + week * 3 / 4
    assert later.recency_hours[0] == pytest.approx(week / 4) and later.frequency_hours[0] == pytest.approx(span / 5)
    assert later.monetary[0] == pytest.approx((10 * 3 + 60) / 6)
    # Client 1 never comes again; 2 and 3 have ordered once, and only 3 is expected to order again.
    assert (later.recency_hours[1], later.frequency_hours[1], later.monetary[1]) == (20 + week, 50.0, 5.0)
    assert np.isnan(later.frequency_hours[2]) and later.recency_hours[2] == pytest.approx(0.6 * (30 + week) + 0.4 * week / 2)
    assert later.frequency_hours[3] == pytest.approx((40 + week - week / 2.2) / 1.2)
    assert np.isfinite(later.change_score).all()


def test_an_odd_change_stands_out() -> None:
    random = np.random.default_rng(4)
    changes = random.normal(0, [[1.0], [2.0], [0.1]], (3, 2000))
    changes[1, :1000] = np.nan
    changes[:, 7] = [30.0, np.nan, 0.0]
    distance = robust_distance(changes)
    assert np.argmax(distance) == 7 and np.median(distance) == pytest.approx(1.35, abs=0.15)
    assert robust_distance(np.zeros((3, 5))).tolist() == [0.0] * 5
