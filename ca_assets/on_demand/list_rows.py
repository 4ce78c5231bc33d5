"""What a list says of its orders or customers: columns, and the expression that makes its rows from the base tables.

Belongs here: the rows of a list and their first order. Does not belong here: which orders or customers are in it (`members` of a family).
"""

from __future__ import annotations

from collections.abc import Mapping

import ibis

from ca_assets.analyses.core.calendar import wall_clock
from ca_assets.analyses.core.decimals import exact_sum
from ca_assets.analyses.core.members import MemberSet, RowKind, Selection
from ca_assets.analyses.core.report import Column

CURRENCY = Column("currency", "str", "text", "Currency of the amounts; empty where there are several, which are never added up")
COLUMNS: Mapping[RowKind, tuple[Column, ...]] = {
    "orders": (
        Column("id", "str", "text", "The order’s id"),
        Column("started", "time", "time", "When its session began, on the shop’s clock"),
        Column("client", "str", "text", "The customer; empty of a guest"),
        Column("payment_amount", "float", "money", "What the customer paid, after discount and before refunds"),
        Column("discount_amount", "float", "money", "Discount given"),
        Column("refund_amount", "float", "money", "Paid back, whenever that was"),
        Column("promotion_id", "str", "text", "Voucher or campaign"),
    ),
    "customers": (
        Column("client", "str", "text", "The customer"),
        Column("orders", "int", "count", "Orders in the filter and days of this list"),
        Column("revenue", "float", "money", "What these orders brought, before refunds"),
        Column("first_order", "time", "time", "When the first of them began, on the shop’s clock"),
        Column("last_order", "time", "time", "When the last of them began, on the shop’s clock"),
    ),
}
DIMENSION = "dimensions."


def list_rows(members: MemberSet, selection: Selection, orders: ibis.Table) -> ibis.Table:
    """The rows, in no order. `orders`: the lake's. LookupError when something that the selection names does not exist."""
    chosen = members.members(selection)
    if members.rows == "orders":
        return _orders(chosen, selection, orders)
    return _customers(chosen, selection)


def in_list_order(members: MemberSet, rows: ibis.Table) -> ibis.Table:
    """The list's own order: by what its set adds; else the newest orders first, customers with most orders, then with most revenue."""
    if members.adds:
        return rows.order_by(rows[members.adds[0].name].desc(), rows.client)
    if members.rows == "orders":
        return rows.order_by(rows.started.desc(), rows.id)
    return rows.order_by(rows.orders.desc(), rows.revenue.desc(nulls_first=False), rows.client)


def _orders(chosen: ibis.Table, selection: Selection, orders: ibis.Table) -> ibis.Table:
    """Orders with the values of all dimensions."""
    dimensions = {name.removeprefix(DIMENSION): name for name in orders.columns if name.startswith(DIMENSION)}
    names = [column.name for column in COLUMNS["orders"] if column.name != "started"]
    listed = orders.semi_join(chosen, "id")
    currency = {"currency": listed.currency} if selection.base.scopes.has_currency else {}
    shown = {name: listed[source] for name, source in dimensions.items() if name not in names and name not in ("started", "currency")}
    rows = listed.select(*names, started=listed.local_start, **currency, **shown)
    return rows.select("id", "started", *(name for name in rows.columns if name not in ("id", "started")))


def _customers(chosen: ibis.Table, selection: Selection) -> ibis.Table:
    """Customers with what they ordered in the selection, which may be nothing."""
    orders, calendar = selection.orders, selection.base.context.shop.calendar
    has_currency = selection.base.scopes.has_currency
    measures = {"orders": orders.count(), "revenue": exact_sum(orders.amount), "first": orders.start.min(), "last": orders.start.max()}
    if has_currency:
        measures |= {"currency": orders.currency.min(), "currencies": orders.currency.nunique()}
    figures = orders.group_by("key").aggregate(**measures)
    joined = chosen.inner_join(selection.base.customers.select("key", "client"), "key").left_join(figures, "key")
    is_one = joined.currencies == 1 if has_currency else True
    return joined.select(
        client=joined.client,
        **{name: joined[name] for name in chosen.columns if name != "key"},
        orders=joined.orders.fill_null(0),
        revenue=ibis.ifelse(is_one, joined.revenue, ibis.null("float64")),
        first_order=wall_clock(joined["first"], calendar),
        last_order=wall_clock(joined["last"], calendar),
        **({"currency": ibis.ifelse(is_one, joined.currency, ibis.null("string"))} if has_currency else {}),
    )
