"""BG/NBD and Gamma-Gamma: parameters and expectations as lifetimes has them, gradients as differences, edges."""

from __future__ import annotations

from collections.abc import Callable

import mpmath
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifetimes import BetaGeoFitter, GammaGammaFitter

from ca_assets.models.value import bgnbd, gamma_gamma
from ca_assets.models.value.bgnbd import BgNbd, Histories, fit_bgnbd
from ca_assets.models.value.foundation import foundation_at, histories, yardstick_value
from ca_assets.models.value.gamma_gamma import by_count, fit_gamma_gamma
from ca_assets.models.value.history import Clients, clients_at
from ca_assets_tests.models.value.simulated import simulated_shop

CDNOW = BgNbd(0.2426, 4.4136, 0.7929, 2.4259)
PARAMETERS = st.floats(0.05, 20)


@pytest.fixture(scope="module")
def clients() -> Clients:
    return clients_at(simulated_shop(4000, 60, seed=11), 60 * 7 - 1)


@pytest.fixture(scope="module")
def oracle(clients: Clients) -> BetaGeoFitter:
    fitter = BetaGeoFitter(penalizer_coef=0.0)
    return fitter.fit(pd.Series(clients.repeats), pd.Series(clients.recency), pd.Series(clients.age), tol=1e-9)


def numeric_gradient(value: Callable[[np.ndarray], float], at: np.ndarray) -> np.ndarray:
    return np.array([(value(at + step) - value(at - step)) / 2e-5 for step in np.eye(len(at)) * 1e-5])


def test_parameters_are_those_of_lifetimes(clients: Clients, oracle: BetaGeoFitter) -> None:
    ours = fit_bgnbd(histories(clients))
    theirs = oracle.params_
    assert (ours.r, ours.alpha, ours.a, ours.b) == pytest.approx(tuple(theirs[["r", "alpha", "a", "b"]]), rel=2e-3)
    at = np.log([ours.r, ours.alpha, ours.a, ours.b])
    value, gradient = bgnbd.log_likelihood(at, histories(clients))
    assert np.abs(gradient).max() < 1e-5
    assert value >= bgnbd.log_likelihood(np.log(theirs[["r", "alpha", "a", "b"]].to_numpy()), histories(clients))[0]


def test_expectations_are_those_of_lifetimes(clients: Clients, oracle: BetaGeoFitter) -> None:
    model = BgNbd(*oracle.params_[["r", "alpha", "a", "b"]])
    x, recency, age = clients.repeats, clients.recency, clients.age
    orders = oracle.conditional_expected_number_of_purchases_up_to_time(26, x, recency, age)
    np.testing.assert_allclose(model.expected(x, recency, age, 26), orders, rtol=1e-6)
    np.testing.assert_allclose(model.p_alive(x, recency, age), oracle.conditional_probability_alive(x, recency, age), rtol=1e-9)
    new = model.expected_if_alive(np.zeros(1), np.zeros(1), 26)[0]
    assert new == pytest.approx(float(oracle.expected_number_of_purchases_up_to_time(26)), rel=1e-6)


def test_amounts_are_those_of_lifetimes(clients: Clients) -> None:
    bought = (clients.order_days > 1) & (clients.repeat_mean > 0)
    count, mean = pd.Series(clients.repeats[bought]), pd.Series(clients.repeat_mean[bought])
    fitter = GammaGammaFitter(penalizer_coef=0.0).fit(count, mean, tol=1e-9)
    ours = fit_gamma_gamma(clients.repeats, clients.repeat_mean)
    assert (ours.p, ours.q, ours.v) == pytest.approx(tuple(fitter.params_[["p", "q", "v"]]), rel=5e-3)
    expected = fitter.conditional_expected_average_profit(pd.Series(clients.repeats), pd.Series(clients.repeat_mean))
    np.testing.assert_allclose(yardstick_value(clients), expected, rtol=2e-3)


def test_recovers_the_parameters_of_a_simulated_world() -> None:
    shop = simulated_shop(60_000, 104, seed=2)
    found = foundation_at(shop, 104 * 7 - 1)
    model, spend = found.bgnbd, found.spend
    assert (model.r, model.alpha, model.a / (model.a + model.b)) == pytest.approx((0.6, 6.0, 0.8 / 3.8), rel=0.08)
    assert (spend.p, spend.q, spend.v) == pytest.approx((5.0, 4.0, 30.0), rel=0.05)


def test_gradients_are_those_of_differences(clients: Clients) -> None:
    data, at = histories(clients), np.log([0.4, 3.0, 1.2, 2.0])
    gradient = bgnbd.log_likelihood(at, data)[1]
    np.testing.assert_allclose(gradient, numeric_gradient(lambda logs: bgnbd.log_likelihood(logs, data)[0], at), atol=1e-7)
    paid, at = clients.mean > 0, np.log([2.0, 1.5, 20.0])
    means = by_count(clients.order_days[paid].astype(float), clients.mean[paid])
    gradient = gamma_gamma.log_likelihood(at, means)[1]
    np.testing.assert_allclose(gradient, numeric_gradient(lambda logs: gamma_gamma.log_likelihood(logs, means)[0], at), atol=1e-7)


def test_likelihood_of_one_client_by_hand() -> None:
    one = Histories(np.array([2.0]), np.array([3.0]), np.array([5.0]), np.array([1]))
    value = bgnbd.log_likelihood(np.log([1.0, 2.0, 1.0, 3.0]), one)[0]
    # r = 1: Γ(3) / Γ(1) · 2 = 4; B(1, 5) / B(1, 3) = 3 / 5; (1/7)³ + 1/(3 + 1) · (1/5)³
    assert value == pytest.approx(np.log(4 * 3 / 5 * (1 / 343 + 1 / 4 / 125)))
    grouped = Histories(one.x, one.t_x, one.age, np.array([7]))
    assert bgnbd.log_likelihood(np.log([1.0, 2.0, 1.0, 3.0]), grouped)[0] == pytest.approx(value)


def test_no_order_and_next_order_by_hand() -> None:
    model = BgNbd(1.0, 2.0, 1.0, 3.0)
    x, recency, age = np.array([2.0, 0.0]), np.array([3.0, 0.0]), np.array([5.0, 5.0])
    alive = (1 / 343) / (1 / 343 + 1 / 500)
    np.testing.assert_allclose(model.p_alive(x, recency, age), [alive, 1.0])
    none = [1 - alive * (1 - (7 / 33) ** 3), 7 / 33]
    np.testing.assert_allclose(model.p_no_order(x, recency, age, 26), none)
    np.testing.assert_allclose(model.next_order(x, recency, age, 0.5)[1], 7.0)  # (7 / (7 + t))¹ = 1/2
    for quantile in (0.1, 0.3):
        weeks = model.next_order(x, recency, age, quantile)
        for client in range(2):
            assert model.p_no_order(x, recency, age, weeks[client])[client] == pytest.approx(1 - quantile)
    assert np.isinf(model.next_order(x, recency, age, 0.7)[0])  # he orders again with probability .59 at most


@settings(max_examples=40, deadline=None)
@given(PARAMETERS, PARAMETERS, PARAMETERS, PARAMETERS, st.integers(0, 80), st.floats(0, 200), st.floats(0.1, 104))
def test_expectation_is_that_of_the_paper(r: float, alpha: float, a: float, b: float, x: int, age: float, weeks: float) -> None:
    """Equation 10 of the paper in 50 digits; its pole at a = 1 is stepped around."""
    with mpmath.workdps(50):
        near = mpmath.mpf(a) + (mpmath.mpf("1e-20") if a == 1 else 0)
        z = mpmath.mpf(weeks) / (mpmath.mpf(alpha) + age + weeks)
        series = mpmath.hyp2f1(r + x, mpmath.mpf(b) + x, near + b + x - 1, z)
        expected = (near + b + x - 1) / (near - 1) * (1 - (1 - z) ** (mpmath.mpf(r) + x) * series)
    ours = BgNbd(r, alpha, a, b).expected_if_alive(np.array([float(x)]), np.array([age]), weeks)[0]
    assert ours == pytest.approx(float(expected), rel=1e-6 if weeks <= 30 * (alpha + age) else 2e-2)


@given(st.lists(st.tuples(st.integers(0, 50), st.floats(0, 1), st.floats(0.1, 150), st.floats(0, 50)), min_size=1, max_size=20))
@settings(max_examples=50, deadline=None)
def test_older_and_longer_go_the_right_way(rows: list[tuple[int, float, float, float]]) -> None:
    x, part, age, more = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    recency = np.where(x > 0, part * age, 0.0)
    now, later = CDNOW.expected(x, recency, age, 26), CDNOW.expected(x, recency, age + more, 26)
    assert (later <= now * (1 + 1e-12)).all()
    assert (CDNOW.expected(x, recency, age, 52) >= now).all()
    assert (now >= 1 - CDNOW.p_no_order(x, recency, age, 26) - 1e-12).all()


def test_amounts_without_spread_are_the_mean() -> None:
    same = fit_gamma_gamma(np.array([1.0, 2.0, 3.0, 1.0]), np.full(4, 19.9))
    assert same.is_constant and same.expected(np.array([0.0, 5.0]), np.array([0.0, 19.9])).tolist() == [19.9, 19.9]
    free = fit_gamma_gamma(np.array([1.0, 2.0]), np.zeros(2))
    assert free.expected(np.ones(1), np.zeros(1)).tolist() == [0.0]


def test_expected_amount_by_hand() -> None:
    model = gamma_gamma.GammaGamma(6.0, 4.0, 15.0, 30.0)
    # 6 (15 + 2 · 40) / (6 · 2 + 4 − 1) = 38; of a client without amounts 6 · 15 / 3 = 30
    np.testing.assert_allclose(model.expected(np.array([2.0, 0.0]), np.array([40.0, 0.0])), [38.0, 30.0])
