"""Rows of top lists as reports: texts of codes, the row of all others, and a row for every day (REPORTS.md, Top lists).

Belongs here: how frames of `top_lists` become tables of the contract. Does not belong here: ranking and adding up.
"""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from ca_assets.analyses.base import Base
from ca_assets.analyses.calendar import periods
from ca_assets.analyses.report import ReportSpec
from ca_assets.analyses.rows import Labels, Values, rows
from ca_assets.analyses.scopes import OTHER

MONEY = frozenset({"line_value", "revenue", "discount"})


def texts_of(items: ibis.Table, codes: pd.Series) -> pd.Series:
    """Texts of the codes that occur, by code; `items` has code and text."""
    wanted = ibis.memtable(pa.table({"wanted": pa.array(np.unique(codes.to_numpy(np.int32)), pa.int32())}))
    found = items.select("code", "text").inner_join(wanted, items.code == wanted.wanted)
    texts: pd.DataFrame = found.to_pandas()
    return texts.set_index("code")["text"]


def with_texts(frame: pd.DataFrame, items: ibis.Table, top: int) -> pd.DataFrame:
    """The frame with `text`: the item's, or `__other__` at place `top`."""
    texts = frame["code"].map(texts_of(items, frame["code"])).astype(object)
    return frame.assign(text=texts.where(frame["place"] < top, OTHER))


def labels(texts: pd.Series) -> Labels:
    """A column of texts; missing ones are null."""
    codes, different = pd.factorize(texts.astype(object), use_na_sentinel=False)
    return Labels([None if pd.isna(text) else text for text in different], codes)  # type: ignore[misc]


def listed_rows(base: Base, spec: ReportSpec, frame: pd.DataFrame, columns: dict[str, Values]) -> pa.Table:
    """One row per row of the frame (column `scope` holds scope numbers)."""
    scope = frame["scope"].to_numpy(np.int64)
    return rows(spec, base.scopes.names, scope, scope.shape, columns)


def daily_rows(base: Base, spec: ReportSpec, groups: pd.DataFrame, values: pd.DataFrame) -> pa.Table:
    """A row for every group (scope, place, text) and day; `values` has (scope, place, day) and the contract's figures, not all days.

    The contract begins with period, complete and the item. Money is null where a scope has two currencies.
    """
    groups = groups.reset_index(drop=True)
    place = groups.reset_index().set_index(["scope", "place"])["index"]
    at = place.loc[pd.MultiIndex.from_frame(values[["scope", "place"]])].to_numpy() if len(values) else np.zeros(0, dtype=np.int64)
    span = periods(base.session_days, "daily", base.context.shop.calendar)
    shape = (len(groups), len(span))
    scope = groups["scope"].to_numpy(np.int64)[:, None]
    texts = labels(groups["text"])
    columns: dict[str, Values] = {
        "period": span.first_days,
        "complete": span.complete,
        spec.key[1]: Labels(texts.texts, texts.codes[:, None]),
    }
    for name in (column.name for column in spec.columns[3:]):
        dense = np.zeros(shape)
        dense[at, values["day"].to_numpy(np.int64)] = values[name].to_numpy(np.float64)
        columns[name] = money(dense, base.mixed[scope, -1]) if name in MONEY else dense
    return rows(spec, base.scopes.names, scope, shape, columns)


def money(values: NDArray[np.float64], mixed: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Null where a scope has two currencies."""
    return np.where(mixed, np.nan, values)


def groups_of(values: pd.DataFrame, columns: Sequence[str] = ("scope", "place", "text")) -> pd.DataFrame:
    """The different (scope, place, text) of daily values."""
    return values[list(columns)].drop_duplicates(["scope", "place"])
