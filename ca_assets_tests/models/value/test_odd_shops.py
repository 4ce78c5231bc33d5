"""Odd shops: a forecast of theirs is finite and sensible, or it is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ca_assets.models.value.forecast import ForecastSettings, OrderDays
from ca_assets.models.value.publish import forecast
from ca_assets.models.value.readiness import missing_history
from ca_assets_tests.models.value.simulated import by_client_and_day, simulated_shop
from ca_assets_tests.models.value.test_publish import assert_invariants

SETTINGS = ForecastSettings(weeks=26, seeds=1, epochs=1)
ORIGIN = 70 * 7 - 1


@pytest.fixture(scope="module")
def shop() -> OrderDays:
    return simulated_shop(900, 100, seed=8)


def test_free_orders_are_worth_nothing(shop: OrderDays) -> None:
    said = forecast(replace(shop, amount=np.zeros(len(shop.day))), ORIGIN, SETTINGS)
    assert_invariants(shop, said)
    assert said.orders.sum() > 0 and said.revenue.sum() == 0 == said.daily_high.sum() and said.total_high == 0


def test_some_free_orders_do_no_harm(shop: OrderDays) -> None:
    free = shop.client % 3 == 0
    said = forecast(replace(shop, amount=np.where(free, 0.0, shop.amount)), ORIGIN, SETTINGS)
    assert_invariants(shop, said)
    assert said.revenue[said.client % 3 == 0].sum() == 0 < said.revenue.sum()


def test_one_price_for_everything(shop: OrderDays) -> None:
    said = forecast(replace(shop, amount=np.full(len(shop.day), 20.0)), ORIGIN, SETTINGS)
    assert_invariants(shop, said)
    np.testing.assert_allclose(said.revenue, 20 * said.orders)
    assert "p" not in said.parameters and all(np.isfinite(value) for value in said.parameters.values())


def test_one_giant_buyer_does_not_carry_the_others(shop: OrderDays) -> None:
    giant = int(np.argmax(np.bincount(shop.client)))
    theirs = shop.amount[(shop.client != giant) & (shop.day <= ORIGIN)].sum()
    his = (shop.client == giant) & (shop.day <= ORIGIN)
    amount = np.where(shop.client == giant, theirs / his.sum(), shop.amount)  # half of all revenue
    said, usual = forecast(replace(shop, amount=amount), ORIGIN, SETTINGS), forecast(shop, ORIGIN, SETTINGS)
    assert_invariants(shop, said)
    place = int(np.searchsorted(said.client, giant))
    assert np.argmax(said.revenue) == place
    others = np.arange(len(said.client)) != place
    assert 0.4 < said.revenue[others].sum() / usual.revenue[others].sum() < 2.5


def test_a_shop_that_stopped_for_three_months(shop: OrderDays) -> None:
    closed = shop.day > ORIGIN - 91
    quiet = OrderDays(shop.client[~closed], shop.day[~closed], shop.amount[~closed])
    said, usual = forecast(quiet, ORIGIN, SETTINGS), forecast(shop, ORIGIN, SETTINGS)
    assert_invariants(quiet, said)
    assert said.daily_newcomers.sum() == 0 and 0 < said.revenue.sum() < usual.revenue.sum()
    assert said.p_no_order.mean() > usual.p_no_order.mean()


def test_refunds_beyond_revenue(shop: OrderDays) -> None:
    """The horizon a year ago earned less than nothing: no level can be had from it."""
    long = simulated_shop(1500, 140, seed=9)
    origin = 130 * 7 - 1
    year_ago = (long.day > origin - 364) & (long.day <= origin - 182)
    said = forecast(replace(long, amount=np.where(year_ago, -long.amount, long.amount)), origin, SETTINGS)
    assert_invariants(long, said)
    assert said.parameters["level"] == 1.0
    known = forecast(long, origin, SETTINGS)
    assert known.parameters["level"] != 1.0
    assert_invariants(shop, forecast(replace(shop, amount=-shop.amount), ORIGIN, SETTINGS))


def test_everybody_ordered_once() -> None:
    client = np.arange(800)
    shop = by_client_and_day(client, client % 400, 10.0 + client % 7)
    said = forecast(shop, 400, SETTINGS)
    assert_invariants(shop, said)
    assert said.orders.max() < 0.01 and said.p_no_order.min() > 0.99
    assert said.daily_newcomers.sum() > said.revenue.sum()


def test_a_shop_of_ten_days_is_refused() -> None:
    shop = simulated_shop(2000, 2, seed=1)
    missing = missing_history(shop, 9)
    assert missing is not None and missing.days == 10 and "needs 180 days of history, has 10" in missing.text
    assert_invariants(shop, forecast(shop, 9, SETTINGS))
