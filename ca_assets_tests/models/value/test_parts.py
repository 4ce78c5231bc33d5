"""The parts of a forecast by hand: clients, newcomers, weekdays, the order of ages, levels, intervals, what is missing."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import nbinom

from ca_assets.models.value.bgnbd import BgNbd
from ca_assets.models.value.daily import daily_band, spread_over_days, weekday_profile
from ca_assets.models.value.forecast import OrderDays
from ca_assets.models.value.gamma_gamma import GammaGamma
from ca_assets.models.value.history import clients_at, sums_per_client
from ca_assets.models.value.intervals import OrderSpread, fit_order_spread, order_quantiles, revenue_quantiles, total_log_width
from ca_assets.models.value.monotone import decreasing_in_age
from ca_assets.models.value.newcomers import expect_newcomers
from ca_assets.models.value.past import YEAR, Level, PastOrigin, Sample, level_at, log_errors
from ca_assets.models.value.readiness import missing_history


def order_days(*rows: tuple[int, int, float]) -> OrderDays:
    client, day, amount = (np.array(column) for column in zip(*rows, strict=True))
    return OrderDays(client.astype(np.int32), day.astype(np.int32), amount.astype(np.float64))


def test_clients_at_an_origin_by_hand() -> None:
    data = order_days((0, 3, 10.0), (0, 10, 20.0), (0, 30, 99.0), (2, 5, 7.0), (3, 40, 1.0))
    clients = clients_at(data, 24)
    assert clients.client.tolist() == [0, 2] and clients.repeats.tolist() == [1.0, 0.0]
    assert clients.recency.tolist() == [1.0, 0.0] and clients.age.tolist() == [3.0, 19 / 7]
    assert clients.mean.tolist() == [15.0, 7.0] and clients.repeat_mean.tolist() == [20.0, 0.0]
    orders, revenue = sums_per_client(data, clients.client, 10, 40)
    assert orders.tolist() == [2.0, 0.0] and revenue.tolist() == [119.0, 0.0]


def test_newcomers_by_hand() -> None:
    # Two arrivals in each of 40 weeks, each with 10 in his first week and 1 in each of the next three.
    rows = [
        (2 * week + twin, 7 * (week + age) + 2, 10.0 if age == 0 else 1.0) for week in range(40) for twin in range(2) for age in range(4)
    ]
    said = expect_newcomers(order_days(*sorted(rows)), 40 * 7 - 1, 6)
    assert said.arrivals == 2.0
    np.testing.assert_allclose(said.weekly, [20, 22, 24, 26, 26, 26])


def test_newcomers_stop_when_nobody_came() -> None:
    data = order_days(*[(client, client % 7, 5.0) for client in range(20)])
    assert expect_newcomers(data, 26 * 7, 4).weekly.tolist() == [0.0] * 4


def test_weekday_profile_and_days_by_hand() -> None:
    origin = 6  # the horizon's first day is 7
    data = order_days((0, 0, 30.0), (1, 2, 10.0), (2, 7, 1000.0))
    profile = weekday_profile(replace(data, amount=np.array([10.0, 10.0, 1000.0])), origin)
    assert profile.tolist() == [0.5, 0, 0.5, 0, 0, 0, 0]
    daily = spread_over_days(np.array([4.0, 2.0]), profile, 12.0)
    np.testing.assert_allclose(daily, [4, 0, 4, 0, 0, 0, 0, 2, 0, 2, 0, 0, 0, 0])
    assert weekday_profile(data, -1).tolist() == [1 / 7] * 7
    low, high = daily_band(daily, 0.09)
    assert (low[daily > 0] < daily[daily > 0]).all() and (high[daily > 0] > daily[daily > 0]).all() and high[1] == 0


def test_order_of_ages_by_hand() -> None:
    values = np.array([1.0, 2.0, 3.0, 9.0, 0.5])
    days, span = np.array([1, 1, 1, 2, 1]), np.array([0, 0, 0, 5, 0])
    first = np.array([10, 10, 5, 5, 20])  # client 4 is the youngest, client 2 the oldest of the four with one order
    # 0.5 | 2, 1 | 3 must not grow: all four become their mean; the one with two orders stays.
    np.testing.assert_allclose(decreasing_in_age(values, days, span, first), [1.625, 1.625, 1.625, 9.0, 1.625])
    falling = np.array([1.0, 0.5, 0.2, 9.0, 3.0])
    assert decreasing_in_age(falling, days, span, first).tolist() == falling.tolist()


@settings(max_examples=100, deadline=None)
@given(
    arrays(float, 40, elements=st.floats(0, 50)),
    arrays(np.int64, 40, elements=st.integers(1, 3)),
    arrays(np.int64, 40, elements=st.integers(0, 9)),
)
def test_order_of_ages_holds_and_keeps_sums(values: np.ndarray, days: np.ndarray, first: np.ndarray) -> None:
    result = decreasing_in_age(values, days, np.zeros(40, dtype=np.int64), first)
    assert result.sum() == pytest.approx(values.sum(), abs=1e-6)
    same = days[:, None] == days
    assert not (same & (first[:, None] < first) & (result[:, None] > result)).any()


def past_origin(origin: int, revenue: float, actual: float, newcomers: float = 0.0, is_ready: bool = True) -> PastOrigin:
    nothing = Sample(np.zeros(0), np.zeros(0), np.zeros(0))
    models = BgNbd(1, 1, 1, 1), GammaGamma(1, 2, 1, 1)
    return PastOrigin(origin, is_ready, 0, *models, revenue, actual, revenue, actual, newcomers, newcomers, nothing)


def test_level_by_hand() -> None:
    past = {1000: past_origin(1000, 100.0, 144.0, 5.0)}
    assert level_at(1000 + YEAR, past) == Level(1.2, 1.2, 1.0, True)
    assert level_at(1000, past) == level_at(1000 + YEAR - 28, past) == Level()
    for odd in (-50.0, 0.0):
        assert level_at(1000 + YEAR, {1000: past_origin(1000, 100.0, odd)}).revenue == 1.0
    assert level_at(1000 + YEAR, {1000: past_origin(1000, 1.0, 1e9)}).revenue == 2.0
    assert level_at(1000 + YEAR, {1000: past_origin(1000, 100.0, 144.0, is_ready=False)}) == Level()


def test_errors_of_totals_by_hand() -> None:
    past = {day: past_origin(day, 100.0, actual, 20.0) for day, actual in ((0, 100.0), (28, 200.0), (56, -40.0))}
    np.testing.assert_allclose(log_errors(past, with_level=True), np.log([1.0, 220 / 120]))
    past |= {YEAR + day: past_origin(YEAR + day, 100.0, 100.0) for day in (0, 28, 84, 112)}
    past |= {84: past_origin(84, 100.0, 121.0), 112: past_origin(112, 100.0, 81.0)}
    np.testing.assert_allclose(sorted(log_errors(past, with_level=True)), sorted(np.log([1, 1 / np.sqrt(2), 1 / 1.1, 1 / 0.9])))
    assert len(log_errors(past, with_level=False)) == 8


def test_width_of_a_total_by_hand() -> None:
    assert total_log_width(np.array([0.1, -0.1, 0.1, -0.1])) == pytest.approx(0.1 * 1.533206, rel=1e-5)  # t.9 of 4 degrees of freedom
    assert total_log_width(np.zeros(0)) == pytest.approx(0.25 * 1.533206, rel=1e-5)


def test_quantiles_of_orders() -> None:
    expected, size = np.array([0.01, 0.7, 6.0, 40.0, 0.0]), np.array([0.5, 1.0, 4.0, 1e4, 2.0])
    low, high = order_quantiles(expected, size)
    assert low[:2].tolist() == [0.0, 0.0] and (low[4], high[4]) == (0.0, 0.0)
    for index in (1, 2, 3):
        whole = nbinom.ppf([0.1, 0.9], size[index], size[index] / (size[index] + expected[index]))
        assert np.ceil(high[index]) == whole[1] and np.ceil(low[index]) == whole[0]


def test_spread_of_orders_is_recovered() -> None:
    random = np.random.default_rng(1)
    shape, expected = random.uniform(0.5, 20, 40_000), random.uniform(0.1, 10, 40_000)
    size = np.exp(0.4 + 0.5 * np.log(shape))
    orders = random.negative_binomial(size, size / (size + expected)).astype(float)
    fitted = fit_order_spread(orders, expected, shape)
    assert (fitted.intercept, fitted.slope) == pytest.approx((0.4, 0.5), abs=0.06)
    assert fit_order_spread(np.zeros(3), np.ones(3), np.ones(3)) == OrderSpread()


def test_quantiles_of_revenue_cover_a_simulation() -> None:
    random = np.random.default_rng(2)
    orders = random.negative_binomial(3.0, 3.0 / (3.0 + 5.0), 20_000)
    money = random.gamma(np.maximum(orders, 1) * 4.0, 10 / 4.0) * (orders > 0)  # each amount is gamma with mean 10 and shape 4
    low, high = revenue_quantiles(np.array([5.0]), np.array([3.0]), np.array([50.0]), np.ones(1), 1.25)
    assert np.mean((money >= low) & (money <= high)) == pytest.approx(0.8, abs=0.04)
    low, high = revenue_quantiles(np.array([0.0]), np.array([3.0]), np.array([0.0]), np.ones(1), 1.25)
    assert (low[0], high[0]) == (0.0, 0.0)


def test_what_is_missing_by_hand() -> None:
    data = order_days(*[(client, client, 5.0) for client in range(100)])  # one new client a day from 1970-01-01
    few = missing_history(data, 99, 150, 90)
    assert few is not None and (few.clients, few.days, few.ready) == (100, 100, dt.date(1970, 1, 1) + dt.timedelta(days=149))
    assert few.text == "needs 150 known customers, has 100; expected on 1970-05-30 at today's pace"
    both = missing_history(data, 99, 150, 180)
    assert both is not None and both.ready == dt.date(1970, 6, 29) and "needs 180 days of history, has 100" in both.text
    assert missing_history(data, 99, 100, 100) is None
    stopped = missing_history(data, 400, 150, 90)
    assert stopped is not None and stopped.ready is None and "no new customers" in stopped.text
    nobody = missing_history(data, -1)
    assert nobody is not None and (nobody.clients, nobody.days, nobody.ready) == (0, 0, None)
