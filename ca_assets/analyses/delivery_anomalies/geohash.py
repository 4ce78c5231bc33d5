"""Geohashes of 7 characters (about 150 m) of many coordinates at once, equal to `pygeohash.encode` and `decode_exactly`.

Source: G. Niemeyer's geohash: the bits of bisected longitude and latitude in turn, five to a character. A coordinate on the edge of two
cells belongs to the upper one. Edges are multiples of 180 / 2^17 degrees, which floats hold exactly, so no rounding decides a cell.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

LENGTH, BITS_OF_SIGN = 7, 5
LONGITUDE_BITS, LATITUDE_BITS = 18, 17  # 35 bits, beginning with longitude
SIGNS = np.frombuffer(b"0123456789bcdefghjkmnpqrstuvwxyz", dtype=np.uint8)


def encode(latitude: NDArray[np.float64], longitude: NDArray[np.float64]) -> NDArray[np.int64]:
    """The geohash of each coordinate (degrees, -90..90 and -180..180) as a number whose order is that of the texts."""
    row = _cell(latitude, 90.0, LATITUDE_BITS)
    column = _cell(longitude, 180.0, LONGITUDE_BITS)
    return _spread(column, LONGITUDE_BITS, 0) | _spread(row, LATITUDE_BITS, 1)


def texts(numbers: NDArray[np.int64]) -> list[str]:
    """The texts of such numbers."""
    shifts = BITS_OF_SIGN * np.arange(LENGTH - 1, -1, -1)
    signs = SIGNS[(numbers[:, None] >> shifts) & 31]
    return [text.decode() for text in np.ascontiguousarray(signs).view(f"S{LENGTH}").ravel().tolist()]


def number_of(text: str) -> int | None:
    """The number of a text; None when it is no geohash of this length."""
    places = [bytes(SIGNS).find(sign.encode()) for sign in text]
    if len(places) != LENGTH or min(places) < 0:
        return None
    return sum(place << shift for place, shift in zip(places, range(BITS_OF_SIGN * (LENGTH - 1), -1, -BITS_OF_SIGN), strict=True))


def centres(numbers: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Latitude and longitude (degrees) of the middle of each cell."""
    column, row = _gather(numbers, LONGITUDE_BITS, 0), _gather(numbers, LATITUDE_BITS, 1)
    return _middle(row, 90.0, LATITUDE_BITS), _middle(column, 180.0, LONGITUDE_BITS)


def _cell(degrees: NDArray[np.float64], limit: float, bits: int) -> NDArray[np.int64]:
    """Number of the cell, from 0 at -limit; the upper limit itself is in the last one."""
    edges = -limit + np.arange(1, 2**bits) * (2 * limit / 2**bits)
    cells: NDArray[np.int64] = np.searchsorted(edges, degrees, side="right").astype(np.int64)
    return cells


def _middle(cells: NDArray[np.int64], limit: float, bits: int) -> NDArray[np.float64]:
    middle: NDArray[np.float64] = -limit + (cells + 0.5) * (2 * limit / 2**bits)
    return middle


def _places(bits: int, first: int) -> list[tuple[int, int]]:
    """Of each bit: its shift in a cell's number and in a geohash's; `first` 0 for longitude, 1 for latitude."""
    return [(bits - 1 - i, LENGTH * BITS_OF_SIGN - 1 - first - 2 * i) for i in range(bits)]


def _spread(cells: NDArray[np.int64], bits: int, first: int) -> NDArray[np.int64]:
    number = np.zeros_like(cells)
    for source, target in _places(bits, first):
        number |= ((cells >> source) & 1) << target
    return number


def _gather(numbers: NDArray[Any], bits: int, first: int) -> NDArray[np.int64]:
    cells = np.zeros_like(numbers)
    for source, target in _places(bits, first):
        cells |= ((numbers >> target) & 1) << source
    return cells
