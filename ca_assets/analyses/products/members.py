"""The orders and customers that the figures of `products` count."""

from __future__ import annotations

import ibis

from ca_assets.analyses.core.members import MemberSet, Parameter, Selection, customers_of

HERE = __name__
PARAMETERS = (
    Parameter("product", "text", "with the product {}"),
    Parameter("with_product", "text", "and with {}"),
    Parameter("category", "text", "with a product of the category {}"),
)
MEMBER_SETS = (
    MemberSet("product_orders", "orders", "Orders with basket lines", f"{HERE}:orders", PARAMETERS),
    MemberSet("product_buyers", "customers", "Customers with basket lines", f"{HERE}:buyers", PARAMETERS),
)


def orders(selection: Selection) -> ibis.Table:
    """Orders with a line of a product, of two products, of a category; without any of these: with any line. LookupError: no baskets."""
    return _orders(selection).select("id")


def buyers(selection: Selection) -> ibis.Table:
    """Customers with such an order."""
    orders = _orders(selection)
    return customers_of(orders)


def _orders(selection: Selection) -> ibis.Table:
    lines, orders = selection.base.lines, selection.orders
    if lines is None:
        raise LookupError("no baskets are connected")
    columns = {"product": "product", "with_product": "product", "category": "category"}
    for name, value in selection.values.items():
        orders = orders.semi_join(lines.filter(lines[columns[name]] == value), "id")
    return orders if selection.values else orders.semi_join(lines, "id")
