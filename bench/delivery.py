"""How well slow weekday hours and slow locations are found in simulated shops (METHODS: Delivery). `python -m bench.delivery`."""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray

from ca_assets.analyses.delivery_anomalies.grouped import cell_z, group_means, shrunken_z
from ca_assets.analyses.delivery_anomalies.measures import CELL_LIMIT, FEWEST_DELIVERIES, GROUP_LIMIT

SHOPS = 100
MINUTES = 30.0  # mean duration
SHAPES = (4.0, 9.0)  # of its gamma distribution: half or a third of the mean as standard deviation
HOURS_OF_WEEK = 168


def scores(
    chance: np.random.Generator, counts: NDArray[np.int64], factor: NDArray[np.float64], shape: float, is_cell: bool
) -> NDArray[np.float64]:
    """z of groups with so many deliveries, whose durations are `factor` times the usual ones."""
    group = np.repeat(np.arange(len(counts)), counts)
    minutes = chance.gamma(shape, MINUTES / shape, len(group)) * factor[group]
    order = np.argsort(minutes, kind="stable")
    means = group_means(group[order], np.zeros(len(counts), dtype=np.int64), minutes[order], 1)
    return cell_z(means) if is_cell else shrunken_z(means)


def cells(mean: int, shape: float) -> tuple[float, float, float]:
    """Share of clean shops with a flag; of slow cells (× 1.6) found beside a slower one (× 2.5), and alone."""
    chance = np.random.default_rng(mean)
    busy = chance.gamma(2, 0.5, HOURS_OF_WEEK)
    clean = beside = alone = 0
    for _ in range(SHOPS):
        counts = chance.poisson(mean * busy)
        usual = np.ones(HOURS_OF_WEEK)
        clean += bool((scores(chance, counts, usual, shape, True) > CELL_LIMIT).any())
        slow, slower = chance.choice(np.flatnonzero(counts >= mean), 2, replace=False)
        factor = usual.copy()
        factor[slow] = 1.6
        alone += bool(scores(chance, counts, factor, shape, True)[slow] > CELL_LIMIT)
        factor[slower] = 2.5
        beside += bool(scores(chance, counts, factor, shape, True)[slow] > CELL_LIMIT)
    return clean / SHOPS, beside / SHOPS, alone / SHOPS


def locations(groups: int, slow: int, deliveries: int | None) -> tuple[float, float]:
    """Precision and recall of slow (× 2) locations; deliveries each, or as uneven as those of a city where None."""
    chance = np.random.default_rng(groups)
    found = flagged = planted = 0
    for _ in range(SHOPS if groups < 1000 else 5):
        counts = np.full(groups, deliveries) if deliveries else 1 + chance.geometric(0.12, groups)
        factor = chance.normal(1, 0.08, groups)
        chosen = chance.choice(groups, slow, replace=False)
        factor[chosen] *= 2
        is_slow = (scores(chance, counts, factor, SHAPES[0], False) > GROUP_LIMIT) & (counts >= FEWEST_DELIVERIES)
        found, flagged, planted = found + int(is_slow[chosen].sum()), flagged + int(is_slow.sum()), planted + slow
    return found / max(flagged, 1), found / planted


def main() -> None:
    """Print the figures."""
    for shape, mean in product(SHAPES, (8, 20, 60)):
        clean, beside, alone = cells(mean, shape)
        shares = f"clean shops with a flag {clean:.2f}, slow beside slower found {beside:.2f}, alone {alone:.2f}"
        print(f"shape {shape:.0f}, {mean} deliveries a cell: {shares}")
    for groups, slow, deliveries in ((5000, 50, None), (200, 20, 20), (12, 1, 20)):
        precision, recall = locations(groups, slow, deliveries)
        print(f"{slow} slow of {groups} locations: precision {precision:.2f}, recall {recall:.2f}")


if __name__ == "__main__":
    main()
