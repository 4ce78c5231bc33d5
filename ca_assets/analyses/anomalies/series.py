"""Rows of the series: what was counted and expected of the funnel, of orders and of cohorts; and the scores of all groups."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ca_assets.analyses.anomalies.groups import Group, offsets
from ca_assets.analyses.anomalies.specs import SPECS
from ca_assets.analyses.core.base import Base
from ca_assets.analyses.core.calendar import Periods
from ca_assets.analyses.core.rows import Labels, Values, rows

Floats = NDArray[np.float64]
ZERO = 1e-9
COMPARABLE_DAYS = {"daily": 7, "weekly": 28}


def series_table(base: Base, group: Group) -> pa.Table:
    """Rows of `funnel_daily`, … : every period of the session range × series."""
    order = np.arange(len(group.series))
    complete = group.span.complete
    previous = np.arange(len(group.span)) - 1
    columns: dict[str, Values] = {
        "period": group.span.first_days[None, :, None],
        "complete": complete[None, :, None],
        "series_order": order,
        "series": Labels(group.series, order),
        "actual": group.actual,
        "expected": group.expected,
        "expected_low": group.low,
        "expected_high": group.high,
        "z": group.z,
        "change_previous": change(group.actual, previous, complete),
        "change_comparable": change(group.actual, comparable(group.span), complete),
    }
    spec = SPECS[f"{group.name}_{group.grain}"]
    return rows(spec, base.scopes.names, group.scope[:, None, None], group.actual.shape, columns)


def comparable(span: Periods) -> NDArray[np.int64]:
    """Place of the period that began 7 (weeks: 28) calendar days before each; -1 where there is none in the range, or no such day."""
    wanted = span.first_days - COMPARABLE_DAYS[span.grain]
    place = np.minimum(np.searchsorted(span.first_days, wanted), len(span) - 1)
    return np.where(span.first_days[place] == wanted, place, -1)


def change(actual: Floats, earlier: NDArray[np.int64], complete: NDArray[np.bool_]) -> Floats:
    """actual / that of the period at the place `earlier` - 1, along axis 1; NaN in an incomplete period, and without an earlier value."""
    before = np.where((earlier >= 0)[:, None], actual[:, np.maximum(earlier, 0)], np.nan)
    is_known = complete[:, None] & (np.abs(before) > ZERO)
    return np.where(is_known, actual / np.where(is_known, before, 1.0) - 1, np.nan)


def cohort_table(base: Base, group: Group) -> pa.Table:
    """Rows of `cohort_daily`, `cohort_weekly`: the cells that have begun."""
    _, begun, over = offsets(base, group.span, len(group.series) - 1)
    cohort, offset = np.nonzero(begun)
    scope = group.scope[:, None]
    columns: dict[str, Values] = {
        "cohort": group.span.first_days[cohort],
        "offset": offset,
        "actual": group.actual[:, cohort, offset],
        "expected": group.expected[:, cohort, offset],
        "z": group.z[:, cohort, offset],
        "mature": over[cohort, offset],
    }
    return rows(SPECS[f"cohort_{group.grain}"], base.scopes.names, scope, (len(group.scope), len(cohort)), columns)


def scores_table(base: Base, groups: Sequence[Group]) -> pa.Table:
    """Rows of `scores`: a row per group, grain and period."""
    tables = [_scores(base, group) for group in groups]
    return pa.concat_tables(tables)


def _scores(base: Base, group: Group) -> pa.Table:
    nothing = np.zeros(1, dtype=np.int64)
    columns: dict[str, Values] = {
        "group": Labels([group.name], nothing),
        "grain": Labels([group.grain], nothing),
        "period": group.span.first_days,
        "score": group.score,
        "threshold": group.threshold,
        "is_abnormal": group.is_abnormal,
        "is_scored": group.is_scored,
    }
    return rows(SPECS["scores"], base.scopes.names, group.scope[:, None], group.score.shape, columns)
