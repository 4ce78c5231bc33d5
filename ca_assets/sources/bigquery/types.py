"""BigQuery's types and the values of its REST pages as Arrow arrays: columns of texts that Arrow casts, not a Python object per cell.

The service writes each value as a text: numbers in decimal, TIMESTAMP as microseconds since 1970 (asked for so), BYTES in base64.
Belongs here: which type is what, and decoding. Which type may stand for which of ours: `arrow_rows`.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
from google.cloud.bigquery import SchemaField

from ca_assets.contracts.columns import Field
from ca_assets.sources.arrow_rows import MOMENT, NAIVE, staged_type
from ca_assets.sources.errors import ErrorCode, SourceError

SYNONYMS = {"INT64": "INTEGER", "FLOAT64": "FLOAT", "BOOL": "BOOLEAN", "STRUCT": "RECORD", "BIGDECIMAL": "BIGNUMERIC", "DECIMAL": "NUMERIC"}
DECIMALS = ("NUMERIC", "BIGNUMERIC")
NUMBERS = ("INTEGER", "FLOAT", *DECIMALS)
KINDS: dict[str, pa.DataType] = {
    "STRING": pa.string(),
    "JSON": pa.string(),
    "BYTES": pa.binary(),
    "INTEGER": pa.int64(),
    "FLOAT": pa.float64(),
    "BOOLEAN": pa.bool_(),
    "TIMESTAMP": MOMENT,
    "DATETIME": NAIVE,
    "DATE": pa.date32(),
    "NUMERIC": pa.decimal128(38, 9),
    "BIGNUMERIC": pa.decimal256(76, 38),
}


def kind_of(field: SchemaField) -> str:
    """The type's name, one per type (the service has two for some)."""
    name = str(field.field_type).upper()
    return SYNONYMS.get(name, name)


def staged(name: str, where: str, ours: Field, field: SchemaField) -> pa.DataType:
    """The type in which a column is staged. SourceError for a list, a structure, or a type that cannot mean ours."""
    kind, theirs = kind_of(field), str(field.name)
    if field.mode == "REPEATED" or kind == "RECORD":
        is_list = field.mode == "REPEATED"
        what = f"the column {theirs!r} of {where} is {'a list (REPEATED)' if is_list else 'a STRUCT'}"
        hint = f"our {ours.name!r} needs {'one value per row' if is_list else 'one of its parts'}: take it out in a `query`"
        raise SourceError(name, ErrorCode.BAD_COLUMN, what, column=theirs, hint=hint)
    if kind not in KINDS:
        what = f"the column {theirs!r} of {where} is of type {kind}, which is not read"
        raise SourceError(name, ErrorCode.BAD_COLUMN, what, column=theirs, hint="cast it in a `query`")
    return staged_type(name, where, ours, theirs, KINDS[kind])


def is_text_needed(ours: Field, field: SchemaField) -> bool:
    """Whether the service should write a decimal as text: an id that is a NUMERIC 7 is 7, however many places its type has."""
    return kind_of(field) in DECIMALS and ours.dtype != "float"


def decoded(rows: Sequence[dict[str, Any]], names: Sequence[str], fields: Sequence[SchemaField]) -> pa.RecordBatch:
    """A page's rows as a batch with columns `names`. ArrowInvalid for a value that is not what its type says."""
    cells = [cell["v"] for row in rows for cell in row["f"]]
    width = len(fields)
    arrays = [_array(cells[position::width], kind_of(field)) for position, field in enumerate(fields)]
    return pa.RecordBatch.from_arrays(arrays, names=list(names))


def _array(texts: list[str | None], kind: str) -> pa.Array:
    if kind == "BYTES":
        return pa.array([None if text is None else base64.b64decode(text) for text in texts], pa.binary())
    values = pa.array(texts, pa.string())
    if kind == "TIMESTAMP":
        return values.cast(pa.int64()).cast(MOMENT)
    # By way of the text a decimal becomes the nearest double, as a number of a CSV file does.
    return values.cast(pa.float64() if kind in DECIMALS else KINDS[kind])
