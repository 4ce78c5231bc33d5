"""The orders and customers that the figures of `promotions` count."""

from __future__ import annotations

import ibis

from ca_assets.analyses.core.members import MemberSet, Parameter, Selection, customers_of
from ca_assets.contracts.reserved import NONE

HERE = __name__
PARAMETERS = (
    Parameter("promotion", "text", "promotion {}"),
    Parameter("promoted", "choice", options={"yes": "with a promotion", "no": "without a promotion"}),
    Parameter("hour", "hour", "at {}"),
)
MEMBER_SETS = (
    MemberSet("promotion_orders", "orders", "Orders", f"{HERE}:orders", PARAMETERS),
    MemberSet("promotion_buyers", "customers", "Customers with an order", f"{HERE}:buyers", PARAMETERS),
)


def orders(selection: Selection) -> ibis.Table:
    """Orders with one promotion (`__none__`: without any), with any, or with none; of one hour of the day."""
    return _orders(selection).select("id")


def buyers(selection: Selection) -> ibis.Table:
    """Customers with such an order."""
    orders = _orders(selection)
    return customers_of(orders)


def _orders(selection: Selection) -> ibis.Table:
    orders, promotion, promoted = selection.orders, selection.value("promotion"), selection.value("promoted")
    if promotion is not None:
        orders = orders.filter(orders.promotion.isnull() if promotion == NONE else orders.promotion == promotion)
    if promoted is not None:
        orders = orders.filter(orders.promotion.notnull() if promoted == "yes" else orders.promotion.isnull())
    if "hour" in selection.values:
        orders = orders.filter(orders.hour == selection.values["hour"])
    return orders
