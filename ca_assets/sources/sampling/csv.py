"""Samples of CSV files: whole rows from places spread over the files' bytes, each under its file's own header.

Nothing says where a row begins in the middle of a file, since a quoted field may hold line ends: a place begins at the first line from
which several rows in a row have as many fields as the header. Belongs here: choosing and copying bytes. Their meaning does not.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from ca_assets.shop import SourceConfig
from ca_assets.sources.driver import Reading
from ca_assets.sources.files.csv.decoding import BOM, file_encoding, is_bytewise, open_utf8
from ca_assets.sources.files.csv.driver import RowScanner
from ca_assets.sources.files.csv.preamble import LINE_END, read_preamble
from ca_assets.sources.files.locations import compression, open_bytes, source_files
from ca_assets.sources.sampling.sample import PLACES, WHOLE_TIMES, LinePlace, Sample, every_file, own_folder

WHOLE_BYTES = 100 << 20
SAMPLE_BYTES = 64 << 20
PART_BYTES = 300 << 20
PACKED_SHARE = 8  # a packed file is taken to hold so many times its size until it has been looked into
HEAD_BYTES = 1 << 20
TRIED_ROWS, TRIED_STARTS = 4, 200


@dataclass(frozen=True)
class _File:
    path: Path
    header: bytes  # and what stands before it
    delimiter: bytes
    fields: int
    header_lines: int
    size: int  # bytes after the header


@dataclass(frozen=True)
class _Piece:
    """Bytes `start`..`stop` of a file's rows (after its header)."""

    file: _File
    start: int
    stop: int


def sample_csv(name: str, config: SourceConfig, reading: Reading, rows: int) -> Sample:
    """About `rows` rows from up to PLACES places; the source itself when it has no more."""
    files = source_files(name, config, reading.folder)
    if not all(_is_seekable(name, config, path) for path in files):
        return _sample_beginning(name, config, files, reading, rows)
    headed = [file for path in files if (file := _with_header(name, config, path))]
    if len(headed) < len(files):
        return Sample(config, is_whole=True)
    total_bytes = sum(file.size for file in headed)
    row_bytes = _row_bytes(headed[0])
    total = round(total_bytes / row_bytes)
    if total_bytes <= WHOLE_BYTES and total <= rows * WHOLE_TIMES:
        return Sample(config, is_whole=True)
    wanted = min(SAMPLE_BYTES, round(rows * row_bytes))
    pieces = _pieces(headed, wanted)
    places = _copy(pieces, own_folder(reading.staging, name))
    where = f"{len(pieces)} places of the file" if len(files) == 1 else f"{len(pieces)} places of {len(files):,} files"
    sample_config = config.model_copy(update={"path": every_file(own_folder(reading.staging, name))})
    return Sample(sample_config, is_whole=False, total=total, how=where, places=places if len(files) == 1 else ())


def _with_header(name: str, config: SourceConfig, path: Path) -> _File | None:
    """The header's bytes and what it says; None for one of more than HEAD_BYTES (`check_source` has found it readable)."""
    with open_bytes(name, path) as stream:
        data = stream.read(HEAD_BYTES)
    data = data if data.endswith(b"\n") else data + b"\n"
    preamble = read_preamble(name, config, data)
    if preamble.start >= len(data):
        return None
    row = RowScanner(preamble.delimiter).row(data, preamble.start)
    if row.verdict != "row":
        return None
    header = data[: row.end]
    return _File(path, header, preamble.delimiter, len(row.fields), len(LINE_END.findall(header)), path.stat().st_size - len(header))


def _is_seekable(name: str, config: SourceConfig, path: Path) -> bool:
    """Whether rows can be looked for in the middle of the file's bytes."""
    return not compression(path) and is_bytewise(file_encoding(name, config, path))


def _row_bytes(file: _File) -> float:
    """Mean length of the first rows."""
    with file.path.open("rb") as stream:
        stream.seek(len(file.header))
        data = stream.read(HEAD_BYTES)
    return max(1.0, len(data) / max(1, data.count(b"\n")))


def _pieces(files: list[_File], wanted: int) -> list[_Piece]:
    """Ranges of about wanted / PLACES bytes each, spread over all files as if they were one; the first and the last rows are in them."""
    total = sum(file.size for file in files)
    length = max(1, wanted // PLACES)
    starts = sorted({round(index * max(0, total - length) / (PLACES - 1)) for index in range(PLACES)})
    ends = [0]
    for file in files:
        ends.append(ends[-1] + file.size)
    pieces = []
    for start in starts:
        for file, (first, last) in zip(files, pairwise(ends), strict=True):
            if max(start, first) < min(start + length, last):
                pieces.append(_Piece(file, max(start, first) - first, min(start + length, last) - first))
    return pieces


def _copy(pieces: list[_Piece], folder: Path) -> tuple[LinePlace, ...]:
    """Write a sample file per file of the source; returns the places of the last one written."""
    places: list[LinePlace] = []
    written: dict[Path, Any] = {}
    try:
        for number, piece in enumerate(pieces):
            data, start = _rows_of(piece)
            if piece.file.path not in written:
                target = folder / f"{number:05d}" / piece.file.path.name
                target.parent.mkdir()
                written[piece.file.path] = target.open("wb")
                written[piece.file.path].write(piece.file.header)
                places, line = [], 1 + piece.file.header_lines
            shift = 0 if start == 0 else None
            places.append(LinePlace(line, shift, (len(piece.file.header) + start) / (len(piece.file.header) + piece.file.size)))
            written[piece.file.path].write(data)
            line += data.count(b"\n")
    finally:
        for file in written.values():
            file.close()
    return tuple(places)


def _rows_of(piece: _Piece) -> tuple[bytes, int]:
    """The whole rows that begin in the piece, and where the first of them begins."""
    base = len(piece.file.header)
    with piece.file.path.open("rb") as stream:
        stream.seek(base + piece.start)
        data = stream.read(piece.stop - piece.start + HEAD_BYTES)
    is_end = base + piece.start + len(data) >= base + piece.file.size
    if not data.endswith(b"\n"):
        data += b"\n"
    scanner = RowScanner(piece.file.delimiter)
    first = 0 if piece.start == 0 else _row_start(scanner, data, 0, piece.file.fields)
    length = piece.stop - piece.start
    last = len(data) if is_end and length >= len(data) - 1 else _row_start(scanner, data, length, piece.file.fields)
    if first is None:
        return b"", piece.start
    return data[first : _last_whole(scanner, data, first) if last is None else last], piece.start + first


def _row_start(scanner: RowScanner, data: bytes, position: int, fields: int) -> int | None:
    """The first line start after `position` from which rows can be read, None when none is found."""
    for _ in range(TRIED_STARTS):
        position = data.find(b"\n", position) + 1
        if not 0 < position < len(data):
            return None
        if _is_row_start(scanner, data, position, fields):
            return position
    return None


def _last_whole(scanner: RowScanner, data: bytes, position: int) -> int:
    """The end of the last row that is all there, read one by one: rows are longer than what was looked at."""
    while position < len(data):
        row = scanner.row(data, position)
        if row.verdict != "row" or row.end >= len(data):
            return position
        position = row.end
    return position


def _is_row_start(scanner: RowScanner, data: bytes, position: int, fields: int) -> bool:
    """Whether the next rows from there on have as many fields as the header."""
    for _ in range(TRIED_ROWS):
        if position >= len(data):
            return True
        row = scanner.row(data, position)
        if row.verdict != "row" or len(row.fields) != fields:
            return False
        position = row.end
    return True


def copy_parts(config: SourceConfig, path: Path, target: Path, parts: list[tuple[float, float]]) -> bool:
    """Copy the rows between shares of a file's bytes, under its header; False when they are too many."""
    file = _with_header("", config, path)
    if file is None:
        return False
    whole = len(file.header) + file.size
    ranges = [tuple(max(0, round(share * whole) - len(file.header)) for share in part) for part in parts]
    if sum(stop - start for start, stop in ranges) > PART_BYTES:
        return False
    with target.open("wb") as out:
        out.write(file.header)
        for start, stop in ranges:
            out.write(_rows_of(_Piece(file, start, max(stop, start + 1)))[0])
    return True


def _sample_beginning(name: str, config: SourceConfig, files: list[Path], reading: Reading, rows: int) -> Sample:
    """Of packed files, and of encodings in which a place cannot be told from its bytes, only the beginning can be read without the rest."""
    size = sum(path.stat().st_size * (PACKED_SHARE if compression(path) else 1) for path in files)
    if size <= WHOLE_BYTES // 4:
        return Sample(config, is_whole=True)
    folder = own_folder(reading.staging, name) / "00000"
    folder.mkdir()
    target = folder / files[0].name.removesuffix(files[0].suffix if compression(files[0]) else "")
    with open_utf8(name, config, files[0]) as stream, target.open("wb") as file:
        data = stream.read(min(SAMPLE_BYTES, size))
        whole_rows = data[: data.rfind(b"\n") + 1 or len(data)]
        while whole_rows.count(b"\n") > rows * WHOLE_TIMES:
            whole_rows = whole_rows[: whole_rows.rfind(b"\n", 0, len(whole_rows) // 2) + 1]
        file.write(whole_rows if whole_rows.startswith(BOM) else BOM + whole_rows)  # by the mark it is read as UTF-8
    sample_config = config.model_copy(update={"path": os.fspath(target)})
    why = "packed files" if compression(files[0]) else f"files in {file_encoding(name, config, files[0])}"
    return Sample(sample_config, is_whole=False, how=f"the beginning of {files[0].name} ({why} cannot be opened in the middle)")
