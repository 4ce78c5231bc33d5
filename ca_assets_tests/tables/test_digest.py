"""Equal rows have equal digests whatever their order; any cell that differs shows."""

from __future__ import annotations

from typing import Any

import ibis
import pytest

from ca_assets.tables.digest import digest
from ca_assets_tests.tables.building import engine

ROWS: list[dict[str, Any]] = [
    {"id": "a", "amount": 1.5, "_row": 0},
    {"id": "b", "amount": None, "_row": 1},
    {"id": "b", "amount": None, "_row": 2},
]


def _digest(rows: list[dict[str, Any]]) -> str:
    schema = {"id": "string", "amount": "float64", "_row": "int64"}
    return digest(engine().create_table("rows", ibis.memtable(rows, schema=schema).to_pyarrow()))


def test_order_and_place_do_not_matter() -> None:
    assert _digest(ROWS) == _digest([{**row, "_row": 9 - index} for index, row in enumerate(reversed(ROWS))])


@pytest.mark.parametrize(
    "other",
    [
        ROWS[:2],
        [*ROWS, ROWS[2]],
        [ROWS[0], ROWS[1], {**ROWS[2], "amount": 0.0}],
        [{**ROWS[0], "id": "A"}, *ROWS[1:]],
        [{**ROWS[0], "id": "b"}, {**ROWS[1], "id": "a"}, ROWS[2]],
    ],
)
def test_every_difference_shows(other: list[dict[str, Any]]) -> None:
    assert _digest(other) != _digest(ROWS)
