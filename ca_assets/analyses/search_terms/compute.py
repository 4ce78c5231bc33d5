"""The table `search_terms` (docs/contract, section 16): a row per term and text that finds it, as of the report.

A product is found by its id and by its name, so it has up to two rows; everything else has one. `value` of a dimension is its scope, as in
`country=FR`. `text` is what searches compare (`folding`).
"""

from __future__ import annotations

import ibis
import pyarrow as pa

from ca_assets.analyses.core.base import Base, union_all
from ca_assets.analyses.core.context import Context
from ca_assets.analyses.core.family import Inputs, Result
from ca_assets.analyses.core.report_set import build_report_set
from ca_assets.analyses.search_terms.family import FAMILY, TABLE
from ca_assets.analyses.search_terms.folding import fold


def run(inputs: Inputs, context: Context) -> Result:
    """The table; without rows while no day is complete."""
    base = inputs.base
    table = term_rows(base)
    return Result(build_report_set(FAMILY.name, base, {}), f"{table.num_rows:,} texts of terms", {TABLE.name: ibis.memtable(table)})


def term_rows(base: Base) -> pa.Table:
    """The rows of the table, of what the base tables hold."""
    parts = [_clients(base), _promotions(base), *(_dimension(base, name) for name in base.context.shop.dimensions)]
    if base.lines is not None:
        parts.append(_products(base, base.lines))
    terms: pa.Table = union_all([part.select("kind", "value", "label", "orders") for part in parts]).to_pyarrow()
    return _with_texts(terms)


def _clients(base: Base) -> ibis.Table:
    """Of sessions and of downloads, those without an order too."""
    orders = base.sessions.filter(base.sessions.purchased)
    counts = orders.group_by("key").aggregate(orders=orders.count())
    known = base.customers.select("client", "key").left_join(counts, "key")
    return known.select(kind=ibis.literal("client"), value=known.client, label=ibis.null("string"), orders=known.orders.fill_null(0))


def _promotions(base: Base) -> ibis.Table:
    used = base.sessions.filter(base.sessions.promotion.notnull())
    counts = used.group_by(value=used.promotion).aggregate(orders=used.count())
    return counts.mutate(kind=ibis.literal("promotion"), label=ibis.null("string"))


def _dimension(base: Base, name: str) -> ibis.Table:
    """Every value that a session has, also of those that are no scope of their own."""
    known = base.known.filter(base.known[f"dimensions.{name}"].notnull())
    counts = known.group_by(value=known[f"dimensions.{name}"]).aggregate(orders=known.has_purchased.cast("int64").sum())
    value = ibis.literal(f"{name}=") + counts.value
    return counts.select(kind=ibis.literal("dimension"), value=value, label=ibis.null("string"), orders=counts.orders)


def _products(base: Base, lines: ibis.Table) -> ibis.Table:
    """With the name in the newest order that has one (of equally new ones the smallest in text order)."""
    orders = base.sessions.filter(base.sessions.purchased).select("id", "start")
    bought = lines.select("id", "product", "product_name").inner_join(orders, "id")
    counts = bought.group_by(value=bought["product"]).aggregate(orders=bought.id.nunique())
    named = bought.filter(bought.product_name.notnull())
    names = named.group_by(named=named["product"], label=named.product_name).aggregate(newest=named.start.max())
    place = ibis.row_number().over(ibis.window(group_by=names.named, order_by=[names.newest.desc(), names.label]))
    newest = names.mutate(place=place)
    newest = newest.filter(newest.place == 0).select("named", "label")
    return counts.left_join(newest, counts.value == newest.named).mutate(kind=ibis.literal("product"))


def _with_texts(terms: pa.Table) -> pa.Table:
    """The rows of the table: beside each term what finds it; a product's name has a row of its own where it differs from its id."""
    kinds, values, labels = (terms[name].to_pylist() for name in ("kind", "value", "label"))
    texts = [fold(value.partition("=")[2] if kind == "dimension" else value) for kind, value in zip(kinds, values, strict=True)]
    folded = [(row, fold(label)) for row, label in enumerate(labels) if label]
    names = [(row, text) for row, text in folded if text != texts[row]]
    taken = pa.array([*range(terms.num_rows), *(row for row, _ in names)], pa.int64())
    found_by = pa.array([*texts, *(text for _, text in names)], pa.string())
    return terms.take(taken).append_column("text", found_by).select(TABLE.schema().names).cast(TABLE.schema())
