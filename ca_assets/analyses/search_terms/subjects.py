"""What the page of a product, client, promotion or dimension value says (docs/contract, section 16): its orders in sum and by day.

Computed when it is asked for, from the base tables as of their report date. Revenue of a product is its line value (Σ price × quantity,
before discounts and refunds), of all else the payment amounts; it is null where orders have several currencies, which are never added up.
"""

from __future__ import annotations

import ibis
import numpy as np
import pyarrow as pa

from ca_assets.analyses.core.base import Base, to_numpy
from ca_assets.analyses.core.decimals import exact_sum
from ca_assets.analyses.core.temp_tables import TempTables
from ca_assets.analyses.search_terms.specs import TABLES, Subject
from ca_assets.contracts.arrow import ARROW_TYPES

RELATED = 20


def _schema(table: str) -> pa.Schema:
    return pa.schema([(column.name, ARROW_TYPES[column.dtype]) for column in TABLES[table]])


def subject_tables(base: Base, temp: TempTables, subject: Subject) -> dict[str, pa.Table]:
    """The tables of TABLES. LookupError when the shop has no such thing as of the report."""
    orders = temp.materialize(_orders(base, temp, subject))
    totals = _totals(base, orders)
    if not totals["orders"][0].as_py() and not _is_known(base, subject):
        raise LookupError(f"no {subject.kind} {subject.value!r}")
    tables = {"totals": totals, "daily": _daily(base, orders), "related": _related(base, temp, orders, subject)}
    return {name: table.select([c.name for c in TABLES[name]]).cast(_schema(name)) for name, table in tables.items()}


def _orders(base: Base, temp: TempTables, subject: Subject) -> ibis.Table:
    """Its orders: id, key, start, day, discount, revenue, units, currency (lazy)."""
    orders = base.sessions.filter(base.sessions.purchased)
    currency = orders.currency if base.scopes.has_currency else ibis.literal("")
    orders = orders.select("id", "key", "start", "day", "discount", "promotion", revenue=orders.amount, currency=currency)
    if subject.kind == "product":
        if base.lines is None:
            raise LookupError("no baskets are mapped")
        lines = base.lines.filter(base.lines["product"] == subject.value)
        sums = lines.group_by("id").aggregate(value=exact_sum(lines.price * lines.quantity), units=exact_sum(lines.quantity))
        orders = orders.drop("revenue").inner_join(temp.materialize(sums), "id").rename(revenue="value")
        return orders.drop("promotion")
    if subject.kind == "client":
        orders = orders.semi_join(base.customers.filter(base.customers.client == subject.value), "key")
    elif subject.kind == "promotion":
        orders = orders.filter(orders.promotion == subject.value)
    else:
        name, _, value = subject.value.partition("=")
        if f"dimensions.{name}" not in base.known.columns:
            raise LookupError(f"no dimension {name!r}")
        orders = orders.semi_join(base.known.filter(base.known[f"dimensions.{name}"] == value).select("id"), "id")
    return orders.drop("promotion").mutate(units=ibis.null("float64"))


def _is_known(base: Base, subject: Subject) -> bool:
    """Whether something without orders exists: a client of downloads or sessions, a dimension's value of sessions."""
    if subject.kind == "client":
        found = base.customers.filter(base.customers.client == subject.value)
    elif subject.kind == "dimension":
        name, _, value = subject.value.partition("=")
        found = base.known.filter(base.known[f"dimensions.{name}"] == value)
    else:
        return False
    return bool(found.limit(1).count().to_pyarrow().as_py())


def _totals(base: Base, orders: ibis.Table) -> pa.Table:
    of_clients = orders.filter(orders.key.notnull())
    by_key = of_clients.group_by("key").aggregate(n=of_clients.count())
    customers = by_key.aggregate(customers=by_key.count(), repeat_customers=by_key.count(where=by_key.n > 1))
    sums = orders.aggregate(
        orders=orders.count(),
        revenue=exact_sum(orders.revenue, is_bounded=False),
        discount=exact_sum(orders.discount),
        units=exact_sum(orders.units, is_bounded=False),
        first_order=orders.start.min(),
        last_order=orders.start.max(),
        currency=orders.currency.min(),
        currencies=orders.currency.nunique(),
    )
    row = {**sums.to_pyarrow().to_pylist()[0], **customers.to_pyarrow().to_pylist()[0]}
    currency = row["currency"] if base.scopes.has_currency else base.context.shop.currency
    is_one = row.pop("currencies") <= 1
    money = {name: row[name] or 0.0 if is_one else None for name in ("revenue", "discount")}
    return pa.Table.from_pylist([{**row, **money, "currency": currency if is_one else None}], _schema("totals"))


def _daily(base: Base, orders: ibis.Table) -> pa.Table:
    """Every day of the session range."""
    days = base.session_days
    sums = {
        "orders": orders.count(),
        "revenue": exact_sum(orders.revenue, is_bounded=False),
        "discount": exact_sum(orders.discount),
        "customers": orders.key.nunique(),
    }
    found = to_numpy(orders.group_by("day").aggregate(**sums))
    every = base.sessions.filter(base.sessions.purchased)
    shop = to_numpy(every.group_by("day").aggregate(n=every.count()))
    columns = {name: np.zeros(days.days) for name in (*sums, "all_orders")}
    for name in sums:
        columns[name][found["day"]] = found[name]
    columns["all_orders"][shop["day"]] = shop["n"]
    if orders.currency.nunique().to_pyarrow().as_py() > 1:
        columns |= {name: np.full(days.days, np.nan) for name in ("revenue", "discount")}
    arrays = {name: pa.array(values, from_pandas=True) for name, values in columns.items()}
    return pa.table({"period": pa.array(days.dates.astype("M8[D]")), **arrays})


def _related(base: Base, temp: TempTables, orders: ibis.Table, subject: Subject) -> pa.Table:
    """Products in these orders, those in most of them first; without the product that the page is about."""
    if base.lines is None:
        return _schema("related").empty_table()
    lines = base.lines.semi_join(orders, "id")
    if subject.kind == "product":
        lines = lines.filter(lines["product"] != subject.value)
    lines = lines.mutate(value=lines.price * lines.quantity)
    sums = lines.group_by("product").aggregate(
        product_name=lines.product_name.min(),
        orders=lines.id.nunique(),
        units=exact_sum(lines.quantity, is_bounded=False),
        line_value=exact_sum(lines.value, is_bounded=False),
    )
    table: pa.Table = sums.order_by([sums.orders.desc(), sums.line_value.desc(), sums["product"]]).limit(RELATED).to_pyarrow()
    return table
