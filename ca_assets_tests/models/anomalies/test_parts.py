"""Medians and spreads, STL and causal expectations: cases worked out by hand, missing values, what must not matter."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from ca_assets.models.anomalies.expectation import causal_expectation
from ca_assets.models.anomalies.robust import median, robust_z, spread, wide_spread
from ca_assets.models.anomalies.stl import decompose

NAN = np.nan


def test_median_is_numpys_without_missing_values() -> None:
    values = np.random.default_rng(1).normal(size=(50, 9))
    values[values < -0.5] = NAN
    values[0] = NAN
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        assert np.array_equal(median(values), np.nanmedian(values, axis=-1), equal_nan=True)


def test_spread_by_hand() -> None:
    values = np.array([[1.0, 2, 3, 4, 100], [7, 7, 7, 7, 9], [NAN] * 5])
    middle, scale = spread(values)
    assert middle[:2].tolist() == [3, 7] and np.isnan(middle[2])
    assert scale[0] == pytest.approx(1.4826 * 1)  # deviations 2, 1, 0, 1, 97
    assert np.isnan(scale[1:]).all()  # a MAD of 0 is no scale


def test_wide_spread_sees_heavy_tails() -> None:
    values = np.concatenate([np.tile([-1.0, 1.0], 40), np.tile([-9.0, 9.0], 10)])[None]
    assert spread(values)[1][0] == pytest.approx(1.4826)
    assert wide_spread(values)[1][0] == pytest.approx(9 / 1.645)
    few = np.concatenate([np.tile([-1.0, 1.0], 49), [50.0, -60.0]])[None]  # 2 % of outliers widen nothing
    assert wide_spread(few)[1][0] == pytest.approx(1.4826)


def test_robust_z_compares_with_the_reference_alone() -> None:
    values = np.array([[1.0, 2, 3, 50]])
    z = robust_z(values, np.array([[True, True, True, False]]))
    assert z[0].tolist() == pytest.approx([-1 / 1.4826, 0, 1 / 1.4826, 48 / 1.4826])


def test_stl_gives_back_season_and_line() -> None:
    t = np.arange(140)
    season = np.array([3.0, 1, -1, -2, -2, 0, 1])
    values = (season[t % 7] + 10 + 0.05 * t)[None]
    parts = decompose(values, 7)
    assert np.abs(parts.residual).max() < 1e-6
    assert np.allclose(parts.seasonal[0, :7], season, atol=1e-6)
    assert np.allclose(parts.trend[0], 10 + 0.05 * t, atol=1e-6)


def test_stl_leaves_outliers_and_gaps_in_the_residual() -> None:
    t = np.arange(140)
    values = (np.array([3.0, 1, -1, -2, -2, 0, 1])[t % 7] + 10)[None] + np.random.default_rng(3).normal(0, 0.01, 140)
    spoiled = values.copy()
    spoiled[0, 70] -= 8
    spoiled[0, 30:34] = NAN
    parts = decompose(spoiled, 7)
    assert parts.residual[0, 70] == pytest.approx(-8, abs=0.1)
    assert np.isnan(parts.residual[0, 30:34]).all()
    assert np.allclose((parts.seasonal + parts.trend)[0, 30:34], values[0, 30:34], atol=0.1)
    assert np.abs(np.delete(parts.residual[0], [30, 31, 32, 33, 70])).max() < 0.1


def test_stl_of_nothing_and_of_a_point() -> None:
    assert np.isnan(decompose(np.full((1, 5), NAN), 7).residual).all()
    assert decompose(np.array([[4.0]]), 7).residual.tolist() == [[0.0]]
    assert np.abs(decompose(np.arange(6.0)[None], 1).residual).max() < 1e-9


def test_weekday_expectation_by_hand() -> None:
    t = np.arange(70)
    values = (np.where(t % 7 == 6, 5.0, 1.0) + 0.0 * t)[None]  # Sundays five, other days one
    expected = causal_expectation(values, 7)
    assert np.isnan(expected[0, :35]).all() and expected[0, 35] == 1  # a level takes 14 days, a weekday three of its kind after them
    assert expected[0, 55] == 5 and expected[0, 56] == 1


def test_expectation_of_weeks_is_the_median_of_eight() -> None:
    values = np.array([[5.0, 1, 8, 2, 7, 3, 6, 4, 100, 9]])
    assert causal_expectation(values, 1)[0].tolist()[8:] == [4.5, 5.0]  # of 5 1 8 2 7 3 6 4; of 1 8 2 7 3 6 4 100
    assert np.isnan(causal_expectation(values, 1)[0, :4]).all()


def test_a_steady_trend_is_followed() -> None:
    values = (0.01 * np.arange(120))[None]
    assert np.allclose(causal_expectation(values, 7)[0, 90:], values[0, 90:])


@pytest.mark.parametrize("period", [7, 1])
def test_no_expectation_knows_its_own_day(period: int) -> None:
    values = np.random.default_rng(2).normal(size=(3, 100))
    changed = values.copy()
    changed[:, 80:] += 50
    before, after = causal_expectation(values, period), causal_expectation(changed, period)
    assert np.array_equal(before[:, :81], after[:, :81], equal_nan=True)
    assert not np.array_equal(before[:, 81:], after[:, 81:], equal_nan=True)
