"""Ids in files of `CA_HOME`: logs, events, model states. Text is replaced in place, compressed text too, Parquet by its text columns.

A file that is being written (an open file of events) is left alone; the search afterwards names it.
"""

from __future__ import annotations

import gzip
import mmap
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from ca_assets.contracts.events import OPEN_ENDING
from ca_assets.erasure.texts import Texts

UPLOADS = "uploads"  # the shop's own files
LEFT_ALONE = {"lake", "index", "copies", "staging", "locks", "pins", UPLOADS}  # folders that others take care of
KEYS = {"secret.key", "encryption.key", "setup_token"}
PACKED: dict[str, tuple[Callable[..., bytes], Callable[..., bytes]]] = {
    ".gz": (gzip.decompress, gzip.compress),
    ".zst": (zstandard.decompress, zstandard.compress),
}


def erase_files(home: Path, texts: Texts) -> list[str]:
    """Replace ids in the files below a folder, each in one step; returns the paths of those that had some."""
    return [str(path.relative_to(home)) for path in list(_files(home)) if _erase_file(path, texts)]


def text_of(path: Path) -> str | None:
    """A file's text, unpacked where its name says that it is packed; None for one that is no text."""
    data = path.read_bytes()
    unpack = PACKED.get(path.suffix)
    try:
        return (unpack[0](data) if unpack else data).decode()
    except (UnicodeDecodeError, OSError, EOFError, zstandard.ZstdError):
        return None


def _files(home: Path) -> Iterator[Path]:
    for path in sorted(home.rglob("*")):
        parts = path.relative_to(home).parts
        if path.is_file() and not path.is_symlink() and parts[0] not in LEFT_ALONE and path.name not in KEYS:
            yield path


def _erase_file(path: Path, texts: Texts) -> bool:
    if path.name.endswith(OPEN_ENDING) or path.read_bytes()[:16] == b"SQLite format 3\0":
        return False
    if path.suffix == ".parquet":
        return _erase_parquet(path, texts)
    text = text_of(path) if path.suffix in PACKED or _may_have(path, texts) else None
    if text is None:
        return False
    new = "".join(texts.text(line.rstrip("\n")) + line[len(line.rstrip("\n")) :] for line in text.splitlines(keepends=True))
    if new == text:
        return False
    packed = PACKED.get(path.suffix)
    _replace(path, packed[1](new.encode()) if packed else new.encode())
    return True


def _may_have(path: Path, texts: Texts) -> bool:
    """Whether it is worth to read a file, which may be large."""
    if path.stat().st_size == 0:
        return False
    with path.open("rb") as file, closing(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)) as data:
        return texts.is_anywhere_in(data)


def _erase_parquet(path: Path, texts: Texts) -> bool:
    table = pq.read_table(path)
    changed = table
    for place, field in enumerate(table.schema):
        if pa.types.is_string(field.type):
            before = table.column(place).to_pylist()
            after = [one if one is None else texts.value(one) for one in before]
            changed = changed if after == before else changed.set_column(place, field, pa.array(after, field.type))
    if changed is table:
        return False
    sink = pa.BufferOutputStream()
    pq.write_table(changed, sink, compression="zstd")
    _replace(path, sink.getvalue().to_pybytes())
    return True


def _replace(path: Path, data: bytes) -> None:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    mode = path.stat().st_mode
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode & 0o777), "wb") as file:
        file.write(data)
    draft.replace(path)
