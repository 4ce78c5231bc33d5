"""The tables of the page of a product, client, promotion or dimension value: what it is about, and its columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ca_assets.analyses.core.report import Column

ORDERS = Column("orders", "int", "count", "Orders")
REVENUE = Column("revenue", "float", "money", "What these orders brought, before refunds; of a product the value of its own lines")
TABLES: Mapping[str, tuple[Column, ...]] = {
    "totals": (
        ORDERS,
        REVENUE,
        Column("discount", "float", "money", "Discount given with these orders"),
        Column("customers", "int", "count", "Customers with such an order; guests are none"),
        Column("repeat_customers", "int", "count", "Those of them with two such orders or more"),
        Column("units", "float", "number", "Units of the product; empty of all else"),
        Column("first_order", "time", "time", "Of the first such order"),
        Column("last_order", "time", "time", "Of the last such order"),
        Column("currency", "str", "text", "Currency of the money; empty where there are several"),
    ),
    "daily": (
        Column("period", "date", "date", "Day"),
        ORDERS,
        REVENUE,
        Column("discount", "float", "money", "Discount given with these orders"),
        Column("customers", "int", "count", "Customers with such an order on the day"),
        Column("all_orders", "int", "count", "Orders of the whole shop on the day"),
    ),
    "related": (
        Column("product", "str", "text", "Another product in these orders"),
        Column("product_name", "str", "text", "Its name, if it has one"),
        Column("orders", "int", "count", "Of these orders those with it"),
        Column("units", "float", "number", "Its units in them"),
        Column("line_value", "float", "money", "Σ price × quantity of its lines in them"),
    ),
}


@dataclass(frozen=True)
class Subject:
    """What a page is about: a kind of term and its value, as in `search_terms`."""

    kind: str
    value: str
