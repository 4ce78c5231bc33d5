"""Values as they come from PostgreSQL and Redshift → values that staging takes.

Belongs here: undoing what a driver does to a value, and reading texts. What a value means is judged in `tables`: a time that is
infinite stays infinite and is rejected there, as CSV's `infinity` is.
"""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ca_assets.sources.arrow_rows import MOMENT, NAIVE
from ca_assets.sources.postgresql_types import FLOATS, INTS, Column

ENDLESS = 2**63 - 1  # what the engine reads as infinity; negative: -infinity
# The driver adds the years between 1970 and PostgreSQL's 2000 to what comes over the wire, and lets it wrap around.
SHIFT_US, SHIFT_DAYS = 946_684_800_000_000, 10_957
BEFORE_INFINITY_US, BEFORE_INFINITY_DAYS = -(2**63) + SHIFT_US, -(2**31) + SHIFT_DAYS
FIRST_US, FIRST_DAY = -211_000_000_000_000_000, -2_450_000  # the server's calendar begins in 4714 BC
LAST_DAY = 106_734_816  # the first day of year 294200; the engine's times end in 294247
DAY_US = 86_400_000_000
PLAIN = r"^\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d(\.\d+)?(\+00)?)?$"
ODD = re.compile(r"(\d+)(-\d\d-\d\d)(?: (\d\d:\d\d:\d\d(?:\.\d+)?))?(?:\+00)?( BC)?")
LAST_YEAR = 294_200


def from_driver(values: pa.Array, column: Column) -> pa.Array:
    """A column of a batch that the driver made of COPY's binary form."""
    array = values.storage if isinstance(values, pa.ExtensionArray) else values
    if column.is_time:
        return _days(array) if column.kind == "date" else _moments(array)
    if column.kind == "float4":
        return array.cast(pa.string()).cast(pa.float64())  # 0.1 is 0.1, as in a CSV
    if column.is_number and column.kind in ("numeric", "money"):
        return array.cast(pa.float64())
    return array


def _moments(array: pa.Array) -> pa.Array:
    """Times beyond the calendar's end wrapped around to before its begin."""
    numbers = array.view(pa.int64())
    ends = pc.min_max(numbers).as_py()
    if ends["min"] is None or (ends["min"] > FIRST_US and ends["max"] < LAST_DAY * DAY_US):
        return array
    return _bounded(numbers, FIRST_US, LAST_DAY * DAY_US, BEFORE_INFINITY_US).view(array.type)


def _days(array: pa.Array) -> pa.Array:
    """Dates as their midnights."""
    days = array.view(pa.int32()).cast(pa.int64())
    ends = pc.min_max(days).as_py()
    if ends["min"] is None or (ends["min"] > FIRST_DAY and ends["max"] < LAST_DAY):
        return array.cast(NAIVE)
    found = _bounded(days, FIRST_DAY, LAST_DAY, BEFORE_INFINITY_DAYS)
    is_endless = pc.equal(pc.abs(found), ENDLESS)
    return pc.if_else(is_endless, found, pc.multiply(pc.if_else(is_endless, 0, found), DAY_US)).view(NAIVE)


def _bounded(numbers: pa.Array, first: int, last: int, before_infinity: int) -> pa.Array:
    """Infinite where a number is not between first and last."""
    ends = pc.if_else(pc.equal(numbers, before_infinity), -ENDLESS, ENDLESS)
    return pc.if_else(pc.or_(pc.less_equal(numbers, first), pc.greater_equal(numbers, last)), ends, numbers)


def from_texts(values: pa.Array, column: Column) -> pa.Array:
    """A column of texts (binary) as the server writes them; those that are text for us too stay as they are."""
    if column.is_time:
        return _read_moments(values.cast(pa.string()), column.kind == "timestamptz")
    if column.kind == "bool":
        return pc.equal(values, pa.scalar(b"t", values.type))
    if column.kind in INTS:
        return values.cast(pa.string()).cast(pa.int64())
    if column.kind in FLOATS or column.is_number:
        return values.cast(pa.string()).cast(pa.float64())
    return values


def _read_moments(texts: pa.Array, is_instant: bool) -> pa.Array:
    """ISO times in UTC; years of other lengths, BC and infinity are read one by one (they are rare)."""
    kind = MOMENT if is_instant else NAIVE
    is_plain = pc.match_substring_regex(texts, PLAIN)
    plain = pc.if_else(is_plain, texts, None).cast(kind)
    if pc.all(is_plain).as_py() is not False:  # None: no value at all
        return plain
    pairs = zip(texts.to_pylist(), is_plain.to_pylist(), strict=True)
    odd = [None if text is None or regular else _odd_moment(text) for text, regular in pairs]
    return pc.coalesce(plain, pa.array(odd, pa.int64()).view(kind))


def _odd_moment(text: str) -> int:
    """Microseconds since 1970 of a time with a year before 1 or after 9999; infinite beyond what 64 bits hold."""
    found = ODD.fullmatch(text)
    if found is None or (not found[4] and int(found[1]) >= LAST_YEAR):
        return -ENDLESS if text.startswith("-") else ENDLESS
    year = 1 - int(found[1]) if found[4] else int(found[1])
    return int(np.datetime64(f"{year:05d}{found[2]}T{found[3] or '00:00:00'}", "us").astype(np.int64))
