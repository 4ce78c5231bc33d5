"""One row per scope and order: the order's number among the client's orders of that scope, and its neighbours there.

Columns: scope int16, key int32 (of the client), number int32 (1, 2, … by moment, then id as text by code point), start, first_start and
next_start (time; next_start null for the last), previous_start (null for the first), day and next_day int32 (days since the
session range began), hour int8, age int8, amount, promotion (see `base.sessions`). Several families share it.
Belongs here: numbering. Does not belong here: any figure of a report.
"""

from __future__ import annotations

from collections.abc import Sequence

import ibis

KEPT = ("key", "start", "day", "hour", "age", "amount", "promotion")


def scoped_orders(sessions: ibis.Table, scope_columns: Sequence[str]) -> ibis.Table:
    """All orders in all scopes (lazy)."""
    orders = sessions.filter(sessions.purchased)
    place = ibis.row_number().over(ibis.window(group_by=orders.key, order_by=[orders.start, orders.id]))
    placed = orders.select(*KEPT, *scope_columns, place=place.cast("int32"))
    pieces = [_numbered(placed, column) for column in scope_columns]
    return ibis.union(pieces[0], *pieces[1:]) if len(pieces) > 1 else pieces[0]


def _numbered(orders: ibis.Table, scope: str) -> ibis.Table:
    """Orders of one dimension's scopes; a client's order in all of them (`place`) decides, so ids are compared once only."""
    row = ibis.window(group_by=[orders[scope], orders.key], order_by=orders.place)
    return orders.select(
        *KEPT,
        scope=orders[scope],
        number=(ibis.row_number().over(row) + 1).cast("int32"),
        first_start=orders.start.first().over(row),
        previous_start=orders.start.lag().over(row),
        next_start=orders.start.lead().over(row),
        next_day=orders.day.lead().over(row),
    )
