"""Column types as Arrow's (docs/contract, section 1), shared by tables and reports."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from ca_assets.contracts.columns import Dtype, Field

ARROW_TYPES: dict[Dtype, pa.DataType] = {
    "int": pa.int64(),
    "float": pa.float64(),
    "bool": pa.bool_(),
    "date": pa.date32(),
    "time": pa.timestamp("us", tz="UTC"),
    "str": pa.string(),
}


def arrow_schema(fields: Iterable[Field]) -> pa.Schema:
    """The Arrow schema of columns, in their order."""
    return pa.schema([(field.name, ARROW_TYPES[field.dtype]) for field in fields])
