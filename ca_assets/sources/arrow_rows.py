"""Typed Arrow batches → staging: columns keep their own type where it means what ours does, else become texts.

Shared by every source that has types of its own (Parquet files, databases). Belongs here: which physical type may stand for which of
ours. Texts are judged in `tables`, by the rules that CSV has.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from ca_assets.sources.blocks import Broken
from ca_assets.sources.errors import SourceError
from ca_assets.sources.staging import Stage
from ca_assets.tables.contracts import Field

NAIVE, MOMENT = pa.timestamp("us"), pa.timestamp("us", tz="UTC")
NEEDS = {"str": "a text or a number", "float": "a number", "bool": "true or false", "time": "a time or a date"}


def _is_text(kind: pa.DataType) -> bool:
    checks = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
    binaries = (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_binary_view)
    return any(bool(check(kind)) for check in (*checks, *binaries))


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def staged_type(name: str, where: str, field: Field, theirs: str, kind: pa.DataType) -> pa.DataType | None:
    """The type in which a column of type `kind` is staged; None for one without any value (its other files decide).

    `where`: the file, table or query for people. SourceError for a type that cannot mean ours.
    """
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    if pa.types.is_null(kind):
        return None
    if _is_text(kind):
        return pa.string()
    staged = {"str": _text_type, "float": _number_type, "bool": _flag_type, "time": _time_type}[field.dtype](kind)
    if staged is None:
        raise SourceError(f"{name}: the column {theirs!r} of {where} holds {kind}; our {field.name!r} needs {NEEDS[field.dtype]}")
    return staged


def _text_type(kind: pa.DataType) -> pa.DataType | None:
    is_simple = _is_number(kind) or pa.types.is_boolean(kind) or pa.types.is_date(kind) or pa.types.is_timestamp(kind)
    return pa.string() if is_simple else None


def _number_type(kind: pa.DataType) -> pa.DataType | None:
    return pa.float64() if _is_number(kind) else None


def _flag_type(kind: pa.DataType) -> pa.DataType | None:
    if pa.types.is_boolean(kind):
        return pa.bool_()
    return pa.string() if _is_number(kind) else None


def _time_type(kind: pa.DataType) -> pa.DataType | None:
    if pa.types.is_timestamp(kind):
        return MOMENT if kind.tz else NAIVE
    return NAIVE if pa.types.is_date(kind) else None


def add_batch(batch: pa.RecordBatch, columns: dict[str, str], types: dict[str, pa.DataType], stage: Stage) -> None:
    """Append a batch in the source's own columns (`columns`: ours → theirs) to `stage`; rows with bytes that are not UTF-8 are rejected."""
    raw = {ours: batch.column(theirs) for ours, theirs in columns.items()}
    bad = _not_utf8(list(raw.values()))
    if bad:
        stage.reject([Broken(None, "not_utf8", "bytes that are not UTF-8", b"") for _ in range(len(bad))])
        keep = pa.array([index for index in range(len(batch)) if index not in bad], pa.int64())
        raw = {ours: values.take(keep) for ours, values in raw.items()}
    stage.add([_staged(values, types[ours]) for ours, values in raw.items()], None)


def _not_utf8(arrays: list[pa.Array]) -> set[int]:
    """Positions of rows with a text that is not UTF-8 (Arrow trusts what the file says, so it is looked at here)."""
    bad: set[int] = set()
    for array in arrays:
        values = array.dictionary_decode() if pa.types.is_dictionary(array.type) else array
        if not _is_text(values.type):
            continue
        texts = values.cast(pa.large_binary())
        try:
            texts.cast(pa.large_string())
        except pa.ArrowInvalid:
            bad |= {index for index, value in enumerate(texts.to_pylist()) if value is not None and not _is_utf8(value)}
    return bad


def _is_utf8(value: bytes) -> bool:
    try:
        value.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _staged(array: pa.Array, kind: pa.DataType) -> pa.Array:
    values = array.dictionary_decode() if pa.types.is_dictionary(array.type) else array
    if pa.types.is_string(kind) and pa.types.is_floating(values.type):
        return _float_text(values)
    if pa.types.is_timestamp(values.type) and pa.types.is_timestamp(kind):
        return _cut(values, kind)
    if pa.types.is_date(values.type) and pa.types.is_timestamp(kind):
        return values.cast(pa.date32()).cast(kind)
    if pa.types.is_decimal(values.type) and pa.types.is_floating(kind):
        return values.cast(pa.string()).cast(kind)  # by way of the text: the nearest double, as CSV gives it
    return values.cast(kind, safe=not pa.types.is_floating(kind))


def _cut(values: pa.Array, kind: pa.DataType) -> pa.Array:
    """To microseconds, cutting towards the past."""
    if values.type.unit == "ns":
        values = pc.floor_temporal(values, 1, "microsecond")
        return values.cast(kind, safe=False)
    return values.cast(kind)


def _float_text(values: pa.Array) -> pa.Array:
    """7.0 is the text 7: ids become floats in files written from tables with missing values."""
    doubles = values.cast(pa.float64())
    is_whole = pc.and_(pc.equal(doubles, pc.round(doubles)), pc.less(pc.abs(doubles), 2.0**53))
    whole = pc.if_else(is_whole, doubles, None).cast(pa.int64()).cast(pa.string())
    return pc.coalesce(whole, doubles.cast(pa.string()))
