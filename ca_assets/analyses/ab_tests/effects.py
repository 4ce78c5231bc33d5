"""What lies before and after the label orders, and the effect with its error (docs/contract, section 14, `*_effects`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from ca_assets.analyses.ab_tests.decisions import (
    DECISIONS,
    Floats,
    benjamini_hochberg,
    decide,
    needed_for_counts,
    needed_for_means,
)
from ca_assets.analyses.ab_tests.estimates import Estimates, Rows, difference_in_differences, paired
from ca_assets.analyses.ab_tests.labels import ScopeLabels, distinct
from ca_assets.analyses.ab_tests.orders import DAY, TOO_NEW, TOO_RECENT, USED, Ints, Scoped, Windows
from ca_assets.analyses.core.report import ReportSpec
from ca_assets.analyses.core.rows import Labels, Values, rows

METRICS = ("orders", "amount")
ORDERS, AMOUNT = range(2)
TENURES = np.array([30, 90]) * DAY
WEEKLY_RATES = np.array([0.25, 0.6, 1.2])
WEEK = 7 * DAY


@dataclass(frozen=True)
class Used:
    """The label orders that a metric uses: `row` of `Scoped`, `listed` as in `ScopeLabels`."""

    row: Ints
    listed: Ints


def used_of(windows: Windows, labels: ScopeLabels, metric: int) -> Used:
    """Of orders: with both windows whole, by customers known long enough; of amounts those of them with an order on both sides."""
    is_used = windows.state[labels.row] == USED
    if metric == AMOUNT:
        is_used &= (windows.before[labels.row] > 0) & (windows.after[labels.row] > 0)
    return Used(labels.row[is_used], labels.listed[is_used])


def effect_columns(scoped: Scoped, windows: Windows, labels: ScopeLabels, metric: int) -> dict[str, Floats]:
    """The report's columns of one metric and window, by label."""
    used, size = used_of(windows, labels, metric), len(labels)
    sides = (windows.before, windows.after) if metric == ORDERS else (windows.mean_before, windows.mean_after)
    before, after = (side[used.row].astype(np.float64) for side in sides)
    count = np.bincount(used.listed, minlength=size)
    with np.errstate(divide="ignore", invalid="ignore"):
        means = [np.bincount(used.listed, values, size) / count for values in (before, after)]
    customers = distinct(used.listed, scoped.customer[used.row], size)
    if metric == ORDERS:
        means.append((np.bincount(used.listed, after, size) - np.bincount(used.listed, before, size)) / np.where(count > 0, count, np.nan))
        effect, needed = _against_others(scoped, windows, labels, used), needed_for_counts(means[0])
    else:
        means.append(means[1] - means[0])
        effect = paired(after - before, scoped.customer[used.row], used.listed, size)
        needed = needed_for_means(_variance(after - before, used.listed, means[2], count), means[0])
    columns = {"before": means[0], "after": means[1], "difference": means[2], **vars(effect), "needed": needed}
    if metric == AMOUNT:
        columns = {name: np.where(labels.is_mixed, np.nan, values) for name, values in columns.items()}
    return columns | {"used": count, "customers": customers}


def _variance(values: Floats, group: Ints, means: Floats, count: Ints) -> Floats:
    """Sample variance of each group; NaN below two."""
    squares = np.bincount(group, np.square(values - means[group]), len(means))
    return np.asarray(squares / np.where(count > 1, count - 1.0, np.nan))


def _against_others(scoped: Scoped, windows: Windows, labels: ScopeLabels, used: Used) -> Estimates:
    """Difference-in-differences of each label against the scope's orders without it, scope by scope.

    Of customers who had ordered before the window before: around a first order nothing can lie before, so a label of first orders would
    seem to raise orders, and one of heavy buyers as well.
    """
    is_usable = (windows.state == USED) & (windows.earlier > 0)
    change = (windows.after - windows.before).astype(np.float64)
    stratum = strata(scoped, windows)
    columns = {name: np.full(len(labels), np.nan) for name in ("effect", "low", "high", "p")}
    order = np.argsort(used.row, kind="stable")
    order = order[is_usable[used.row[order]]]
    treated, listed = used.row[order], used.listed[order]
    for scope, span in scoped.by_scope():
        first, last = np.searchsorted(labels.scope, (scope, scope + 1))
        chosen = slice(*np.searchsorted(treated, (span.start, span.stop)))
        if first == last:
            continue
        usable = np.flatnonzero(is_usable[span]) + span.start
        usable = usable[np.argsort(scoped.order[usable])]  # sums in the order of moments, whatever the customers' keys are
        number = np.full(span.stop - span.start, -1)
        number[usable - span.start] = np.arange(len(usable))
        _, cluster = np.unique(scoped.customer[usable], return_inverse=True)
        rows_ = Rows(change[usable], stratum[usable], cluster.astype(np.int64))
        estimates = difference_in_differences(rows_, number[treated[chosen] - span.start], listed[chosen] - first, last - first)
        for name, values in vars(estimates).items():
            columns[name][first:last] = values
    return Estimates(**columns)


def strata(scoped: Scoped, windows: Windows) -> Ints:
    """Of each row: calendar week, time since the client is known, and orders a week before the window before (METHODS, 3).

    The rate must not be that of the window itself: who has ordered little by chance then orders more afterwards, and the more so the
    heavier a buyer he is.
    """
    known_for = np.maximum(scoped.start - scoped.known, 1)
    tenure = np.searchsorted(TENURES, known_for, side="right")
    weeks = np.maximum(known_for - windows.days * DAY, 1) / WEEK
    rate = np.searchsorted(WEEKLY_RATES, windows.earlier / weeks, side="right")
    week = scoped.orders.week[scoped.order]
    return np.asarray((week * (len(TENURES) + 1) + tenure) * (len(WEEKLY_RATES) + 1) + rate, dtype=np.int64)


def effect_rows(
    spec: ReportSpec,
    labels: ScopeLabels,
    cells: Mapping[tuple[int, int], dict[str, Floats]],
    states: Mapping[int, Windows],
) -> pa.Table:
    """The report of one dimension's scopes. `cells`: columns by metric and days of the window; `states`: windows by days."""
    keys, size = list(cells), len(labels)
    columns = {name: np.concatenate([cells[key][name] for key in keys]) for name in cells[keys[0]]}
    metric, days = (np.repeat([key[i] for key in keys], size) for i in range(2))
    listed, scope = np.tile(np.arange(size), len(keys)), np.tile(labels.scope, len(keys))
    reasons = {
        name: np.concatenate([_count(states[day], labels, state) for _, day in keys])
        for name, state in (("too_recent", TOO_RECENT), ("too_new", TOO_NEW))
    }
    is_enough = np.nan_to_num(columns["customers"] >= columns["needed"], nan=False).astype(bool)
    family = (scope * 2 + metric) * (int(days.max(initial=0)) + 1) + days
    q = benjamini_hochberg(np.where(is_enough, columns["p"], np.nan), family)
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = columns["effect"] / np.where(columns["before"] > 0, columns["before"], np.nan)
    made: dict[str, Values] = {
        **columns,
        **reasons,
        "label": Labels(labels.texts, labels.label[listed]),
        "metric": Labels(METRICS, metric),
        "window_days": days,
        "label_orders": labels.orders[listed],
        "effect_low": columns["low"],
        "effect_high": columns["high"],
        "relative_effect": relative,
        "p_value": columns["p"],
        "q_value": q,
        "decision": Labels(DECISIONS, decide(columns["effect"], q, is_enough)),
    }
    return rows(spec, labels.names, scope, scope.shape, made)


def _count(windows: Windows, labels: ScopeLabels, state: int) -> Ints:
    return np.bincount(labels.listed[windows.state[labels.row] == state], minlength=len(labels))
