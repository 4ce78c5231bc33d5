"""The clean tables' contracts: columns in order, types, keys. Checks, exports and mappings are generated from them.

Lake tables carry more columns than the export (REPORTS.md section 2):
- `orders`: the export's columns but `basket`, then `local_start` (session_start_date as wall clock of the business zone,
  naive) and `month` (text `2010-11`, the partition). All mapped or not, so the shape depends on dimensions and actions only.
- `basket_lines` (when baskets are mapped): id, product, category, price, quantity, product_name, month (of the session).
  Kept as a table of its own: collecting 20 million lines into lists at load would cost gigabytes that no analysis uses;
  `basket` is made from it when a month is exported or published.
- `downloads`: the export's columns.
- `rejects`: source, line (physical line, null for parquet), reason (stable code), message, row (JSON of our column names → raw texts).
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from ca_assets.columns import ARROW_TYPES, Dtype
from ca_assets.shop import Shop


@dataclass(frozen=True)
class Field:
    """A column of a source or table. `is_required`: a row without it is rejected."""

    name: str
    dtype: Dtype
    is_required: bool = False


SOURCE_FIELDS: dict[str, tuple[Field, ...]] = {
    "sessions": (
        Field("id", "str", True),
        Field("client", "str", True),
        Field("session_start_date", "time", True),
        Field("date", "time"),
        Field("payment_amount", "float"),  # required of purchased sessions
        Field("discount_amount", "float"),
        Field("has_purchased", "bool", True),
        Field("promotion_id", "str"),
        Field("currency", "str"),
        Field("refund_amount", "float"),
        Field("refund_date", "time"),
    ),
    "customers": (Field("client", "str", True), Field("download_date", "time", True), Field("signup_date", "time")),
    "baskets": (
        Field("id", "str", True),
        Field("product", "str", True),
        Field("price", "float", True),
        Field("category", "str"),
        Field("quantity", "float"),
        Field("product_name", "str"),
        Field("date", "time"),  # only tells which lines a load reads again; no column of `basket_lines`
    ),
    "deliveries": (
        Field("id", "str", True),
        Field("delivery_date", "time", True),
        Field("prepare_date", "time"),
        Field("return_date", "time"),
        Field("promised_date", "time"),
        Field("latitude", "float"),
        Field("longitude", "float"),
    ),
    # Two columns of a source, read to find out where rows went that are no longer where they were.
    "sessions keys": (Field("id", "str", True), Field("session_start_date", "time", True)),
    "deliveries keys": (Field("id", "str", True), Field("delivery_date", "time", True)),
    "baskets keys": (Field("id", "str", True), Field("date", "time")),
}
LINE_FIELDS = tuple(field for field in SOURCE_FIELDS["baskets"] if field.name != "date")
# What a source must map: the required columns of SPEC section 1.
REQUIRED_COLUMNS: dict[str, tuple[str, ...]] = {
    "sessions": ("id", "client", "session_start_date", "payment_amount", "has_purchased"),
    "customers": ("client", "download_date"),
    "baskets": ("id", "product", "price", "category"),
    "deliveries": ("id", "delivery_date"),
    "sessions keys": ("id", "session_start_date"),
    "deliveries keys": ("id", "delivery_date"),
    "baskets keys": ("id", "date"),
}
KEYS_ONLY = " keys"
# By the month of these a load replaces rows of a database (SPEC section 1); customers have no such column and are read whole.
MOMENTS = {"sessions": "session_start_date", "deliveries": "delivery_date", "baskets": "date"}
ORDERS_KEY = ("id",)
DOWNLOADS_KEY = ("client",)


def orders_fields(shop: Shop) -> tuple[Field, ...]:
    """Columns of `orders` in the order of REPORTS.md section 2, without `basket`."""
    dimensions = tuple(Field(f"dimensions.{name}", "str") for name in shop.dimensions)
    actions = tuple(Field(f"actions.{name}", "bool", True) for name in shop.actions)
    delivery = tuple(Field(f"delivery.{f.name}", f.dtype) for f in SOURCE_FIELDS["deliveries"][1:])
    return (*SOURCE_FIELDS["sessions"], *dimensions, *actions, *delivery)


def downloads_fields(shop: Shop) -> tuple[Field, ...]:
    """Columns of `downloads` in the order of REPORTS.md section 2."""
    return (*SOURCE_FIELDS["customers"], *(Field(f"actions.{name}", "time") for name in shop.customer_actions))


def arrow_schema(fields: tuple[Field, ...]) -> pa.Schema:
    """Arrow schema of contract columns."""
    return pa.schema([(f.name, ARROW_TYPES[f.dtype]) for f in fields])


def orders_schema(shop: Shop) -> pa.Schema:
    """Arrow schema of the lake table `orders`."""
    return arrow_schema(orders_fields(shop)).append(pa.field("local_start", pa.timestamp("us"))).append(pa.field("month", pa.string()))


def basket_lines_schema() -> pa.Schema:
    """Arrow schema of the lake table `basket_lines`."""
    return arrow_schema(LINE_FIELDS).append(pa.field("month", pa.string()))


def downloads_schema(shop: Shop) -> pa.Schema:
    """Arrow schema of the lake table `downloads`."""
    return arrow_schema(downloads_fields(shop))


REJECTS_SCHEMA = pa.schema(
    [("source", pa.string()), ("line", pa.int64()), ("reason", pa.string()), ("message", pa.string()), ("row", pa.string())]
)
