"""Top lists per scope and window (docs/contract, section 1, Top lists): what stands alone, what is `__other__`, their figures and rows.

An item is a product, category or promotion, known here by an integer code that is in text order. Input is one row per (order, item):
order (a number), key (of the customer), window_bucket, day, code, the scope columns of `base.sessions`, and columns to add up.
Belongs here: ranks, sums of the shown and of the others, distinct orders and customers of the others, all scopes and windows in one
pass; and how these frames become rows of a report. Does not belong here: which reports are made of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pyarrow as pa

from ca_assets.analyses.core.base import Base, by_scope, union_all
from ca_assets.analyses.core.calendar import periods
from ca_assets.analyses.core.decimals import exact_sum
from ca_assets.analyses.core.report import ReportSpec
from ca_assets.analyses.core.rows import Labels, Values, money, rows
from ca_assets.analyses.core.temp_tables import TempTables
from ca_assets.contracts.reserved import OTHER


@dataclass(frozen=True)
class Items:
    """One row per (order, item), the columns to add up, and whether all their values are far from 1e18 (`exact_sum`)."""

    rows: ibis.Table
    sums: tuple[str, ...]
    is_bounded: bool = True

    def measures(self, table: ibis.Table, sums: Sequence[str] | None = None) -> dict[str, ir.Scalar]:
        """Sums of the columns (default: those of the rows) over rows of any table that has them."""
        return {name: exact_sum(table[name], is_bounded=self.is_bounded) for name in sums or self.sums}


@dataclass(frozen=True)
class Ranking:
    """Items with their ranks: `totals` has (scope, code, window_bucket) → orders and `sums`; `places` one row per (scope, code).

    Columns of `places` per window w: orders_<w>, customers_<w> (int64) and place_<w> (0, 1, … in the order of the top list; meaningful
    where orders_<w> > 0).
    """

    items: Items
    windows: tuple[int, ...]
    totals: ibis.Table
    sums: tuple[str, ...]
    places: ibis.Table

    @property
    def bits(self) -> dict[int, int]:
        """One bit per window."""
        return {window: 1 << i for i, window in enumerate(self.windows)}


def windows_of(window_bucket: ir.IntegerValue, bits: dict[int, int]) -> ir.IntegerValue:
    """Bits of the windows that a row of this bucket is in."""
    branches = [(window_bucket <= limit, sum(bit for window, bit in bits.items() if window >= limit)) for limit in sorted(bits)]
    return ibis.cases(*branches, else_=0).cast("int16")


def coded(texts: ibis.Table) -> ibis.Table:
    """Different texts (column `text`) with codes 0, 1, … in text order, by code point."""
    return texts.mutate(code=ibis.row_number().over(ibis.window(order_by=texts.text)).cast("int32"))


def rank_items(base: Base, temp: TempTables, items: Items, windows: Sequence[int]) -> Ranking:
    """Rank the items of every scope and window: orders descending, customers descending, text order."""
    table = items.rows
    totals = temp.materialize(by_scope(base, table, ["code", "window_bucket"], {"orders": table.count(), **items.measures(table)}))
    orders = {f"orders_{w}": totals.orders.sum(where=totals.window_bucket <= w).fill_null(0) for w in windows}
    counts = totals.group_by("scope", "code").aggregate(**orders).inner_join(_customers(base, items, windows), ["scope", "code"])
    places = temp.materialize(counts.mutate(**{f"place_{w}": _place(counts, w) for w in windows}))
    return Ranking(items, tuple(windows), totals, items.sums, places)


def _customers(base: Base, items: Items, windows: Sequence[int]) -> ibis.Table:
    """Distinct customers of each (scope, code), by window."""
    customers = by_scope(base, items.rows, ["code", "key"], {"newest": items.rows.window_bucket.min()})
    return customers.group_by("scope", "code").aggregate(
        **{f"customers_{w}": ((customers.newest <= w) & customers.key.notnull()).sum() for w in windows}
    )


def _place(counts: ibis.Table, window: int) -> ir.IntegerColumn:
    order = [counts[f"orders_{window}"].desc(), counts[f"customers_{window}"].desc(), counts.code.asc()]
    return ibis.row_number().over(ibis.window(group_by=counts.scope, order_by=order)).cast("int32")


def top_list(base: Base, ranking: Ranking, top: int) -> pd.DataFrame:
    """Rows (window, scope, place, code, orders, customers, sums) of the first `top` items and, at place `top`, of all others together."""
    frame: pd.DataFrame = union_all([_one_window(ranking, window, top) for window in ranking.windows]).to_pandas()
    is_other = frame["place"] == top
    if is_other.any():
        keys = ["window", "scope"]
        others = frame.loc[is_other, keys].merge(_others(base, ranking, top), on=keys, how="left")
        frame.loc[is_other, ["orders", "customers"]] = others[["orders", "customers"]].to_numpy()
    return frame


def _one_window(ranking: Ranking, window: int, top: int) -> ibis.Table:
    """The list of one window; orders and customers of the others are not yet distinct ones."""
    totals = ranking.totals.filter(ranking.totals.window_bucket <= window).drop("window_bucket")
    places = ranking.places.select(
        "scope", "code", customers=ranking.places[f"customers_{window}"], place=ranking.places[f"place_{window}"]
    )
    joined = totals.inner_join(places, ["scope", "code"])
    place = ibis.least(joined.place, ibis.literal(top, "int32"))
    sums = joined.group_by("scope", place=place).aggregate(
        code=joined.code.min(),
        orders=joined.orders.sum(),
        customers=joined.customers.max(),
        **ranking.items.measures(joined, ranking.sums),
    )
    return sums.mutate(window=ibis.literal(window, "int8"))


def _others(base: Base, ranking: Ranking, top: int) -> pd.DataFrame:
    """Rows (window, scope, orders, customers): distinct ones with an item that is not among the first `top`."""
    bits = ranking.bits
    flags = [ibis.ifelse(ranking.places[f"place_{window}"] >= top, bit, 0) for window, bit in bits.items()]
    masks = ranking.places.select("scope", "code", other=reduce(or_, flags).cast("int16"))
    orders = union_all([_other_orders(ranking, masks, column, bits) for column in base.scopes.columns])
    customers = orders.group_by("scope", "key").aggregate(**{f"orders_{w}": orders[f"has_{w}"].cast("int32").sum() for w in bits})
    measures = {f"orders_{w}": customers[f"orders_{w}"].sum() for w in bits}
    measures.update({f"customers_{w}": ((customers[f"orders_{w}"] > 0) & customers.key.notnull()).sum() for w in bits})
    wide: pd.DataFrame = customers.group_by("scope").aggregate(**measures).to_pandas()
    names = ("orders", "customers")
    return pd.concat([wide[["scope"]].assign(window=w, **{name: wide[f"{name}_{w}"] for name in names}) for w in bits])


def _other_orders(ranking: Ranking, masks: ibis.Table, column: str, bits: dict[int, int]) -> ibis.Table:
    """Rows (scope, key, order, has_<window>: whether it has another item in that window) of one dimension."""
    table = ranking.items.rows.select("order", "key", "window_bucket", "code", scope=column).inner_join(masks, ["scope", "code"])
    table = table.mutate(other=table.other & windows_of(table.window_bucket, bits))
    table = table.filter(table.other != 0)
    has = {f"has_{window}": ((table.other & bit) != 0).cast("int8").max() for window, bit in bits.items()}
    return table.group_by("scope", "key", "order").aggregate(**has)


def top_list_by_day(base: Base, ranking: Ranking, top: int) -> pd.DataFrame:
    """Rows (scope, place, code, day, orders, sums) of the first `top` items of the whole time and, at place `top`, of all others."""
    place = ranking.places[f"place_{ranking.windows[-1]}"]
    places = ranking.places.select("scope", "code", place=ibis.least(place, ibis.literal(top, "int32")))
    frame: pd.DataFrame = union_all([_days_of(ranking.items, places, column, top) for column in base.scopes.columns]).to_pandas()
    return frame


def _days_of(items: Items, places: ibis.Table, column: str, top: int) -> ibis.Table:
    """One dimension's scopes. An order has an item once only, but several of the others: distinct orders are counted in two steps."""
    table = items.rows.select("order", "day", "code", *items.sums, scope=column).inner_join(places, ["scope", "code"])
    sums = table.group_by("scope", "place", "day").aggregate(code=table.code.min(), lines=table.count(), **items.measures(table))
    others = table.filter(table.place == top).select("scope", "place", "day", "order").distinct()
    distinct = others.group_by("scope", "place", "day").aggregate(together=others.count())
    joined = sums.left_join(distinct, ["scope", "place", "day"])
    return joined.select("scope", "place", "code", "day", *items.sums, orders=ibis.coalesce(joined.together, joined.lines))


def texts_of(items: ibis.Table, codes: pd.Series) -> pd.Series:
    """Texts of the codes that occur, by code; `items` has code and text."""
    wanted = ibis.memtable(pa.table({"wanted": pa.array(np.unique(codes.to_numpy(np.int32)), pa.int32())}))
    texts: pd.DataFrame = items.select("code", "text").inner_join(wanted, items.code == wanted.wanted).to_pandas()
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
    """Report rows, one per row of the frame (column `scope` holds scope numbers)."""
    scope = frame["scope"].to_numpy(np.int64)
    return rows(spec, base.scopes.names, scope, scope.shape, columns)


def daily_rows(base: Base, spec: ReportSpec, groups: pd.DataFrame, values: pd.DataFrame) -> pa.Table:
    """Report rows for every group (scope, place, text) and day; `values` has (scope, place, day) and the contract's figures, not all days.

    The contract begins with period, complete and the item. Money is null where a scope has two currencies.
    """
    groups = groups.reset_index(drop=True)
    number = groups.reset_index().set_index(["scope", "place"])["index"]
    at = number.loc[pd.MultiIndex.from_frame(values[["scope", "place"]])].to_numpy() if len(values) else np.zeros(0, dtype=np.int64)
    span = periods(base.session_days, "daily", base.context.shop.calendar)
    place = np.searchsorted(span.offsets, np.arange(base.session_days.days))  # of a day among the rows, which skip days that never were
    shape = (len(groups), len(span))
    scope = groups["scope"].to_numpy(np.int64)[:, None]
    texts = labels(groups["text"])
    columns: dict[str, Values] = {
        "period": span.first_days,
        "complete": span.complete,
        spec.key[1]: Labels(texts.texts, texts.codes[:, None]),
    }
    for column in spec.columns[3:]:
        dense = np.zeros(shape)
        dense[at, place[values["day"].to_numpy(np.int64)]] = values[column.name].to_numpy(np.float64)
        columns[column.name] = money(dense, base.mixed[scope, -1]) if column.unit == "money" else dense
    return rows(spec, base.scopes.names, scope, shape, columns)


def groups_of(values: pd.DataFrame) -> pd.DataFrame:
    """The different (scope, place, text) of daily values."""
    return values[["scope", "place", "text"]].drop_duplicates(["scope", "place"])
