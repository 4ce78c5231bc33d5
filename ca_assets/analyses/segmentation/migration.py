"""Moves between segments from month to month (docs/contract, section 11, `migration_monthly`).

A buyer's state of values changes only in months in which he orders (`core.segments.values`), so his values at a month's beginning are
those of his state, or of the state before it when he ordered in the month. Nothing is computed month by month.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from ca_assets.analyses.core.base import by_scope, to_numpy, union_all
from ca_assets.analyses.core.exact_sums import exact_sum
from ca_assets.analyses.core.rows import Labels, empty, money, rows
from ca_assets.analyses.core.segments.columns import NEW
from ca_assets.analyses.core.segments.fits import CLUSTERS
from ca_assets.analyses.core.segments.model import BoundsOfMonth, SegmentModel, money_bounds, padded
from ca_assets.analyses.core.segments.sampling import Metric
from ca_assets.analyses.core.segments.scores import SEGMENTS, code, score, segment_table
from ca_assets.analyses.core.segments.values import recency_hours
from ca_assets.analyses.segmentation.specs import SPECS

MONTHS = 13
VALUES = ("last", "frequency_hours", "monetary", "currency", "order_days")
CELL = ["scope", "month", "origin", "target"]
INSTANT = pa.timestamp("us", tz="UTC")
METRICS: tuple[Metric, ...] = ("recency", "frequency")


def migration(model: SegmentModel) -> pa.Table:
    """Rows that have customers, of the months at whose beginning there were enough buyers."""
    size, spec = len(model.months), SPECS["migration_monthly"]
    months = [m for m in range(max(size - MONTHS, 1), size) if model.known[m - 1] >= model.minimum]
    if not months:
        return empty(spec)
    moves = model.base.temp.materialize(_moves(model, months))
    cells = _customers(model, moves).left_join(_revenue(model, moves, months), CELL)
    found = to_numpy(cells.select(*CELL, "customers", "by_boundary", "before", "after"))
    mixed = model.base.mixed[found["scope"], -1]
    texts = (NEW, *SEGMENTS)
    columns = {
        "period": model.months.first_days[found["month"]],
        "complete": model.months.complete[found["month"]],
        "from_segment": Labels(texts, found["origin"]),
        "to_segment": Labels(texts, found["target"]),
        "customers": found["customers"],
        "by_boundary": found["by_boundary"],
        "revenue_before": money(np.nan_to_num(found["before"].astype(np.float64)), mixed),
        "revenue_after": money(np.nan_to_num(found["after"].astype(np.float64)), mixed),
    }
    return rows(spec, model.base.scopes.names, found["scope"], found["scope"].shape, columns)


def _moves(model: SegmentModel, months: Sequence[int]) -> ibis.Table:
    """One row per month and buyer known by its end: month, key, origin and target (0: new, 1..8), by_boundary (lazy)."""
    known = _with_bounds(model, _by_month(model, months), months)
    earlier = "earlier_" if model.base.scopes.has_currency else "before_"
    codes = {
        "target": _code(known, "", "now_", "now_"),
        "unmoved": _code(known, "", "before_", "before_"),
        "origin": _code(known, "earlier_", "before_", earlier),
    }
    known = model.base.temp.materialize(known.select("key", "month", **{f"{name}_code": value for name, value in codes.items()}))
    for name in codes:
        known = known.left_join(segment_table(f"{name}_"), f"{name}_code")
    origin, target = known.origin_segment.fill_null(0), known.target_segment
    return known.select("key", "month", origin=origin, target=target, by_boundary=(origin != target) & (origin == known.unmoved_segment))


def _by_month(model: SegmentModel, months: Sequence[int]) -> ibis.Table:
    """A buyer's values as of the end of each month, and as of its beginning (`earlier_…`, null of a new buyer)."""
    row = ibis.window(group_by="key", order_by="month")
    states = model.states
    states = states.select("key", "until", *VALUES, since=states.month, **{f"before_{v}": states[v].lag().over(row) for v in VALUES})
    states = states.filter(states.until > months[0])
    holds = ibis.range(ibis.greatest(states.since, months[0]), ibis.least(states.until, len(model.months)))
    known = states.mutate(month=holds.unnest().cast("int32"))
    has_ordered = known.since == known.month
    earlier = {f"earlier_{v}": ibis.ifelse(has_ordered, known[f"before_{v}"], known[v]) for v in VALUES}
    return known.select("key", "month", *VALUES, **earlier)


def _with_bounds(model: SegmentModel, rows_: ibis.Table, months: Sequence[int]) -> ibis.Table:
    """Beside each row its recencies, the bounds of its month (`now_…`), and those of the month before, if there were any (`before_…`).

    Bounds of money are by currency; where there are several, `earlier_monetary_…` are those of the currency as of the month's beginning.
    """
    now = {month: model.bounds(month) for month in months}
    before = {month: {**model.bounds(month), **model.bounds(month - 1)} for month in months}
    rows_ = rows_.inner_join(ibis.memtable(_hours(model, now, before)), "month")
    recencies = {
        "recency_hours": recency_hours(rows_["last"], rows_.end),
        "earlier_recency_hours": recency_hours(rows_.earlier_last, rows_.begin),
    }
    rows_ = rows_.mutate(**recencies).drop("last", "earlier_last", "begin", "end")
    for bounds, prefix in ((now, "now_"), (before, "before_")):
        rows_ = rows_.inner_join(ibis.memtable(money_bounds(bounds, f"{prefix}monetary")), ["month", "currency"])
    if not model.base.scopes.has_currency:
        return rows_
    earlier = ibis.memtable(money_bounds(before, "earlier_monetary")).rename(earlier_currency="currency")
    return rows_.left_join(earlier, ["month", "earlier_currency"])


def _hours(model: SegmentModel, now: Mapping[int, BoundsOfMonth], before: Mapping[int, BoundsOfMonth]) -> pa.Table:
    """Rows of month, begin, end, and the bounds of recency and frequency."""
    months, ends = list(now), model.months.ends
    columns: dict[str, pa.Array] = {
        "month": pa.array(months, pa.int32()),
        "begin": pa.array([ends[month - 1] for month in months], INSTANT),
        "end": pa.array([ends[month] for month in months], INSTANT),
    }
    for prefix, bounds in (("now", now), ("before", before)):
        for metric in METRICS:
            values = np.array([padded(bounds[month], metric) for month in months])
            columns |= {f"{prefix}_{metric}_{i}": pa.array(values[:, i], pa.float64()) for i in range(CLUSTERS - 1)}
    return pa.table(columns)


def _code(rows_: ibis.Table, values: str, hours: str, monetary: str) -> ir.IntegerValue:
    """The scores (`core.segments.scores.code`) of the values with a prefix under the bounds with these prefixes; null for null."""
    return code(
        rows_[f"{values}order_days"],
        score(rows_[f"{values}recency_hours"], _bounds(rows_, f"{hours}recency"), False),
        score(rows_[f"{values}frequency_hours"], _bounds(rows_, f"{hours}frequency"), False),
        score(rows_[f"{values}monetary"], _bounds(rows_, f"{monetary}monetary"), True),
    )


def _bounds(rows_: ibis.Table, prefix: str) -> list[ir.FloatingValue]:
    return [rows_[f"{prefix}_{i}"] for i in range(CLUSTERS - 1)]


def moves_of(model: SegmentModel, month: int) -> ibis.Table:
    """The moves of one month in every scope: scope, month, key, origin, target, by_boundary (lazy). LookupError when it has none."""
    if not max(len(model.months) - MONTHS, 1) <= month < len(model.months) or model.known[month - 1] < model.minimum:
        raise LookupError("no moves of this month")
    return _in_scopes(model, _moves(model, [month]))


def _in_scopes(model: SegmentModel, moves: ibis.Table) -> ibis.Table:
    """Moves in every scope in which the buyer had an order before the month's end."""
    members = model.scope_buyers.select("scope", "key", since=model.scope_buyers.month).inner_join(moves, "key")
    return members.filter(members.since <= members.month)


def _customers(model: SegmentModel, moves: ibis.Table) -> ibis.Table:
    """Buyers of every scope with an order there before the month's end, by move."""
    members = _in_scopes(model, moves)
    return members.group_by(*CELL).aggregate(customers=members.count(), by_boundary=members.by_boundary.cast("int32").sum())


def _revenue(model: SegmentModel, moves: ibis.Table, months: Sequence[int]) -> ibis.Table:
    """Revenue in every scope in the month before and in the month, by move."""
    base = model.base
    orders = base.clients.filter(base.clients.purchased).inner_join(model.months.lookup(), "day")
    orders = orders.filter(orders.month >= months[0] - 1)
    amounts = base.temp.materialize(by_scope(base, orders, ["key", "month"], {"amount": exact_sum(orders.amount)}))
    after = amounts.select("scope", "key", "month", before=ibis.literal(0.0), after=amounts.amount)
    before = amounts.select("scope", "key", month=(amounts.month + 1).cast("int32"), before=amounts.amount, after=ibis.literal(0.0))
    moved = union_all([after, before]).inner_join(moves, ["key", "month"])
    return moved.group_by(*CELL).aggregate(before=exact_sum(moved.before), after=exact_sum(moved.after))
