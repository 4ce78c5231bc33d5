"""Names of products that have several: the smallest in text order within a scope and window (REPORTS.md section 6)."""

from __future__ import annotations

from functools import reduce
from operator import or_

import pandas as pd

from ca_assets.analyses.base import Base, by_scope
from ca_assets.analyses.baskets import Baskets
from ca_assets.analyses.top_lists import Ranked


def with_names(base: Base, baskets: Baskets, found: Ranked, frame: pd.DataFrame, top: int) -> pd.DataFrame:
    """The frame of listed products with `name`; null for all others and without a name."""
    single = _single_names(baskets)
    several = _several_names(base, baskets, found, top)
    frame = frame.merge(single, on="code", how="left").merge(several, on=["age", "scope", "code"], how="left")
    name = frame["several"].where(frame["is_varied"].eq(True), frame["name"])
    return frame.assign(name=name.where(frame["place"] < top, None))


def _single_names(baskets: Baskets) -> pd.DataFrame:
    products = baskets.products
    named: pd.DataFrame = products.filter(products.name.notnull()).select("code", "name", "is_varied").to_pandas()
    return named


def _several_names(base: Base, baskets: Baskets, found: Ranked, top: int) -> pd.DataFrame:
    """Rows (age, scope, code, several) of the listed products: smallest name among the lines of that scope and window."""
    named = baskets.lines.filter(baskets.lines.product_name.notnull())
    lines = named.select("order", "product_name", code="product").inner_join(baskets.orders, "order")
    names = by_scope(base, lines, ["code", "age"], {"several": lines.product_name.min()})
    is_listed = reduce(or_, [found.places[f"place_{age}"] < top for age in found.ages])
    rows: pd.DataFrame = names.inner_join(found.places.filter(is_listed).select("scope", "code"), ["scope", "code"]).to_pandas()
    pieces = [rows[rows["age"] <= age].groupby(["scope", "code"])["several"].min().reset_index().assign(age=age) for age in found.ages]
    several: pd.DataFrame = pd.concat(pieces)
    return several
