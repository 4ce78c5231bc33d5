"""Equal rows have equal digests whatever their order; any cell that differs shows."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from ca_assets.tables.digest import digest
from ca_assets_tests.tables.building import engine

SCHEMA = pa.schema([("id", pa.string()), ("amount", pa.float64()), ("_row", pa.int64())])
ROWS: list[dict[str, Any]] = [
    {"id": "a", "amount": 1.5, "_row": 0},
    {"id": "b", "amount": None, "_row": 1},
    {"id": "b", "amount": None, "_row": 2},
]


def _digest(rows: list[dict[str, Any]]) -> str:
    return digest(engine().create_table("typed", pa.Table.from_pylist(rows, schema=SCHEMA)))


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
