"""What an uploaded file holds: a text with columns, or Parquet. Everything else is refused with what it seems to be.

Belongs here: looking at the beginning (and of Parquet at the end). What the values mean is the dry run's to say.
"""

from __future__ import annotations

import codecs
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ca_assets.connecting.uploads.errors import UploadError
from ca_assets.connecting.uploads.names import PARQUET, ending

HEAD_BYTES, HEADER_BYTES, MAX_COLUMNS, HEADER_LINES = 1 << 20, 64 << 10, 2_000, 50
PARQUET_MARK, MAX_FOOTER = b"PAR1", 64 << 20
DELIMITERS = (",", ";", "\t", "|")
MARKS = (
    (b"PK\x03\x04", "an Excel or zip file. Save it as CSV (UTF-8), or pack CSV files as .zip"),
    (b"\xd0\xcf\x11\xe0", "an old Excel file. Save it as CSV (UTF-8)"),
    (b"%PDF", "a PDF document. Export the table as CSV"),
    (PARQUET_MARK, "a Parquet file. Give it the ending .parquet"),
    (b"\x1f\x8b", "packed by gzip. Give it the ending .csv.gz"),
    (b"\x28\xb5\x2f\xfd", "packed by zstd. Unpack it first"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"SQLite format 3", "a SQLite database. Export its tables as CSV"),
)
TEXT_MARKS = (
    ("<!doctype", "a web page, perhaps a login page in place of the export"),
    ("<html", "a web page"),
    ("<?xml", "XML"),
    ("<?php", "a program"),
)


def check_content(path: Path, name: str) -> None:
    """UploadError when a file is not what its name says. `name`: as the person knows it; the file may lie elsewhere."""
    if not path.stat().st_size:
        raise UploadError(f"“{name}” is empty.")
    if ending(name) in PARQUET:
        _check_parquet(path, name)
    else:
        _check_text(path, name)


def _check_parquet(path: Path, name: str) -> None:
    with path.open("rb") as file:
        head = file.read(4)
        file.seek(-8, 2) if path.stat().st_size >= 12 else None
        tail = file.read(8)
    is_complete = head == PARQUET_MARK and tail[4:] == PARQUET_MARK and int.from_bytes(tail[:4], "little") <= MAX_FOOTER
    try:
        columns = pq.read_metadata(path).num_columns if is_complete else 0
    except (OSError, pa.ArrowException):
        columns = 0
    if not columns:
        raise UploadError(f"“{name}” is no Parquet file, or was cut off. Export it again.")
    if columns > MAX_COLUMNS:
        raise UploadError(f"“{name}” has {columns:,} columns; {MAX_COLUMNS:,} are the most. Export fewer.")


def _check_text(path: Path, name: str) -> None:
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    kind = next((what for mark, what in MARKS if head.startswith(mark)), None)
    if kind:
        raise UploadError(f"“{name}” is not CSV: it is {kind}.")
    text = _decoded(head, name)
    start = text.lstrip().lower()
    kind = next((what for mark, what in TEXT_MARKS if start.startswith(mark)), None)
    if kind or start.startswith(("{", '[{"', "[[")):
        raise UploadError(f"“{name}” is not CSV: it is {kind or 'JSON'}. Export the table as CSV.")
    _check_header(text.splitlines()[:HEADER_LINES], name)


def _decoded(head: bytes, name: str) -> str:
    """The beginning as a text; its encoding is guessed by the dry run, here every sign of eight bits will do."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return head[: len(head) & ~1].decode("utf-16", "replace")
    if b"\0" in head:
        raise UploadError(f"“{name}” is not CSV: it has bytes that no text has. Save it as CSV (UTF-8).")
    return head.decode("latin-1")


def _check_header(lines: list[str], name: str) -> None:
    """Some of the first lines has columns; titles above the header are for the dry run to find."""
    longest = max((len(line) for line in lines), default=0)
    if longest > HEADER_BYTES:
        raise UploadError(
            f"“{name}” begins with a line of more than {HEADER_BYTES >> 10} kB, which no header has. Is it CSV, with an end to each line?"
        )
    columns = max((line.count(sign) + 1 for line in lines for sign in DELIMITERS), default=0)
    if columns < 2:
        raise UploadError(f"“{name}” has a single column. A CSV file has its columns’ names in the first line, parted by , ; | or a tab.")
    if columns > MAX_COLUMNS:
        raise UploadError(f"“{name}” has {columns:,} columns in one line; {MAX_COLUMNS:,} are the most. Export fewer.")
