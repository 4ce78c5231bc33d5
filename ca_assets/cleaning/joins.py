"""Clean tables from typed rows: joins, orphans, wall clock and month, counts of what is odd but legal. Expressions only.

Belongs here: what the lake's tables hold. When each is run and where it waits is in `build`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ibis

from ca_assets.cleaning.engine_functions import wall_clock
from ca_assets.cleaning.typed import IBIS_TYPES
from ca_assets.contracts.sources import table_fields
from ca_assets.contracts.tables import DOWNLOADS, ORDERS
from ca_assets.shop import Shop

DELIVERY = tuple(field.name for field in table_fields("deliveries")[1:])


def orders(sessions: ibis.Table, deliveries: ibis.Table | None, shop: Shop) -> ibis.Table:
    """The lake table `orders`: sessions with the delivery of the purchased ones, local start and month."""
    joined = _with_delivery(sessions, deliveries)
    local = wall_clock(shop.calendar.timezone, joined["session_start_date"])
    joined = joined.mutate(local_start=local)
    return joined.mutate(month=joined["local_start"].strftime("%Y-%m")).select(ORDERS.schema(shop).names)


def _with_delivery(sessions: ibis.Table, deliveries: ibis.Table | None) -> ibis.Table:
    if deliveries is None:
        return sessions.mutate(**{f"delivery.{f.name}": ibis.null(IBIS_TYPES[f.dtype]) for f in table_fields("deliveries")[1:]})
    right = deliveries.select(_delivered=deliveries["id"], **{f"delivery.{name}": deliveries[name] for name in DELIVERY})
    return sessions.left_join(right, [sessions["id"] == right["_delivered"], sessions["has_purchased"]]).drop("_delivered")


def delivery_orphans(deliveries: ibis.Table, sessions: ibis.Table) -> ibis.Table:
    """`_row` of the deliveries whose order is no purchased session."""
    purchased = sessions.filter(sessions["has_purchased"]).select("id")
    return deliveries.anti_join(purchased, "id").select("_row")


def lines_with_month(lines: ibis.Table, sessions: ibis.Table, shop: Shop, columns: Sequence[str]) -> ibis.Table:
    """Basket lines and the like with the month of their session; month is null for orphans. `columns`: those of their table."""
    local = wall_clock(shop.calendar.timezone, sessions["session_start_date"])
    months = sessions.select(_id=sessions["id"], month=local.strftime("%Y-%m"))
    names = [column for column in columns if column != "month"]
    return lines.left_join(months, lines["id"] == months["_id"]).select(*names, "month", "_row")


def downloads(customers: ibis.Table | None, sessions: ibis.Table, shop: Shop, *, has_dateless: bool = False) -> ibis.Table:
    """The lake table `downloads`; without a customers source the first session of each client (guests have none).

    `has_dateless`: some customers lack a download date, which is their first session too.
    """
    first = _with_client(sessions).group_by("client").agg(download_date=sessions["session_start_date"].min())
    if customers is not None and not has_dateless:
        return customers.select([field.name for field in DOWNLOADS.columns(shop)])
    if customers is not None:
        first = first.rename(_client="client", _first="download_date")
        dated = customers.left_join(first, customers["client"] == first["_client"])
        dated = dated.mutate(download_date=ibis.coalesce(dated["download_date"], dated["_first"]))
        return dated.select([field.name for field in DOWNLOADS.columns(shop)])
    return first.mutate(signup_date=ibis.null(IBIS_TYPES["time"])).select([field.name for field in DOWNLOADS.columns(shop)])


def _with_client(sessions: ibis.Table) -> ibis.Table:
    """Without those of guests."""
    return sessions.filter(sessions["client"].notnull())


def client_facts(sessions: ibis.Table, customers: ibis.Table) -> ibis.Table:
    """One row: unknown_clients, unknown_client_sessions, late_downloads (customers whose download is after their first session)."""
    sessions = _with_client(sessions)
    clients = sessions.group_by("client").agg(first=sessions["session_start_date"].min(), sessions=sessions.count())
    known = customers.select(_client=customers["client"], download_date=customers["download_date"])
    joined = clients.left_join(known, clients["client"] == known["_client"])
    is_unknown: Any = joined["_client"].isnull()
    return joined.agg(
        unknown_clients=joined.count(where=is_unknown),
        unknown_client_sessions=joined["sessions"].sum(where=is_unknown).fill_null(0),
        dateless=customers.count(where=customers["download_date"].isnull()).as_scalar(),
        late_downloads=joined.count(where=joined["download_date"] > joined["first"]),
    )
