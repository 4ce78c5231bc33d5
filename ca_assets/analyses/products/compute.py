"""Products (docs/contract, section 6): top lists of products and categories, products by day, pairs, and what lines add up to.

Belongs here: how the family is put together. Ranks are in `core/top_lists`, lines with integer codes in `baskets`, pairs in `pairs`.
"""

from __future__ import annotations

from functools import reduce
from operator import or_

import ibis
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ca_assets.analyses.core.base import Base, by_scope
from ca_assets.analyses.core.calendar import periods
from ca_assets.analyses.core.context import Context
from ca_assets.analyses.core.cubes import chosen_windows, daily
from ca_assets.analyses.core.decimals import exact_sum
from ca_assets.analyses.core.family import Inputs, Result
from ca_assets.analyses.core.report import all_scope
from ca_assets.analyses.core.report_set import build_report_set
from ca_assets.analyses.core.rows import Values, money, per_scope, rows
from ca_assets.analyses.core.temp_tables import TempTables
from ca_assets.analyses.core.top_lists import (
    Ranking,
    daily_rows,
    groups_of,
    labels,
    listed_rows,
    rank_items,
    top_list,
    top_list_by_day,
    with_texts,
)
from ca_assets.analyses.products.baskets import Baskets, make_baskets
from ca_assets.analyses.products.pairs import pair_reports
from ca_assets.analyses.products.specs import SPECS

DAILY_PRODUCTS = 10


def run(inputs: Inputs, context: Context) -> Result:
    """All reports of the family in every scope; none without baskets. Windows adds `top_products@7d` …"""
    base, temp = inputs.base, inputs.temp
    if base.lines is None:
        return Result(build_report_set("products", base, {}), "no baskets mapped")
    lines = temp.materialize(base.lines) if context.is_range else base.lines  # of a range they are few: read once, not for each step
    baskets, windows = make_baskets(base, lines, temp), chosen_windows(context.windows)
    tables = {**_categories(base, baskets, windows), **_products(base, temp, baskets, windows)}
    if context.is_range:
        return Result(build_report_set("products", base, tables))
    reports = build_report_set("products", base, {**tables, "line_value_monthly": _line_value(base, baskets)})
    with_lines = pc.sum(all_scope(reports, "line_value_monthly")["orders_with_lines"]).as_py() or 0
    return Result(reports, f"{with_lines:,} orders with basket lines")


def _categories(base: Base, baskets: Baskets, windows: dict[str, int]) -> dict[str, pa.Table]:
    top = base.context.shop.settings.top
    with TempTables(baskets.temp.engine) as temp:
        ranking = rank_items(base, temp, baskets.items("category", temp), list(windows.values()))
        frame = with_texts(top_list(base, ranking, top), baskets.categories, top)
    return _top_lists(base, "top_categories", frame, windows)


def _products(base: Base, temp: TempTables, baskets: Baskets, windows: dict[str, int]) -> dict[str, pa.Table]:
    top = base.context.shop.settings.top
    ranking = rank_items(base, temp, baskets.items("product", temp), list(windows.values()))
    frame = _with_names(base, baskets, ranking, with_texts(top_list(base, ranking, top), baskets.products, top), top)
    tables = {**_top_lists(base, "top_products", frame, windows), **pair_reports(base, temp, baskets, ranking, windows)}
    return tables if base.context.is_range else {**tables, "daily_products": _daily(base, baskets, ranking)}


def _top_lists(base: Base, type_: str, frame: pd.DataFrame, windows: dict[str, int]) -> dict[str, pa.Table]:
    """The report with the suffix of each window."""
    tables = {}
    for suffix, window in windows.items():
        chosen = frame[frame["window"] == window]
        mixed = base.mixed[chosen["scope"].to_numpy(int), window]
        columns: dict[str, Values] = {name: chosen[name].to_numpy(float) for name in ("orders", "units", "customers")}
        columns["line_value"] = money(chosen["value"].to_numpy(float), mixed)
        columns[SPECS[type_].key[0]] = labels(chosen["text"])
        if "name" in chosen:
            columns["product_name"] = labels(chosen["name"])
        tables[f"{type_}{suffix}"] = listed_rows(base, SPECS[type_], chosen, columns)
    return tables


def _with_names(base: Base, baskets: Baskets, ranking: Ranking, frame: pd.DataFrame, top: int) -> pd.DataFrame:
    """The frame of listed products with `name`, of several the newest; null for all others and without a name."""
    products = baskets.products
    single = products.filter(products.name.notnull()).select("code", "name", "is_varied").to_pandas()
    several = _several_names(base, baskets, ranking, top)
    frame = frame.merge(single, on="code", how="left").merge(several, on=["window", "scope", "code"], how="left")
    name = frame["several"].where(frame["is_varied"].eq(True), frame["name"])
    return frame.assign(name=name.where(frame["place"] < top, None))


def _several_names(base: Base, baskets: Baskets, ranking: Ranking, top: int) -> pd.DataFrame:
    """Rows (window, scope, code, several) of the listed products: name in the newest order of that scope and window.

    Of all names at that moment it is the smallest in text order.
    """
    named = baskets.lines.filter(baskets.lines.product_name.notnull())
    lines = named.select("order", "product_name", code="product").inner_join(baskets.orders, "order")
    lines = lines.mutate(age=ibis.row_number().over(ibis.window(order_by=[lines.start, lines.product_name.desc()])))
    newest = {"several": lines.product_name.argmax(lines.age), "age": lines.age.max()}
    names = by_scope(base, lines, ["code", "window_bucket"], newest)
    is_listed = reduce(or_, [ranking.places[f"place_{window}"] < top for window in ranking.windows])
    frame = names.inner_join(ranking.places.filter(is_listed).select("scope", "code"), ["scope", "code"]).to_pandas()
    pieces = []
    for window in ranking.windows:
        inside = frame[frame["window_bucket"] <= window].sort_values("age").drop_duplicates(["scope", "code"], keep="last")
        pieces.append(inside[["scope", "code", "several"]].assign(window=window))
    several: pd.DataFrame = pd.concat(pieces)
    return several


def _daily(base: Base, baskets: Baskets, ranking: Ranking) -> pa.Table:
    frame = top_list_by_day(base, ranking, DAILY_PRODUCTS).rename(columns={"value": "line_value"})
    frame = with_texts(frame, baskets.products, DAILY_PRODUCTS)
    return daily_rows(base, SPECS["daily_products"], groups_of(frame), frame)


def _line_value(base: Base, baskets: Baskets) -> pa.Table:
    orders, filled = baskets.orders, baskets.filled
    names, span = base.scopes.names, periods(base.session_days, "monthly", base.context.shop.calendar)
    measures = {
        "orders_with_lines": filled.count(),
        "line_value": exact_sum(filled.value, is_bounded=baskets.is_bounded),
        "revenue": exact_sum(filled.amount),
        "discount": exact_sum(filled.discount),
    }
    cube = daily(base, orders, {"orders": orders.count()}, base.session_days)
    cube |= daily(base, filled, measures, base.session_days)
    sums = {name: span.sums(values) for name, values in cube.items()}
    sums["difference"] = sums["revenue"] - sums["line_value"]
    mixed = base.mixed[:, -1:]
    columns: dict[str, Values] = {name: values if name.startswith("orders") else money(values, mixed) for name, values in sums.items()}
    columns |= {"period": span.first_days, "complete": span.complete}
    return rows(SPECS["line_value_monthly"], names, per_scope(names, 2), (len(names), len(span)), columns)
