"""Thousands of hostile rows: no crash, every row is in exactly one count, and the reader agrees with the slow reference."""

from __future__ import annotations

from pathlib import Path

from ca_assets_tests.cleaning.building import build
from ca_assets_tests.shops import hostile
from ca_assets_tests.shops.builder import csv_bytes
from ca_assets_tests.sources.files.slow_csv_reader import read_rows

BROKEN = ("broken_quote", "field_count", "not_utf8")


def test_every_hostile_row_is_counted(tmp_path: Path) -> None:
    shop = hostile.hostile_shop(5000)
    tables = build(tmp_path, shop)
    counts = tables.counts["sessions"]
    assert counts["read"] == counts["accepted"] + counts["rejected"] + counts["duplicates"] + counts["orphans"]
    assert counts["read"] > 4500 and min(counts["accepted"], counts["rejected"], counts["duplicates"]) > 200
    orders = tables.orders.to_pyarrow()
    assert len(orders) == counts["accepted"] == len(set(orders["id"].to_pylist()))
    assert tables.rejects.count().to_pyarrow().as_py() == counts["rejected"] + counts["duplicates"]
    assert len(tables.reasons["sessions"]) >= 12

    body = csv_bytes(shop.sessions).split(b"\n", 1)[1]
    good, broken = read_rows(body, b",", 8, first_line=2)
    assert counts["read"] == len(good) + len(broken)
    rejects = tables.rejects.to_pyarrow().to_pylist()
    assert sorted(row["line"] for row in rejects if row["reason"] in BROKEN) == broken
