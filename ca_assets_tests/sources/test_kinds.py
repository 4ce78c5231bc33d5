"""A kind of source is a package with a driver: nothing else is edited, and shop.yaml, checks, reading, samples and guesses know it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ca_assets.shop import DATABASE_KINDS, ShopError, parse_shop
from ca_assets.source_kinds import driver_modules

DRIVER = """
import pyarrow as pa
from ca_assets.sources.arrow_rows import add_batch
from ca_assets.sources.mapping import source_columns
from ca_assets.sources.staging import Stage

ROWS = 20

class MemoryDriver:
    def check(self, name, config, reading):
        source_columns(name, config)

    def describe(self, name, config, reading):
        return {"customer": "text", "first_seen": "timestamp"}

    def count_rows(self, name, config, reading):
        return ROWS

    def read(self, name, config, reading, wanted):
        count = min(ROWS, wanted.limit or ROWS)
        batch = pa.record_batch({"customer": [f"c{number}" for number in range(count)], "first_seen": ["2024-01-01"] * count})
        columns = source_columns(name, config)
        types = {ours: pa.string() for ours in columns}
        with Stage(name, reading.staging, types, reading.progress) as stage:
            add_batch(batch, columns, types, stage)
        return stage.result(is_whole=count == ROWS)

driver = MemoryDriver()
"""
USE = """
import sys
from pathlib import Path
import ca_assets.sources
ca_assets.sources.__path__.append(sys.argv[1])
from ca_assets.shop import DATABASE_KINDS, SourceConfig
from ca_assets.sources.driver import Reading
from ca_assets.sources.inference.source import guess_source
from ca_assets.sources.open import check_source, open_source
from ca_assets.sources.sampling.source import sample_source
assert "memory" in DATABASE_KINDS
config = SourceConfig(kind="memory", url="memory://x", table="t", columns={"client": "customer", "download_date": "first_seen"})
reading = Reading(Path(sys.argv[2]), Path(sys.argv[2]) / "staging")
check_source("customers", config, reading)
raw = open_source("customers", config, reading)
sample = sample_source("customers", config, Reading(reading.folder, reading.folder / "sample"), 4)
guess = guess_source("customers", config.model_copy(update={"columns": {}}), reading)
print(raw.rows, sample.is_whole, sample.total, {proposal.ours: proposal.theirs for proposal in guess.columns})
"""


def test_kinds_are_the_packages_with_a_driver() -> None:
    assert list(driver_modules()) == ["bigquery", "csv", "events", "mysql", "parquet", "postgresql", "redshift"]
    assert driver_modules()["csv"] == "ca_assets.sources.files.csv.driver"
    assert set(DATABASE_KINDS) == {"bigquery", "mysql", "postgresql", "redshift"}


def test_another_kind_is_one_package(tmp_path: Path) -> None:
    package = tmp_path / "packages" / "memory"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text('"""A kind of source."""\n')
    (package / "driver.py").write_text(DRIVER)
    words = [sys.executable, "-c", USE, str(tmp_path / "packages"), str(tmp_path)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout.strip() == "20 False 20 {'client': 'customer', 'download_date': 'first_seen'}"


def test_an_unknown_kind_is_told_those_that_exist() -> None:
    text = "sources: {sessions: {kind: oracle, url: '${X}', table: t}}"
    with pytest.raises(
        ShopError, match=r"sources.sessions.kind: .oracle. is no kind of source; use one of bigquery, csv, events, mysql, parquet, "
    ):
        parse_shop(text, Path())


def test_no_client_library_is_imported_to_know_the_kinds() -> None:
    libraries = "{'psycopg2', 'pymysql', 'google.cloud.bigquery', 'duckdb'}"
    code = f"import sys, ca_assets.sources.open, ca_assets.shop; print({libraries} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "set()"
