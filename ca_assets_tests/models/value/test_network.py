"""The network and its guard: the same bytes again, nothing of the guard's clients, refused when it is worse, and odd shops."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from ca_assets.models.value.forecast import ForecastSettings, OrderDays
from ca_assets.models.value.foundation import foundation_at
from ca_assets.models.value.guard import backtest_ratio
from ca_assets.models.value.network import train
from ca_assets.models.value.publish import forecast
from ca_assets.models.value.rows import Inputs, TrainingRows, numbers_of, training_rows, weekly_of
from ca_assets_tests.models.value.simulated import simulated_shop
from ca_assets_tests.models.value.test_publish import assert_invariants, assert_same_bytes

TWO = ForecastSettings(weeks=13, seeds=2, epochs=2)
ORIGIN = 80 * 7 - 1


@pytest.fixture(scope="module")
def shop() -> OrderDays:
    return simulated_shop(1200, 100, seed=6)


@pytest.fixture(scope="module")
def rows(shop: OrderDays) -> TrainingRows:
    past = [foundation_at(shop, ORIGIN - 91 - 28 * number) for number in range(4)]
    return training_rows(shop, past, sum(len(one.clients.client) for one in past), 13, 1)


class Corrects:
    """A trainer whose network says what it is told."""

    def __init__(self, scale: float, seed: int = 0) -> None:
        self.scale, self.seed = scale, seed
        self.trained: list[TrainingRows] = []

    def __call__(self, rows: TrainingRows, stopping: NDArray[np.bool_], settings: ForecastSettings) -> Corrects:
        self.trained.append(rows)
        return self

    def correction(self, inputs: Inputs) -> NDArray[np.float64]:
        return self.scale * np.random.default_rng(self.seed).normal(size=len(inputs.numbers))


def test_a_trained_forecast_is_the_same_again(shop: OrderDays) -> None:
    one = replace(TWO, seeds=1)
    said = forecast(shop, ORIGIN, one)
    assert_same_bytes(said, forecast(shop, ORIGIN, one))
    assert_invariants(shop, said)
    assert said.model == "network" and said.parameters["network_weight"] == 0.5 and said.parameters["guard"] <= 1.02
    foundation = forecast(shop, ORIGIN, replace(TWO, seeds=0))
    assert said.orders.tobytes() != foundation.orders.tobytes()
    assert said.orders.sum() == pytest.approx(foundation.orders.sum()) and said.revenue.sum() == pytest.approx(foundation.revenue.sum())


def test_a_seed_trains_the_same_in_any_process(rows: TrainingRows) -> None:
    stopping = np.arange(len(rows.orders)) % 5 == 0
    two = train(rows, stopping, TWO)
    first, other = train(rows, stopping, replace(TWO, seeds=1)), train(rows, stopping, replace(TWO, seeds=1, seed=2))
    assert {name: value.tobytes() for name, value in first.states[0].items()} == {
        name: value.tobytes() for name, value in two.states[0].items()
    }
    assert two.states[0]["head.0.weight"].tobytes() != two.states[1]["head.0.weight"].tobytes()
    assert other.states[0]["head.0.weight"].tobytes() != two.states[0]["head.0.weight"].tobytes()
    said = two.correction(rows.inputs)
    assert (np.abs(said) < 2).all() and np.ptp(said) > 0
    assert said == pytest.approx((first.correction(rows.inputs) + replace(two, states=two.states[1:]).correction(rows.inputs)) / 2)


def test_training_lowers_the_loss_it_says(rows: TrainingRows) -> None:
    """In a world where clients with one order return twice as often as BG/NBD thinks, the network finds them."""
    odd = np.where(rows.order_days == 1, 3.0, 1.0)
    taught = replace(rows, orders=np.random.default_rng(3).poisson(rows.scaled * odd).astype(float))
    stopping = np.arange(len(rows.orders)) % 5 == 0
    said = train(taught, stopping, ForecastSettings(weeks=13, seeds=1, epochs=20)).correction(rows.inputs)
    assert said[odd > 1].mean() - said[odd == 1].mean() > 0.5


def test_the_guard_bites_on_a_worse_network(shop: OrderDays) -> None:
    bad = forecast(shop, ORIGIN, TWO, Corrects(2.0))
    assert bad.model == "bgnbd_gg" and bad.parameters["guard"] > 1.02 and bad.parameters["network_weight"] == 0.0
    assert "more than 1.02" in bad.notes["guard"]
    foundation = forecast(shop, ORIGIN, replace(TWO, seeds=0))
    assert bad.orders.tobytes() == foundation.orders.tobytes() and bad.revenue.tobytes() == foundation.revenue.tobytes()
    assert forecast(shop, ORIGIN, TWO, Corrects(np.nan)).model == "bgnbd_gg"
    harmless = forecast(shop, ORIGIN, TWO, Corrects(0.0))
    assert harmless.model == "network" and harmless.parameters["guard"] == pytest.approx(1.0)


def test_the_guard_judges_by_clients_not_trained_on(shop: OrderDays) -> None:
    trainer = Corrects(0.0)
    forecast(shop, ORIGIN, TWO, trainer)
    (trained,) = trainer.trained
    everyone = len(np.unique(shop.client[shop.day <= ORIGIN - 91]))
    assert 0.75 * everyone < len(np.unique(trained.client)) < 0.85 * everyone


def test_a_year_of_history_is_needed(shop: OrderDays) -> None:
    trainer = Corrects(0.0)
    young = forecast(shop, 362, TWO, trainer)
    assert young.model == "bgnbd_gg" and not trainer.trained and "364 days" in young.notes["guard"]
    assert forecast(shop, 364 + 28, TWO, trainer).model == "network"


def test_ratio_of_the_guard_by_hand(rows: TrainingRows) -> None:
    flat = replace(
        rows.only(np.arange(len(rows.orders)) < 4),
        expected=np.array([1.0, 1.0, 2.0, 2.0]),
        value=np.ones(4),
        orders=np.array([0.0, 2.0, 2.0, 2.0]),
        revenue=np.array([0.0, 2.0, 2.0, 2.0]),
        origin=np.array([0, 0, 1, 1]),
        order_days=np.arange(4),
        span=np.zeros(4, dtype=np.int64),
        first=np.zeros(4, dtype=np.int64),
    )

    class Says:
        def correction(self, inputs: Inputs) -> NDArray[np.float64]:
            return 2 * np.log([1.0, 3.0, 1.0, 1.0])  # √ of it: 1 : 3, of a total of 2: .5 and 1.5

    assert backtest_ratio(flat, Says()) == pytest.approx(0.5)


def test_inputs_by_hand(shop: OrderDays) -> None:
    foundation = foundation_at(shop, ORIGIN)
    some = np.array([3, 4, 50])
    weekly, numbers = weekly_of(shop, foundation, some), numbers_of(foundation, 13)[some]
    clients = foundation.clients
    for place, client in enumerate(some):
        days = shop.day[(shop.client == clients.client[client]) & (shop.day <= ORIGIN) & (shop.day > ORIGIN - 364)]
        assert np.expm1(weekly[place, :, 0]).sum() == pytest.approx(len(days), abs=1e-4)
        assert weekly[place, 51, 0] == pytest.approx(np.log1p((days > ORIGIN - 7).sum()), abs=1e-6)
        assert weekly[place, :, 2].sum() == min(52, (ORIGIN - clients.first[client]) // 7 + 1)
        assert numbers[place, 3] == pytest.approx(np.log1p((ORIGIN - clients.first[client]) / 7))
    assert np.isfinite(weekly).all() and np.isfinite(numbers).all() and numbers.shape == (3, 8)


def test_torch_is_loaded_only_to_train() -> None:
    code = "import sys, ca_assets.models.value.publish; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
