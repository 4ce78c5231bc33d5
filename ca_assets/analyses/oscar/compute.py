"""Product performance and customer behaviour: one row per scope and product, or customer, from activity, orders and basket lines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa

from ca_assets.analyses.core.base import Base, by_scope
from ca_assets.analyses.core.calendar import EPOCH
from ca_assets.analyses.core.context import Context
from ca_assets.analyses.core.customers import step_names
from ca_assets.analyses.core.decimals import exact_sum
from ca_assets.analyses.core.family import Inputs, Result
from ca_assets.analyses.core.intervals import ratio
from ca_assets.analyses.core.report import all_scope
from ca_assets.analyses.core.report_set import build_report_set
from ca_assets.analyses.core.rows import Values, money
from ca_assets.analyses.core.top_lists import labels, listed_rows
from ca_assets.analyses.oscar.activity import known_activity, no_activity
from ca_assets.analyses.oscar.specs import CUSTOMER_BEHAVIOUR, LISTED, NAME, PRODUCT_PERFORMANCE
from ca_assets.contracts.reserved import OTHER

NO_EVENTS = "Views and basket additions need a source of the kind events; without one only orders are counted."


def run(inputs: Inputs, context: Context) -> Result:
    """Both reports in every scope; product performance only with baskets."""
    base, temp, has_events = inputs.base, inputs.temp, inputs.activity is not None
    activity = temp.materialize(known_activity(base, inputs.activity)) if inputs.activity is not None else no_activity(base)
    lines = temp.materialize(_bought_lines(base))
    tables = {CUSTOMER_BEHAVIOUR.type: _customers(base, activity, lines, has_events)}
    if base.lines is not None:
        tables[PRODUCT_PERFORMANCE.type] = _products(base, activity, lines, has_events)
    reports = build_report_set(NAME, base, tables)
    reports.meta["note"] = None if has_events else NO_EVENTS
    return Result(reports, f"{all_scope(reports, CUSTOMER_BEHAVIOUR.type).num_rows:,} customers")


def _bought_lines(base: Base) -> ibis.Table:
    """Basket lines of known orders: order, product, product_name, units, value, key, day, scope columns."""
    orders = base.sessions.filter(base.sessions.purchased).select("id", "key", "day", *base.scopes.columns)
    if base.lines is None:
        kinds = {"id": "string", "product": "string", "product_name": "string", "units": "float64", "value": "float64"}
        return ibis.memtable(
            [], schema=ibis.schema({**kinds, "key": "int32", "day": "int32", **dict.fromkeys(base.scopes.columns, "int16")})
        )
    lines = base.lines.select("id", "product", "product_name", units="quantity", value=base.lines.price * base.lines.quantity)
    return lines.inner_join(orders, "id")


def _products(base: Base, activity: ibis.Table, lines: ibis.Table, has_events: bool) -> pa.Table:
    looked = by_scope(
        base,
        activity,
        ["product"],
        {
            "views": activity.views.sum(),
            "additions": activity.additions.sum(),
            "viewing": (activity.views > 0).sum(),
            "name": activity.product_name.min(),
            "first": activity.day.min(),
        },
    )
    bought = by_scope(
        base,
        lines,
        ["product"],
        {
            "units": exact_sum(lines.units, is_bounded=False),
            "value": exact_sum(lines.value, is_bounded=False),
            "orders": lines.id.nunique(),
            "name": lines.product_name.min(),
            "first": lines.day.min(),
        },
    )
    numbers = ("views", "additions", "viewing", "units", "value", "orders")
    frame = _listed(_joined(looked, bought, "product", numbers), "product", ("units", "views"), numbers)
    is_other = frame["product"] == OTHER
    views, additions = frame["views"].to_numpy(float), frame["additions"].to_numpy(float)
    columns: dict[str, Values] = {
        "product": labels(frame["product"]),
        "product_name": labels(frame["name"].where(~is_other, None)),
        **_counted(has_events, views=views, basket_additions=additions, viewing_sessions=frame["viewing"].where(~is_other, np.nan)),
        "purchases": frame["units"].to_numpy(float),
        "orders": frame["orders"].where(~is_other, np.nan).to_numpy(float),
        "line_value": _money(base, frame, "value"),
        "additions_per_view": ratio(additions, views) if has_events else np.full(len(frame), np.nan),
        "first_seen": _days(base, frame["first"]),
    }
    return listed_rows(base, PRODUCT_PERFORMANCE, frame, columns)


def _customers(base: Base, activity: ibis.Table, lines: ibis.Table, has_events: bool) -> pa.Table:
    sessions = base.clients
    is_order = sessions.purchased
    did = by_scope(
        base,
        sessions,
        ["key"],
        {
            "sessions": sessions.count(),
            "orders": sessions.count(where=is_order),
            "spent": exact_sum(sessions.amount, is_order, is_bounded=False),
            "last": sessions.day.max(where=is_order),
            "first": sessions.day.min(),
        },
    )
    looked = by_scope(base, activity, ["key"], {"views": activity.views.sum(), "additions": activity.additions.sum()})
    bought = by_scope(base, lines, ["key"], {"lines": lines.count(), "items": exact_sum(lines.units, is_bounded=False)})
    back = by_scope(base, base.refunds, ["key"], {"refunded": exact_sum(base.refunds.amount, is_bounded=False)})
    joined = did
    for other in (looked, bought, back):
        joined = joined.left_join(other, ["scope", "key"]).drop("scope_right", "key_right")
    numbers = ("sessions", "orders", "spent", "views", "additions", "lines", "items", "refunded")
    joined = joined.mutate(**{name: joined[name].fill_null(0) for name in numbers})
    joined = joined.inner_join(_registered(base), "key")
    frame = _listed(joined, "client", ("spent", "orders", "views"), numbers)
    columns: dict[str, Values] = {
        "client": labels(frame["client"]),
        "date_registered": _days(base, frame["registered"]),
        **_counted(has_events, product_views=frame["views"], basket_additions=frame["additions"]),
        "orders": frame["orders"].to_numpy(np.int64),
        **_counted(base.lines is not None, order_lines=frame["lines"], order_items=frame["items"]),
        "total_spent": _money(base, frame, "spent"),
        "date_last_order": _days(base, frame["last"]),
        "sessions": frame["sessions"].to_numpy(np.int64),
        "refunded": _money(base, frame, "refunded"),
        "first_seen": _days(base, frame["first"]),
    }
    return listed_rows(base, CUSTOMER_BEHAVIOUR, frame, columns)


def _registered(base: Base) -> ibis.Table:
    """key, client, and the day of the sign-up (else of the download), counted as days of sessions are."""
    steps, customers = step_names(base.context.shop), base.customers
    hours = [customers[f"hour_{steps.index(name)}"] for name in ("signup", "download") if name in steps]
    registered = ibis.coalesce(*hours) // 24 - base.session_days.first_number
    return customers.select("key", "client", registered=registered.cast("int32"))


def _joined(left: ibis.Table, right: ibis.Table, key: str, numbers: Sequence[str]) -> ibis.Table:
    """Rows of either, by scope and key; numbers that are missing are 0, a name is the smaller one, a first day the earlier one."""
    joined = left.outer_join(right, ["scope", key])
    sides = {name: (joined[name], joined[f"{name}_right"]) for name in ("scope", key, "name", "first")}
    both = {name: ibis.coalesce(*columns) for name, columns in sides.items()}
    both["first"] = ibis.least(ibis.coalesce(*sides["first"]), ibis.coalesce(*reversed(sides["first"])))
    return joined.select(**both, **{name: joined[name].fill_null(0) for name in numbers})


def _listed(table: ibis.Table, key: str, order: Sequence[str], numbers: Sequence[str]) -> pd.DataFrame:
    """The first rows of each scope, largest first, and one of all others, whose numbers are added up."""
    window = ibis.window(group_by=table.scope, order_by=[*(table[name].desc() for name in order), table[key].asc()])
    ranked = table.mutate(place=ibis.row_number().over(window))
    frame: pd.DataFrame = ranked.filter(ranked.place < LISTED).drop("place").to_pandas()
    rest = ranked.filter(ranked.place >= LISTED)
    sums: pd.DataFrame = rest.group_by("scope").aggregate(**{name: rest[name].sum() for name in numbers}).to_pandas()
    frame = frame.assign(is_rest=False)
    if len(sums):
        frame = pd.concat([frame, sums.assign(**{key: OTHER}, is_rest=True)], ignore_index=True)
    by = ["scope", "is_rest", *order, key]
    return frame.sort_values(by, ascending=[True, True, *[False] * len(order), True]).reset_index(drop=True)


def _counted(is_known: bool, **counts: pd.Series | np.ndarray) -> dict[str, Values]:
    """Columns of counts, empty where nothing could be counted."""
    return {name: np.asarray(values, float) if is_known else np.full(len(values), np.nan) for name, values in counts.items()}


def _money(base: Base, frame: pd.DataFrame, name: str) -> Values:
    return money(frame[name].to_numpy(float), base.mixed[frame["scope"].to_numpy(int), -1])


def _days(base: Base, numbers: pd.Series) -> Values:
    """Dates from numbers of days since the session range began."""
    first = np.datetime64(EPOCH + dt.timedelta(days=base.session_days.first_number), "D")
    days = numbers.to_numpy(float, na_value=np.nan)
    known = ~np.isnan(days)
    dates = np.full(len(days), np.datetime64("NaT"), "datetime64[D]")
    dates[known] = first + days[known].astype(int)
    return dates
