"""Whether two sets of finished reports are equal: whole numbers, texts and dates exactly, floats to 1e-9."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import numpy as np
import pandas as pd

from ca_assets.analyses.core.family import spec_of

TOLERANCE = 1e-9


def differences(left: Path, right: Path, families: Collection[str]) -> list[str]:
    """One line per report of these families that is missing or differs, with the first rows that do."""
    every = {str(file.relative_to(folder).with_suffix("")) for folder in (left, right) for file in folder.rglob("*.parquet")}
    paths = {path for path in every if path.partition("/")[0] in families}
    lines = (_difference(path, left / f"{path}.parquet", right / f"{path}.parquet") for path in sorted(paths))
    return [line for line in lines if line]


def _difference(path: str, left: Path, right: Path) -> str:
    if not (left.exists() and right.exists()):
        return f"{path}: only in {left.parent if left.exists() else right.parent}"
    spec = spec_of(path)
    key, columns = ["scope", *spec.key], ["scope", *(column.name for column in spec.columns)]
    ours, theirs = (_read(file).sort_values(key, ignore_index=True) for file in (left, right))
    if list(ours.columns) != columns or list(theirs.columns) != columns or len(ours) != len(theirs):
        return f"{path}: {len(ours)} rows of {list(ours.columns)} against {len(theirs)} of {list(theirs.columns)}"
    floats = {column.name for column in spec.columns if column.dtype == "float"}
    unequal = {name: ~_equal(ours[name], theirs[name], name in floats) for name in columns}
    wrong = {name: mask for name, mask in unequal.items() if mask.any()}
    if not wrong:
        return ""
    name, mask = next(iter(wrong.items()))
    example = f"{ours.loc[mask, [*key, name]].head(3).to_dict('records')} against {theirs.loc[mask, name].head(3).to_list()}"
    return f"{path}: {', '.join(wrong)} differ in {int(mask.sum())} rows: {example}"


def _read(file: Path) -> pd.DataFrame:
    return pd.read_parquet(file, dtype_backend="numpy_nullable")


def _equal(ours: pd.Series, theirs: pd.Series, is_float: bool) -> np.ndarray:
    if not is_float:
        return np.asarray(ours.astype(str) == theirs.astype(str))
    left, right = (side.to_numpy(dtype=float, na_value=np.nan) for side in (ours, theirs))
    close: np.ndarray = np.isclose(left, right, rtol=TOLERANCE, atol=TOLERANCE, equal_nan=True)
    return close
