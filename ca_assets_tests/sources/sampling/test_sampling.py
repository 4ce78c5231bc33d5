"""Samples read like their source: whole rows from all over it, with the columns that folders' names tell, and lines that can be found."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ca_assets.shop import SourceConfig
from ca_assets.sources.driver import Reading
from ca_assets.sources.open import open_source
from ca_assets.sources.sampling import csv as csv_sampling
from ca_assets.sources.sampling.sample import LinePlace, Sample
from ca_assets.sources.sampling.source import sample_source

COLUMNS = {"client": "a", "download_date": "b"}
ROWS = 20_000


def read(config: SourceConfig, folder: Path) -> pa.Table:
    """The staged rows of a customers source."""
    return pq.read_table(open_source("customers", config, Reading(folder, folder / "read")).path)


def sampled(config: SourceConfig, folder: Path) -> Sample:
    """About 500 of its rows."""
    return sample_source("customers", config, Reading(folder, folder / "staging"), 500)


def test_a_csv_sample_has_rows_from_all_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_sampling, "HEAD_BYTES", 20_000)
    lines = [f'{number},"2024-01-01\n{number}"\n' for number in range(ROWS)]
    (tmp_path / "f.csv").write_text("\n\na,b\n" + "".join(lines))
    sample = sampled(SourceConfig(kind="csv", path="f.csv", columns=COLUMNS), tmp_path)
    numbers = [int(text) for text in read(sample.config, tmp_path)["client"].to_pylist()]
    assert not sample.is_whole and sample.how == "64 places of the file" and numbers == sorted(set(numbers))
    assert (numbers[0], numbers[-1]) == (0, ROWS - 1) and max(b - a for a, b in pairwise(numbers)) < ROWS / 50
    assert sample.total is not None and 0.4 < sample.total / ROWS / 2 < 1.6  # a row has two lines


def test_a_parquet_sample_has_the_columns_of_folder_names(tmp_path: Path) -> None:
    for month in ("2024-01-01", "2024-02-01"):
        folder = tmp_path / "people" / f"b={month}"
        folder.mkdir(parents=True)
        pq.write_table(pa.table({"a": [f"{month} {number}" for number in range(ROWS)]}), folder / "1.parquet", row_group_size=1_000)
    sample = sampled(SourceConfig(kind="parquet", path="people", columns=COLUMNS), tmp_path)
    assert (sample.total, sample.is_total_exact, sample.how) == (2 * ROWS, True, "40 of the 40 row groups of 2 files")
    rows = read(sample.config, tmp_path).to_pylist()
    assert len(rows) == 40 * 13 and all(row["client"].startswith(row["download_date"]) for row in rows)


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_small_source_is_its_own_sample(tmp_path: Path, kind: str) -> None:
    (tmp_path / "f.csv").write_text("a,b\n1,2\n")
    pq.write_table(pa.table({"a": ["1"], "b": ["2"]}), tmp_path / "f.parquet")
    config = SourceConfig(kind=kind, path=f"f.{kind}", columns=COLUMNS)
    assert sampled(config, tmp_path) == Sample(config, is_whole=True)


def test_lines_of_a_sample_are_lines_of_the_source_or_about() -> None:
    config = SourceConfig(kind="csv", path="f.csv", columns=COLUMNS)
    places = (LinePlace(2, 0, 0.0), LinePlace(50, None, 0.3), LinePlace(90, None, 0.97))
    sample = Sample(config, is_whole=False, places=places)
    assert [sample.place(line) for line in (2, 49, 50, 120, None)] == [
        (2, None),
        (49, None),
        (None, "about 30% into the file"),
        (None, "near the end of the file"),
        (None, None),
    ]
    assert Sample(config, is_whole=True).place(7) == (7, None)
