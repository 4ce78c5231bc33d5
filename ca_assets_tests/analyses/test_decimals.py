"""Rounding to whole numbers, ties to even, as NumPy does it; and bins of histograms hold their fence."""

from __future__ import annotations

import ibis
import numpy as np
import pyarrow as pa

from ca_assets.analyses.core.decimals import bin_widths, half_even
from ca_assets_tests.shops.clean_tables import engine


def test_half_even_is_that_of_numpy() -> None:
    """Halves, fractions of any size, neighbours of the sizes from which floats have no fraction, null."""
    dice = np.random.default_rng(3)
    halves = dice.integers(0, 2**40, 2_000) + 0.5
    fractions = dice.random(20_000) * 10.0 ** dice.integers(0, 21, 20_000)
    edges = (2.0 ** np.arange(48, 55))[:, None] + np.arange(-9, 9) * 0.5
    single = [0.0, 0.5, 1.5, 2.5, np.nextafter(0.5, 0), np.nextafter(0.5, 1), 1e300]
    values = np.concatenate([halves, fractions, edges.ravel(), single])
    given = ibis.memtable(pa.table({"i": range(len(values) + 1), "x": pa.array([*values, None], pa.float64())}))
    rounded = engine().to_pyarrow(given.select("i", y=half_even(given.x)).order_by("i"))["y"]
    assert rounded[-1].as_py() is None
    np.testing.assert_array_equal(rounded.to_numpy()[:-1], np.rint(values))


def test_20_bins_reach_the_fence() -> None:
    fences = np.array([0.0, 1.0, 200_000.0, 200_001.0, 1e12])
    width, last = bin_widths(fences)
    assert (20 * width >= fences).all() and (last * width > fences).all() and (last <= 21).all()
    assert width[:4].tolist() == [10_000, 10_000, 10_000, 20_000]
