"""Which rows of a table belong to a scope, and their columns in the order of docs/contract.

A scope is a filter on sessions; a customer belongs to every scope in which he has a known session. `__other__` are the sessions
whose value is neither shown (`scope_values` of the generation's meta) nor `__none__`. A table of a family has
a row per buyer: of a scope those of its buyers, values unchanged.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ca_assets.analyses.core.family import latest_tables
from ca_assets.contracts.reserved import NONE, OTHER
from ca_assets.contracts.sources import table_fields
from ca_assets.contracts.tables import DOWNLOADS, LOAD_TABLES, ORDERS, exported, table_names
from ca_assets.index.protocol import NotPublished, Snapshot
from ca_assets.index.publisher import as_of
from ca_assets.lake.rows import BASKET, BASKET_TYPE

TABLES = table_names(exported(LOAD_TABLES))
LAKE_ONLY = {"month", *(column.name for column in ORDERS.lake_columns)}
DELIVERY = {f"delivery.{field.name}" for field in table_fields("deliveries")}
Batches = Iterator[pa.RecordBatch]


def table_batches(snapshot: Snapshot, name: str, scope: str) -> tuple[pa.Schema, Batches]:
    """Schema and rows of a table in a scope. Raises NotPublished."""
    if name not in table_choices():
        raise NotPublished(f"there is no table {name!r} to export; there are {' and '.join(table_choices())}")
    if scope != "all" and scope not in snapshot.scopes():
        raise NotPublished(f"there is no scope {scope!r}; choose one of those that the pages list, or '*'")
    if name == "orders":
        schema = orders_columns(snapshot.columns("orders"))
        return schema, _sessions(snapshot, scope, schema.names)
    schema = snapshot.columns(name)
    return schema, _customers(snapshot, name, scope)


def table_choices() -> tuple[str, ...]:
    """All tables that there are to export: those of a load, then those of families."""
    return (*TABLES, *latest_tables())


def orders_columns(lake: pa.Schema) -> pa.Schema:
    """The export's columns: without the lake's own, with `basket` before the delivery."""
    fields = [field for field in lake if field.name not in LAKE_ONLY]
    place = next((number for number, field in enumerate(fields) if field.name in DELIVERY), len(fields))
    return pa.schema([*fields[:place], pa.field(BASKET, BASKET_TYPE), *fields[place:]])


def _sessions(snapshot: Snapshot, scope: str, columns: list[str]) -> Batches:
    dimension, _, value = scope.partition("=")
    column = f"dimensions.{dimension}" if f"dimensions.{dimension}" in snapshot.columns("orders").names else dimension
    if scope == "all":
        yield from snapshot.rows("orders", columns=columns)
    elif value not in (OTHER, NONE):
        yield from snapshot.rows("orders", columns=columns, where={column: value})
    else:
        for batch in snapshot.rows("orders", columns=list(dict.fromkeys([*columns, column]))):
            yield batch.filter(_has_scope(snapshot, dimension, value, batch.column(column))).select(columns)


def _has_scope(snapshot: Snapshot, dimension: str, value: str, values: pa.Array) -> pa.Array:
    """Which values belong to the scope `__none__` (not set) or `__other__` (set, and not shown)."""
    if value == NONE:
        return pc.is_null(values)
    shown = pa.array(snapshot.meta()["scope_values"][dimension], pa.string())
    return pc.and_(pc.is_valid(values), pc.invert(pc.is_in(values, shown)))


def _customers(snapshot: Snapshot, name: str, scope: str) -> Batches:
    """Rows of a table with a row per client."""
    if scope == "all":
        yield from snapshot.rows(name)
        return
    known = _known_clients(snapshot, scope, is_buyer=name != DOWNLOADS.name)
    for batch in snapshot.rows(name):
        yield batch.filter(pc.is_in(batch.column("client"), known))


def _known_clients(snapshot: Snapshot, scope: str, *, is_buyer: bool) -> pa.Array:
    """Clients with a known session in the scope, or with a known order there."""
    end = as_of(snapshot.meta())
    if end is None:
        return pa.array([], pa.string())
    parts: list[Any] = [pa.array([], pa.string())]
    for batch in _sessions(snapshot, scope, ["client", "session_start_date", "has_purchased"]):
        is_known = pc.less(batch.column("session_start_date"), pa.scalar(end, pa.timestamp("us", tz="UTC")))
        if is_buyer:
            is_known = pc.and_(is_known, batch.column("has_purchased"))
        parts.append(batch.filter(is_known).column("client").unique())
    return pa.chunked_array(parts).unique()
