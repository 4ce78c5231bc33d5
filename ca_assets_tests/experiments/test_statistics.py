"""Statistics of experiments: by hand, against an independent way, and at their edges."""

from __future__ import annotations

import hashlib
import math

import numpy as np
import pytest

from ca_assets.models.experiments.assignment import held_out
from ca_assets.models.experiments.reading import capped, read_effect, sample_ratio_p
from ca_assets.models.experiments.sequential import always_valid_p, days_needed, margin, mixture_scale

CLIENTS = [f"client-{number}" for number in range(20_000)]


def test_the_arms_are_those_of_the_hash() -> None:
    arms = held_out(["ann", "bob", "čeněk"], "salt", 0.2)
    digests = [hashlib.sha256(b"salt\0" + name.encode()).hexdigest() for name in ("ann", "bob", "čeněk")]
    assert arms.tolist() == [int(digest[:16], 16) / 2**64 < 0.2 for digest in digests]
    assert held_out([], "salt", 0.2).shape == (0,)


def test_the_arms_have_their_share_and_are_independent() -> None:
    one, other = held_out(CLIENTS, "one", 0.2), held_out(CLIENTS, "other", 0.2)
    assert abs(one.mean() - 0.2) < 4 * math.sqrt(0.16 / 20_000)
    assert abs((one & other).mean() - 0.04) < 4 * math.sqrt(0.04 * 0.96 / 20_000)
    assert held_out(CLIENTS[::-1], "one", 0.2).tolist() == one[::-1].tolist()
    assert not (held_out(CLIENTS, "one", 0.1) & ~one).any()  # a larger holdout keeps who is in


def test_the_sample_ratio_by_hand() -> None:
    # 850 and 150 of 1000 at 20 %: (50² / 800 + 50² / 200) = 15.625; chi-squared of one degree
    assert sample_ratio_p(850, 150, 0.2) == pytest.approx(math.erfc(math.sqrt(15.625 / 2)), rel=1e-9)
    assert sample_ratio_p(800, 200, 0.2) == 1.0 and sample_ratio_p(0, 0, 0.2) == 1.0


def test_the_boundary_by_hand() -> None:
    # V = 3, rho = 1, alpha = .1: sqrt(4 log(4 / .01)) = sqrt(4 * 5.991465)
    assert margin(3, 1, 0.1) == pytest.approx(4.895494, abs=1e-6)
    edge = margin(3, 1, 0.1)
    assert always_valid_p(edge, 3, 1) == pytest.approx(0.1) and always_valid_p(0, 3, 1) == 1


def test_the_scale_is_the_tightest_at_the_planned_end() -> None:
    best = mixture_scale(2.0, 0.05)
    grid = np.geomspace(best / 30, best * 30, 2001)
    widths = [margin(2.0, rho, 0.05) for rho in grid]
    assert grid[int(np.argmin(widths))] == pytest.approx(best, rel=0.01)


def test_no_path_of_a_random_walk_leaves_too_often() -> None:
    random = np.random.default_rng(3)
    paths = random.normal(size=(4000, 300)).cumsum(axis=1)
    rho = mixture_scale(150, 0.05)
    bounds = np.array([margin(step + 1, rho, 0.05) for step in range(300)])
    left = (np.abs(paths) > bounds).any(axis=1).mean()
    assert 0.005 < left < 0.05
    assert (np.abs(paths) > 1.96 * np.sqrt(np.arange(1, 301))).any(axis=1).mean() > 0.3  # what looking often does to a plain test


def arms(outcome: list[float], past: list[float], is_holdout: list[bool]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A hundred times each customer, so that the arms are large enough."""
    return tuple(np.tile(np.array(each), 100) for each in (outcome, past, is_holdout))  # type: ignore[return-value]


def test_an_effect_by_hand() -> None:
    """Test: outcomes 3, 5 of pasts 1, 3; holdout: 1, 3 of pasts 1, 3. Within the arms the outcome is the past: theta 1, and 2 remain."""
    outcome, past, is_holdout = arms([3, 5, 1, 4], [1, 3, 1, 3], [False, False, True, True])
    effect = read_effect(outcome, past, past, is_holdout, days=10, planned_days=10, alpha=0.05, lift=0.1)
    # centred outcomes ±1 and ±1.5, pasts ±1: theta = (1 + 1 + 1.5 + 1.5) / 4 = 1.25; explained = 5² / (4 · 6.5)
    assert effect is not None
    assert effect.theta == pytest.approx(1.25) and effect.explained == pytest.approx(25 / 26)
    assert effect.plain == effect.difference == pytest.approx(1.5)  # the pasts of the arms are equal
    assert (effect.test, effect.holdout) == (pytest.approx(4.0), pytest.approx(2.5))
    # residuals ±.25 in both arms, of 200 customers each: V = 2 · (.0625 · 200 / 199) / 200; planned ±1
    variance, planned = 2 * 0.0625 / 199, 2 / 199
    assert effect.high - effect.difference == pytest.approx(margin(variance, mixture_scale(planned, 0.05), 0.05))


def test_the_past_takes_an_imbalance_out() -> None:
    random = np.random.default_rng(1)
    habit = random.gamma(2, 2, 10_000)
    is_holdout = held_out(CLIENTS[:10_000], "s", 0.5)
    habit[~is_holdout] *= 1.3  # by bad luck the test has the better customers
    past, outcome = random.poisson(habit).astype(float), random.poisson(habit).astype(float)
    effect = read_effect(outcome, past, past, is_holdout, days=28, planned_days=28, alpha=0.05, lift=0.05)
    assert effect is not None and effect.plain > 1 and effect.explained > 0.4
    assert abs(effect.difference) < effect.plain / 2


def test_edges_are_refused() -> None:
    few, none = np.ones(150), np.zeros(300)
    options = {"days": 1, "planned_days": 28, "alpha": 0.05, "lift": 0.05}
    assert read_effect(few, few, few, np.arange(150) < 99, **options) is None  # 99 and 51
    assert read_effect(none, none, none, np.arange(300) < 150, **options) is None  # nobody ordered
    assert read_effect(few, few, few, np.zeros(150, bool), **options) is None  # nobody is held out
    assert read_effect(np.arange(300.0), none, none, np.arange(300) < 150, **options) is not None  # a shop without a past


def test_the_largest_are_capped_alike() -> None:
    values = np.concatenate([np.zeros(1000), np.full(99, 10.0), [10_000.0]])
    assert capped(values).max() == pytest.approx(np.quantile(values[values > 0], 0.99)) and capped(np.zeros(3)).tolist() == [0, 0, 0]


def test_days_needed_grow_as_the_lift_shrinks() -> None:
    rho = mixture_scale(1e-3, 0.025)
    needed = [days_needed(1.0, 1e-3, 28, rho, alpha=0.025, lift=lift) for lift in (0.2, 0.1, 0.05)]
    assert needed == sorted(needed) and needed[0] < needed[1] < needed[2]
    assert days_needed(1.0, 1e-3, 28, rho, alpha=0.025, lift=0.001) is None
    day = needed[1]
    grown = 1e-3 * day / 28
    assert margin(grown, rho, 0.025) + 0.8416 * math.sqrt(grown) <= 0.1 * day / 28
