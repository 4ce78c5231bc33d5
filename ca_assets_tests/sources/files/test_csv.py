"""CSV literals whose rows the reader can see, and every way in which a file as a whole is refused."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
import zstandard

from ca_assets.sources.errors import SourceError
from ca_assets.sources.files.csv import driver as csv_driver
from ca_assets_tests.sources.files.customers_file import read, read_text

HEAD = "a,b,c\n"


def test_quotes_line_breaks_and_physical_lines(tmp_path: Path) -> None:
    text = HEAD + '1,x,y\n\n2,"b,\n""B""",z\n\r\n3,a"b"c,\r\n"4",,""\n'
    rows, broken = read_text(tmp_path, text)
    assert rows == [(2, "1", "x", "y"), (4, "2", 'b,\n"B"', "z"), (7, "3", 'a"b"c', ""), (8, "4", "", "")]
    assert broken == []


def test_after_a_broken_row_reading_goes_on_at_the_next_line(tmp_path: Path) -> None:
    text = HEAD + '1,"x"y,z\n2,"open,z\n3,x\n4,x,y,z\n5,x,y\n6,"never\n7,x,y'
    rows, broken = read_text(tmp_path, text)
    assert rows == [(6, "5", "x", "y"), (8, "7", "x", "y")]
    assert broken == [(2, "broken_quote"), (3, "broken_quote"), (4, "field_count"), (5, "field_count"), (7, "broken_quote")]


def test_bytes_that_are_not_utf8_cost_their_row_only(tmp_path: Path) -> None:
    rows, broken = read_text(tmp_path, b'\xef\xbb\xbfa,b,c\n1,caf\xc3\xa9,\n2,caf\xe9,\n3,"x\n\xff",\n4,,\n')
    assert rows == [(2, "1", "café", ""), (6, "4", "", "")]
    assert broken == [(3, "not_utf8"), (4, "not_utf8")]


def test_a_carriage_return_alone_ends_a_line(tmp_path: Path) -> None:
    rows, broken = read_text(tmp_path, b'a,b,c\r1,x,y\r2,x\r"3","p\rq",\r\r4,,')
    assert rows == [(2, "1", "x", "y"), (4, "3", "p\rq", ""), (7, "4", "", "")]
    assert broken == [(3, "field_count")]


def test_nul_and_white_space_are_kept_raw(tmp_path: Path) -> None:
    assert read_text(tmp_path, b"a,b,c\n 1 ,\x00,\t\n")[0] == [(2, " 1 ", "\x00", "\t")]


def test_small_blocks_give_the_same_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = HEAD + "".join(f'{i},"line\n{i}","""{i}"""\n{i},x,y\n{i},"z\n' for i in range(50)) + '9,"a\n\n\n\nb",c\n'
    whole = read_text(tmp_path, text)
    for size in (1, 7, 64):
        monkeypatch.setattr(csv_driver, "BLOCK_BYTES", size)
        assert read_text(tmp_path, text) == whole


def test_a_header_alone_is_no_row(tmp_path: Path) -> None:
    assert read_text(tmp_path, "a,b,c") == ([], [])


def test_another_delimiter_and_order_of_columns(tmp_path: Path) -> None:
    assert read_text(tmp_path, 'c;x;"b";a\n1;2;"3;";4\n', delimiter=";")[0] == [(2, "4", "3;", "1")]


def test_one_source_column_may_stand_for_two_of_ours(tmp_path: Path) -> None:
    columns = {"client": "a", "download_date": "b", "signup_date": "b"}
    assert read_text(tmp_path, "a,b\n1,2\n", columns=columns)[0] == [(2, "1", "2", "2")]


def test_a_huge_field(tmp_path: Path) -> None:
    huge = "x" * 20_000_000
    rows, broken = read_text(tmp_path, HEAD + f'1,{huge},y\n2,"{huge}\n{huge}",y\n3,,\n')
    assert [(row[0], len(row[2])) for row in rows] == [(2, 20_000_000), (3, 40_000_001), (5, 0)]
    assert broken == []


def test_many_open_quotes_take_linear_time(tmp_path: Path) -> None:
    rows, broken = read_text(tmp_path, HEAD + '1,"open\n' + "2,x,y\n" * 200_000 + '3,"open\n' * 2000)
    assert len(rows) + len(broken) == 202_001 and len(rows) >= 200_000


def test_compressed_files_a_folder_and_a_glob(tmp_path: Path) -> None:
    folder = tmp_path / "parts"
    folder.mkdir()
    (folder / "1.csv").write_text(HEAD + "1,,\n")
    (folder / "2.csv.gz").write_bytes(gzip.compress(b"c,b,a\n,,2\n"))
    (folder / "3.csv.zst").write_bytes(zstandard.compress(b"a,b,c\n3,,\n"))
    (folder / "_SUCCESS").write_text("")
    (folder / "notes.md").write_text("no data")
    assert [row[1] for row in read(tmp_path, "parts")[0]] == ["1", "2", "3"]
    assert [row[1] for row in read(tmp_path, "parts/[12]*")[0]] == ["1", "2"]


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_a_truncated_file_is_refused(tmp_path: Path, pack: object) -> None:
    data = pack(HEAD.encode() + b"".join(b"%d,%d,\n" % (i, i * i) for i in range(100_000)))  # type: ignore[operator]
    name = "file.csv.gz" if pack is gzip.compress else "file.csv.zst"
    (tmp_path / name).write_bytes(data[: len(data) // 2])
    with pytest.raises(SourceError, match="cannot be read to its end"):
        read(tmp_path, name)


UNREADABLE = {
    "empty": (b"", "customers: file.csv is empty; it needs a header line"),
    "only_empty_lines": (b"\n\r\n", "is empty"),
    "utf16_without_mark": ("a,b,c\n".encode("utf-16-le"), "NUL bytes"),
    "latin1_header": ("a,b,é\n".encode("latin-1"), "(line 1) is not UTF-8; set `encoding`"),
    "twice": (b"a,b,c,a\n", "has the column 'a' twice"),
    "missing": (b"A,b,c\n", "has no column 'a', which shop.yaml maps to our 'client'; did you mean 'A'?"),
    "blanks_count": (b"a, b,c\n", "did you mean ' b'?"),
    "open_header": (b'a,"b,c\n', "has a broken quote"),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_files_refused_as_a_whole(tmp_path: Path, case: str) -> None:
    data, message = UNREADABLE[case]
    with pytest.raises(SourceError) as caught:
        read_text(tmp_path, data)
    assert message in str(caught.value) and str(caught.value).startswith("customers: ")


def test_missing_paths(tmp_path: Path) -> None:
    (tmp_path / "void").mkdir()
    for path, message in {"no.csv": "there is no file or folder", "*.csv": "no file matches", "void": "has no csv file"}.items():
        with pytest.raises(SourceError, match=message):
            read(tmp_path, path)


def test_mapping_errors(tmp_path: Path) -> None:
    cases = {
        "our column 'client' is not mapped": {"columns": {"download_date": "b"}},
        "'clint' under `columns` is none of our columns": {"columns": {"clint": "a", "download_date": "b"}},
        "`dimensions` belong to sessions": {"dimensions": ["x"]},
        "differ in case only": {"actions": {"x": "b", "X": "b"}},
        "has %Q, which is not known": {"date_format": "%Q"},
        "must be one ASCII character": {"delimiter": '"'},
    }
    for message, more in cases.items():
        with pytest.raises(SourceError, match=message):
            read_text(tmp_path, HEAD, **more)
