"""Thousands of hostile rows: no crash, every row is in exactly one count, and the reader agrees with the slow reference."""

from __future__ import annotations

from pathlib import Path

from ca_assets_tests import hostile
from ca_assets_tests.sources.reference import read_rows
from ca_assets_tests.tables.building import build

SESSIONS = {
    "kind": "csv",
    "path": "hostile.csv",
    "columns": {
        "id": "order_id",
        "client": "customer",
        "session_start_date": "started_at",
        "payment_amount": "amount",
        "has_purchased": "purchased",
        "promotion_id": "voucher",
    },
    "dimensions": ["country"],
    "actions": ["seen"],
}
BROKEN = ("broken_quote", "field_count", "not_utf8")


def test_every_hostile_row_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "hostile.csv"
    hostile.write(path, 5000)
    tables = build(tmp_path, {}, zone="Europe/London", sessions=SESSIONS)
    counts = tables.counts["sessions"]
    assert counts["read"] == counts["accepted"] + counts["rejected"] + counts["duplicates"] + counts["orphans"]
    assert counts["read"] > 4500 and min(counts["accepted"], counts["rejected"], counts["duplicates"]) > 200
    orders = tables.orders.to_pyarrow()
    assert len(orders) == counts["accepted"] == len(set(orders["id"].to_pylist()))
    assert tables.rejects.count().to_pyarrow().as_py() == counts["rejected"] + counts["duplicates"]
    assert len(tables.reasons["sessions"]) >= 12

    body = path.read_bytes().split(b"\n", 1)[1]
    good, broken = read_rows(body, b",", 8, first_line=2)
    assert counts["read"] == len(good) + len(broken)
    found = tables.rejects.to_pyarrow().to_pylist()
    assert sorted(row["line"] for row in found if row["reason"] in BROKEN) == broken
