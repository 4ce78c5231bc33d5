"""Daily loads that read only what may have changed equal one full load: tables and rejects after each day, exports at the end.

By hand, for longer: `python -m ca_assets_tests.loading.test_increments --seeds 20 --days 30`.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest

from ca_assets.cleaning.build import CleanTables
from ca_assets.contracts.tables import LOAD_TABLES, table_names
from ca_assets.engine.connect import connect
from ca_assets.lake.lake import Lake
from ca_assets.settings.process import ProcessSettings
from ca_assets_tests.pipeline import export_lake, files_of, load_tables
from ca_assets_tests.servers.postgresql import PostgreSQL, serving
from ca_assets_tests.shops.daily_shop import Days


def tables_of(home: Path) -> dict[str, list[str]]:
    """Every row of the lake's tables as text, sorted (a row's place in the source is no part of it)."""
    settings = ProcessSettings(home=home)
    con, lake = connect(settings), Lake(settings.lake_root)
    tables = {name: sorted(map(repr, lake.read(con, name).to_pyarrow().to_pylist())) for name in table_names(LOAD_TABLES) if lake.has(name)}
    con.disconnect()
    return tables


def live(folder: Path, server: PostgreSQL, seed: int, days: int) -> list[dict[str, Any]]:
    """Load a shop day by day into one home, and each day whole into another; returns what was read each day."""
    shop = Days(server, seed)
    os.environ["DAILY_SHOP_URL"] = server.url(shop.database, "postgresql")
    yaml = shop.shop(with_line_dates=seed % 2 == 0, has_customers=seed % 3 != 2).write(folder)
    daily, whole = folder / "daily", folder / "whole"
    reads = []
    for day in range(days):
        clean = load_tables(yaml, daily, shop.now)
        shutil.rmtree(whole, ignore_errors=True)
        expected = load_tables(yaml, whole, shop.now, is_full=True)
        assert (clean.counts, clean.reasons) == (expected.counts, expected.reasons), f"seed {seed}, day {day}"
        assert tables_of(daily) == tables_of(whole), f"seed {seed}, day {day}"
        reads.append({name: read.how for name, read in clean.rows.reads.items()})
        _last = (clean, shop.now)
        shop.next()
    _compare_exports(yaml, daily, whole, *_last)
    return reads


def _compare_exports(yaml: Path, daily: Path, whole: Path, clean: CleanTables, now: Any) -> None:
    exports = [files_of(export_lake(yaml, home, now, clean.counts).export) for home in (daily, whole)]
    assert exports[0] == exports[1] and len(exports[0]) > 60
    assert len(exports[0]["rfm_segments.csv"]) > 3, "a line for each buyer"


@pytest.mark.parametrize("seed", [1, 2])
def test_daily_loads_equal_a_full_load(tmp_path: Path, postgresql: PostgreSQL, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAILY_SHOP_URL", "")
    reads = live(tmp_path, postgresql, seed, 6)
    assert reads[0]["sessions"] == "whole" and {read["sessions"] for read in reads[1:]} == {"months"}


def main() -> None:
    """Many seeds, many days."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--days", type=int, default=30)
    given = parser.parse_args()
    with serving() as server:
        for seed in range(given.first, given.first + given.seeds):
            with tempfile.TemporaryDirectory() as folder:
                reads = live(Path(folder), server, seed, given.days)
            print(
                f"seed {seed}: {len(reads)} days equal; sessions read {[read['sessions'] for read in reads].count('months')} times in part"
            )


if __name__ == "__main__":
    main()
