"""Files of one source with other columns, another order, other types; texts that Parquet holds as floats."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ca_assets.sources.driver import Reading
from ca_assets.sources.errors import SourceError
from ca_assets.sources.open import files_that_lack
from ca_assets_tests.sources.files.customers_file import config, read


def _write(path: Path, data: str | dict[str, Any]) -> None:
    path.parent.mkdir(exist_ok=True)
    if isinstance(data, str):
        path.write_text(data)
    else:
        pq.write_table(pa.table(data), path)


def test_an_optional_column_that_a_file_lacks(tmp_path: Path) -> None:
    _write(tmp_path / "days/1.csv", 'b,a\nx,1\n"x\ny",2\n')
    _write(tmp_path / "days/2.csv", "c,a,b\ny,3,x\n")
    assert read(tmp_path, "days")[0] == [(2, "1", "x", None), (2, "3", "x", "y"), (3, "2", "x\ny", None)]
    assert files_that_lack("customers", config("days"), Reading(tmp_path, tmp_path)) == {"signup_date": ["1.csv"]}


def test_a_required_column_that_a_file_lacks(tmp_path: Path) -> None:
    _write(tmp_path / "days/1.csv", "a,b,c\n")
    _write(tmp_path / "days/2.csv", "b,c\n")
    with pytest.raises(SourceError, match=r"2.csv has no column 'a'"):
        read(tmp_path, "days")


def test_an_optional_column_that_no_file_has(tmp_path: Path) -> None:
    _write(tmp_path / "days/1.csv", "a,b\n")
    _write(tmp_path / "days/2.csv", "b,a\n")
    with pytest.raises(SourceError, match=r"1.csv has no column 'c'.* our 'signup_date'"):
        read(tmp_path, "days")


def test_parquet_files_with_other_columns_and_types(tmp_path: Path) -> None:
    for number, more in enumerate(({}, {"c": pa.nulls(1)}, {"c": ["x"]})):
        _write(tmp_path / f"days/{number}.parquet", {**more, "b": ["y"], "a": [number] if number else [0.0]})
    assert sorted(read(tmp_path, "days", kind="parquet")[0], key=str) == [
        (None, "0", "y", None),
        (None, "1", "y", None),
        (None, "2", "y", "x"),
    ]


def test_floats_that_are_texts(tmp_path: Path) -> None:
    values = [7.0, float("nan"), None, 2.5, 9007199254740991.0]
    _write(tmp_path / "one/1.parquet", {"a": pa.array(values), "b": ["x"] * 5, "c": ["x"] * 5})
    assert [row[1] for row in read(tmp_path, "one", kind="parquet")[0]] == ["7", None, None, "2.5", "9007199254740991"]


@pytest.mark.parametrize("value", [9007199254740992.0, -9007199254740994.0, float("inf")])
def test_floats_whose_digits_are_not_exact(tmp_path: Path, value: float) -> None:
    _write(tmp_path / "one/1.parquet", {"a": pa.array([1.0, value]), "b": ["x"] * 2, "c": ["x"] * 2})
    with pytest.raises(SourceError, match=r"column 'a' of 1.parquet holds floats.* write 'a' as a text"):
        read(tmp_path, "one", kind="parquet")


def test_whole_numbers_with_nulls_are_no_floats(tmp_path: Path) -> None:
    _write(tmp_path / "one/1.parquet", {"a": pa.array([2**60 + 1, None]), "b": ["x"] * 2, "c": ["x"] * 2})
    assert [row[1] for row in read(tmp_path, "one", kind="parquet")[0]] == ["1152921504606846977", None]
