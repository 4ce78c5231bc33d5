"""Parquet files → staging: the mapped columns only, in their own types where these mean what ours do, else as texts.

Belongs here: which physical type may stand for which of ours. Texts are judged in `tables`, by the rules that CSV has.
"""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ca_assets.shop import SourceConfig
from ca_assets.sources.blocks import Broken
from ca_assets.sources.errors import SourceError
from ca_assets.sources.mapping import match_header, source_fields
from ca_assets.sources.parquet_parts import Part
from ca_assets.sources.staging import Stage
from ca_assets.tables.contracts import Field

BATCH_ROWS = 131_072
NAIVE, MOMENT = pa.timestamp("us"), pa.timestamp("us", tz="UTC")


def staged_types(name: str, config: SourceConfig, columns: dict[str, str], parts: list[Part]) -> dict[str, pa.DataType]:
    """Our columns → the type they are staged in; SourceError for a type that cannot mean ours, or files that disagree."""
    result: dict[str, pa.DataType] = {}
    for part in parts:
        schema = part.schema(name)
        match_header(name, part.shown, columns, schema.names)
        for field in source_fields(name, config):
            theirs = _value_type(schema.field(columns[field.name]).type)
            staged = _staged_type(name, part.shown, field, columns[field.name], theirs)
            if staged is not None and result.setdefault(field.name, staged) != staged:
                raise SourceError(f"{name}: the column {columns[field.name]!r} has another type in {part.shown} than in files before it")
    return {field.name: result.get(field.name, pa.string()) for field in source_fields(name, config)}


def _value_type(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _is_text(kind: pa.DataType) -> bool:
    checks = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
    binaries = (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_binary_view)
    return any(bool(check(kind)) for check in (*checks, *binaries))


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def _staged_type(name: str, file: str, field: Field, theirs: str, kind: pa.DataType) -> pa.DataType | None:
    """None for a column without any value (its other files decide)."""
    if pa.types.is_null(kind):
        return None
    if _is_text(kind):
        return pa.string()
    staged = {"str": _text_type, "float": _number_type, "bool": _flag_type, "time": _time_type}[field.dtype](kind)
    if staged is None:
        need = {"str": "a text or a number", "float": "a number", "bool": "true or false", "time": "a time or a date"}[field.dtype]
        raise SourceError(f"{name}: the column {theirs!r} of {file} holds {kind}; our {field.name!r} needs {need}")
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


def read_parquet(name: str, columns: dict[str, str], parts: list[Part], types: dict[str, pa.DataType], stage: Stage) -> None:
    """Every row of the files to `stage`; rows with bytes that are not UTF-8 in a mapped text are rejected."""
    for part in parts:
        stage.file = part.shown if len(parts) > 1 else None
        try:
            for batch in _batches(part, list(dict.fromkeys(columns.values()))):
                _add(batch, columns, types, stage)
        except (pa.ArrowInvalid, OSError) as error:
            raise SourceError(f"{name}: {part.path} cannot be read to its end ({str(error)[:200]}); nothing of it was taken") from error


def _batches(part: Part, wanted: list[str]) -> Iterator[pa.RecordBatch]:
    """The wanted columns; those that only the folders' names tell are the same in each row."""
    with pq.ParquetFile(part.path) as file:
        own = [column for column in wanted if column in file.schema_arrow.names]
        for batch in file.iter_batches(BATCH_ROWS, columns=own):
            told = {column: _repeated(part.constants[column], len(batch)) for column in wanted if column not in own}
            yield pa.RecordBatch.from_pydict({**dict(zip(own, batch.select(own).columns, strict=True)), **told})


def _repeated(value: str | None, count: int) -> pa.Array:
    return pa.nulls(count, pa.string()) if value is None else pa.repeat(value, count)


def _add(batch: pa.RecordBatch, columns: dict[str, str], types: dict[str, pa.DataType], stage: Stage) -> None:
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
