"""What a load changed in the orders, month by month: for the ledger, so that a figure that moved can be explained.

Belongs here: comparing two versions of `orders`. How it is shown: `ca_assets.analyses.loads.compute`.
"""

from __future__ import annotations

from typing import Any

import ibis

from ca_assets.analyses.core.decimals import exact_sum
from ca_assets.lake.files import LakeFiles, scan
from ca_assets.lake.lake import Lake

MONTH = "month"


def restated(lake: Lake, con: ibis.BaseBackend, before: int | None) -> list[dict[str, Any]]:
    """One entry per month whose rows changed since version `before` of `orders` (None: there was none), by month.

    Keys: month; added, removed, changed (rows, by id); orders_before, orders_after (counts), revenue_before, revenue_after (sums of payment
    amounts; None where orders of several currencies would be added up).
    """
    new = lake.files("orders")
    old = lake.files("orders", before) if before is not None else LakeFiles(-1, new.schema, ())
    months = sorted(_different(old, new))
    if not months:
        return []
    was, now = (_of_months(con, files, months) for files in (old, new))
    found: dict[str, dict[str, Any]] = {month: {"month": month, "added": 0, "removed": 0, "changed": 0} for month in months}
    for suffix, table in (("before", was), ("after", now)):
        for row in _sums(table):
            found[row["month"]] |= {f"orders_{suffix}": row["orders"], f"revenue_{suffix}": row["revenue"]}
    for row in _moves(was, now):
        found[row["month"]][row["kind"]] = row["rows"]
    return [{"orders_before": 0, "orders_after": 0, "revenue_before": 0.0, "revenue_after": 0.0, **entry} for entry in found.values()]


def _different(old: LakeFiles, new: LakeFiles) -> set[str]:
    """Months whose files are not the same."""
    return {str(month) for _, month in {*old.files} ^ {*new.files}}


def _of_months(con: ibis.BaseBackend, files: LakeFiles, months: list[str]) -> ibis.Table:
    """Rows of some months, and of no others are any read."""
    return scan(con, LakeFiles(files.version, files.schema, tuple(file for file in files.files if file[1] in set(months))))


def _sums(table: ibis.Table) -> list[dict[str, Any]]:
    orders = table.filter(table["has_purchased"])
    found = orders.group_by(MONTH).agg(
        orders=orders.count(),
        amount=exact_sum(orders["payment_amount"]),
        currencies=orders["currency"].nunique(),
    )
    rows: list[dict[str, Any]] = found.to_pyarrow().to_pylist()
    return [{**row, "revenue": row["amount"] if row["currencies"] == 1 else None} for row in rows]


def _moves(was: ibis.Table, now: ibis.Table) -> list[dict[str, Any]]:
    """Rows per month and kind: `added` and `changed` by the month in which a row is now, `removed` by the one in which it was.

    A row that moved to another month is removed from one and added to the other.
    """
    shared = [name for name in now.columns if name in was.columns]
    left = _hashed(was, shared).rename(old_id="id", old_month=MONTH, old_hash="hash")
    both = left.outer_join(_hashed(now, shared), [left["old_id"] == _hashed(now, shared)["id"]])
    is_new: Any = both["id"].notnull() & (both["old_id"].isnull() | (both["old_month"] != both[MONTH]))
    is_gone: Any = both["old_id"].notnull() & (both["id"].isnull() | (both["old_month"] != both[MONTH]))
    is_other: Any = both["old_hash"] != both["hash"]
    kinds = (("added", MONTH, is_new), ("removed", "old_month", is_gone), ("changed", MONTH, ~is_new & ~is_gone & is_other))
    parts = [both.filter(test).select(month=both[month], kind=ibis.literal(kind)) for kind, month, test in kinds]
    union = ibis.union(*parts)
    rows: list[dict[str, Any]] = union.group_by("month", "kind").agg(rows=union.count()).to_pyarrow().to_pylist()
    return rows


def _hashed(table: ibis.Table, columns: list[str]) -> ibis.Table:
    """Key, month and the hash of the whole row."""
    content: Any = ibis.struct({name: table[name] for name in columns})
    return table.select("id", MONTH, hash=content.hash())
