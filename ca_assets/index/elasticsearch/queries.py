"""Filters and orders of `index.paging` in Elasticsearch's query language: exact but for long texts.

Times are searched by their milliseconds and what those leave (`mappings.MICROS`). What a query says of the documents that are
`undecided` means nothing: who reads must exclude these, and compare them itself. Belongs here: building queries, no requests.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import pyarrow as pa

from ca_assets.index.elasticsearch.mappings import IGNORE_ABOVE, MICROS
from ca_assets.index.paging import Condition, SortColumn, Value, is_text
from ca_assets.index.sql import engine

Query = dict[str, Any]
RANGES = {"<": "lt", "<=": "lte", ">": "gt", ">=": "gte"}
NOTHING: Query = {"match_none": {}}
EPOCH = dt.datetime(1970, 1, 1)
MAX_BOUND = 200  # characters of a range's bound; Lucene takes 1,000 bytes
FIRST_PAIR = "\U00010000"  # the first character that takes two UTF-16 units
LAST_LONG = 2**63 - 1  # what Elasticsearch sorts null numbers as
FIRST_LONG = -(2**63)


def matching(conditions: Iterable[Condition]) -> list[Query]:
    """A query for each condition, to be met all together."""
    return [_query(condition) for condition in conditions]


def is_long(value: Value) -> bool:
    """Whether a value is a text that is not in the index; Elasticsearch does not even take it in a query."""
    return isinstance(value, str) and len(value.encode("utf-16-le")) // 2 > IGNORE_ABOVE


def _short_bound(text: str) -> str:
    """A text to sort behind; of a long one, what the texts in the index are sorted before or behind of just as they are of it."""
    if not is_long(text):
        return text
    return text.encode("utf-16-le")[: 2 * IGNORE_ABOVE].decode("utf-16-le", "ignore") + FIRST_PAIR


def undecided(conditions: Iterable[Condition], order: Iterable[SortColumn]) -> list[Query]:
    """Queries of the documents that Elasticsearch cannot filter or sort; none when it can all.

    Those with a text that is not in the index in a field that is compared; and, since Lucene takes only short bounds of ranges and
    prefixes, those that begin as a long bound does.
    """
    conditions = list(conditions)
    compared = dict.fromkeys([*(condition.field for condition in conditions), *(column.field for column in order)])
    texts = [field.name for field in compared if is_text(field.type)]
    bounds = [(c.field.name, value) for c in conditions for value in c.values if c.operator in (*RANGES, "prefix")]
    long_bounds = [(name, value) for name, value in bounds if isinstance(value, str) and len(value) > MAX_BOUND]
    begin_alike: list[Query] = [{"prefix": {name: {"value": value[:MAX_BOUND]}}} for name, value in long_bounds]
    return [*([too_long(texts)] if texts else []), *begin_alike]


def too_long(fields: Sequence[str]) -> Query:
    """Documents with a text that is not in the index in one of the fields."""
    return {"terms": {"_ignored": list(fields)}}


def sort_and_after(order: Sequence[SortColumn], after: Sequence[Value | None] | None) -> dict[str, Any]:
    """The request's `sort` and, behind a row's values, its `search_after`; nulls are last."""
    sort: list[dict[str, Any]] = []
    values: list[Any] = []
    for column, value in zip(order, after or [None] * len(order), strict=True):
        name, kind = column.field.name, column.field.type
        direction = {"order": "desc" if column.descending else "asc"}
        null = FIRST_LONG if column.descending else LAST_LONG
        if pa.types.is_timestamp(kind):
            milliseconds, micros = (null, 0) if value is None else divmod(int(value), 1000)
            sort += [{name: {**direction, "missing": "_last"}}, {f"{MICROS}.{name}": {**direction, "missing": 0}}]
            values += [milliseconds, micros]
        elif pa.types.is_boolean(kind):
            null = -1 if column.descending else 2
            sort.append({name: {**direction, "missing": null}})
            values.append(null if value is None else int(value))
        else:
            sort.append({name: {**direction, "missing": "_last"}})
            values.append(_sort_value(kind, value, null))
    return {"sort": sort, **({} if after is None else {"search_after": values})}


def _sort_value(kind: pa.DataType, value: Value | None, null: int) -> Any:
    """A number, date or text as `search_after` has it; `null` stands for a number that is null."""
    if is_text(kind):
        return None if value is None else _short_bound(str(value))
    if pa.types.is_floating(kind):
        return ("-Infinity" if null < 0 else "Infinity") if value is None else value
    if value is None:
        return null
    return int(value) * 86_400_000 if pa.types.is_date(kind) else value


def _query(condition: Condition) -> Query:
    name, kind, values = condition.field.name, condition.field.type, condition.values
    exists: Query = {"exists": {"field": name}}
    if condition.operator in RANGES:
        return _range(name, kind, RANGES[condition.operator], values[0])
    match condition.operator:
        case "=" | "in":
            query = _equals(name, kind, values)
        case "!=":
            query = {"bool": {"filter": [exists], "must_not": [_equals(name, kind, values)]}}
        case "is null":
            query = _none_of(exists)
        case "prefix" if len(str(values[0])) > MAX_BOUND:
            query = NOTHING  # but for undecided documents
        case "prefix" if values[0]:
            query = {"prefix": {name: {"value": values[0]}}}
        case "contains" if values[0]:
            query = {"regexp": {name: {"value": _containing(str(values[0])), "flags": "NONE"}}}
        case _:  # not null; every text contains and begins with the empty one
            query = exists
    return query


def _equals(name: str, kind: pa.DataType, values: Sequence[Value]) -> Query:
    """Documents whose field has one of the values."""
    values = [value for value in values if not is_long(value)]
    if not values:
        return NOTHING
    if pa.types.is_timestamp(kind):
        by_micros: dict[int, list[str]] = {}
        for value in values:
            milliseconds, micros = divmod(int(value), 1000)
            by_micros.setdefault(micros, []).append(_time(milliseconds))
        return one_of(*(_all_of({"terms": {name: times}}, _has_micros(name, micros)) for micros, times in by_micros.items()))
    if pa.types.is_date(kind):
        return {"terms": {name: [_time(int(value) * 86_400_000) for value in values]}}
    if pa.types.is_floating(kind) and 0 in values:
        return {"terms": {name: [*values, 0.0, -0.0]}}  # two values to Elasticsearch
    return {"terms": {name: list(values)}}


def _range(name: str, kind: pa.DataType, operator: str, value: Value) -> Query:
    """Documents whose field is before or behind a value; `operator` is lt, lte, gt or gte."""
    if pa.types.is_timestamp(kind):
        return _time_range(name, operator, *divmod(int(value), 1000))
    bound: Any = value
    if pa.types.is_date(kind):
        bound = _time(int(value) * 86_400_000)
    elif pa.types.is_floating(kind) and value == 0:
        bound = -0.0 if operator in ("lt", "gte") else 0.0  # to Elasticsearch -0.0 is before 0.0
    elif isinstance(value, str) and len(value) > MAX_BOUND:
        bound = value[:MAX_BOUND]  # documents that begin with it are undecided
    return {"range": {name: {operator: bound}}}


def _time_range(name: str, operator: str, milliseconds: int, micros: int) -> Query:
    """A range of times: another millisecond, or the same one and other microseconds, where absent ones are 0."""
    field, time = f"{MICROS}.{name}", _time(milliseconds)
    beyond: Query = {"range": {name: {operator[:2]: time}}}
    same: Query = {"terms": {name: [time]}}
    rest: Query = {"range": {field: {operator: micros}}}
    zero_is_in = {"lt": micros > 0, "lte": True, "gt": False, "gte": micros == 0}[operator]
    return one_of(beyond, _all_of(same, one_of(rest, _none_of({"exists": {"field": field}})) if zero_is_in else rest))


def _has_micros(name: str, micros: int) -> Query:
    field = f"{MICROS}.{name}"
    return {"term": {field: micros}} if micros else _none_of({"exists": {"field": field}})


def _time(milliseconds: int) -> str:
    """Milliseconds since 1970 as the text that a date field takes."""
    return (EPOCH + dt.timedelta(milliseconds=milliseconds)).isoformat(timespec="milliseconds") + "Z"


def _all_of(*queries: Query) -> Query:
    return {"bool": {"filter": list(queries)}}


def one_of(*queries: Query) -> Query:
    """Documents that one of the queries finds."""
    return {"bool": {"should": list(queries), "minimum_should_match": 1}}


def _none_of(*queries: Query) -> Query:
    return {"bool": {"must_not": list(queries)}}


def _containing(text: str) -> str:
    """A regular expression (Lucene's) of the texts that contain this one, whatever the case of each character."""
    lower, variants = _cases()
    groups = [variants.get(lower.get(character, character), character) for character in text]
    return ".*" + "".join(_characters(group) for group in groups) + ".*"


def _characters(group: str) -> str:
    """One of the characters."""
    escaped = [character if character.isalnum() else f"\\{character}" for character in group]
    return escaped[0] if len(escaped) == 1 else "[" + "".join(escaped) + "]"


@cache
def _cases() -> tuple[dict[str, str], dict[str, str]]:
    """Of each character its lower case, as DuckDB has it, and of each lower case all characters that have it."""
    cased = [chr(code) for code in range(0x110000) if chr(code).lower() != chr(code)]
    with engine().cursor() as cursor:
        lower: dict[str, str] = dict(cursor.execute("SELECT c, lower(c) FROM (SELECT unnest(?) AS c)", [cased]).fetchall())
    variants: dict[str, str] = {}
    for character, small in lower.items():
        if character != small:
            variants[small] = variants.get(small, small) + character
    return lower, variants
