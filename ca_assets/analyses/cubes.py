"""Sums per scope and day, and per scope, window and hour of day, as dense arrays: one pass each, everything else is added up from them."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
from numpy.typing import NDArray

from ca_assets.analyses.base import AGES, Base, by_scope, to_numpy
from ca_assets.analyses.calendar import WINDOW_DAYS, DayRange

Cube = dict[str, NDArray[Any]]
WINDOWS: dict[str, int] = {**{f"@{n}d": age for age, n in enumerate(WINDOW_DAYS)}, "": AGES - 1}


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
    """Scope × age × hour of day over sessions; age a sums the days of window a (the last one: all days)."""
    shape = (len(base.scopes.names), AGES, 24)
    cube = dense(by_scope(base, base.sessions, ["age", "hour"], measures), ("scope", "age", "hour"), shape)
    return {name: values.cumsum(axis=1) for name, values in cube.items()}


def window_days(base: Base) -> list[int]:
    """Days of the session range of each age, as if only the window's sessions existed (first session's day to D); 0 without one."""
    last = base.session_days.days - 1
    firsts = base.sessions.group_by("age").aggregate(first=base.sessions.day.min()).to_pyarrow().to_pylist()
    length = {row["age"]: last - row["first"] + 1 for row in firsts}
    return [max((days for age, days in length.items() if age <= limit), default=0) for limit in range(AGES)]


def selected(windows: bool) -> dict[str, int]:
    """Suffixes of the windows to compute, with their age."""
    return WINDOWS if windows else {"": AGES - 1}
