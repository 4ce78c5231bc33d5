"""Scores: nothing of the day under test or later is in them, planted days stand out, the same data give the same bits."""

from __future__ import annotations

import numpy as np
import pytest

from ca_assets.models.anomalies.autoencoder import Training, train
from ca_assets.models.anomalies.scores import Method, score_groups
from ca_assets_tests.models.anomalies.series import shop_series

RECENT = 28
NETWORK = Method(7, RECENT, has_network=True, training=Training(epochs=10, first_epochs=5))
PLAIN = Method(7, RECENT)
SINGLE = Method(7, RECENT, is_single=True)


def all_scored(values):
    return np.broadcast_to(np.arange(values.shape[1]) >= 56, values.shape[:2])


@pytest.mark.parametrize("method", [NETWORK, PLAIN, SINGLE], ids=["network", "plain", "single"])
@pytest.mark.parametrize("back", [28, 15, 1])
def test_later_days_are_in_no_earlier_score(method: Method, back: int) -> None:
    values = shop_series()
    day = values.shape[1] - back
    changed = values.copy()
    changed[:, day:] = np.random.default_rng(9).normal(5, 3, changed[:, day:].shape)
    before, after = score_groups(values, all_scored(values), method), score_groups(changed, all_scored(values), method)
    assert np.array_equal(before.score[:, :day], after.score[:, :day], equal_nan=True)
    assert np.array_equal(before.z[:, :day], after.z[:, :day], equal_nan=True)
    assert np.array_equal(before.expected[:, : day + 1], after.expected[:, : day + 1], equal_nan=True)  # the day's own expectation too
    assert np.array_equal(before.scale, after.scale, equal_nan=True)
    assert not np.array_equal(before.score[:, day:], after.score[:, day:])


def test_planted_days_have_the_largest_scores() -> None:
    values = shop_series()
    values[0, 200] -= 0.5  # all series, an older day
    values[0, -5, 2] -= 0.6  # one series, lately
    scores = score_groups(values, all_scored(values), NETWORK)
    order = np.argsort(np.nan_to_num(scores.score[0], nan=-np.inf))[::-1]
    assert set(order[:2].tolist()) == {200, values.shape[1] - 5}
    assert np.argmax(np.abs(scores.z[0, -5])) == 2
    assert scores.score[0, 200] > 4 < scores.score[0, -5]


def test_scores_are_the_same_bits_and_know_no_other_group() -> None:
    values = shop_series(groups=3)
    every = score_groups(values, all_scored(values), NETWORK)
    again = score_groups(values, all_scored(values), NETWORK)
    assert every.score.tobytes() == again.score.tobytes()
    alone = score_groups(values[1:2], all_scored(values)[1:2], NETWORK)
    assert np.allclose(alone.score[0], every.score[1], atol=1e-3, equal_nan=True)


def test_score_of_one_series_is_its_z() -> None:
    values = shop_series(columns=1)
    scores = score_groups(values, all_scored(values), SINGLE)
    is_scored = all_scored(values)
    assert np.array_equal(scores.score[is_scored], np.abs(scores.z[..., 0])[is_scored])
    assert np.isnan(scores.score[~is_scored]).all()
    history = np.arange(values.shape[1]) < values.shape[1] - RECENT
    z = scores.z[0, history & is_scored[0], 0]
    assert np.median(z) == pytest.approx(0, abs=1e-12) and np.median(np.abs(z)) * 1.4826 == pytest.approx(1)


def test_group_scores_are_in_units_of_their_own_spread() -> None:
    values = shop_series()
    scores = score_groups(values, all_scored(values), NETWORK).score
    part = scores[:, 56:-RECENT]
    assert np.median(part, axis=1) == pytest.approx([0, 0], abs=1e-12)
    assert np.median(np.abs(part), axis=1) * 1.4826 == pytest.approx([1, 1])


def test_days_without_rows_spoil_no_later_expectation() -> None:
    values = shop_series(noise=0.02)
    gone = values.copy()
    gone[:, -12:-2] = 0.0  # ten days of log1p(0)
    trusted = np.ones(values.shape, dtype=bool)
    trusted[:, -12:-2] = False
    clean = score_groups(values, all_scored(values), PLAIN)
    spoiled = score_groups(gone, all_scored(values), PLAIN, trusted)
    assert (spoiled.score[:, -12:-2] > 4).all()
    assert np.abs(spoiled.expected[:, -2:] - clean.expected[:, -2:]).max() < 0.05
    assert (spoiled.score[:, -2:] < 4).all()


def test_the_last_cohorts_are_compared_by_what_they_have() -> None:
    values = shop_series(columns=6, noise=0.1)
    for back in range(1, 6):
        values[:, -back, back:] = np.nan  # the newest has one offset, the one before two
    whole = score_groups(values, all_scored(values), NETWORK).score
    assert not np.isnan(whole[:, 56:]).any()
    assert (np.abs(whole[:, -5:]) < 6).all()
    values[0, -2, 1] += 2
    assert score_groups(values, all_scored(values), NETWORK).score[0, -2] > 4


def test_a_series_that_never_moves_says_nothing() -> None:
    values = shop_series()
    values[..., 3] = 1.0
    scores = score_groups(values, all_scored(values), NETWORK)
    assert np.isnan(scores.z[..., 3]).all() and not np.isnan(scores.score[:, 56:]).any()
    nothing = score_groups(np.ones_like(values), all_scored(values), PLAIN)
    assert np.isnan(nothing.score).all()


@pytest.mark.parametrize("days", [1, 20, 60])
def test_short_histories(days: int) -> None:
    values = shop_series(days=60)[:, :days]
    assert score_groups(values, all_scored(values), PLAIN).score.shape == (2, days)


def test_the_worst_rows_are_not_learned() -> None:
    z = np.random.default_rng(4).normal(size=(1, 200, 5))
    z[0, :8] = 7.0  # 4 % of the rows are of another kind
    rows = np.ones((1, 200), dtype=bool)
    rms, distance = train(z, rows, Training(epochs=60, first_epochs=30)).errors(z)
    assert rms.shape == distance.shape == (1, 3, 200)
    unusual = np.fmax(rms.mean(axis=1)[0], distance.mean(axis=1)[0])
    assert unusual[:8].min() > np.quantile(unusual[8:], 0.99)
