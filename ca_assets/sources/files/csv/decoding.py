"""A CSV file's bytes → UTF-8, in bounded memory, by the source's `encoding` or by the byte order mark that the file begins with.

What is not of the encoding becomes bytes that are not UTF-8 either: the reader of rows finds them by that and rejects their row. UTF-8 and
stretches of ASCII pass as they are. Belongs here: bytes to UTF-8 bytes. Lines and rows are the driver's.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from ca_assets.shop import SourceConfig
from ca_assets.sources.errors import ErrorCode, SourceError
from ca_assets.sources.files.locations import open_bytes

BOM = codecs.BOM_UTF8
# Of UTF-32 first: its mark begins with that of UTF-16, after which no text has a NUL.
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (BOM, "utf-8"),
)
MARK_BYTES = 4
PIECE_BYTES = 1 << 20  # a decoded piece takes up to four times as much
ASCII = bytes(range(128))
NOT_OF_IT = "\udcff"  # half a surrogate pair, which UTF-8 does not have
UNDECODABLE = "ca_undecodable"


def _marked(error: UnicodeError) -> tuple[str, int]:
    """An error handler of codecs: what is no text is marked, and reading goes on as early as it can, so that no line end is lost."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    is_wide = error.encoding.replace("-", "").replace("_", "").lower().startswith(("utf16", "utf32"))
    return NOT_OF_IT, error.end if is_wide else error.start + 1


codecs.register_error(UNDECODABLE, _marked)


class Utf8Stream:
    """The UTF-8 bytes of an open file. `encoding`: the file's, by its mark, else as configured. A mark stays, as that of UTF-8."""

    def __init__(self, name: str, file: str, stream: Any, encoding: str) -> None:
        self._name, self._file, self._stream = name, file, stream
        self._head = _read_exactly(stream, MARK_BYTES)
        self.encoding = next((known for mark, known in MARKS if self._head.startswith(mark)), encoding)
        is_utf8 = codecs.lookup(self.encoding).name in ("utf-8", "utf-8-sig")
        self._decoder = None if is_utf8 else codecs.getincrementaldecoder(self.encoding)(UNDECODABLE)
        self._has_ascii = not is_utf8 and has_ascii(self.encoding)
        self._is_at_end = False

    def read(self, size: int) -> bytes:
        """About so many bytes, or as the file ends fewer; empty only at its end."""
        if self._decoder is None:
            head, self._head = self._head, b""
            part: bytes = self._stream.read(size)
            return head + part if head else part
        pieces, length = [], 0
        while length < size and not self._is_at_end:
            piece, self._head = self._head + self._stream.read(PIECE_BYTES), b""
            self._is_at_end = not piece
            pieces.append(self._decoded(self._decoder, piece))
            length += len(pieces[-1])
        return b"".join(pieces)

    def _decoded(self, decoder: codecs.IncrementalDecoder, piece: bytes) -> bytes:
        if self._has_ascii and piece.isascii() and piece and not decoder.getstate()[0]:
            return piece
        try:
            return decoder.decode(piece, final=not piece).encode("utf-8", "surrogatepass")
        except UnicodeError as error:
            what = f"{self._file} cannot be read as {self.encoding} ({str(error)[:200]})"
            raise SourceError(self._name, ErrorCode.BAD_DATA, what, hint=f"correct `encoding` under sources.{self._name}") from error


@contextmanager
def open_utf8(name: str, config: SourceConfig, path: Path) -> Iterator[Utf8Stream]:
    """The file's bytes as UTF-8. Raises SourceError, also for any failure to read inside."""
    with open_bytes(name, path) as stream:
        yield Utf8Stream(name, path.name, stream, config.encoding or "utf-8")


def file_encoding(name: str, config: SourceConfig, path: Path) -> str:
    """The encoding of a file: by its mark, else as configured. Raises SourceError."""
    with open_utf8(name, config, path) as stream:
        return stream.encoding


@cache
def has_ascii(encoding: str) -> bool:
    """Whether ASCII bytes are ASCII in it when they stand by themselves."""
    try:
        return ASCII.decode(encoding) == ASCII.decode("ascii") and not any(_is_pending(encoding, bytes([byte])) for byte in ASCII)
    except UnicodeError:
        return False


@cache
def is_bytewise(encoding: str) -> bool:
    """Whether a byte below 128 is that ASCII sign wherever it stands, so that line ends can be looked for in the file's own bytes."""
    if codecs.lookup(encoding).name in ("utf-8", "utf-8-sig"):
        return True
    return has_ascii(encoding) and not any(_is_pending(encoding, bytes([byte])) for byte in range(128, 256))


def _is_pending(encoding: str, byte: bytes) -> bool:
    """Whether a byte only begins a sign."""
    decoder = codecs.getincrementaldecoder(encoding)(UNDECODABLE)
    decoder.decode(byte)
    return bool(decoder.getstate()[0])


def _read_exactly(stream: Any, size: int) -> bytes:
    """Fewer at the file's end only: a decompressing stream may return less than was asked for before that."""
    data = b""
    while len(data) < size and (part := stream.read(size - len(data))):
        data += part
    return data
