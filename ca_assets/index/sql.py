"""DuckDB for the index: one bounded engine per process, and pages of rows (`paging`) as SQL.

Values are parameters, names are taken from the table's schema and quoted. Belongs here: what a page's filters and orders are in SQL.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Any

import duckdb
import pyarrow as pa
from sqlglot import exp

from ca_assets.index.paging import RANGE_OPERATORS, Condition, PageRequest, column_of
from ca_assets.lake.files import quoted


def quote_literal(text: str) -> str:
    """A text as an SQL literal; for what cannot be a parameter, such as the names of a struct's fields."""
    return str(exp.Literal.string(text).sql(dialect="duckdb"))


@cache
def engine() -> duckdb.DuckDBPyConnection:
    """One engine per process with bounded memory and UTC as its time zone; each query needs a cursor of its own."""
    connection = duckdb.connect(":memory:", config={"memory_limit": "1GB", "preserve_insertion_order": False})
    connection.execute("SET GLOBAL TimeZone = 'UTC'")
    return connection


@dataclass(frozen=True)
class Relation:
    """Rows that a page is taken from: SQL of a relation whose columns have the schema's names, with its parameters; or an Arrow table."""

    schema: pa.Schema
    sql: str = "arrow_rows"
    parameters: tuple[Any, ...] = ()
    arrow: pa.Table | None = None

    def query(self, select: str, behind: str, parameters: list[Any]) -> pa.Table:
        """Result of a query over the relation, called `t`: what is selected, and what stands behind FROM with its parameters."""
        with engine().cursor() as cursor:
            if self.arrow is not None:
                cursor.register("arrow_rows", self.arrow)
            sql = f"SELECT {select} FROM {self.sql} AS t {behind}"  # noqa: S608 - names quoted, values are parameters
            return cursor.sql(sql, params=[*self.parameters, *parameters]).to_arrow_table()


@dataclass(frozen=True)
class _Term:
    """Something to sort by: SQL of its value, its direction, and a value to compare it with (None: null) as parameter."""

    sql: str
    descending: bool
    placeholder: str
    value: Any


def page_rows(relation: Relation, request: PageRequest) -> pa.Table:
    """The request's `read_columns` of its sorted rows, one more than its limit when there are more; numbers not finite are null."""
    terms = _sort_terms(request)
    conditions, parameters = _where(request.conditions)
    if request.after is not None:
        condition, more = _after(terms)
        conditions, parameters = [*conditions, condition], [*parameters, *more]
    order = ", ".join(f"{term.sql} {'DESC' if term.descending else 'ASC'} NULLS LAST" for term in terms)
    fields = [column_of(relation.schema, name) for name in request.read_columns]
    selected = ", ".join(f"{_column(field)} AS {quoted(field.name)}" for field in fields)
    behind = f"WHERE {' AND '.join(conditions) or 'TRUE'} ORDER BY {order} LIMIT {request.limit + 1}"
    return relation.query(selected, behind, parameters).cast(pa.schema(fields))


def count_rows(relation: Relation, request: PageRequest) -> int:
    """Number of rows that meet the request's conditions, wherever the page begins."""
    conditions, parameters = _where(request.conditions)
    counted = relation.query("count(*)", f"WHERE {' AND '.join(conditions) or 'TRUE'}", parameters)
    return int(counted.column(0)[0].as_py())


def _column(field: pa.Field) -> str:
    """A column's value as filters and orders see it."""
    name = f"t.{quoted(field.name)}"
    return f"CASE WHEN isfinite({name}) THEN {name} END" if pa.types.is_floating(field.type) else name


def _placeholder(kind: pa.DataType) -> str:
    """SQL that makes a value of the column's type of a parameter in canonical form."""
    if pa.types.is_timestamp(kind):
        return "timezone('UTC', make_timestamp(CAST(? AS BIGINT)))" if kind.tz else "make_timestamp(CAST(? AS BIGINT))"
    if pa.types.is_date(kind):
        return "(DATE '1970-01-01' + CAST(? AS INTEGER))"
    if pa.types.is_floating(kind):
        return "CAST(? AS DOUBLE)"
    if pa.types.is_integer(kind):
        return "CAST(? AS BIGINT)"
    return "CAST(? AS BOOLEAN)" if pa.types.is_boolean(kind) else "CAST(? AS VARCHAR)"


def _where(conditions: tuple[Condition, ...]) -> tuple[list[str], list[Any]]:
    """SQL of the conditions and its parameters."""
    return [_condition(condition) for condition in conditions], [value for condition in conditions for value in condition.values]


def _condition(condition: Condition) -> str:
    column, placeholder, operator = _column(condition.field), _placeholder(condition.field.type), condition.operator
    if operator == "in":
        return f"{column} IN ({', '.join([placeholder] * len(condition.values))})" if condition.values else "FALSE"
    if operator in ("=", "!=", *RANGE_OPERATORS):
        return f"{column} {operator} {placeholder}"
    others = {
        "is null": f"{column} IS NULL",
        "is not null": f"{column} IS NOT NULL",
        "contains": f"contains(lower({column}), lower({placeholder}))",
        "prefix": f"starts_with({column}, {placeholder})",
    }
    return others[operator]


def _sort_terms(request: PageRequest) -> list[_Term]:
    """What the rows are sorted by; of numbers also the sign, as -0.0 equals 0.0."""
    terms: list[_Term] = []
    values = request.after or (None,) * len(request.order)
    for column, value in zip(request.order, values, strict=True):
        sql = _column(column.field)
        terms.append(_Term(sql, column.descending, _placeholder(column.field.type), value))
        if pa.types.is_floating(column.field.type):
            is_positive = None if value is None else math.copysign(1, float(value)) > 0
            terms.append(_Term(f"(NOT signbit({sql}))", column.descending, "CAST(? AS BOOLEAN)", is_positive))
    return terms


def _after(terms: list[_Term]) -> tuple[str, list[Any]]:
    """SQL that holds for the rows behind the terms' values, with its parameters: the first term that differs decides, nulls are last."""
    alternatives, parameters = [], list[Any]()
    for number, term in enumerate(terms):
        if term.value is None:
            continue  # nothing is behind null
        equal = [f"{before.sql} IS NULL" if before.value is None else f"{before.sql} = {before.placeholder}" for before in terms[:number]]
        behind = f"({term.sql} {'<' if term.descending else '>'} {term.placeholder} OR {term.sql} IS NULL)"
        alternatives.append("(" + " AND ".join([*equal, behind]) + ")")
        parameters += [before.value for before in terms[:number] if before.value is not None] + [term.value]
    return "(" + (" OR ".join(alternatives) or "FALSE") + ")", parameters
