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
from ca_assets.sources.csv_files import EMPTY_LINES, LINE_END
from ca_assets.sources.files import compression, open_bytes
from ca_assets.sources.reading import Reading
from ca_assets.sources.rows import RowScanner
from ca_assets.sources.sample_size import PLACES, WHOLE_TIMES, LinePlace, Sample, every_file, own_folder

WHOLE_BYTES = 100 << 20
SAMPLE_BYTES = 64 << 20
PART_BYTES = 300 << 20
PACKED_SHARE = 8  # a packed file is taken to hold so many times its size until it has been looked into
HEAD_BYTES = 1 << 20
TRIED_ROWS, TRIED_STARTS = 4, 200


@dataclass(frozen=True)
class _File:
    path: Path
    header: bytes
    fields: int
    header_lines: int
    size: int  # bytes after the header


@dataclass(frozen=True)
class _Piece:
    """Bytes `start`..`stop` of a file's rows (after its header)."""

    file: _File
    start: int
    stop: int


def sample_csv(name: str, config: SourceConfig, files: list[Path], reading: Reading, rows: int) -> Sample:
    """About `rows` rows from up to PLACES places; the source itself when it has no more."""
    if any(compression(path) for path in files):
        return _sample_packed(name, config, files, reading, rows)
    seen = [file for path in files if (file := _looked_at(name, config, path))]
    if len(seen) < len(files):
        return Sample(config, is_whole=True)
    total_bytes = sum(file.size for file in seen)
    row_bytes = _row_bytes(seen[0], config)
    total = round(total_bytes / row_bytes)
    if total_bytes <= WHOLE_BYTES and total <= rows * WHOLE_TIMES:
        return Sample(config, is_whole=True)
    wanted = min(SAMPLE_BYTES, round(rows * row_bytes))
    pieces = _pieces(seen, wanted)
    places = _copy(pieces, config, own_folder(reading.staging, name))
    where = f"{len(pieces)} places of the file" if len(files) == 1 else f"{len(pieces)} places of {len(files):,} files"
    changed = config.model_copy(update={"path": every_file(own_folder(reading.staging, name))})
    return Sample(changed, is_whole=False, total=total, how=where, places=places if len(files) == 1 else ())


def _looked_at(name: str, config: SourceConfig, path: Path) -> _File | None:
    """The header's bytes and what it says; None for one of more than HEAD_BYTES (`check_source` has found it readable)."""
    with open_bytes(name, path) as stream:
        data = stream.read(HEAD_BYTES)
    start = EMPTY_LINES.match(data, 3 if data.startswith(b"\xef\xbb\xbf") else 0).end()  # type: ignore[union-attr]  # it matches nothing too
    row = RowScanner(config.delimiter.encode()).row(data if data.endswith(b"\n") else data + b"\n", start)
    if row.verdict != "row":
        return None
    header = data[: row.end]
    return _File(path, header, len(row.fields), len(LINE_END.findall(header)), path.stat().st_size - len(header))


def _row_bytes(file: _File, config: SourceConfig) -> float:
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


def _copy(pieces: list[_Piece], config: SourceConfig, folder: Path) -> tuple[LinePlace, ...]:
    """Write a sample file per file of the source; returns the places of the last one written."""
    places: list[LinePlace] = []
    written: dict[Path, Any] = {}
    try:
        for number, piece in enumerate(pieces):
            data, start = _rows_of(piece, config)
            if piece.file.path not in written:
                written[piece.file.path], places, line = _begin(folder / f"{number:05d}", piece.file), [], 1 + piece.file.header_lines
            shift = 0 if start == 0 else None
            places.append(LinePlace(line, shift, (len(piece.file.header) + start) / (len(piece.file.header) + piece.file.size)))
            written[piece.file.path].write(data)
            line += data.count(b"\n")
    finally:
        for target in written.values():
            target.close()
    return tuple(places)


def _begin(folder: Path, file: _File) -> Any:
    folder.mkdir()
    target = (folder / file.path.name).open("wb")
    target.write(file.header)
    return target


def _rows_of(piece: _Piece, config: SourceConfig) -> tuple[bytes, int]:
    """The whole rows that begin in the piece, and where the first of them begins."""
    base = len(piece.file.header)
    with piece.file.path.open("rb") as stream:
        stream.seek(base + piece.start)
        data = stream.read(piece.stop - piece.start + HEAD_BYTES)
    is_end = base + piece.start + len(data) >= base + piece.file.size
    if not data.endswith(b"\n"):
        data += b"\n"
    scanner = RowScanner(config.delimiter.encode())
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
        if _reads(scanner, data, position, fields):
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


def _reads(scanner: RowScanner, data: bytes, position: int, fields: int) -> bool:
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
    file = _looked_at("", config, path)
    if file is None:
        return False
    whole = len(file.header) + file.size
    ranges = [tuple(max(0, round(share * whole) - len(file.header)) for share in part) for part in parts]
    if sum(stop - start for start, stop in ranges) > PART_BYTES:
        return False
    with target.open("wb") as out:
        out.write(file.header)
        for start, stop in ranges:
            out.write(_rows_of(_Piece(file, start, max(stop, start + 1)), config)[0])
    return True


def _sample_packed(name: str, config: SourceConfig, files: list[Path], reading: Reading, rows: int) -> Sample:
    """Of packed files only the beginning can be read without the rest."""
    size = sum(path.stat().st_size * (PACKED_SHARE if compression(path) else 1) for path in files)
    if size <= WHOLE_BYTES // 4:
        return Sample(config, is_whole=True)
    folder = own_folder(reading.staging, name) / "00000"
    folder.mkdir()
    target = folder / files[0].name.removesuffix(files[0].suffix if compression(files[0]) else "")
    with open_bytes(name, files[0]) as stream, target.open("wb") as file:
        data = stream.read(min(SAMPLE_BYTES, size))
        kept = data[: data.rfind(b"\n") + 1 or len(data)]
        while kept.count(b"\n") > rows * WHOLE_TIMES:
            kept = kept[: kept.rfind(b"\n", 0, len(kept) // 2) + 1]
        file.write(kept)
    changed = config.model_copy(update={"path": os.fspath(target)})
    return Sample(changed, is_whole=False, how=f"the beginning of {files[0].name} (packed files cannot be opened in the middle)")
