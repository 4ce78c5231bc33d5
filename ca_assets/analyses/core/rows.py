"""Arrays to report rows: every combination of scope, period and step as columns of the contract's types.

Belongs here: how NumPy arrays become a table `scope` + the contract's columns. NaN is null. Does not belong here: figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ca_assets.analyses.core.report import ReportSpec


@dataclass(frozen=True)
class Labels:
    """Texts by number: `codes` has the shape of a column, `texts` what the numbers mean."""

    texts: Sequence[str]
    codes: NDArray[Any]


Values = NDArray[Any] | Labels | int | float | bool


def rows(spec: ReportSpec, scopes: Sequence[str], scope: NDArray[Any], shape: tuple[int, ...], columns: dict[str, Values]) -> pa.Table:
    """A table of `spec`: each column is broadcast to `shape` and flattened; `scope` holds scope numbers, broadcast likewise."""
    arrays = {"scope": _array(Labels(scopes, scope), pa.string(), shape)}
    for column in spec.schema:
        arrays[column.name] = _array(columns[column.name], column.type, shape)
    return pa.table(arrays)


def per_scope(scopes: Sequence[str], dimensions: int) -> NDArray[np.int64]:
    """Scope numbers as the first axis of `dimensions` axes."""
    return np.arange(len(scopes)).reshape(-1, *[1] * (dimensions - 1))


def money(values: NDArray[Any], mixed: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Amounts, null where a scope has two currencies."""
    return np.where(mixed, np.nan, values)


def empty(spec: ReportSpec) -> pa.Table:
    """No rows."""
    return pa.schema([pa.field("scope", pa.string()), *spec.schema]).empty_table()


def _array(values: Values, dtype: pa.DataType, shape: tuple[int, ...]) -> pa.Array:
    if isinstance(values, Labels):
        codes = np.broadcast_to(values.codes, shape).ravel().astype(np.int32)
        return pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(list(values.texts), pa.string())).cast(pa.string())
    flat = np.broadcast_to(values, shape).ravel()
    is_float = flat.dtype.kind == "f"  # also of an int column that has nulls
    if pa.types.is_int64(dtype) and not is_float:
        flat = flat.astype(np.int64)
    return pa.array(flat, from_pandas=is_float).cast(dtype)
