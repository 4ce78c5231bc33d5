"""The column types of REPORTS.md section 1 and their Arrow form, shared by tables and reports."""

from __future__ import annotations

from typing import Literal

import pyarrow as pa

Dtype = Literal["int", "float", "bool", "date", "time", "str"]
ARROW_TYPES: dict[str, pa.DataType] = {
    "int": pa.int64(),
    "float": pa.float64(),
    "bool": pa.bool_(),
    "date": pa.date32(),
    "time": pa.timestamp("us", tz="UTC"),
    "str": pa.string(),
}
