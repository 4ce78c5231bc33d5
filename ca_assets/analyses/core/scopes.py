"""Scopes (docs/contract, section 1): `all`, then each dimension's values in rank order, `__other__`, `__none__`.

Belongs here: which scopes exist and how a session's dimension value becomes a scope's number (small integers, so that
grouping by scope is cheap). Does not belong here: what is counted per scope.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from itertools import groupby
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from ca_assets.analyses.core.context import Context
from ca_assets.contracts.reserved import NONE, OTHER

CURRENCY_SCOPE = "currency="  # how the scopes of currencies begin


@dataclass(frozen=True)
class Dimension:
    """A dimension of scopes: its name, its column in `orders`, and its column of scope numbers in the base tables."""

    name: str
    source: str
    column: str
    values: tuple[str, ...]  # shown ones, in rank order
    other_values: int  # how many values are in `__other__`
    has_none: bool
    first: int  # scope number of the first value

    @property
    def labels(self) -> tuple[str, ...]:
        """Values that are scopes, in order."""
        return (*self.values, *([OTHER] if self.other_values else []), *([NONE] if self.has_none else []))

    def lookup(self) -> ibis.Table:
        """Value → scope number of the values that are shown and of `__none__`; all others are `other`."""
        numbers = {value: self.first + i for i, value in enumerate(self.labels) if value != OTHER}
        schema = pa.schema([("value", pa.string()), (self.column, pa.int16())])
        return ibis.memtable(pa.table([list(numbers), list(numbers.values())], schema=schema))

    @property
    def other(self) -> int:
        """Scope number of `__other__` (unused when it does not exist)."""
        return self.first + len(self.values)


@dataclass(frozen=True)
class Scopes:
    """All scopes of a shop; a scope's number is its position in `names`. `only`: the one that is looked at, whose number is then 0."""

    dimensions: tuple[Dimension, ...]
    has_currency: bool  # whether the table holds two currencies
    only: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """`all`, then `dimension=value` in order."""
        return (self.only,) if self.only else ("all", *(f"{d.name}={label}" for d in self.dimensions for label in d.labels))

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of scope numbers in base tables, `all` first. It is 0 in all rows, and so stands for any one scope too."""
        return ("scope_all",) if self.only else ("scope_all", *(d.column for d in self.dimensions))

    def place(self, name: str) -> tuple[str, int]:
        """Column and number of a scope in base tables. LookupError when there is none of this name."""
        if name == "all":
            return "scope_all", 0
        for dimension in self.dimensions:
            for number, label in enumerate(dimension.labels, start=dimension.first):
                if name == f"{dimension.name}={label}":
                    return dimension.column, number
        raise LookupError(f"there is no scope {name!r}")

    def meta(self) -> dict[str, Any]:
        """Values shown and how many are in `__other__`, by dimension."""
        shown = {d.name: [*d.values, *([NONE] if d.has_none else [])] for d in self.dimensions}
        return {"scope_values": shown, "other_values": {d.name: d.other_values for d in self.dimensions}}


def dimension_columns(context: Context, currencies: int) -> dict[str, str]:
    """Dimension name → column of `orders`; `currency` joins when the table holds two of them."""
    columns = {name: f"dimensions.{name}" for name in context.shop.dimensions}
    if currencies > 1 and "currency" not in columns:
        columns["currency"] = "currency"
    return columns


def find_scopes(known: ibis.Table, columns: dict[str, str], limit: int, has_currency: bool) -> Scopes:
    """Rank the values of each dimension over the known sessions: most orders, then most sessions, then text order."""
    if not columns:
        return Scopes((), has_currency)
    rows = _ranked(known, columns, limit).to_pyarrow().to_pylist()  # at most limit + 1 rows per dimension, and all currencies
    by_dimension = {i: list(group) for i, group in groupby(rows, key=lambda row: row["dimension"])}
    return Scopes(tuple(_numbered(by_dimension, columns)), has_currency)


def _numbered(by_dimension: dict[int, list[dict[str, Any]]], columns: dict[str, str]) -> Iterable[Dimension]:
    first = 1
    for i, (name, source) in enumerate(columns.items()):
        rows = by_dimension.get(i, [])
        values = tuple(row["value"] for row in rows if row["value"] != NONE)
        total = max((row["total"] for row in rows), default=0)
        dimension = Dimension(name, source, f"scope_{i}", values, total - len(values), any(row["value"] == NONE for row in rows), first)
        first += len(dimension.labels)
        yield dimension


def _ranked(known: ibis.Table, columns: dict[str, str], limit: int) -> ibis.Table:
    """Rows (dimension, value, total) of the values to show and of `__none__`, in rank order. Of currencies all are shown."""
    counts = reduce(ibis.union, [_value_counts(known, i, source) for i, source in enumerate(columns.values())])
    same = ibis.window(group_by=["dimension", "is_none"])
    order = [counts.orders.desc(), counts.sessions.desc(), counts.value]
    ranked = counts.mutate(
        rank=ibis.row_number().over(ibis.window(group_by=["dimension", "is_none"], order_by=order)),
        total=ibis.ifelse(counts.is_none, 0, counts.count().over(same)),
    )
    is_currency = ranked.dimension.isin([i for i, source in enumerate(columns.values()) if source == "currency"])
    return (
        ranked.filter((ranked["rank"] < limit) | is_currency).order_by("dimension", "is_none", "rank").select("dimension", "value", "total")
    )


def _value_counts(known: ibis.Table, number: int, source: str) -> ibis.Table:
    value: ir.StringValue = known[source].fill_null(NONE)
    counts = known.group_by(value=value).aggregate(orders=known.has_purchased.cast("int64").sum(), sessions=known.count())
    return counts.mutate(dimension=ibis.literal(number, "int16"), is_none=counts.value == NONE)
