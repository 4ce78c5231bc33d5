"""Clean tables from typed rows: joins, orphans, wall clock and month, counts of what is odd but legal. Expressions only.

Belongs here: what the lake's tables hold. When each is run and where it waits is in `load`.
"""

from __future__ import annotations

from typing import Any

import ibis

from ca_assets.shop import Shop
from ca_assets.tables.contracts import LINE_FIELDS, SOURCE_FIELDS, downloads_fields, orders_schema
from ca_assets.tables.typed import IBIS_TYPES
from ca_assets.tables.walltime import wall_clock

DELIVERY = tuple(field.name for field in SOURCE_FIELDS["deliveries"][1:])


def orders(sessions: ibis.Table, deliveries: ibis.Table | None, shop: Shop) -> ibis.Table:
    """The lake table `orders`: sessions with the delivery of the purchased ones, local start and month."""
    joined = _with_delivery(sessions, deliveries)
    local = wall_clock(shop.calendar.timezone, joined["session_start_date"])
    joined = joined.mutate(local_start=local)
    return joined.mutate(month=joined["local_start"].strftime("%Y-%m")).select(orders_schema(shop).names)


def _with_delivery(sessions: ibis.Table, deliveries: ibis.Table | None) -> ibis.Table:
    if deliveries is None:
        return sessions.mutate(**{f"delivery.{f.name}": ibis.null(IBIS_TYPES[f.dtype]) for f in SOURCE_FIELDS["deliveries"][1:]})
    right = deliveries.select(_delivered=deliveries["id"], **{f"delivery.{name}": deliveries[name] for name in DELIVERY})
    return sessions.left_join(right, [sessions["id"] == right["_delivered"], sessions["has_purchased"]]).drop("_delivered")


def delivery_orphans(deliveries: ibis.Table, sessions: ibis.Table) -> ibis.Table:
    """`_row` of the deliveries whose order is no purchased session."""
    purchased = sessions.filter(sessions["has_purchased"]).select("id")
    return deliveries.anti_join(purchased, "id").select("_row")


def lines_with_month(lines: ibis.Table, sessions: ibis.Table, shop: Shop) -> ibis.Table:
    """Basket lines with the month of their session; month is null for orphans."""
    local = wall_clock(shop.calendar.timezone, sessions["session_start_date"])
    months = sessions.select(_id=sessions["id"], month=local.strftime("%Y-%m"))
    names = [field.name for field in LINE_FIELDS]
    return lines.left_join(months, lines["id"] == months["_id"]).select(*names, "month", "_row")


def downloads(customers: ibis.Table | None, sessions: ibis.Table, shop: Shop) -> ibis.Table:
    """The lake table `downloads`; without a customers source the first session of each client."""
    if customers is not None:
        return customers.select([field.name for field in downloads_fields(shop)])
    first = sessions.group_by("client").agg(download_date=sessions["session_start_date"].min())
    return first.mutate(signup_date=ibis.null(IBIS_TYPES["time"])).select([field.name for field in downloads_fields(shop)])


def client_facts(sessions: ibis.Table, customers: ibis.Table) -> ibis.Table:
    """One row: unknown_clients, unknown_client_sessions, late_downloads (customers whose download is after their first session)."""
    clients = sessions.group_by("client").agg(first=sessions["session_start_date"].min(), sessions=sessions.count())
    known = customers.select(_client=customers["client"], download_date=customers["download_date"])
    joined = clients.left_join(known, clients["client"] == known["_client"])
    is_unknown: Any = joined["_client"].isnull()
    return joined.agg(
        unknown_clients=joined.count(where=is_unknown),
        unknown_client_sessions=joined["sessions"].sum(where=is_unknown).fill_null(0),
        late_downloads=joined.count(where=joined["download_date"] > joined["first"]),
    )
