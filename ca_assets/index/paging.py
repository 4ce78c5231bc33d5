"""Pages of a table's rows: filters, orders, cursors as values, checked against the table's columns. Stores turn them into their queries.

Rows are sorted by the given orders and then by the table's key, so the order is total and a page begins where the last one ended
(keyset paging), also when the table was published anew meanwhile. All stores give the same rows:
- Nulls come last in both directions. A number that is not finite is null to filters and orders; -0.0 equals 0.0, and is sorted before it.
- Texts are compared by code point, at any length. `contains` ignores case (code point by code point); `prefix` does not.
- `!=` and the other comparisons never hold for null; `is null` does.

Belongs here: what is asked, in canonical form. How it is answered: `sql`, `elasticsearch.paging`.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, NewType, get_args

import pyarrow as pa

Operator = Literal["=", "!=", "<", "<=", ">", ">=", "in", "is null", "is not null", "contains", "prefix"]
Cursor = NewType("Cursor", str)
"""Where a page ended, as url-safe text; of use for the same table, filters and orders only. As long as the sorted values of its row."""
Value = str | int | float | bool
"""A column's value in canonical form: times as microseconds and dates as days since 1970-01-01."""

OPERATORS: tuple[str, ...] = get_args(Operator)
RANGE_OPERATORS = ("<", "<=", ">", ">=")
TEXT_OPERATORS = ("contains", "prefix")
NULL_OPERATORS = ("is null", "is not null")
MAX_LIMIT = 10_000
MAX_IN_VALUES = 1_000
MAX_CONTAINS_CHARACTERS = 100  # Elasticsearch bounds the length of a regular expression
MAX_CURSOR_CHARACTERS = 4_000_000
FIRST_MICROSECOND, LAST_MICROSECOND = -62_135_596_800_000_000, 253_402_300_799_999_999  # of the years 1 to 9999
FIRST_DAY, LAST_DAY = -719_162, 2_932_896


@dataclass(frozen=True)
class Filter:
    """A condition on a column; `value` has the column's type (a sequence of such for `in`, unused for `is null`, `is not null`)."""

    column: str
    operator: Operator
    value: Any = None


@dataclass(frozen=True)
class Order:
    """A column to sort by."""

    column: str
    descending: bool = False


@dataclass(frozen=True)
class Page:
    """Some rows, the cursor of the next ones (None: these are the last) and the number of all rows that the filters leave."""

    rows: pa.Table
    next: Cursor | None
    total: int


@dataclass(frozen=True)
class Condition:
    """A checked filter: the column's field and its values in canonical form (one but for `in`; none for null operators)."""

    field: pa.Field
    operator: Operator
    values: tuple[Value, ...]


@dataclass(frozen=True)
class SortColumn:
    """A checked order."""

    field: pa.Field
    descending: bool


@dataclass(frozen=True)
class PageRequest:
    """A checked request of a page: rows that meet all conditions, sorted, behind the values `after` (None: from the first row)."""

    table: str
    columns: tuple[str, ...]
    conditions: tuple[Condition, ...]
    order: tuple[SortColumn, ...]
    limit: int
    after: tuple[Value | None, ...] | None

    @property
    def read_columns(self) -> tuple[str, ...]:
        """The page's columns and those that it is sorted by."""
        return tuple(dict.fromkeys([*self.columns, *(column.field.name for column in self.order)]))


def page_request(
    table: str,
    schema: pa.Schema,
    key: Sequence[str],
    *,
    columns: Sequence[str] | None,
    where: Sequence[Filter],
    order_by: Sequence[Order],
    limit: int,
    after: Cursor | None,
) -> PageRequest:
    """Checks what is asked of a table with this key.

    Raises KeyError for an unknown column, ValueError for a value, operator, limit or cursor that does not fit, or a table without a key.
    """
    if not key:
        raise ValueError(f"rows of the table {table!r} have no key, hence no stable order; read them with `rows`")
    if not 1 <= limit <= MAX_LIMIT:
        raise ValueError(f"a page has 1 to {MAX_LIMIT:,} rows, not {limit:,}")
    names = tuple(schema.names if columns is None else columns)
    for name in names:
        column_of(schema, name)
    conditions = tuple(_condition(column_of(schema, condition.column), condition) for condition in where)
    orders = {order.column: order for order in reversed((*order_by, *map(Order, key)))}  # the first order of a column counts
    sorted_by = dict.fromkeys([*(order.column for order in order_by), *key])
    order = tuple(SortColumn(_comparable(column_of(schema, name)), orders[name].descending) for name in sorted_by)
    request = PageRequest(table, names, conditions, order, limit, None)
    return request if after is None else PageRequest(table, names, conditions, order, limit, _decode(request, after))


def page_of(request: PageRequest, rows: pa.Table, total: int) -> Page:
    """The page from its sorted rows, with `read_columns` and one row more than the limit when there is a next page."""
    if rows.num_rows <= request.limit:
        return Page(rows.select(request.columns), None, total)
    rows = rows.slice(0, request.limit)
    last = [canonical_scalar(rows.column(column.field.name)[-1]) for column in request.order]
    content = json.dumps([_digest(request), last], separators=(",", ":"))
    return Page(rows.select(request.columns), Cursor(base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")), total)


def column_of(schema: pa.Schema, name: str) -> pa.Field:
    """A column by name. Raises KeyError."""
    index = schema.get_field_index(name)
    if index < 0:
        raise KeyError(f"no column {name!r}; there are {', '.join(schema.names)}")
    return schema.field(index)


def is_text(kind: pa.DataType) -> bool:
    """Whether a column is of texts."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def canonical_value(field: pa.Field, value: Any) -> Value:
    """A Python value of the column's type in canonical form. Raises ValueError."""
    kind = field.type
    result: Value | None = None
    if isinstance(value, bool):
        result = value if pa.types.is_boolean(kind) else None
    elif isinstance(value, str):
        result = value if is_text(kind) else None
    elif isinstance(value, dt.datetime):
        if pa.types.is_timestamp(kind) and (kind.tz is not None) == (value.tzinfo is not None):
            start = dt.datetime(1970, 1, 1, tzinfo=dt.UTC if value.tzinfo else None)
            result = (value - start) // dt.timedelta(microseconds=1)
    elif isinstance(value, dt.date):
        result = (value - dt.date(1970, 1, 1)).days if pa.types.is_date(kind) else None
    elif isinstance(value, int) and pa.types.is_integer(kind):
        result = value
    elif isinstance(value, int | float) and pa.types.is_floating(kind):
        result = float(value)
    if result is None or not _fits(kind, result):
        raise ValueError(f"{_shortened(value)} is no value of the column {field.name!r}, which is of type {kind}")
    return result


def _condition(field: pa.Field, condition: Filter) -> Condition:
    operator, value = condition.operator, condition.value
    if operator not in OPERATORS:
        raise ValueError(f"{operator!r} is no operator; there are {', '.join(OPERATORS)}")
    _comparable(field)
    if operator in NULL_OPERATORS:
        return Condition(field, operator, ())
    if operator in TEXT_OPERATORS and not is_text(field.type):
        raise ValueError(f"{operator!r} is for texts; the column {field.name!r} is of type {field.type}")
    if operator in RANGE_OPERATORS and pa.types.is_boolean(field.type):
        raise ValueError(f"{operator!r} is not for flags such as {field.name!r}")
    if operator == "in":
        if isinstance(value, str) or not isinstance(value, Sequence | set | frozenset):
            raise ValueError(f"'in' needs a sequence of values for {field.name!r}")
        if len(value) > MAX_IN_VALUES:
            raise ValueError(f"'in' takes {MAX_IN_VALUES:,} values at most, not {len(value):,}")
        return Condition(field, operator, tuple(dict.fromkeys(canonical_value(field, member) for member in value)))
    canonical = canonical_value(field, value)
    if operator == "contains" and len(str(canonical)) > MAX_CONTAINS_CHARACTERS:
        raise ValueError(f"'contains' takes a text of {MAX_CONTAINS_CHARACTERS} characters at most")
    return Condition(field, operator, (canonical,))


def _comparable(field: pa.Field) -> pa.Field:
    """The column. Raises ValueError when its values have no order, as lists."""
    kind = field.type
    tests = (pa.types.is_timestamp, pa.types.is_date32, pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean, is_text)
    if not any(test(kind) for test in tests):
        raise ValueError(f"the column {field.name!r} is of type {kind}, by which rows are neither filtered nor sorted")
    return field


def _fits(kind: pa.DataType, value: Value) -> bool:
    """Whether a value in canonical form, of the right Python type, is one that the column can have."""
    if isinstance(value, str):
        return value.isascii() or not any("\ud800" <= character <= "\udfff" for character in value)
    if isinstance(value, float):
        return math.isfinite(value)
    if pa.types.is_timestamp(kind):
        return FIRST_MICROSECOND <= value <= LAST_MICROSECOND
    if pa.types.is_date(kind):
        return FIRST_DAY <= value <= LAST_DAY
    if pa.types.is_integer(kind):
        signed = pa.types.is_signed_integer(kind)
        bits = int(kind.bit_width) - signed
        return bool((-(2**bits) if signed else 0) <= value < 2**bits)
    return True


def _shortened(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 100 else f"{text[:100]}…"


def canonical_scalar(scalar: pa.Scalar) -> Value | None:
    """A value as it stands in a row, in canonical form."""
    if not scalar.is_valid:
        return None
    value: Value = scalar.value if pa.types.is_temporal(scalar.type) else scalar.as_py()
    return value


def _digest(request: PageRequest) -> str:
    """Stands for table, filters and orders."""
    conditions = [[condition.field.name, condition.operator, list(condition.values)] for condition in request.conditions]
    orders = [[column.field.name, str(column.field.type), column.descending] for column in request.order]
    return hashlib.blake2b(json.dumps([request.table, conditions, orders]).encode(), digest_size=8).hexdigest()


def _decode(request: PageRequest, cursor: Cursor) -> tuple[Value | None, ...]:
    """The sorted values of the row that a page ended with. Raises ValueError for a cursor of another query, or a text that is none."""
    try:
        if len(cursor) > MAX_CURSOR_CHARACTERS:
            raise ValueError("too long")
        content = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
        digest, values = content
        if digest != _digest(request) or len(values) != len(request.order):
            raise ValueError("of another query")
        return tuple(_decoded(column.field, value) for column, value in zip(request.order, values, strict=True))
    except (ValueError, TypeError, RecursionError) as error:
        raise ValueError("this is no cursor of these filters and orders; begin at the first page") from error


def _decoded(field: pa.Field, value: Any) -> Value | None:
    """A value of a cursor in canonical form. Raises ValueError."""
    if value is None:
        return None
    kind = field.type
    python = bool if pa.types.is_boolean(kind) else str if is_text(kind) else float if pa.types.is_floating(kind) else int
    if type(value) is not python or not _fits(kind, value):
        raise ValueError("not of the column's type")
    result: Value = value
    return result
