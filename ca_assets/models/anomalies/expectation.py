"""What a period was expected to be by what came before it alone: a trailing level, and how the weekday departs from it.

Of days the level is the median of the 28 days before; the weekday's departure is the median, over the last 8 of that weekday, of what each
was above its own trailing level, so that a steady trend cancels out. Of weeks it is the median of the 8 weeks before.
"""

from __future__ import annotations

import numpy as np

from ca_assets.models.anomalies.robust import Floats, median

LEVEL_DAYS, WEEKS, WEEK = 28, 8, 7
FEWEST = 3  # of the values that a median is of
BLOCK = 256  # series at a time: windows of all of them at once would take gigabytes


def causal_expectation(values: Floats, period: int) -> Floats:
    """Expected values (series, n), each from earlier values of its series alone; NaN where too few of them are known."""
    parts = [_expected(values[start : start + BLOCK], period) for start in range(0, len(values), BLOCK)]
    return np.concatenate(parts) if parts else np.zeros_like(values)


def _expected(values: Floats, period: int) -> Floats:
    if period == 1:
        return _trailing_median(values, WEEKS)
    level = _trailing_median(values, LEVEL_DAYS)
    above = values - level
    lags = np.full((*values.shape, WEEKS), np.nan)
    for k in range(1, WEEKS + 1):
        lags[:, k * WEEK :, k - 1] = above[:, : -k * WEEK or None]
    departure = np.where(np.sum(~np.isnan(lags), axis=-1) >= FEWEST, median(lags), np.nan)
    return level + departure


def _trailing_median(values: Floats, length: int) -> Floats:
    """Median of the `length` values before each; NaN where less than half of them are known."""
    padded = np.pad(values, ((0, 0), (length, 0)), constant_values=np.nan)[:, :-1]
    windows = np.lib.stride_tricks.sliding_window_view(padded, length, axis=-1)
    is_enough = np.sum(~np.isnan(windows), axis=-1) * 2 >= length
    return np.where(is_enough, median(windows), np.nan)
