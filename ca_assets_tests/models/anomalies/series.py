"""Series of a made-up shop that the tests look at."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def shop_series(days: int = 420, groups: int = 2, columns: int = 4, seed: int = 5, noise: float = 0.05) -> NDArray[np.float64]:
    """Logarithms of counts (group, day, series) that share their weekdays and half of their noise."""
    rng = np.random.default_rng(seed)
    t = np.arange(days)
    weekday = rng.normal(0, 0.2, (groups, 7, 1))[:, t % 7]
    common = rng.normal(0, noise, (groups, days, 1))
    level = np.linspace(8, 5, columns)
    return level + weekday + 0.1 * np.sin(2 * np.pi * t / 365)[:, None] + common + rng.normal(0, noise, (groups, days, columns))
