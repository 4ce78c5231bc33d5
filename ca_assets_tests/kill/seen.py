"""What a reader sees of a publication: the same totals by every way there is, and which edition they belong to.

Belongs here: reading through the snapshot and the export command, as pages and people do. Does not belong here: judging (`harness`).
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
from click.testing import CliRunner

from ca_assets.cli.main import cli
from ca_assets.index.protocol import NotPublished, Snapshot
from ca_assets_tests.shops.editions import edition_of

Totals = dict[str, tuple[float, float]]
SCOPES = ("all", "country=DE", "country=FR")


class Mixture(AssertionError):
    """Totals of one reading that do not belong together; the message shows them."""


def edition_in(totals: Totals) -> int:
    """The edition that all (orders, revenue) are of. Raises Mixture."""
    found = {name: edition_of(*pair) for name, pair in totals.items()}
    number = next(iter(found.values()))
    if number is None or set(found.values()) != {number}:
        raise Mixture(f"{totals} are of editions {found}")
    return number


def snapshot_totals(snapshot: Snapshot) -> Totals:
    """(orders, revenue) from the published rows, their baskets, and every report that has both."""
    rows = pa.Table.from_batches(snapshot.rows("orders", columns=["id", "has_purchased", "payment_amount", "basket"])).to_pylist()
    sold = [row for row in rows if row["has_purchased"]]
    if len({row["id"] for row in rows}) != len(rows):
        raise Mixture("an order is there twice")
    lines = [line for row in sold for line in row["basket"] or ()]
    totals = {"rows": _pair(sold, "payment_amount"), "baskets": _pair(lines, "price")}
    for scope_set in (SCOPES[:1], SCOPES[1:]):
        totals[f"daily of {' and '.join(scope_set)}"] = _summed(snapshot, scope_set, "daily_orders", "daily_revenue")
    kpis = {row["metric"]: row["total"] for row in snapshot.report("stats", "kpis").data.to_pylist()}
    return totals | {"kpis": (kpis["orders"], kpis["revenue"])} | dict(_products(snapshot))


def trained_orders(snapshot: Snapshot) -> int | None:
    """The number of orders that the weekly dummy family was trained on; None before its first training. Raises Mixture."""
    try:
        (figures,) = snapshot.report("weekly_values", "overall").data.to_pylist()
        rows = [row for batch in snapshot.rows("weekly_values") for row in batch.to_pylist()]
    except NotPublished:
        return None
    table = len(rows), sum(row["expected_orders"] for row in rows)
    if table != (figures["buyers"], figures["orders"]):
        raise Mixture(f"the training's table holds {table}, its report {figures}")
    return int(figures["orders"])


def _summed(snapshot: Snapshot, scopes: tuple[str, ...], orders: str, revenue: str) -> tuple[float, float]:
    """Of several scopes together: customers' country is a dimension with two values, which add up to all."""
    counted = [row["orders"] for scope in scopes for row in snapshot.report("stats", orders, scope).data.to_pylist()]
    earned = [row["revenue"] for scope in scopes for row in snapshot.report("stats", revenue, scope).data.to_pylist()]
    return sum(counted), sum(earned)


def _products(snapshot: Snapshot) -> Iterator[tuple[str, tuple[float, float]]]:
    try:
        rows = snapshot.report("products", "top_products").data.to_pylist()
    except NotPublished:
        return  # this version has no such report
    yield "products", (sum(row["orders"] for row in rows), sum(row["line_value"] for row in rows))


def export_totals(folder: Path) -> Totals:
    """(orders, revenue) from the files of `ca export --all`."""
    result = CliRunner().invoke(cli, ["export", "--all", "--out", str(folder)])
    if result.exit_code:
        raise Mixture(f"the export failed: {result.output} {result.exception!r}")
    orders = [row for row in _read(folder / "orders.csv") if row["has_purchased"] == "true"]
    kpis = {row["metric"]: float(row["total"]) for row in _read(folder / "stats" / "kpis.csv")}
    daily = sum(float(row["orders"]) for row in _read(folder / "stats" / "daily_orders.csv"))
    earned = sum(float(row["revenue"]) for row in _read(folder / "stats" / "daily_revenue.csv"))
    return {
        "orders.csv": (len(orders), sum(float(row["payment_amount"]) for row in orders)),
        "kpis.csv": (kpis["orders"], kpis["revenue"]),
        "daily": (daily, earned),
    }


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _pair(rows: list[dict[str, Any]], amount: str) -> tuple[float, float]:
    return len(rows), sum(float(row[amount]) for row in rows)
