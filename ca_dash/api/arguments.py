"""What a request asks for, checked: everything that its URL may say, as values."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Collection, Sequence
from typing import Any

import pyarrow as pa
from werkzeug.datastructures import MultiDict

from ca_assets.export.files import Format
from ca_assets.index.paging import MAX_LIMIT, Filter, Operator, Order
from ca_dash.api.problems import Problem, only

FORMATS: dict[str, Format] = {"csv": "csv", "json": "json", "parquet": "parquet"}
OPERATORS: dict[str, Operator] = {
    "eq": "=",
    "ne": "!=",
    "lt": "<",
    "le": "<=",
    "gt": ">",
    "ge": ">=",
    "in": "in",
    "contains": "contains",
    "prefix": "prefix",
    "null": "is null",
    "notnull": "is not null",
}
DEFAULT_LIMIT, MAX_FILTERS, MAX_TEXT = 100, 20, 4_000
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
Arguments = MultiDict[str, str]


def require_known(arguments: Arguments, known: Collection[str]) -> None:
    """Raises Problem for a parameter that there is not: a mistyped filter must not give unfiltered rows."""
    unknown = sorted(name for name in arguments if name not in known)
    if unknown:
        raise Problem(400, f"there is no parameter {unknown[0][:60]!r} here; there are {', '.join(sorted(known)) or 'none'}")


def text_of(arguments: Arguments, name: str, default: str) -> str:
    """A text. Raises Problem."""
    text = only(arguments.getlist(name), name)
    if text is not None and (len(text) > MAX_TEXT or "\0" in text):
        raise Problem(400, f"the parameter {name} is no text that can be meant")
    return default if text is None else str(text)


def day_of(arguments: Arguments, name: str) -> dt.date | None:
    """A date such as 2025-01-31. Raises Problem."""
    text = only(arguments.getlist(name), name)
    try:
        return _day(text) if text is not None else None
    except ValueError:
        raise Problem(400, f"the parameter {name} is no date such as 2025-01-31") from None


def number_of(arguments: Arguments, name: str, default: int, most: int = MAX_LIMIT) -> int:
    """A number from 1 to `most`. Raises Problem."""
    text = only(arguments.getlist(name), name)
    if text is None:
        return default
    if not re.fullmatch(r"[0-9]{1,9}", text) or not 1 <= int(text) <= most:
        raise Problem(400, f"the parameter {name} is no number from 1 to {most:,}")
    return int(text)


def format_of(arguments: Arguments) -> Format:
    """The format of the answer, JSON without one. Raises Problem."""
    text = text_of(arguments, "format", "json")
    if text not in FORMATS:
        raise Problem(400, f"the parameter format is one of {', '.join(FORMATS)}")
    return FORMATS[text]


def filters_of(arguments: Arguments, schema: pa.Schema) -> list[Filter]:
    """Conditions `column:operator:value` on a table's columns. Raises Problem."""
    texts = arguments.getlist("where")
    if len(texts) > MAX_FILTERS:
        raise Problem(400, f"{MAX_FILTERS} conditions at most")
    return [_filter(text, schema) for text in texts]


def orders_of(arguments: Arguments) -> list[Order]:
    """Columns to sort by, one a parameter, with `-` before a descending one. Raises Problem."""
    names = arguments.getlist("order_by")
    if len(names) > MAX_FILTERS:
        raise Problem(400, f"{MAX_FILTERS} columns to sort by at most")
    return [Order(name.removeprefix("-"), name.startswith("-")) for name in names]


def _filter(text: str, schema: pa.Schema) -> Filter:
    column = max((name for name in schema.names if text.startswith(f"{name}:")), key=len, default=None)
    operator, _, value = text[len(column) + 1 :].partition(":") if column else ("", "", "")
    if column is None or operator not in OPERATORS:
        example = "payment_amount:ge:100"
        raise Problem(400, f"{text[:60]!r} is no condition such as {example}; operators are {', '.join(OPERATORS)}")
    try:
        return Filter(column, OPERATORS[operator], _value(operator, value, schema.field(column).type))
    except (ValueError, RecursionError):  # of JSON nested too deeply
        raise Problem(400, f"{value[:60]!r} is no value of the column {column} of type {schema.field(column).type}") from None


def _value(operator: str, text: str, kind: pa.DataType) -> Any:
    """The condition's value, of the column's type. Raises ValueError."""
    if operator in ("null", "notnull"):
        return None
    if operator != "in":
        return _typed(text, kind)
    texts: Sequence[Any] = json.loads(text)
    if not isinstance(texts, list) or not all(isinstance(one, str) for one in texts):
        raise ValueError("not a JSON list of texts")
    return [_typed(one, kind) for one in texts]


def _typed(text: str, kind: pa.DataType) -> Any:
    if pa.types.is_boolean(kind):
        return {"true": True, "false": False}[text] if text in ("true", "false") else _wrong(text)
    if pa.types.is_integer(kind):
        return int(text) if re.fullmatch(r"-?[0-9]{1,19}", text) else _wrong(text)
    if pa.types.is_floating(kind):
        return float(text)
    if pa.types.is_timestamp(kind):
        moment = dt.datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)) if kind.tz else moment
    return _day(text) if pa.types.is_date(kind) else text


def _day(text: str) -> dt.date:
    return dt.date.fromisoformat(text) if _DATE.fullmatch(text) else _wrong(text)


def _wrong(text: str) -> Any:
    raise ValueError(text)
