"""The files of a file source: a path, a folder or a glob → files in name order, and their bytes, decompressed as they stream.

Belongs here: finding and opening. What the bytes mean does not.
"""

from __future__ import annotations

import glob
import itertools
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

from ca_assets.contracts.events import COLLECTOR, EVENTS_FOLDER, LINES_ENDING, PARQUET_FOLDER, RAW_FOLDER
from ca_assets.settings.process import process_settings
from ca_assets.shop import SourceConfig
from ca_assets.sources.errors import ErrorCode, SourceError

COMPRESSIONS = {".gz": "gzip", ".zst": "zstd", ".zstd": "zstd"}
ENDINGS = {"csv": (".csv", ".tsv", ".txt"), "parquet": (".parquet", ".pq"), "events": (".jsonl", ".ndjson", ".parquet")}


def source_files(name: str, config: SourceConfig, folder: Path) -> list[Path]:
    """The files that `path` stands for, sorted by name; SourceError when there is none."""
    if config.kind == "events" and config.path in (None, COLLECTOR):
        return collected_files() if config.path else []  # of a table there are none
    pattern = config.path or ""
    path = folder / pattern
    if path.is_dir():
        return _folder_files(name, path, config.kind)
    if path.exists():
        return [path]
    # Not Path.glob: it refuses absolute patterns.
    matches = glob.glob(pattern, root_dir=folder, recursive=True) if glob.has_magic(pattern) else []  # noqa: PTH207
    files = [file for file in sorted(folder / match for match in matches) if file.is_file()]
    if not files:
        what = "no file matches" if glob.has_magic(pattern) else "there is no file or folder"
        hint = f"correct sources.{name}.path in shop.yaml (relative to that file)"
        raise SourceError(name, ErrorCode.NOT_FOUND, f"{what} {path}", hint=hint)
    return files


def collected_files() -> list[Path]:
    """What the collector of this installation has written, by name; none before the first event."""
    folders = (process_settings().home / EVENTS_FOLDER / folder for folder in (RAW_FOLDER, PARQUET_FOLDER))
    return sorted(path for folder in folders for ending in (LINES_ENDING, ".parquet") for path in folder.glob(f"*/*{ending}"))


def _folder_files(name: str, path: Path, kind: str) -> list[Path]:
    endings = tuple(ending + packed for ending in ENDINGS[kind] for packed in ("", *COMPRESSIONS))
    files = sorted(file for file in path.rglob("*") if file.is_file() and file.name.lower().endswith(endings))
    visible = [file for file in files if not any(part.startswith((".", "_")) for part in file.relative_to(path).parts)]
    if not visible:
        what = f"the folder {path} has no {kind} file (names ending in {', '.join(ENDINGS[kind])}, also .gz or .zst)"
        raise SourceError(name, ErrorCode.NOT_FOUND, what)
    return visible


def labelled_files(name: str, config: SourceConfig, folder: Path, only: Collection[Path] | None = None) -> list[tuple[Path, str | None]]:
    """The files (of `only` where that is said), each with what its rows say their file is. SourceError when there is none.

    None for a source that is one file. Of a folder or a pattern each row says its file's path in it, however many there are now.
    """
    one, base = folder / (config.path or ""), _base(folder / (config.path or ""))
    return [
        (path, None if path == one else path.relative_to(base).as_posix())
        for path in source_files(name, config, folder)
        if only is None or path in only
    ]


def _base(pattern: Path) -> Path:
    """The folder in which all files of a folder or a pattern are."""
    fixed = itertools.takewhile(lambda part: not glob.has_magic(part), pattern.parts)
    return Path(*fixed)


def compression(path: Path) -> str | None:
    """Arrow's name of the compression that the file's ending says, or None."""
    return COMPRESSIONS.get(path.suffix.lower())


@contextmanager
def open_bytes(name: str, path: Path) -> Iterator[Any]:
    """An Arrow input stream of the file's bytes (decompressed); any failure to read inside becomes a SourceError."""
    try:
        with pa.OSFile(os.fspath(path), "rb") as file:
            kind = compression(path)
            yield pa.CompressedInputStream(file, kind) if kind else file
    except OSError as error:
        detail = " ".join(str(error).split())[:200]
        what = f"{path} cannot be read to its end ({detail})"
        raise SourceError(name, ErrorCode.BAD_DATA, what, hint="nothing was taken. Deliver the file again") from error
