"""Files in other encodings: `encoding`, byte order marks, and bytes that are not of it."""

from __future__ import annotations

import codecs
import gzip
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from ca_assets.sources.driver import Reading
from ca_assets.sources.errors import SourceError
from ca_assets.sources.files.csv import decoding
from ca_assets.sources.files.csv import driver as csv_driver
from ca_assets.sources.files.csv.decoding import is_bytewise
from ca_assets.sources.open import check_source, open_source
from ca_assets_tests.sources.files.customers_file import config, read, read_text

TEXT = 'a,b,c\n1,München,x\n2,"Ös\nt",y\n3,plain,z\n'
ROWS = [(2, "1", "München", "x"), (3, "2", "Ös\nt", "y"), (5, "3", "plain", "z")]


@pytest.mark.parametrize("encoding", ["windows-1252", "latin-1", "cp437", "utf-7", "cp500", "mac_roman", "utf-16-le", "utf-8", "utf-8-sig"])
def test_the_encoding_of_a_source(tmp_path: Path, encoding: str) -> None:
    assert read_text(tmp_path, TEXT.encode(encoding), encoding=encoding) == (ROWS, [])


@pytest.mark.parametrize("encoding", ["shift_jis", "gbk", "euc_kr", "iso2022_jp", "gb18030"])
def test_encodings_of_several_bytes_a_sign(tmp_path: Path, encoding: str) -> None:
    text = "a,b,c\n1,東京,x\n2,表,y\n"
    assert read_text(tmp_path, text.encode(encoding), encoding=encoding)[0] == [(2, "1", "東京", "x"), (3, "2", "表", "y")]


MARKED = {
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
    "utf-32-le": codecs.BOM_UTF32_LE,
    "utf-32-be": codecs.BOM_UTF32_BE,
    "utf-8": codecs.BOM_UTF8,
}


@pytest.mark.parametrize("encoding", MARKED)
@pytest.mark.parametrize("stated", [None, "windows-1252"])
def test_a_byte_order_mark_decides(tmp_path: Path, encoding: str, stated: str | None) -> None:
    assert read_text(tmp_path, MARKED[encoding] + TEXT.encode(encoding), encoding=stated) == (ROWS, [])


def test_bytes_outside_the_encoding_cost_their_row(tmp_path: Path) -> None:
    data = 'a,b,c\n1,é,\n2,"\n'.encode("cp1252") + b'\x81",\n3,\x8d\n4,ok,\n'
    (tmp_path / "file.csv").write_bytes(data)
    raw = open_source("customers", config("file.csv", encoding="windows-1252"), Reading(tmp_path, tmp_path / "staging"))
    broken = [(row["line"], row["reason"]) for row in pq.read_table(raw.broken).to_pylist()]
    assert broken == [(3, "not_utf8"), (5, "field_count")] and raw.rows == 2
    assert "bytes that are not windows-1252" in pq.read_table(raw.broken)["message"][0].as_py()


def test_utf8_is_not_taken_for_ascii(tmp_path: Path) -> None:
    assert read_text(tmp_path, "a,b,c\n1,é,\n2,e,\n".encode(), encoding="ascii") == ([(3, "2", "e", "")], [(2, "not_utf8")])


def test_half_a_pair_of_utf16_costs_its_row(tmp_path: Path) -> None:
    wide = "utf-16-le"
    data = codecs.BOM_UTF16_LE + "a,b,c\n1,".encode(wide) + b"\x00\xd8" + ",x\n2,🍓,\n3,cut,".encode(wide) + b"\x41"
    assert read_text(tmp_path, data) == ([(3, "2", "🍓", "")], [(2, "not_utf8"), (4, "not_utf8")])


def test_a_lost_second_byte_costs_no_line_end(tmp_path: Path) -> None:
    data = b"a,b,c\n1,x,\x81\n2,y,z\n"
    assert read_text(tmp_path, data, encoding="gbk") == ([(3, "2", "y", "z")], [(2, "not_utf8")])


def test_pieces_cut_anywhere_give_the_same_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for encoding in ("utf-16", "gb18030", "utf-8", "cp1252"):
        for size in (1, 3, 5):
            monkeypatch.setattr(decoding, "PIECE_BYTES", size)
            monkeypatch.setattr(csv_driver, "BLOCK_BYTES", 2 * size)
            assert read_text(tmp_path, TEXT.encode(encoding), encoding=encoding) == (ROWS, []), (encoding, size)


def test_a_packed_file_in_another_encoding(tmp_path: Path) -> None:
    (tmp_path / "file.csv.gz").write_bytes(gzip.compress(TEXT.encode("utf-16")))
    assert read(tmp_path, "file.csv.gz") == (ROWS, [])


def test_an_encoding_without_lines_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be read as idna"):
        read_text(tmp_path, b"a,b,c\n1,\xff,x\n", encoding="idna")


def test_a_header_of_another_encoding_names_it(tmp_path: Path) -> None:
    (tmp_path / "file.csv").write_bytes("a,b,c,\x8d\n".encode("latin-1"))
    with pytest.raises(SourceError, match=r"line 1.* is not windows-1252"):
        check_source("customers", config("file.csv", encoding="windows-1252"), Reading(tmp_path, tmp_path))


def test_where_bytes_can_be_searched() -> None:
    assert all(map(is_bytewise, ("utf-8", "cp1252", "latin-1", "ascii", "utf-8-sig")))
    assert not any(map(is_bytewise, ("gbk", "shift_jis", "utf-16", "utf-7", "cp500", "iso2022_jp", "hz")))
