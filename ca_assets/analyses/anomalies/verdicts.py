"""What is wrong with a day as data, whatever the models say: nothing was read, a step stands still, orders are there twice.

All arrays are by scope and day of the session range; a week has the verdict of its worst day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ca_assets.analyses.anomalies.counts import Counts
from ca_assets.analyses.anomalies.groups import RECENT, Group
from ca_assets.analyses.core.base import Base
from ca_assets.analyses.core.calendar import Periods
from ca_assets.models.anomalies.robust import median

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
MISSING, BROKEN, CHANGED = "data_missing", "data_broken", "business_changed"
ROWS_EXPECTED = 7  # of fewer expected rows none at all is no surprise (by chance: once in a thousand days)
BY_CHANCE = 0.001
MORE_ORDERS = 1.5


def untrusted_cells(counts: Counts) -> Flags:
    """Days from which nothing is to be expected, by (scope, day, step): without any session, with a step at zero, with doubled orders.

    Usual counts are the medians of the days before the recent ones, so that no later day decides over an earlier one.
    """
    past = max(counts.steps.shape[1] - RECENT["daily"], 1)
    usual = np.median(counts.steps[:, :past], axis=1)
    at_zero = (counts.steps == 0) & (usual >= ROWS_EXPECTED)[:, None]
    all_gone = (counts.steps[0, :, 0] == 0)[None, :, None]
    doubled = (counts.orders > 0) & (2 * counts.doubled >= counts.orders) & (counts.orders >= ROWS_EXPECTED)
    untrusted: Flags = at_zero | at_zero[..., :1] | all_gone | doubled[..., None]
    return untrusted


def unread_customers(base: Base, ledger: Sequence[Mapping[str, Any]]) -> Flags:
    """Days of the session range since the customers source was read last, by the recorded loads."""
    days = base.session_days.dates
    reads = [entry for entry in ledger if entry.get("reads", {}).get("customers", {}).get("how") != "unchanged"]
    if not ledger or base.context.shop.sources.customers is None or not reads:
        return np.zeros(len(days), dtype=bool)
    moment = dt.datetime.fromisoformat(reads[-1]["loaded_at"])
    unread: Flags = days >= np.datetime64(moment.astimezone(base.context.shop.calendar.zone).date(), "D")
    return unread


def missing_days(counts: Counts, funnel: Floats, orders: Floats) -> Flags:
    """Days without a session where some were expected; `funnel` (scope, day, series) and `orders`: expected of the daily groups."""
    expected = np.fmax(funnel[..., 0], orders[..., 0])
    missing: Flags = (counts.steps[..., 0] == 0) & (np.nan_to_num(expected) >= ROWS_EXPECTED)
    return missing


def broken_days(counts: Counts, funnel: Floats, orders: Floats) -> Flags:
    """Days with a step at zero or at 100 % while others run, or above the step that contains it; with doubled orders, or a new currency."""
    steps, count = counts.steps, counts.steps.shape[-1]
    usual_ratio = np.nan_to_num(funnel[..., count:], nan=1.0)
    at_zero = (steps[..., 1:] == 0) & (usual_ratio * steps[..., :-1] >= ROWS_EXPECTED)
    is_whole = (steps[..., 1:] == steps[..., :-1]) & (usual_ratio ** steps[..., :-1] < BY_CHANCE)
    is_above = (steps[..., 1:] > steps[..., :-1]) & (usual_ratio < 1)
    many = counts.orders > MORE_ORDERS * np.nan_to_num(orders[..., 0], nan=np.inf)
    doubled = many & (2 * counts.doubled >= counts.orders)
    broken: Flags = at_zero.any(axis=-1) | (is_whole | is_above).any(axis=-1) | doubled | counts.is_new_currency
    return broken


def of_periods(days: Flags, span: Periods) -> Flags:
    """Whether any day of a period is marked."""
    marked: Flags = span.sums(days.astype(np.int64)) > 0
    return marked


def expected_of_days(group: Group, scopes: int, dates: int) -> Floats:
    """Expected values of a daily group as (scope, date, series) of all scopes; NaN where there is none."""
    expected = np.full((scopes, dates, len(group.series)), np.nan)
    expected[group.scope[:, None], group.span.offsets] = group.expected
    return expected


def verdict_codes(missing: Flags, broken: Flags) -> NDArray[np.int64]:
    """0 data_missing, 1 data_broken, 2 business_changed."""
    return np.where(missing, 0, np.where(broken, 1, 2))


def without_cohort(downloads: NDArray[np.int64], unread: Flags) -> Flags:
    """Days without a download where some were usual, or on which the customers source was not read."""
    past = max(downloads.shape[1] - RECENT["daily"], 1)
    usual = median(downloads[:, :past].astype(np.float64))
    empty: Flags = ((downloads == 0) & (usual >= ROWS_EXPECTED)[:, None]) | unread
    return empty
