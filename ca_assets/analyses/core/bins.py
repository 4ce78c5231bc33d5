"""The bins of histograms (docs/contract, section 5): values and edges are whole millionths, so that no binary fraction decides."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

WIDTHS = np.array([w * 10.0**n for n in range(4, 22) for w in (1, 2, 2.5, 5)])  # in millionths: 0.01, 0.02, 0.025, 0.05, 0.1, …


def bin_widths(fence: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Width in millionths and number of the open bin, for the largest value (whole millionths) that must be in a regular one."""
    width = WIDTHS[np.searchsorted(20 * WIDTHS, fence)]
    return width, (np.floor(fence / width) + 1).astype(np.int64)
