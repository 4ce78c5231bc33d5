"""Sums per scope and day, and per scope, window and hour of day, as dense arrays: one pass each, everything else is added up from them.

A window has a number: 0..3 the last 7, 28, 90, 365 days, 4 all days. A row belongs to window w when its window_bucket is w or less.
"""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
from numpy.typing import NDArray

from ca_assets.analyses.core.base import WINDOW_BUCKETS, Base, by_scope, to_numpy
from ca_assets.analyses.core.calendar import DayRange
from ca_assets.contracts.report_path import WINDOW_DAYS, window_suffix

Cube = dict[str, NDArray[Any]]
ALL_DAYS = {"": WINDOW_BUCKETS - 1}
WINDOWS: dict[str, int] = {**{window_suffix(n): window for window, n in enumerate(WINDOW_DAYS)}, **ALL_DAYS}


def chosen_windows(is_every: bool) -> dict[str, int]:
    """Suffixes of the windows to compute (all, or only that of all days), with their number."""
    return WINDOWS if is_every else ALL_DAYS


def dense(table: ibis.Table, keys: tuple[str, ...], shape: tuple[int, ...]) -> Cube:
    """Rows of (keys, measures) as one array per measure, 0 where there is no row."""
    columns = to_numpy(table)
    where = tuple(columns[key].astype(np.int64) for key in keys)
    cube: Cube = {}
    for name, values in columns.items():
        if name not in keys:
            cube[name] = np.zeros(shape, dtype=np.int64 if values.dtype.kind in "iub" else np.float64)
            cube[name][where] = values
    return cube


def daily(base: Base, table: ibis.Table, measures: dict[str, ir.Scalar], days: DayRange) -> Cube:
    """Scope × day of a range; the table has `day` counted from the range's first day."""
    return dense(by_scope(base, table, ["day"], measures), ("scope", "day"), (len(base.scopes.names), days.days))


def hourly(base: Base, measures: dict[str, ir.Scalar]) -> Cube:
    """Scope × window × hour of day over sessions."""
    shape = (len(base.scopes.names), WINDOW_BUCKETS, 24)
    keys = ["window_bucket", "hour"]
    cube = dense(by_scope(base, base.sessions, keys, measures), ("scope", *keys), shape)
    return {name: values.cumsum(axis=1) for name, values in cube.items()}


def window_lengths(base: Base) -> list[int]:
    """Days of each window, as if only the window's sessions existed (first session's day to D); 0 without one."""
    days = base.session_days
    last = days.days - 1
    missing = [(day - days.first).days for day in days.missing]
    sessions = base.shop_sessions
    firsts = sessions.group_by("window_bucket").aggregate(first=sessions.day.min()).to_pyarrow().to_pylist()
    length = {row["window_bucket"]: last - row["first"] + 1 - sum(day > row["first"] for day in missing) for row in firsts}
    return [max((count for bucket, count in length.items() if bucket <= window), default=0) for window in range(WINDOW_BUCKETS)]
