"""Groups of series of one grain: what was counted, what was expected, scores. Funnel, orders and cohorts, in all scopes at once.

Belongs here: how counts become series of the models, which scopes have enough of them, and which periods are scored.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ca_assets.analyses.anomalies.counts import Counts, cohort_cells, step_names
from ca_assets.analyses.core.base import Base
from ca_assets.analyses.core.calendar import Periods, periods
from ca_assets.analyses.core.intervals import ratio
from ca_assets.contracts.units import Grain
from ca_assets.models.anomalies.scores import Method, Scored, score_groups
from ca_assets.models.anomalies.transform import chance, chance_of_ratio, counted, log_ratio, stabilized

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
RECENT = {"daily": 28, "weekly": 8}
UNSCORED = {"daily": 56, "weekly": 16}  # periods after the first session that nothing is said of
THRESHOLDS = {"funnel": 4.0, "orders": 3.5, "cohort": 3.5}
FLOORS = {"funnel": (10, "sessions"), "orders": (5, "orders"), "cohort": (5, "first orders")}
FLOOR_DAYS = 365
LEARNABLE = 365  # periods of history from which on a network is trained
MODELLED = 16  # offsets of cohorts that are modelled
FEWEST_CUSTOMERS = 1.0  # of a cohort's cell on average; of fewer, one or two are no anomaly
BLOCK = 64  # scopes at a time: bounds the memory


@dataclass(frozen=True)
class Group:
    """Arrays over (scope, period, series), of the chosen scopes' numbers `scope`. `actual`: NaN where nothing was counted.

    `expected`, `low`, `high` are in the unit of `actual`; `score` and `is_scored` by (scope, period).
    """

    name: str
    span: Periods
    scope: NDArray[np.int64]
    series: tuple[str, ...]
    actual: Floats
    expected: Floats
    low: Floats
    high: Floats
    z: Floats
    score: Floats
    is_scored: Flags

    @property
    def grain(self) -> Grain:
        """daily or weekly."""
        return self.span.grain

    @property
    def threshold(self) -> float:
        """From which score on a period is abnormal."""
        return THRESHOLDS[self.name]

    @property
    def is_abnormal(self) -> Flags:
        """By (scope, period)."""
        return self.is_scored & (np.nan_to_num(self.score) > self.threshold)


@dataclass(frozen=True)
class _Series:
    """What the models get: `actual` and `values` (in their unit) by (scope, period, series), which of these are `trusted`, and from which
    series on they are ratios. `unit` (scope, series): what is counted as one.
    """

    names: tuple[str, ...]
    actual: Floats
    values: Floats
    trusted: Flags
    ratios_from: int
    unit: Floats | None = None


def refusals(base: Base, counts: Counts) -> dict[str, dict[str, str]]:
    """Scope → group → why it is refused, with both numbers: of scopes with too few sessions, orders or first orders a day."""
    last = min(FLOOR_DAYS, base.session_days.days)
    missing = sum(day > base.session_days.dates[-last].item() for day in base.session_days.missing) if last else 0
    measured = {"funnel": counts.steps[..., 0], "orders": counts.orders, "cohort": counts.first_orders}
    refused: dict[str, dict[str, str]] = {}
    for group, (floor, noun) in FLOORS.items():
        mean = measured[group][:, -last:].sum(axis=1) / (last - missing)
        for number in np.flatnonzero(mean < floor):
            refused.setdefault(base.scopes.names[number], {})[group] = f"needs {floor} {noun} a day, has {mean[number]:.1f}"
    return refused


def chosen_scopes(base: Base, group: str, refused: dict[str, dict[str, str]]) -> NDArray[np.int64]:
    """Numbers of the scopes in which a group is looked at."""
    return np.flatnonzero([group not in refused.get(name, {}) for name in base.scopes.names])


def funnel(base: Base, counts: Counts, span: Periods, scope: NDArray[np.int64], untrusted: Flags) -> Group:
    """Steps, then the ratio of each to the one before. `untrusted` (scope, day, step): nothing is expected from these."""
    names = step_names(base)
    steps = span.sums(counts.steps[scope]).astype(np.float64)
    doubtful = span.sums(untrusted[scope].astype(np.int64)) > 0
    ratios = ratio(steps[..., 1:], steps[..., :-1])
    values = np.concatenate([stabilized(steps), log_ratio(steps[..., 1:], steps[..., :-1])], axis=-1)
    trusted = ~np.concatenate([doubtful, doubtful[..., 1:] | doubtful[..., :-1]], axis=-1)
    series = (*names, *(f"{step}/{before}" for before, step in pairwise(names)))
    actual = np.concatenate([steps, ratios], axis=-1)
    return _group("funnel", counts, span, scope, _Series(series, actual, values, trusted, len(names)))


def orders(base: Base, counts: Counts, span: Periods, scope: NDArray[np.int64], untrusted: Flags) -> Group:
    """Orders and revenue."""
    amounts = [span.sums(counts.orders[scope]).astype(np.float64), span.sums(counts.revenue[scope])]
    actual = np.stack(amounts, axis=-1)
    doubtful = span.sums(np.any(untrusted[scope], axis=-1).astype(np.int64)) > 0
    trusted = np.broadcast_to(~doubtful[..., None], actual.shape)
    unit = _order_amount(counts, scope)
    made = _Series(("orders", "revenue"), actual, stabilized(actual / unit[:, None]), trusted, 2, unit)
    return _group("orders", counts, span, scope, made)


def _order_amount(counts: Counts, scope: NDArray[np.int64]) -> Floats:
    """What one of orders, and of revenue, is: 1, and the mean amount of the orders before the recent days. By (scope, series)."""
    past = max(counts.orders.shape[1] - RECENT["daily"], 1)
    mean = ratio(counts.revenue[scope, :past].sum(axis=1), counts.orders[scope, :past].sum(axis=1))
    return np.stack([np.ones(len(scope)), np.where(mean > 0, mean, 1.0)], axis=-1)


def cohort(base: Base, counts: Counts, span: Periods, scope: NDArray[np.int64], untrusted: Flags) -> Group:
    """Offsets of the first order, as far as they have begun (of weeks: those that are over are modelled). `untrusted` (scope, day)."""
    horizon = base.context.shop.settings.cohort_horizon
    _, cells = cohort_cells(base, span.grain, horizon)
    places, begun, ended = offsets(base, span, horizon)
    actual = np.where(begun, cells[scope][:, places].astype(np.float64), np.nan)
    modelled = ended & (np.arange(horizon + 1) < MODELLED)
    doubtful = span.sums(untrusted[scope].astype(np.int64)) > 0
    trusted = np.broadcast_to(~doubtful[..., None], actual.shape)
    past = max(len(span) - RECENT[span.grain], 1)
    mean = np.nan_to_num(actual[:, :past]).mean(axis=1)
    values = np.where(modelled & (mean >= FEWEST_CUSTOMERS)[:, None], stabilized(actual), np.nan)
    names = tuple(map(str, range(horizon + 1)))
    return _group("cohort", counts, span, scope, _Series(names, actual, values, trusted, len(names)))


def offsets(base: Base, span: Periods, horizon: int) -> tuple[NDArray[np.int64], Flags, Flags]:
    """Of cohorts: their place among all dates (weeks); by (cohort, offset) whether that day (week) has begun, and whether it is over."""
    days = base.session_days
    if span.grain == "daily":
        places, last = span.offsets, days.days
        missing = np.isin(days.dates, np.array(days.missing, dtype="M8[D]"))
        over = np.ones(last, dtype=bool)
    else:
        places, last = np.arange(len(span)), len(span)
        missing, over = np.zeros(last, dtype=bool), span.complete
    later = places[:, None] + np.arange(horizon + 1)
    within = np.minimum(later, last - 1)
    begun = (later < last) & ~missing[within]
    return places, begun, begun & over[within]


def _group(name: str, counts: Counts, span: Periods, scope: NDArray[np.int64], made: _Series) -> Group:
    """Score the chosen scopes and bring what was expected back into the unit of the counts."""
    series, actual, is_ratio = made.names, made.actual, np.arange(len(made.names)) >= made.ratios_from
    first = np.searchsorted(span.offsets, counts.first_day[scope], side="right") - 1
    is_scored = span.complete & (np.arange(len(span)) - first[:, None] >= UNSCORED[span.grain])
    values = np.where(span.complete[:, None], made.values, np.nan)
    is_long = len(span) - first >= LEARNABLE
    scored = _scored(name, span, replace(made, values=values), is_scored, is_long)
    unit = 1.0 if made.unit is None else made.unit[:, None]
    margin = THRESHOLDS[name] * scored.scale

    def natural(value: Floats) -> Floats:
        return np.where(is_ratio, np.exp(value), unit * counted(value))

    low, high = natural(scored.expected - margin), natural(scored.expected + margin)
    z = np.where(is_scored[..., None] & ~np.isnan(actual), scored.z, np.nan)
    return Group(name, span, scope, series, actual, natural(scored.expected), low, high, z, scored.score, is_scored)


def _scored(name: str, span: Periods, made: _Series, is_scored: Flags, is_long: Flags) -> Scored:
    """The models' scores; with the network where a group has several series and the scope enough of them."""
    values, chances = made.values, None if name == "orders" else _chances(made, RECENT[span.grain])
    parts = {field: np.full(values.shape, np.nan) for field in ("expected", "scale", "z")} | {"score": np.full(values.shape[:2], np.nan)}
    has_network = is_long & (name != "orders")
    for wanted in (False, True):
        method = Method(7 if span.grain == "daily" else 1, RECENT[span.grain], wanted, name == "orders")
        places = np.flatnonzero(has_network == wanted)
        for block in np.split(places, np.arange(BLOCK, len(places), BLOCK)) if len(places) else ():
            found = score_groups(
                values[block], is_scored[block], method, made.trusted[block], chances[block] if chances is not None else None
            )
            for field, whole in parts.items():
                whole[block] = getattr(found, field)
    return Scored(**parts)


def _chances(made: _Series, recent: int) -> Floats:
    """What chance alone makes of each series (scope, series), by the means of the periods before the recent ones."""
    past = max(made.actual.shape[1] - recent, 1)
    counts = np.where(np.isnan(made.actual[:, :past]), 0, made.actual[:, :past])
    mean = counts[..., : made.ratios_from].mean(axis=1)
    ratios = [chance_of_ratio(mean[:, i + 1], mean[:, i]) for i in range(made.actual.shape[-1] - made.ratios_from)]
    return np.column_stack([chance(mean), *ratios])


def spans(base: Base) -> tuple[Periods, Periods]:
    """The days and weeks of the session range."""
    calendar = base.context.shop.calendar
    return periods(base.session_days, "daily", calendar), periods(base.session_days, "weekly", calendar)
