"""Moves between segments from month to month (docs/contract, section 11, `migration_monthly`).

A buyer's state of values changes only in months in which he orders (`core.segments.values`). Those who ordered in a month are looked at
one by one; those who did not are counted by the trajectory of their state (`trajectories`), for all months in which it holds at once.
"""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import numpy as np
import pyarrow as pa

from ca_assets.analyses.core.base import by_scope, to_numpy, union_all
from ca_assets.analyses.core.cubes import Cube, dense
from ca_assets.analyses.core.decimals import exact_sum
from ca_assets.analyses.core.rows import Labels, Values, empty, money, rows
from ca_assets.analyses.core.segments.columns import NEW
from ca_assets.analyses.core.segments.model import SegmentModel
from ca_assets.analyses.core.segments.scores import SEGMENTS
from ca_assets.analyses.segmentation.specs import SPECS
from ca_assets.analyses.segmentation.trajectories import Trajectories, trajectories

MONTHS = 13
CELL = ("scope", "month", "origin", "target")


def migration(model: SegmentModel) -> pa.Table:
    """Rows that have customers, of the months at whose beginning there were enough buyers."""
    months, spec = _months(model), SPECS["migration_monthly"]
    if not months:
        return empty(spec)
    paths = trajectories(model, months)
    ordered = model.base.temp.materialize(_moves_of_orders(paths, months))
    shape = (len(model.base.scopes.names), len(months), len(SEGMENTS) + 1, len(SEGMENTS) + 1)
    cube = _customers(model, ordered, months[0], shape)
    _add_others(cube, model, paths, months)
    revenue = _revenue(model, union_all([ordered, _moves_after_orders(paths, months)]), months, shape)["amount"]
    scope, month, origin, target = np.nonzero(cube["customers"])
    cell, mixed = (scope, month, origin, target), model.base.mixed[scope, -1]
    texts = (NEW, *SEGMENTS)
    columns: dict[str, Values] = {
        "period": model.months.first_days[month + months[0]],
        "complete": model.months.complete[month + months[0]],
        "from_segment": Labels(texts, origin),
        "to_segment": Labels(texts, target),
        "customers": cube["customers"][cell],
        "by_boundary": cube["by_boundary"][cell],
        "revenue_before": money(revenue[(*cell, 0)], mixed),
        "revenue_after": money(revenue[(*cell, 1)], mixed),
    }
    return rows(spec, model.base.scopes.names, scope, scope.shape, columns)


def moves_of(model: SegmentModel, month: int) -> ibis.Table:
    """The moves of one month in every scope: scope, month, key, origin, target, by_boundary (lazy). LookupError when it has none."""
    if month not in _months(model):
        raise LookupError("no moves of this month")
    paths = trajectories(model, [month])
    others = paths.states.filter((paths.states.month < month) & (paths.states.until > month))
    others = others.drop("month").mutate(month=ibis.literal(month, "int32"))
    return _in_scopes(model, union_all([_moves_of_orders(paths, [month]), _moves_without_order(others, paths)]))


def _months(model: SegmentModel) -> list[int]:
    """The last ones, of those at whose beginning there were enough buyers."""
    size = len(model.months)
    return [month for month in range(max(size - MONTHS, 1), size) if model.known[month - 1] >= model.minimum]


def _moves_of_orders(paths: Trajectories, months: Sequence[int]) -> ibis.Table:
    """One row per month and buyer with an order in it: month, key, origin and target (0: new, 1..8), by_boundary (lazy)."""
    states = paths.states
    ends = states.filter(states.until.between(months[0], months[-1]))
    ends = ends.select("key", "trajectory", month=(ends.until - 1).cast("int32")).inner_join(paths.by_month, ["trajectory", "month"])
    origins = ends.select("key", month=(ends.month + 1).cast("int32"), before=ends.segment)
    moves = states.filter(states.month.between(months[0], months[-1])).inner_join(paths.by_month, ["trajectory", "month"])
    moves = moves.left_join(origins, ["key", "month"])
    moves = moves.mutate(origin=moves.before.fill_null(0), target=moves.segment)
    return _with_reason(moves)


def _moves_after_orders(paths: Trajectories, months: Sequence[int]) -> ibis.Table:
    """The moves of those without an order in a month who had one in the month before (lazy)."""
    states = paths.states.mutate(month=(paths.states.month + 1).cast("int32"))
    return _moves_without_order(states.filter((states.month < states.until) & states.month.between(months[0], months[-1])), paths)


def _moves_without_order(states: ibis.Table, paths: Trajectories) -> ibis.Table:
    """The moves in months (`month`) in which the buyer has no order (lazy)."""
    moves = states.inner_join(paths.by_month, ["trajectory", "month"])
    return _with_reason(moves.mutate(target=moves.segment))


def _with_reason(moves: ibis.Table) -> ibis.Table:
    is_by_boundary = (moves.origin != moves.target) & (moves.origin == moves.unmoved)
    return moves.select("key", "month", "origin", "target", by_boundary=is_by_boundary)


def _in_scopes(model: SegmentModel, moves: ibis.Table) -> ibis.Table:
    """Moves in every scope in which the buyer had an order before the month's end."""
    members = model.scope_buyers.select("scope", "key", since=model.scope_buyers.month).inner_join(moves, "key")
    return members.filter(members.since <= members.month)


def _customers(model: SegmentModel, moves: ibis.Table, first: int, shape: tuple[int, ...]) -> Cube:
    """Buyers by scope, month, origin and target."""
    members = _in_scopes(model, moves)
    members = members.mutate(month=members.month - first)
    counts = members.group_by(*CELL).aggregate(customers=members.count(), by_boundary=members.by_boundary.cast("int64").sum())
    return dense(counts, CELL, shape)


def _add_others(cube: Cube, model: SegmentModel, paths: Trajectories, months: Sequence[int]) -> None:
    """Add those without an order in a month: by trajectory, and the months from the first to the one in which they order again."""
    members = model.scope_buyers.select("scope", "key", since=model.scope_buyers.month).inner_join(paths.states, "key")
    first = ibis.greatest(members.month + 1, months[0])
    members = members.filter((members.since <= members.month) & (first < members.until))
    counts = to_numpy(members.group_by("scope", "trajectory", "until", first=first).aggregate(customers=members.count()))
    for place, month in enumerate(months):
        chosen = (counts["first"] <= month) & (counts["until"] > month)
        scope, trajectory, customers = (counts[name][chosen] for name in ("scope", "trajectory", "customers"))
        origin, target = paths.segments[trajectory, place], paths.segments[trajectory, place + 1]
        is_by_boundary = (origin != target) & (origin == paths.unmoved[trajectory, place + 1])
        np.add.at(cube["customers"][:, place], (scope, origin, target), customers)
        np.add.at(cube["by_boundary"][:, place], (scope, origin, target), customers * is_by_boundary)


def _revenue(model: SegmentModel, moves: ibis.Table, months: Sequence[int], shape: tuple[int, ...]) -> Cube:
    """Revenue in every scope in the month before and in the month, by move."""
    base = model.base
    orders = base.clients.filter(base.clients.purchased).inner_join(model.months.lookup(), "day")
    orders = orders.filter(orders.month >= months[0] - 1).select("key", "month", "amount", *base.scopes.columns)
    before = orders.mutate(month=(orders.month + 1).cast("int32"))
    moved = [rows.inner_join(moves, ["key", "month"]).drop("key", "by_boundary") for rows in (before, orders)]
    both = base.temp.materialize(union_all([rows.mutate(time=ibis.literal(time, "int8")) for time, rows in enumerate(moved)]))
    both = both.mutate(month=both.month - months[0])
    amounts = by_scope(base, both, [*CELL[1:], "time"], {"amount": exact_sum(both.amount)})
    return dense(amounts, (*CELL, "time"), (*shape, 2))
