"""Parquet folders whose names hold columns (`month=2024-01/`), as Spark, DuckDB and pandas write them."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ca_assets.sources.errors import SourceError
from ca_assets_tests.sources.files.customers_file import read


def write(path: Path, **columns: list[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), path)


def test_columns_of_folder_names_are_read(tmp_path: Path) -> None:
    write(tmp_path / "people/b=2024-01-01/c=2024-02-01/1.parquet", a=["x", "y"])
    write(tmp_path / "people/b=2024-01-02%2010:00/c=__HIVE_DEFAULT_PARTITION__/2.parquet", a=["z"])
    rows, broken = read(tmp_path, "people", kind="parquet")
    assert sorted(row[1:] for row in rows) == [
        ("x", "2024-01-01", "2024-02-01"),
        ("y", "2024-01-01", "2024-02-01"),
        ("z", "2024-01-02 10:00", None),
    ]
    assert broken == []


def test_a_column_of_the_file_itself_counts(tmp_path: Path) -> None:
    write(tmp_path / "people/b=2023-12-31/1.parquet", a=["x"], b=["2024-01-01"], c=["2024-02-01"])
    assert [row[2] for row in read(tmp_path, "people/*/*.parquet", kind="parquet")[0]] == ["2024-01-01"]


def test_a_folder_without_the_column_is_an_error_that_names_it(tmp_path: Path) -> None:
    write(tmp_path / "people/a=x/1.parquet", b=["2024-01-01"], c=["2024-01-01"])
    write(tmp_path / "people/2.parquet", b=["2024-01-01"], c=["2024-01-01"])
    with pytest.raises(SourceError, match=r"2.parquet has no column 'a'"):
        read(tmp_path, "people", kind="parquet")
