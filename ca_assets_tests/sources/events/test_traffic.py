"""Traffic with a known truth: every total is exact, in whatever files, order and number of copies it comes, in one load or many."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from ca_assets_tests.sources.events.conftest import Shop, Table
from ca_assets_tests.sources.events.traffic import Traffic

TRAFFIC = Traffic(seed=5, visitors=260)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """All of it in one file and one load."""
    shop = Shop(tmp_path_factory.mktemp("whole"))
    shop.write("all.jsonl", TRAFFIC.lines)
    shop.build()
    return shop


def figures(shop: Shop) -> dict[str, Any]:
    """The truth's figures from the tables."""
    sessions: Table = shop.table("sessions")
    activity, orders = shop.table("product_activity"), [row for row in sessions if row["has_purchased"]]
    counts = shop.built.counts if shop.built else {}
    return {
        "sessions": len(sessions),
        "orders": len(orders),
        "amount": round(100 * sum(row["payment_amount"] for row in sessions)),
        "discount": round(100 * sum(row["discount_amount"] for row in sessions)),
        "basket_sessions": sum(row["Product Added"] for row in sessions),
        "view_sessions": sum(row["Product Viewed"] for row in sessions),
        "refunds": sum(row["refund_amount"] > 0 for row in sessions),
        "refunded": round(100 * sum(row["refund_amount"] for row in sessions)),
        "lines": len(shop.table("baskets")),
        "buyers": len({row["client"] for row in orders}),
        "signups": sum(row["signup_date"] is not None for row in shop.table("customers")),
        "views": sum(row["views"] for row in activity),
        "additions": sum(row["additions"] for row in activity),
        "robots": counts["robots"],
        "left out": counts["duplicates"],
    }


def test_every_total_is_exact(whole: Shop) -> None:
    truth = TRAFFIC.truth.figures()
    expected = {**truth, "left out": truth.pop("copies") + truth.pop("doubles")}
    assert figures(whole) == {name: expected[name] for name in figures(whole)}
    assert truth["orders"] > 80 and truth["refunds"] > 5 and truth["robots"] > 50


def test_order_and_split_of_files_do_not_matter(whole: Shop, shop: Shop) -> None:
    lines = [*TRAFFIC.lines]
    random.Random(1).shuffle(lines)
    for number in range(8):
        shop.write(f"{number}.jsonl", lines[number::8])
    shop.build()
    assert shop.tables() == whole.tables() and shop.built and whole.built and shop.built.counts == whole.built.counts


def test_everything_twice_and_a_torn_line(whole: Shop, shop: Shop) -> None:
    assert whole.built
    lines = [*TRAFFIC.lines, *TRAFFIC.lines]
    random.Random(2).shuffle(lines)
    shop.write("all.jsonl", "\n".join(lines) + '\n{"received_at": "2026-03-01T')
    counts = shop.build()
    assert shop.tables() == whole.tables()
    more = len(TRAFFIC.lines) - whole.built.counts["robots"]
    assert counts["rejected"] == 1 and counts["duplicates"] == whole.built.counts["duplicates"] + more
    assert [row for row in shop.reasons() if row[1] == "not_json"] == [
        (len(lines) + 1, "not_json", "all.jsonl: the line is no JSON (cut short?)")
    ]


def test_increments_equal_one_whole_load(whole: Shop, shop: Shop) -> None:
    parts = sorted(random.Random(3).sample(range(len(TRAFFIC.lines)), 5))
    for number, (start, end) in enumerate(zip([0, *parts], [*parts, None], strict=True)):
        shop.write(f"{number}.jsonl", TRAFFIC.lines[start:end])
        counts = shop.build()
        whole_now = Shop(_new(shop.folder, number))
        whole_now.write("all.jsonl", TRAFFIC.lines[:end])
        assert whole_now.build() == counts
        assert shop.tables() == whole_now.tables(), f"after part {number}"
    assert shop.tables() == whole.tables()


def test_files_that_change_or_go(whole: Shop, shop: Shop) -> None:
    half = len(TRAFFIC.lines) // 2
    shop.write("1.jsonl", TRAFFIC.lines[:half])
    shop.write("2.jsonl", TRAFFIC.lines[half:])
    shop.build()
    assert shop.tables() == whole.tables()
    shop.remove("2.jsonl")
    shop.build()
    expected = Shop(_new(shop.folder, 0))
    expected.write("all.jsonl", TRAFFIC.lines[:half])
    expected.build()
    assert shop.tables() == expected.tables()
    shop.write("1.jsonl", TRAFFIC.lines)  # as the collector's files of a day become one
    shop.build()
    assert shop.tables() == whole.tables()


def _new(folder: Path, number: int) -> Path:
    path = folder / f"whole-{number}"
    path.mkdir()
    return path
