"""The orders and customers that the figures of `stats` count."""

from __future__ import annotations

import ibis

from ca_assets.analyses.core.decimals import MILLIONTHS, exact_sum, half_even
from ca_assets.analyses.core.members import MemberSet, Parameter, Selection, customers_of

HERE = __name__
HOUR = Parameter("hour", "hour", "at {}")
MEMBER_SETS = (
    MemberSet("orders", "orders", "Orders", f"{HERE}:orders", (HOUR, Parameter("weekday", "weekday", "on a {}"))),
    MemberSet(
        "buyers",
        "customers",
        "Customers with an order",
        f"{HERE}:buyers",
        (
            Parameter("orders", "count", "exactly {} orders"),
            Parameter("orders_from", "count", "{} orders or more"),
            Parameter("amount_from", "amount", "{} or more per order on average"),
            Parameter("amount_below", "amount", "less than {}"),
        ),
    ),
    MemberSet("visitors", "customers", "Customers with a session", f"{HERE}:visitors"),
)


def orders(selection: Selection) -> ibis.Table:
    """Orders, of one hour of the day or one weekday."""
    orders = selection.orders
    if "hour" in selection.values:
        orders = orders.filter(orders.hour == selection.values["hour"])
    if "weekday" in selection.values:
        first = selection.base.session_days.first.weekday()
        orders = orders.filter((orders.day + first) % 7 == selection.values["weekday"])
    return orders.select("id")


def buyers(selection: Selection) -> ibis.Table:
    """Customers by the number of their orders, and by their mean amount in whole millionths as `payment_amount_distribution` bins it."""
    orders = selection.orders.filter(selection.orders.key.notnull())
    customers = orders.group_by("key").aggregate(orders=orders.count(), amount=exact_sum(orders.amount))
    customers = customers.mutate(millionths=half_even(customers.amount / customers.orders * MILLIONTHS))
    tests = {
        "orders": lambda value: customers.orders == value,
        "orders_from": lambda value: customers.orders >= value,
        "amount_from": lambda value: customers.millionths >= float(round(value * MILLIONTHS)),
        "amount_below": lambda value: customers.millionths < float(round(value * MILLIONTHS)),
    }
    return customers.filter([tests[name](value) for name, value in selection.values.items()] or [True]).select("key")


def visitors(selection: Selection) -> ibis.Table:
    """Customers with a session."""
    return customers_of(selection.sessions)
