"""Causes of flags: in which values of each dimension, promotions and customers is what is more or less than expected.

Expected of a value is its share of the 28 periods before, so contributions of a dimension add up to the difference of the series.
"""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa

from ca_assets.analyses.anomalies.flags import Flagged
from ca_assets.analyses.anomalies.series import ZERO
from ca_assets.analyses.anomalies.specs import SPECS
from ca_assets.analyses.core.base import Base
from ca_assets.analyses.core.decimals import exact_sum
from ca_assets.analyses.core.rows import empty
from ca_assets.contracts.reserved import NONE, OTHER

PROMOTION, CUSTOMER = "~promotion", "~customer"
REFERENCE = 28  # periods before
SHOWN = 10
REVENUE = -1  # as a measure; others are numbers of steps


def causes_table(base: Base, groups: Sequence[Flagged]) -> pa.Table:
    """Rows of `causes` for the flags of funnel and orders."""
    parts = [_of_group(base, flags) for flags in groups if flags.group.name != "cohort" and len(flags.scope)]
    if not parts:
        return empty(SPECS["causes"])
    flags = pd.concat(parts, ignore_index=True).rename_axis("flag").reset_index()
    counted = [_counted(base, flags, column) for column in base.scopes.columns]
    values = pd.concat(counted, ignore_index=True)
    rows = _contributions(values, flags)
    schema = pa.schema([pa.field("scope", pa.string()), *SPECS["causes"].schema])
    return pa.Table.from_pandas(rows[schema.names], schema=schema, preserve_index=False)


def _of_group(base: Base, flags: Flagged) -> pd.DataFrame:
    """The flags with their measure (of a ratio its step's count) and the days that are compared."""
    group, span = flags.group, flags.group.span
    steps = (len(group.series) + 1) // 2
    last_step = len(base.context.shop.actions) + 1
    if group.name == "funnel":
        counted = np.where(flags.series < steps, flags.series, flags.series - steps + 1)
        measure = counted
    else:
        counted = flags.series
        measure = np.where(flags.series == 0, last_step, REVENUE)
    first_date = np.datetime64(base.session_days.first, "D")
    ends = np.append(span.offsets[1:], base.session_days.days)
    return pd.DataFrame(
        {
            "scope_number": flags.scope,
            "scope": np.array(base.scopes.names, dtype=object)[flags.scope],
            "group": group.name,
            "grain": group.grain,
            "period": span.first_days[flags.period],
            "measure": measure,
            "expected_all": group.expected[flags.row, flags.period, counted],
            "has_promotion": np.isin(measure, (REVENUE, last_step)),
            "since": span.offsets[np.maximum(flags.period - REFERENCE, 0)],
            "first": (span.first_days[flags.period] - first_date).astype(np.int64).clip(min=0),
            "until": ends[flags.period],
        }
    )


def _counted(base: Base, flags: pd.DataFrame, column: str) -> pd.DataFrame:
    """Per flag of the scopes of one column, dimension and value: what was counted in the period, and in those before."""
    numbers = _scope_numbers(base, column)
    chosen = flags[flags["scope_number"].isin(numbers)]
    if chosen.empty:
        return pd.DataFrame(columns=["flag", "dimension", "value", "actual", "before"])
    names = ["flag", "scope_number", "measure", "has_promotion", "since", "first", "until"]
    wanted = ibis.memtable(pa.Table.from_pandas(chosen[names], preserve_index=False))
    sessions = base.sessions
    firsts = base.scoped_orders.filter(base.scoped_orders.number == 1)
    firsts = firsts.select(order_scope=firsts.scope, order_key=firsts.key, first_order=firsts.first_start)
    known = sessions.left_join(firsts, [sessions[column] == firsts.order_scope, sessions.key == firsts.order_key])
    joined = known.join(wanted, [known[column] == wanted.scope_number, known.day >= wanted.since, known.day < wanted.until], how="inner")
    joined = joined.mutate(amount_counted=_measured(base, joined))
    joined = base.temp.materialize(joined.filter(joined.amount_counted != 0).select(*_joined_columns(base)))
    pieces = []
    for dimension in base.scopes.dimensions:
        counts = _by_value(joined, joined[dimension.column].cast("int64")).to_pandas()
        labels = dict(enumerate(dimension.labels, start=dimension.first))
        pieces.append(counts.assign(dimension=dimension.name, value=counts["value"].map(labels)))
    if base.context.shop.mapped("sessions", "promotion_id"):
        promoted = joined.filter(joined.has_promotion)
        pieces.append(_by_value(promoted, promoted.promotion.fill_null(NONE)).to_pandas().assign(dimension=PROMOTION))
    has_before = (joined.first_order < joined.start).fill_null(False)
    customer = ibis.cases((joined.key.isnull(), NONE), (has_before, "returning"), else_="new")
    pieces.append(_by_value(joined, customer).to_pandas().assign(dimension=CUSTOMER))
    every: pd.DataFrame = pd.concat(pieces, ignore_index=True)
    return every


def _scope_numbers(base: Base, column: str) -> range:
    """The scopes that a column of numbers tells apart."""
    if column == "scope_all":
        return range(1)
    dimension = next(d for d in base.scopes.dimensions if d.column == column)
    return range(dimension.first, dimension.first + len(dimension.labels))


def _joined_columns(base: Base) -> list[str]:
    dimensions = [dimension.column for dimension in base.scopes.dimensions]
    return ["flag", "day", "first", "amount_counted", "has_promotion", "promotion", "key", "start", "first_order", *dimensions]


def _measured(base: Base, joined: ibis.Table) -> ibis.Value:
    """1 for a session with the flag's step, else 0; of revenue the amount of an order."""
    steps = [joined[f"a{i}"] for i in range(len(base.context.shop.actions))]
    counted = [(joined.measure == i + 1, flag.cast("float64")) for i, flag in enumerate([*steps, joined.purchased])]
    revenue = ibis.ifelse(joined.purchased, joined.amount, 0.0)
    return ibis.cases((joined.measure == REVENUE, revenue), *counted, else_=1.0)


def _by_value(joined: ibis.Table, value: ibis.Value) -> ibis.Table:
    in_period = joined.day >= joined["first"]
    return joined.group_by("flag", value=value).aggregate(
        actual=exact_sum(joined.amount_counted, in_period).fill_null(0.0),
        before=exact_sum(joined.amount_counted, ~in_period).fill_null(0.0),
    )


def _contributions(values: pd.DataFrame, flags: pd.DataFrame) -> pd.DataFrame:
    """Rows of the report: the ten values of a dimension that contribute most, the others together; ranked within each flag."""
    values = values.merge(flags, on="flag")
    of_dimension = ["flag", "dimension"]
    totals = values.groupby(of_dimension)[["actual", "before"]].transform("sum")
    values = values[totals["before"] > ZERO].assign(total=totals["actual"], total_before=totals["before"])
    values["share"] = values["before"] / values["total_before"]
    size = (values["actual"] - values["share"] * values["expected_all"]).abs().where(values["value"] != OTHER, -1.0)
    values = values.assign(size=size).sort_values([*of_dimension, "size", "value"], ascending=[True, True, False, True])
    place = values.groupby(of_dimension).cumcount()
    values["value"] = values["value"].where(place < SHOWN, OTHER)
    same = ["flag", "scope", "group", "grain", "period", "dimension", "value", "expected_all", "total"]
    rows = values.groupby(same, as_index=False)[["actual", "share"]].sum()
    rows["expected"] = rows["share"] * rows["expected_all"]
    rows["contribution"] = rows["actual"] - rows["expected"]
    difference = rows["total"] - rows["expected_all"]
    rows["contribution_share"] = rows["contribution"] / difference.where(difference.abs() > ZERO)
    departs = (rows["actual"] - rows["share"] * rows["total"]).abs().round(9)
    rows = rows.assign(departs=departs).sort_values(["flag", "departs", "dimension", "value"], ascending=[True, False, True, True])
    rows["rank"] = rows.groupby("flag").cumcount() + 1
    ranked: pd.DataFrame = rows.assign(period=pd.to_datetime(rows["period"]).dt.date)
    return ranked
