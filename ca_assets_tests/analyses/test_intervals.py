"""Wilson intervals against published values, and the expression against the array formula."""

from __future__ import annotations

import ibis
import numpy as np
import pytest

from ca_assets.analyses.core.intervals import ratio, wilson, wilson_bounds
from ca_assets_tests.shops.clean_tables import engine

CASES = [(0, 0), (0, 10), (10, 10), (2, 3), (1, 1_000_000), (81, 263)]


def test_known_values_and_exact_ends() -> None:
    low, high = wilson(np.array([n for n, _ in CASES]), np.array([d for _, d in CASES]))
    assert np.isnan([low[0], high[0]]).all()
    assert (low[1], high[2]) == (0.0, 1.0)
    assert (low[5], high[5]) == pytest.approx((0.2553, 0.3662), abs=5e-5)  # Newcombe 1998, method 3: 81 of 263


def test_expression_equals_arrays() -> None:
    table = ibis.memtable({"n": [n for n, _ in CASES], "d": [d for _, d in CASES]})
    low, high = wilson_bounds(table.n, table.d)
    bounds = engine().to_pyarrow(table.select("n", "d", low=low, high=high)).to_pandas()
    expected = wilson(bounds["n"].to_numpy(), bounds["d"].to_numpy())
    np.testing.assert_allclose(bounds[["low", "high"]].to_numpy(float).T, expected, rtol=1e-12)


def test_ratio_of_nothing_is_null() -> None:
    assert np.isnan(ratio(np.array([0]), np.array([0]))).all()
