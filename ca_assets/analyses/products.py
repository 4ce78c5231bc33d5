"""Products (REPORTS.md section 6): top lists of products and categories, products by day, pairs, and what lines add up to.

Belongs here: how the family is put together. Ranks are in `top_lists`, lines with integer codes in `baskets`, pairs in `product_pairs`.
"""

from __future__ import annotations

import pandas as pd
import pyarrow as pa

from ca_assets.analyses.base import Base
from ca_assets.analyses.baskets import Baskets, make_baskets
from ca_assets.analyses.calendar import periods
from ca_assets.analyses.cubes import daily, selected
from ca_assets.analyses.held import Shelf
from ca_assets.analyses.item_rows import daily_rows, groups_of, labels, listed_rows, money, with_texts
from ca_assets.analyses.product_names import with_names
from ca_assets.analyses.product_pairs import pair_reports
from ca_assets.analyses.products_specs import REPORTS, SPECS
from ca_assets.analyses.report import ReportSet
from ca_assets.analyses.rows import Values, per_scope, rows
from ca_assets.analyses.sets import finished
from ca_assets.analyses.sums import exact_sum
from ca_assets.analyses.top_lists import Ranked, by_day, listed, ranked

__all__ = ["REPORTS", "from_base"]

DAILY_PRODUCTS = 10


def from_base(base: Base, shelf: Shelf, windows: bool = True) -> ReportSet:
    """All reports of the family in every scope; none without baskets. Windows adds `top_products@7d` …"""
    if base.lines is None:
        return finished("products", base, {})
    baskets, ages = make_baskets(base, base.lines, shelf), selected(windows)
    tables = {**_categories(base, baskets, ages), **_products(base, shelf, baskets, ages)}
    return finished("products", base, {**tables, "line_value_monthly": _line_value(base, baskets)})


def _categories(base: Base, baskets: Baskets, ages: dict[str, int]) -> dict[str, pa.Table]:
    top = base.context.shop.settings.top
    with Shelf(baskets.shelf.engine) as own:
        found = ranked(base, own, baskets.items("category", own), list(ages.values()))
        frame = with_texts(listed(base, found, top), baskets.categories, top)
    return _top_lists(base, "top_categories", frame, ages)


def _products(base: Base, shelf: Shelf, baskets: Baskets, ages: dict[str, int]) -> dict[str, pa.Table]:
    top = base.context.shop.settings.top
    found = ranked(base, shelf, baskets.items("product", shelf), list(ages.values()))
    frame = with_names(base, baskets, found, with_texts(listed(base, found, top), baskets.products, top), top)
    return {
        **_top_lists(base, "top_products", frame, ages),
        "daily_products": _daily(base, baskets, found),
        **pair_reports(base, shelf, baskets, found, ages),
    }


def _top_lists(base: Base, type_: str, frame: pd.DataFrame, ages: dict[str, int]) -> dict[str, pa.Table]:
    """The report with the suffix of each window."""
    tables = {}
    for suffix, age in ages.items():
        chosen = frame[frame["age"] == age]
        mixed = base.mixed[chosen["scope"].to_numpy(int), age]
        columns: dict[str, Values] = {name: chosen[name].to_numpy(float) for name in ("orders", "units", "customers")}
        columns["line_value"] = money(chosen["value"].to_numpy(float), mixed)
        columns[SPECS[type_].key[0]] = labels(chosen["text"])
        if "name" in chosen:
            columns["product_name"] = labels(chosen["name"])
        tables[f"{type_}{suffix}"] = listed_rows(base, SPECS[type_], chosen, columns)
    return tables


def _daily(base: Base, baskets: Baskets, found: Ranked) -> pa.Table:
    frame = by_day(base, found, DAILY_PRODUCTS).rename(columns={"value": "line_value"})
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
