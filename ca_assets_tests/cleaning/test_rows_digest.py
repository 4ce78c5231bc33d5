"""Equal rows have equal digests whatever their order; any cell that differs shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ca_assets.cleaning.incremental import rows_digest
from ca_assets_tests.shops.clean_tables import engine

SCHEMA = pa.schema([("id", pa.string()), ("amount", pa.float64()), ("_row", pa.int64())])
ROWS: list[dict[str, Any]] = [
    {"id": "a", "amount": 1.5, "_row": 0},
    {"id": "b", "amount": None, "_row": 1},
    {"id": "b", "amount": None, "_row": 2},
]


def _digest(folder: Path, rows: list[dict[str, Any]]) -> str:
    path = folder / f"{len(list(folder.iterdir()))}.parquet"
    pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), path)
    return rows_digest(engine().read_parquet(path))


def test_order_and_place_do_not_matter(tmp_path: Path) -> None:
    assert _digest(tmp_path, ROWS) == _digest(tmp_path, [{**row, "_row": 9 - index} for index, row in enumerate(reversed(ROWS))])


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
def test_every_difference_shows(tmp_path: Path, other: list[dict[str, Any]]) -> None:
    assert _digest(tmp_path, other) != _digest(tmp_path, ROWS)
