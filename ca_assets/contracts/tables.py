"""The lake's tables as values: columns in order, key, partition, what is published. The one list of the tables that a load writes.

A table of a family (segments, predictions, …) is a `TableSpec` too, declared by its family; whoever lists tables takes specs and knows
no names. Checks, exports, publication and vacuum are derived from them.

- `orders`: the export's columns (docs/contract, section 2) but `basket`, then `local_start` (session_start_date as wall clock of the
  business zone, naive) and `month`. All columns are there, mapped or not, so the shape depends on dimensions and actions only.
- `basket_lines`: a table of its own, as collecting 20 million lines into lists at load would cost gigabytes that no analysis uses;
  `basket` is made from it when orders are exported or published. `month` is that of the session. Empty without a baskets source.
- `downloads`: the export's columns.
- `product_activity`: per session and product how often it was looked at and put into the basket; empty unless sessions are built from
  events. `month` is that of the session.
- `rejects`: rows that left: their source, line (null where there are none), reason (a stable code), message, and row (JSON of our column
  names → raw texts).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final, Literal, Protocol

import pyarrow as pa

from ca_assets.contracts.arrow import arrow_schema
from ca_assets.contracts.columns import Field
from ca_assets.contracts.sources import table_fields

MONTH: Final = "month"
REPORT_DATE: Final = "report_date"
PARTITION_TYPES = {MONTH: pa.string(), REPORT_DATE: pa.date32()}  # a month as text: 2010-11


class ShopColumns(Protocol):
    """What of a shop decides which columns a table has: our names of its dimensions and actions, in mapped order."""

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Of sessions."""

    @property
    def actions(self) -> tuple[str, ...]:
        """Of sessions."""

    @property
    def customer_actions(self) -> tuple[str, ...]:
        """Of customers."""


@dataclass(frozen=True)
class TableSpec:
    """A Delta table of the lake.

    `key`: columns that identify a row (empty: rows may repeat). `fields`: its columns, or a function that gives those of a shop.
    `partition`: the column by which its files are split, appended to the fields when it is none of them. `keeps`: `latest` has the newest
    state alone, `by_date` (partitioned by report_date) the state of each report date that was written. `is_published`: readers get it
    through the index; `part_of`: the published table that it is a part of and published with. `is_exported`: whether `ca export` writes
    it, where it is published and no part of another. `is_load_table`: written by a load, under
    the load's lock; others belong to a family. `lake_columns`: more columns, which exports leave out as they do a month.
    """

    name: str
    key: tuple[str, ...]
    fields: tuple[Field, ...] | Callable[[ShopColumns], tuple[Field, ...]]
    partition: Literal["month", "report_date"] | None = None
    is_published: bool = True
    keeps: Literal["latest", "by_date"] = "latest"
    is_load_table: bool = False
    part_of: str | None = None
    is_exported: bool = True
    lake_columns: tuple[pa.Field, ...] = ()

    def __post_init__(self) -> None:
        """ValueError where a spec contradicts itself."""
        if (self.keeps == "by_date") != (self.partition == REPORT_DATE):
            raise ValueError(f"table {self.name!r}: what keeps a state by date is partitioned by report_date, and nothing else is")

    @property
    def row_key(self) -> tuple[str, ...]:
        """The columns that identify a row of the whole table: with the report date where each has a state of its own."""
        return self.key if self.partition != REPORT_DATE or REPORT_DATE in self.key else (REPORT_DATE, *self.key)

    def columns(self, shop: ShopColumns | None = None) -> tuple[Field, ...]:
        """The contract's columns. ValueError when they depend on the shop and none is given."""
        if not callable(self.fields):
            return self.fields
        if shop is None:
            raise ValueError(f"the columns of table {self.name!r} depend on the shop")
        return self.fields(shop)

    def schema(self, shop: ShopColumns | None = None) -> pa.Schema:
        """The Arrow schema of the table in the lake. ValueError as `columns`."""
        schema = arrow_schema(self.columns(shop))
        for column in self.lake_columns:
            schema = schema.append(column)
        if self.partition is not None and self.partition not in schema.names:
            schema = schema.append(pa.field(self.partition, PARTITION_TYPES[self.partition]))
        return schema


def _orders_fields(shop: ShopColumns) -> tuple[Field, ...]:
    """In the order of docs/contract, section 2, without `basket`."""
    dimensions = tuple(Field(f"dimensions.{name}", "str") for name in shop.dimensions)
    actions = tuple(Field(f"actions.{name}", "bool", True) for name in shop.actions)
    delivery = tuple(Field(f"delivery.{field.name}", field.dtype) for field in table_fields("deliveries")[1:])
    return (*table_fields("sessions"), *dimensions, *actions, *delivery)


def _downloads_fields(shop: ShopColumns) -> tuple[Field, ...]:
    """In the order of docs/contract, section 2. Where a source has no download date it is the first session, so each row has one."""
    client, download_date, *others = table_fields("customers")
    actions = (Field(f"actions.{name}", "time") for name in shop.customer_actions)
    return (client, replace(download_date, is_required=True), *others, *actions)


ORDERS = TableSpec(
    "orders", ("id",), _orders_fields, MONTH, is_load_table=True, lake_columns=(pa.field("local_start", pa.timestamp("us")),)
)
DOWNLOADS = TableSpec("downloads", ("client",), _downloads_fields, is_load_table=True)
BASKET_LINES = TableSpec(
    "basket_lines",
    (),
    table_fields("baskets"),
    MONTH,
    is_load_table=True,
    part_of=ORDERS.name,
)
PRODUCT_ACTIVITY = TableSpec(
    "product_activity", ("id", "product"), table_fields("product_activity"), MONTH, is_published=False, is_load_table=True
)
REJECTS = TableSpec(
    "rejects",
    (),
    (Field("source", "str"), Field("line", "int"), Field("reason", "str"), Field("message", "str"), Field("row", "str")),
    is_published=False,
    is_load_table=True,
)
LOAD_TABLES = (ORDERS, DOWNLOADS, BASKET_LINES, PRODUCT_ACTIVITY, REJECTS)


def table_names(specs: Iterable[TableSpec]) -> tuple[str, ...]:
    """Their names, in order."""
    return tuple(spec.name for spec in specs)


def row_keys(specs: Iterable[TableSpec]) -> dict[str, tuple[str, ...]]:
    """Their `row_key` by name."""
    return {spec.name: spec.row_key for spec in specs}


def published(specs: Iterable[TableSpec]) -> tuple[TableSpec, ...]:
    """Those that readers get through the index, parts of others included."""
    return tuple(spec for spec in specs if spec.is_published)


def exported(specs: Iterable[TableSpec]) -> tuple[TableSpec, ...]:
    """Those that are exports of their own: published, and no part of another."""
    return tuple(spec for spec in published(specs) if spec.part_of is None)


def with_parts(specs: Iterable[TableSpec]) -> dict[str, tuple[str, ...]]:
    """Of each exported table by name: itself and its parts, which are published together."""
    known = published(specs)
    return {spec.name: (spec.name, *(part.name for part in known if part.part_of == spec.name)) for spec in exported(known)}
