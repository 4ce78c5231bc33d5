"""Typed Arrow batches → staging: columns keep their own type where it means what ours does, else become texts.

Shared by every source that has types of its own (Parquet files, databases). Belongs here: which physical type may stand for which of
ours. Texts are parsed in `cleaning`, by the rules that CSV has.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from ca_assets.contracts.columns import Dtype, Field
from ca_assets.sources.errors import ErrorCode, SourceError
from ca_assets.sources.staging import BrokenRow, Stage, is_utf8

NAIVE, MOMENT = pa.timestamp("us"), pa.timestamp("us", tz="UTC")
EXACT = 2.0**53  # whole numbers from here on are not all floats
NEEDS = {"str": "a text or a number", "float": "a number", "bool": "true or false", "time": "a time or a date"}


def _is_text(kind: pa.DataType) -> bool:
    checks = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
    binaries = (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_binary_view)
    return any(bool(check(kind)) for check in (*checks, *binaries))


def is_number(kind: pa.DataType) -> bool:
    """Whether a type is one of numbers."""
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
    staged = _same_meaning(field.dtype, kind)
    if staged is None:
        raise other_meaning(name, where, field, theirs, str(kind))
    return staged


def other_meaning(name: str, where: str, field: Field, theirs: str, kind: str) -> SourceError:
    """The error of a column whose type (named `kind`) cannot mean ours."""
    what, hint = f"the column {theirs!r} of {where} holds {kind}", f"our {field.name!r} needs {NEEDS[field.dtype]}"
    return SourceError(name, ErrorCode.BAD_COLUMN, what, column=theirs, hint=hint)


def _same_meaning(dtype: Dtype, kind: pa.DataType) -> pa.DataType | None:
    """The staged type of values other than texts; None for those that cannot mean ours."""
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        moment = MOMENT if pa.types.is_timestamp(kind) and kind.tz else NAIVE
        return {"time": moment, "str": pa.string()}.get(dtype)
    if pa.types.is_boolean(kind):
        return {"bool": pa.bool_(), "str": pa.string()}.get(dtype)
    return {"float": pa.float64(), "bool": pa.string(), "str": pa.string()}.get(dtype) if is_number(kind) else None


def add_batch(
    batch: pa.RecordBatch, columns: dict[str, str], types: dict[str, pa.DataType], stage: Stage, lines: pa.Array | None = None
) -> None:
    """Append a batch in the source's own columns (`columns`: ours → theirs) to `stage`; rows with bytes that are not UTF-8 are rejected.

    `lines`: the number of each row, int64, where rows have one.
    """
    has = set(batch.schema.names)  # a file of several may lack a column, which is missing in its rows
    raw = {ours: batch.column(theirs) if theirs in has else pa.nulls(len(batch)) for ours, theirs in columns.items()}
    bad = _not_utf8(list(raw.values()))
    if bad:
        stage.reject([BrokenRow(None, "not_utf8", "bytes that are not UTF-8", b"") for _ in range(len(bad))])
        keep = pa.array([index for index in range(len(batch)) if index not in bad], pa.int64())
        raw = {ours: values.take(keep) for ours, values in raw.items()}
        lines = None if lines is None else lines.take(keep)
    for ours, values in raw.items():
        if pa.types.is_string(types[ours]) and pa.types.is_floating(values.type):
            _refuse_inexact(values, columns[ours], stage)
    stage.add([_staged(values, types[ours]) for ours, values in raw.items()], lines)


def _refuse_inexact(values: pa.Array, theirs: str, stage: Stage) -> None:
    """A float holds whole numbers below 2^53 only: a larger one may once have been another id. Raises SourceError."""
    ends = pc.min_max(values.cast(pa.float64())).as_py()  # leaves NaN out
    largest = max((abs(end) for end in ends.values() if end is not None), default=0.0)
    if largest >= EXACT:
        what = f"the column {theirs!r}{f' of {stage.file}' if stage.file else ''} holds floats, and one of 2^53 or more ({largest:.17g})"
        hint = f"its digits are not exact, and different ids may be one: write {theirs!r} as a text or a whole number"
        raise SourceError(stage.name, ErrorCode.BAD_COLUMN, what, column=theirs, hint=hint)


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
            bad |= {index for index, value in enumerate(texts.to_pylist()) if value is not None and not is_utf8(value)}
    return bad


def _staged(array: pa.Array, kind: pa.DataType) -> pa.Array:
    values = array.dictionary_decode() if pa.types.is_dictionary(array.type) else array
    if pa.types.is_string(kind) and pa.types.is_floating(values.type):
        return _float_text(values)
    if pa.types.is_timestamp(values.type) and pa.types.is_timestamp(kind):
        return _floored(values, kind)
    if pa.types.is_date(values.type) and pa.types.is_timestamp(kind):
        return values.cast(pa.date32()).cast(kind)
    if pa.types.is_decimal(values.type) and pa.types.is_floating(kind):
        return values.cast(pa.string()).cast(kind)  # by way of the text: the nearest double, as CSV gives it
    return values.cast(kind, safe=not pa.types.is_floating(kind))


def _floored(values: pa.Array, kind: pa.DataType) -> pa.Array:
    """To microseconds, rounding towards the past."""
    if values.type.unit == "ns":
        values = pc.floor_temporal(values, 1, "microsecond")
        return values.cast(kind, safe=False)
    return values.cast(kind)


def _float_text(values: pa.Array) -> pa.Array:
    """7.0 is the text 7, and NaN none: ids become floats in files written from tables with missing values."""
    doubles = values.cast(pa.float64())
    doubles = pc.if_else(pc.is_nan(doubles), None, doubles)
    is_whole = pc.and_(pc.equal(doubles, pc.round(doubles)), pc.less(pc.abs(doubles), EXACT))
    whole = pc.if_else(is_whole, doubles, None).cast(pa.int64()).cast(pa.string())
    return pc.coalesce(whole, doubles.cast(pa.string()))
