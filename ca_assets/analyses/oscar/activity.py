"""What was viewed and put into baskets, per session and product, with the columns of sessions that reports need."""

from __future__ import annotations

import ibis

from ca_assets.analyses.core.base import Base, with_scopes
from ca_assets.analyses.core.calendar import day_number

COLUMNS = {"id": "string", "product": "string", "product_name": "string", "views": "float64", "additions": "float64"}


def known_activity(base: Base, activity: ibis.Table) -> ibis.Table:
    """Activity of known sessions: product, product_name, views, additions, key, day, scope columns."""
    known = base.known.left_join(base.customers.select("client", "key"), "client")
    placed = with_scopes(known, base.scopes)
    sessions = placed.select(
        *base.scopes.columns,
        id=placed.id,
        key=placed.key,
        day=(day_number(placed.local_start) - base.session_days.first_number).cast("int32"),
    )
    columns = [activity[name] for name in ("id", "product", "product_name")]
    counts = {name: activity[name].fill_null(0.0) for name in ("views", "additions")}
    return activity.select(*columns, **counts).inner_join(sessions, "id").drop("id")


def no_activity(base: Base) -> ibis.Table:
    """The same without rows."""
    columns = {**COLUMNS, "key": "int32", "day": "int32", **dict.fromkeys(base.scopes.columns, "int16")}
    return ibis.memtable([], schema=ibis.schema({name: kind for name, kind in columns.items() if name != "id"}))
