"""What the four sources bring: their columns, which of them a mapping needs, and by which moment a source is read in months."""

from __future__ import annotations

import re

from ca_assets.contracts.columns import Field

SOURCES = ("sessions", "customers", "baskets", "deliveries")  # in the order in which people think of them
# Which of several versions of a row is the newest; no column of the tables.
UPDATED_AT = Field("updated_at", "time")
SOURCE_FIELDS: dict[str, tuple[Field, ...]] = {
    "sessions": (
        Field("id", "str", True),
        Field("client", "str"),  # without one it is a guest's
        Field("session_start_date", "time", True),
        Field("date", "time"),
        Field("payment_amount", "float"),  # required of purchased sessions
        Field("discount_amount", "float"),
        Field("has_purchased", "bool", True),
        Field("promotion_id", "str"),
        Field("currency", "str"),
        Field("refund_amount", "float"),
        Field("refund_date", "time"),
        UPDATED_AT,
    ),
    "customers": (Field("client", "str", True), Field("download_date", "time"), Field("signup_date", "time"), UPDATED_AT),
    "baskets": (
        Field("id", "str", True),
        Field("product", "str", True),
        Field("price", "float", True),
        Field("category", "str"),
        Field("quantity", "float"),
        Field("product_name", "str"),
        Field("date", "time"),  # only tells which lines a load reads again; no column of `basket_lines`
        UPDATED_AT,
    ),
    "deliveries": (
        Field("id", "str", True),
        Field("delivery_date", "time", True),
        Field("prepare_date", "time"),
        Field("return_date", "time"),
        Field("promised_date", "time"),
        Field("latitude", "float"),
        Field("longitude", "float"),
        UPDATED_AT,
    ),
    # Of sessions that are built from events alone: how often a product was looked at and put into the basket in each (not in shop.yaml).
    "product_activity": (
        Field("id", "str", True),
        Field("product", "str", True),
        Field("product_name", "str"),
        Field("category", "str"),
        Field("views", "float"),
        Field("additions", "float"),  # how many times; `units`: how many pieces
        Field("units", "float"),
        UPDATED_AT,
    ),
    # A table of events, of which sources are built.
    "events": (Field("received_at", "time", True), Field("message", "str", True)),
    # Two columns of a source, read to find out where rows went that are no longer where they were.
    "sessions keys": (Field("id", "str", True), Field("session_start_date", "time", True)),
    "deliveries keys": (Field("id", "str", True), Field("delivery_date", "time", True)),
    "baskets keys": (Field("id", "str", True), Field("date", "time")),
}


def table_fields(source: str) -> tuple[Field, ...]:
    """The columns of a source that its table has too: not those that only tell which rows are read again, and which stay."""
    return tuple(field for field in SOURCE_FIELDS[source] if field is not UPDATED_AT and (source, field.name) != ("baskets", "date"))


# What a source must map.
REQUIRED_COLUMNS: dict[str, tuple[str, ...]] = {
    "sessions": ("id", "session_start_date", "payment_amount", "has_purchased"),
    "customers": ("client",),
    "baskets": ("id", "product", "price"),
    "deliveries": ("id", "delivery_date"),
    "product_activity": ("id", "product"),
    "events": ("received_at", "message"),
    "sessions keys": ("id", "session_start_date"),
    "deliveries keys": ("id", "delivery_date"),
    "baskets keys": ("id", "date"),
}
KEYS_ONLY = " keys"
# By the month of these a load replaces rows of a database; customers have no such column and are read whole.
MOMENTS = {"sessions": "session_start_date", "deliveries": "delivery_date", "baskets": "date"}


def our_name(theirs: str) -> str:
    """A name that shop.yaml allows for a dimension or an action, from that of a column."""
    return re.sub(r"[^\w -]+", "_", theirs).strip("_ -")[:64] or "unnamed"
