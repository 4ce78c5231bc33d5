"""Uploads: resumable to the byte, whole or nothing, and never what they are not."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import zipfile
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ca_assets.connecting.uploads import unpack
from ca_assets.connecting.uploads.errors import UploadError
from ca_assets.connecting.uploads.store import MAX_BYTES, Uploads

CSV = b"id,created,total\n1,2024-01-01,9.5\n"


def put(uploads: Uploads, name: str, data: bytes, batch: str | None = None) -> tuple[str, list[str]]:
    upload = uploads.create("ada", name, len(data), batch)
    uploads.append("ada", upload.id, 0, data)
    return upload.batch, uploads.complete("ada", upload.id, hashlib.sha256(data).hexdigest())


def zipped(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return target.getvalue()


def left_over(home: Path) -> list[str]:
    """Files below the uploads, without locks."""
    return [str(path.relative_to(home)) for path in home.rglob("*") if path.is_file() and path.suffix != ".lock"]


def test_a_file_in_pieces_goes_on_after_a_restart(tmp_path: Path) -> None:
    upload = Uploads(tmp_path).create("ada", "orders.csv", len(CSV))
    assert Uploads(tmp_path).append("ada", upload.id, 0, CSV[:7]).offset == 7
    assert [(found.id, found.offset) for found in Uploads(tmp_path).unfinished("ada")] == [(upload.id, 7)]
    assert Uploads(tmp_path).append("ada", upload.id, 7, CSV[7:]).offset == len(CSV)
    assert Uploads(tmp_path).complete("ada", upload.id, hashlib.sha256(CSV).hexdigest()) == ["orders.csv"]
    assert (tmp_path / "uploads" / upload.batch / "orders.csv").read_bytes() == CSV
    assert left_over(tmp_path) == [f"uploads/{upload.batch}/orders.csv"]


def test_a_part_elsewhere_is_told_where_to_go_on(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)
    upload = uploads.create("ada", "orders.csv", len(CSV))
    uploads.append("ada", upload.id, 0, CSV[:7])
    with pytest.raises(UploadError) as error:
        uploads.append("ada", upload.id, 0, CSV[:7])
    assert (error.value.status, error.value.offset) == (HTTPStatus.CONFLICT, 7)


def test_more_than_was_announced_is_refused(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)
    upload = uploads.create("ada", "orders.csv", 3)
    with pytest.raises(UploadError, match="longer than was announced"):
        uploads.append("ada", upload.id, 0, b"1234")


def test_another_hash_is_another_file(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)
    upload = uploads.create("ada", "orders.csv", len(CSV))
    uploads.append("ada", upload.id, 0, CSV)
    with pytest.raises(UploadError, match="did not arrive as it was sent"):
        uploads.complete("ada", upload.id, hashlib.sha256(b"else").hexdigest())
    assert left_over(tmp_path) == []


def test_uploads_of_others_do_not_exist(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)
    upload = uploads.create("ada", "orders.csv", 3)
    for action in (
        lambda: uploads.find("bob", upload.id),
        lambda: uploads.cancel("bob", upload.id),
        lambda: uploads.find("ada", "../parts"),
    ):
        with pytest.raises(UploadError, match="no such upload"):
            action()
    assert uploads.unfinished("bob") == []


@pytest.mark.parametrize(
    "name",
    ["../orders.csv", "a/b.csv", "a\\b.csv", "=cmd|'x'.csv", "+1.csv", "@a.csv", "-rf.csv", ".csv", "<script>.csv", "a\n.csv",
     "a" * 130 + ".csv", "orders.xlsx", "orders", "orders.csv.exe", "orders.gz", ""],
)  # fmt: skip
def test_names_that_mean_something_elsewhere_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UploadError):
        Uploads(tmp_path).create("ada", name, 3)
    assert left_over(tmp_path) == []


def test_names_of_people_are_welcome(tmp_path: Path) -> None:
    assert put(Uploads(tmp_path), "Bestellungen März (2).csv", CSV)[1] == ["Bestellungen März (2).csv"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"PK\x03\x04 anything", "an Excel or zip file"),
        (b"%PDF-1.7", "a PDF document"),
        (b"\x89PNG\r\n", "a picture"),
        (b"<!DOCTYPE html><html>log in</html>", "a web page"),
        (b'{"id": 1, "total": 2}', "JSON"),
        (b"id\x00,a\n", "bytes that no text has"),
        (b"just a line\nand another\n", "single column"),
        (b"a," * 40_000 + b"a\n", "a line of more than"),
        (b",".join(b"c" for _ in range(2_500)) + b"\n", "2,500 columns"),
    ],
)
def test_what_is_no_csv_says_what_it_is(tmp_path: Path, data: bytes, words: str) -> None:
    with pytest.raises(UploadError, match=words):
        put(Uploads(tmp_path), "orders.csv", data)
    assert left_over(tmp_path) == []


@pytest.mark.parametrize(
    "data", [CSV, "\ufeffid;größe\n1;2\n".encode("utf-16"), "id;größe\n".encode("latin-1"), b"Report of May\n\nid,total\n1,2\n"]
)
def test_texts_of_all_encodings_are_csv(tmp_path: Path, data: bytes) -> None:
    assert put(Uploads(tmp_path), "orders.csv", data)[1] == ["orders.csv"]


def test_parquet_is_checked_at_both_ends(tmp_path: Path) -> None:
    table, uploads = io.BytesIO(), Uploads(tmp_path)
    pq.write_table(pa.table({"id": [1]}), table)
    assert put(uploads, "orders.parquet", table.getvalue())[1] == ["orders.parquet"]
    for broken in (table.getvalue()[:-4], b"PAR1 and nothing else", CSV):
        with pytest.raises(UploadError, match="no Parquet file"):
            put(uploads, "orders.parquet", broken)


def test_an_archive_gives_its_texts(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)
    batch, names = put(uploads, "export.zip", zipped({"2024/a.csv": CSV, "b.csv": CSV, "__MACOSX/._a.csv": b"x", "2024/.DS_Store": b"x"}))
    assert names == ["a.csv", "b.csv"] == uploads.files(batch)
    assert put(uploads, "c.csv.gz", gzip.compress(CSV) + gzip.compress(b"2,2024-01-02,1\n"), batch) == (batch, ["c.csv"])
    assert (tmp_path / "uploads" / batch / "c.csv").read_bytes() == CSV + b"2,2024-01-02,1\n"
    assert uploads.path_of(batch, tmp_path) == f"uploads/{batch}"
    assert uploads.path_of(batch, tmp_path / "elsewhere") == str(tmp_path / "uploads" / batch)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"../../evil.csv": CSV}, "outside of its folder"),
        ({"/etc/evil.csv": CSV}, "outside of its folder"),
        ({"C:\\evil.csv": CSV}, "outside of its folder"),
        ({"a.csv": CSV, "run.sh": b"rm"}, "no CSV file"),
        ({"inner.zip": b"PK"}, "no CSV file"),
        ({"a/x.csv": CSV, "b/x.csv": CSV}, "two files of one name"),
        ({"a.csv": CSV, "b.csv": b"%PDF"}, "a PDF document"),
        ({}, "no CSV file in it"),
        ({f"{number}.csv": CSV for number in range(101)}, "101 files"),
        ({"zeros.csv": b"0," * (15 << 20)}, "far larger"),
    ],
)
def test_a_hostile_archive_leaves_nothing(tmp_path: Path, files: dict[str, bytes], words: str) -> None:
    with pytest.raises(UploadError, match=words):
        put(Uploads(tmp_path), "export.zip", zipped(files))
    assert left_over(tmp_path) == []


def test_a_gzip_bomb_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(UploadError, match="far larger"):
        put(Uploads(tmp_path), "bomb.csv.gz", gzip.compress(b"0," * (20 << 20)))
    assert left_over(tmp_path) == []


@pytest.mark.parametrize(
    "change", [lambda data: data[:-5], lambda data: b"PK\x03\x04" + os.urandom(60), lambda data: data[:30] + b"x" + data[31:]]
)
def test_a_damaged_archive_leaves_nothing(tmp_path: Path, change: Callable[[bytes], bytes]) -> None:
    with pytest.raises(UploadError):
        put(Uploads(tmp_path), "export.zip", change(zipped({"a.csv": CSV})))
    assert left_over(tmp_path) == []


def test_limits_of_size_number_and_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    uploads = Uploads(tmp_path)
    with pytest.raises(UploadError, match="more than 2 GB"):
        uploads.create("ada", "orders.csv", MAX_BYTES + 1)
    monkeypatch.setattr(unpack, "RESERVE", 1 << 60)
    with pytest.raises(UploadError, match="full"):
        uploads.create("ada", "orders.csv", 3)


def test_only_what_nobody_uses_is_removed(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)
    used, unused = put(uploads, "a.csv", CSV)[0], put(uploads, "a.csv", CSV)[0]
    fresh = put(uploads, "a.csv", CSV)[0]
    for batch in (used, unused):
        for path in (tmp_path / "uploads" / batch / "a.csv", tmp_path / "uploads" / batch):
            os.utime(path, (0, 0))
    uploads.remove_abandoned([f"path: uploads/{used}/a.csv"])
    assert sorted(path.name for path in (tmp_path / "uploads").glob("*") if path.name != "parts") == sorted([used, fresh])
