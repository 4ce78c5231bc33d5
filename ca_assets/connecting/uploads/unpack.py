"""Unpacking uploaded .zip and .csv.gz files within limits: of files, of bytes, of how much smaller they were packed, of disk.

Nothing in an archive decides where it is written: only the last part of an entry's name is used, and that is checked like any other.
"""

from __future__ import annotations

import shutil
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from ca_assets.connecting.uploads.errors import UploadError
from ca_assets.connecting.uploads.names import GZIP, TEXTS, ZIP, checked_name, ending

MAX_FILES, MAX_ENTRIES, MAX_UNPACKED, MAX_RATIO, SMALL = 100, 1_000, 8 << 30, 200, 10 << 20
CHUNK, RESERVE = 1 << 20, 500 << 20  # bytes left free on the disk whatever happens
BOMB = "“{name}” would become far larger than it is when it is unpacked, as no export does. Unpack it yourself, and choose the files."


def unpacked(path: Path, name: str, folder: Path) -> Iterator[tuple[Path, str]]:
    """The texts of an archive, written into `folder` one by one, each with its checked name. Raises UploadError."""
    if ending(name) == ZIP:
        yield from _zip_files(path, name, folder)
    elif ending(name) == GZIP:
        yield _gzip_file(path, name, folder)


def _zip_files(path: Path, name: str, folder: Path) -> Iterator[tuple[Path, str]]:
    try:
        with zipfile.ZipFile(path) as archive:
            for entry in _entries(archive, name):
                inner = checked_name(PurePosixPath(entry.filename).name)
                target = folder / inner
                with archive.open(entry) as source, target.open("xb") as file:
                    _copy(iter(lambda: source.read(CHUNK), b""), file, entry.file_size, name)
                yield target, inner
    except FileExistsError:
        raise UploadError(f"“{name}” has two files of one name in different folders. Pack them with different names.") from None
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError) as error:
        raise UploadError(f"“{name}” cannot be unpacked ({str(error)[:100]}). Pack it again, without a password.") from None


def _entries(archive: zipfile.ZipFile, name: str) -> list[zipfile.ZipInfo]:
    """What is to be unpacked: texts, all of them within the limits that the archive states."""
    listed = archive.infolist()
    if len(listed) > MAX_ENTRIES:
        raise UploadError(f"“{name}” has {len(listed):,} entries; {MAX_FILES} files are the most.")
    entries = [entry for entry in listed if not entry.is_dir() and not _is_of_the_system(entry.filename)]
    for entry in entries:
        parts = PurePosixPath(entry.filename.replace("\\", "/")).parts
        if ".." in parts or entry.filename.startswith(("/", "\\")) or ":" in parts[0]:
            raise UploadError(f"“{name}” has an entry that would be written outside of its folder. Nothing of it was kept.")
        if ending(entry.filename) not in TEXTS:
            raise UploadError(f"“{name}” has “{PurePosixPath(entry.filename).name[:60]}”, which is no CSV file. Pack only CSV files.")
        if entry.flag_bits & 1:
            raise UploadError(f"“{name}” is locked by a password. Pack it without one.")
    if not entries:
        raise UploadError(f"“{name}” has no CSV file in it.")
    total, packed = sum(entry.file_size for entry in entries), sum(entry.compress_size for entry in entries)
    if len(entries) > MAX_FILES:
        raise UploadError(f"“{name}” has {len(entries):,} files; {MAX_FILES} are the most.")
    if total > MAX_UNPACKED or (total > SMALL and total > MAX_RATIO * packed):
        raise UploadError(BOMB.format(name=name))
    return entries


def _is_of_the_system(path: str) -> bool:
    """What some systems put into every archive, beside what was packed."""
    parts = PurePosixPath(path).parts
    return parts[0] == "__MACOSX" or parts[-1].lower() in {".ds_store", "thumbs.db", "desktop.ini"} or parts[-1].startswith("._")


def _gzip_file(path: Path, name: str, folder: Path) -> tuple[Path, str]:
    inner = checked_name(name[: -len(GZIP)])
    target, limit = folder / inner, min(MAX_UNPACKED, max(SMALL, MAX_RATIO * path.stat().st_size))
    with target.open("xb") as file:
        _copy(_gunzipped(path, name), file, limit, name)
    return target, inner


def _gunzipped(path: Path, name: str) -> Iterator[bytes]:
    """Unpacked in bounded pieces: a small piece of input may become a large one."""
    inflater = zlib.decompressobj(wbits=31)
    with path.open("rb") as source:
        try:
            while data := inflater.unconsumed_tail or source.read(CHUNK):
                yield inflater.decompress(data, CHUNK)
                if inflater.eof:  # another member may follow
                    rest, inflater = inflater.unused_data or source.read(CHUNK), zlib.decompressobj(wbits=31)
                    if not rest:
                        return
                    yield inflater.decompress(rest, CHUNK)
        except zlib.error:
            raise UploadError(f"“{name}” is not packed by gzip, or is damaged. Pack it again.") from None
    if not inflater.eof:
        raise UploadError(f"“{name}” was cut off. Pack it again.")


def _copy(pieces: Iterator[bytes], file: object, limit: int, name: str) -> None:
    """Write pieces, and stop when there are more than were stated or the disk has no room for."""
    written = 0
    for piece in pieces:
        written += len(piece)
        if written > limit:
            raise UploadError(BOMB.format(name=name))
        file.write(piece)  # type: ignore[attr-defined]
        require_room(Path(file.name), 0)  # type: ignore[attr-defined]


def require_room(path: Path, size: int) -> None:
    """UploadError when the disk of a path has no room for so many bytes more, and some to spare."""
    free = shutil.disk_usage(path if path.exists() else path.parent).free
    if free - size < RESERVE:
        missing = (size + RESERVE - free) / (1 << 30)
        raise UploadError(f"The disk of this installation is full: {missing:.1f} GB are missing. Ask whoever runs it for room.")
