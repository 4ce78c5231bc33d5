"""What is published holds together: invariants, no leak, the same bytes again, odd shops."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ca_assets.models.value.forecast import Forecast, ForecastSettings, OrderDays
from ca_assets.models.value.history import clients_at
from ca_assets.models.value.publish import forecast
from ca_assets_tests.models.value.simulated import by_client_and_day, simulated_shop

QUICK = ForecastSettings(weeks=26, seeds=1, epochs=2)
ARRAYS = [field.name for field in fields(Forecast) if field.type in {"Floats", "Ints"}]


def assert_invariants(data: OrderDays, said: Forecast) -> None:
    for name in ("orders", "revenue"):
        low, expected, high = (getattr(said, f"{name}{end}") for end in ("_low", "", "_high"))
        assert np.isfinite(expected).all() and (low >= 0).all() and np.isfinite(high).all()
        assert (low <= expected).all() and (expected <= high).all()
    for name in ("p_alive", "p_no_order"):
        assert ((getattr(said, name) >= 0) & (getattr(said, name) <= 1)).all()
    assert (said.orders >= 1 - said.p_no_order).all()
    assert said.daily_known.sum() == pytest.approx(said.revenue.sum(), rel=1e-9, abs=1e-9)
    assert (said.next_order_low <= said.next_order).all() and (said.next_order <= said.next_order_high).all()
    daily = said.daily_known + said.daily_newcomers
    assert len(daily) == said.weeks * 7 and np.isfinite(daily).all() and (daily >= 0).all()
    assert (said.daily_low <= daily).all() and (daily <= said.daily_high).all()
    assert said.total_low <= daily.sum() <= said.total_high
    assert_older_never_orders_more(data, said)


def assert_older_never_orders_more(data: OrderDays, said: Forecast) -> None:
    clients = clients_at(data, said.origin)
    position = np.lexsort((-said.orders, -clients.first, clients.last - clients.first, clients.order_days))
    same = (np.diff(clients.order_days[position]) == 0) & (np.diff((clients.last - clients.first)[position]) == 0)
    older = np.diff(clients.first[position]) < 0
    assert same.any() or len(clients.client) < 50
    assert (np.diff(said.orders[position])[same & older] <= 0).all()


def assert_same_bytes(one: Forecast, other: Forecast) -> None:
    assert all(getattr(one, name).tobytes() == getattr(other, name).tobytes() for name in ARRAYS)
    assert replace(one, **dict.fromkeys(ARRAYS)) == replace(other, **dict.fromkeys(ARRAYS))


@pytest.fixture(scope="module")
def shop() -> OrderDays:
    return simulated_shop(1500, 90, seed=3)


def test_invariants_hold(shop: OrderDays) -> None:
    said = forecast(shop, 400, QUICK)
    assert_invariants(shop, said)
    assert ARRAYS and len(said.client) == len(np.unique(shop.client[shop.day <= 400]))
    assert said.daily_newcomers.sum() > 0 and said.revenue.sum() > 0


def test_later_rows_change_nothing(shop: OrderDays) -> None:
    random, later = np.random.default_rng(5), shop.day > 400
    changed = replace(shop, amount=np.where(later, random.uniform(0, 1e6, len(later)), shop.amount))
    moved = np.where(later, random.integers(401, 4000, len(later)), shop.day)
    more = by_client_and_day(np.append(shop.client, shop.client.max() + 1), np.append(moved, 500), np.append(changed.amount, 1e9))
    assert_same_bytes(forecast(shop, 400, QUICK), forecast(more, 400, QUICK))
    gone = OrderDays(shop.client[~later], shop.day[~later], shop.amount[~later])
    assert_same_bytes(forecast(shop, 400, QUICK), forecast(gone, 400, QUICK))


@settings(max_examples=25, deadline=None)
@given(
    rows=st.lists(st.tuples(st.integers(0, 12), st.integers(0, 300), st.sampled_from([0.0, 1.0, 9.99, 250.0])), min_size=1, max_size=60),
    origin=st.integers(0, 320),
    weeks=st.sampled_from([1, 13, 26]),
)
def test_invariants_hold_for_any_rows(rows: list[tuple[int, int, float]], origin: int, weeks: int) -> None:
    client, day, amount = (np.array(column) for column in zip(*rows, strict=True))
    data = by_client_and_day(client, day, amount)
    if data.day.min() > origin:
        with pytest.raises(ValueError, match="no order"):
            forecast(data, origin, replace(QUICK, weeks=weeks))
    else:
        assert_invariants(data, forecast(data, origin, replace(QUICK, weeks=weeks)))
