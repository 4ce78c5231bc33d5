"""A request's body as JSON: unpacked up to a limit, and salvaged where a client wrote what JSON does not know.

Python's `json` writes NaN and Infinity, and half of a surrogate pair comes from texts that were cut: a strict parser would refuse the whole
batch, and all official clients throw a refused batch away. So these become null and `?`, and the rest is kept.
Belongs here: bytes to JSON. Does not belong here: what the JSON says (`messages`).
"""

from __future__ import annotations

import json
import math
import zlib
from typing import Any

import msgspec

from ca_assets.collector.settings import BATCH_BYTES

GZIP = zlib.MAX_WBITS | 16


class BodyError(ValueError):
    """The body cannot be read; `status` is HTTP's, the message says why."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def unpack(body: bytes, encoding: str) -> bytes:
    """The body without its Content-Encoding. BodyError 413 when it is larger than a batch may be, however small it was packed."""
    name = encoding.strip().lower()
    if name in ("", "identity"):
        unpacked = body
    elif name in ("gzip", "x-gzip"):
        unpacked = _gunzip(body)
    else:
        raise BodyError(400, "Content-Encoding must be gzip, or none")
    if len(unpacked) > BATCH_BYTES:
        raise BodyError(413, f"a request has at most {BATCH_BYTES // 1024} KB of events")
    return unpacked


def _gunzip(body: bytes) -> bytes:
    """Never makes more than one byte above the limit, whatever the body promises."""
    unpacker = zlib.decompressobj(GZIP)
    try:
        unpacked = unpacker.decompress(body, BATCH_BYTES + 1)
    except zlib.error:
        raise BodyError(400, "the body is not gzip, though Content-Encoding says so") from None
    if len(unpacked) <= BATCH_BYTES and not unpacker.eof:
        raise BodyError(400, "the body's gzip is cut short")
    return unpacked


def salvage(body: bytes) -> bytes:
    """JSON like that of Python's `json`, or with broken texts, as strict JSON. BodyError 400 when it is no JSON even so."""
    try:
        value = json.loads(body.decode("utf-8", errors="replace"), parse_constant=lambda _: None, parse_float=_finite)
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    except (ValueError, RecursionError):
        raise BodyError(400, "the body is not JSON") from None
    return text.encode("utf-8", errors="replace")


def _finite(text: str) -> float | None:
    number = float(text)
    return number if math.isfinite(number) else None


def decode_json(body: bytes) -> Any:
    """Strict JSON, or else salvaged. Raises BodyError."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.MsgspecError, RecursionError):
        return msgspec.json.decode(salvage(body))
