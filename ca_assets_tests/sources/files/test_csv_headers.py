"""What stands before and in a header: `sep=`, `skip_rows`, byte order marks of joined files, names that are there twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from ca_assets.sources.errors import SourceError
from ca_assets.sources.files.csv import driver as csv_driver
from ca_assets_tests.sources.files.customers_file import read_text


@pytest.mark.parametrize("first", ["sep=;\n", "SEP=;\r\n", "Sep=;\r", "\ufeffsep=;\n", "sep=;\n\n"])
def test_a_separator_line_is_no_row(tmp_path: Path, first: str) -> None:
    line = 3 + first.count("\n\n")
    for delimiter in (",", ";"):
        assert read_text(tmp_path, f"{first}a;b;c\n1;x,y;z\n", delimiter=delimiter)[0] == [(line, "1", "x,y", "z")]


def test_a_separator_line_is_one_of_the_skipped(tmp_path: Path) -> None:
    assert read_text(tmp_path, "sep=\t\nReport\na\tb\tc\n1\tx\ty\n", skip_rows=2)[0] == [(4, "1", "x", "y")]
    assert read_text(tmp_path, "sep=|\na|b|c\n1|x|y\n", skip_rows=1)[0] == [(3, "1", "x", "y")]


def test_only_the_first_line_is_a_separator_line(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="has no column 'a'"):
        read_text(tmp_path, "\nsep=;\na;b;c\n1;2;3\n")
    assert read_text(tmp_path, "Report\nsep=;\na,b,c\n1,2,3\n", skip_rows=2)[0] == [(4, "1", "2", "3")]


def test_a_separator_that_cannot_be_one(tmp_path: Path) -> None:
    for sign in ('"', "§"):
        with pytest.raises(SourceError, match="must be one ASCII character"):
            read_text(tmp_path, f"sep={sign}\na,b,c\n")


def test_skipped_lines_are_physical_ones(tmp_path: Path) -> None:
    text = 'Orders of "May\n\ncreated, 1 June\r\na,b,c\n1,x,y\n2,x\n'
    assert read_text(tmp_path, text, skip_rows=3) == ([(5, "1", "x", "y")], [(6, "field_count")])


def test_a_file_that_is_skipped_whole(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"file.csv .*9 skipped .*; it needs a header"):
        read_text(tmp_path, "x\ny\n", skip_rows=9)


def test_a_long_preamble_in_small_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_driver, "BLOCK_BYTES", 4)
    monkeypatch.setattr(csv_driver, "HEADER_BYTES", 4)
    text = "about this export\n" * 20 + '"a",b,"c"\n1,2,3\n'
    assert read_text(tmp_path, text, skip_rows=20)[0] == [(22, "1", "2", "3")]


def test_marks_where_rows_begin_are_skipped(tmp_path: Path) -> None:
    text = '\ufeffa,b,c\n1,x,y\n\ufeff"2",x,y\n\ufeff\n\ufeff\ufeff3,x,y\n4,"x\n\ufeffx",y\n\ufeff5,x\n'
    rows, broken = read_text(tmp_path, text)
    assert rows == [(2, "1", "x", "y"), (3, "2", "x", "y"), (5, "3", "x", "y"), (6, "4", "x\n\ufeffx", "y")]
    assert broken == [(8, "field_count")]


def test_marks_in_utf16_files_that_were_joined(tmp_path: Path) -> None:
    joined = "\ufeffa,b,c\n1,x,y\n\ufeff2,x,y\n".encode("utf-16-le")
    assert read_text(tmp_path, joined)[0] == [(2, "1", "x", "y"), (3, "2", "x", "y")]


def test_unmapped_and_nameless_twins(tmp_path: Path) -> None:
    assert read_text(tmp_path, "a,Note,b,,c,Note,,\n1,n,x,,y,m,,\n")[0] == [(2, "1", "x", "y")]


def test_a_mapped_name_twice_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="has the column 'b' twice") as caught:
        read_text(tmp_path, "a,b,c,b\n1,2,3,4\n")
    assert caught.value.column == "b"
