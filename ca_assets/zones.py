"""Time zones of the pinned package `tzdata`, the one zone database of all figures (docs/contract, section 1, Calendar).

The standard library would look into the system's files first, DuckDB carries ICU's data and Spark has Java's; each of an age of its own.
Belongs here: names, zones as Python's objects, and the changes of a zone's offset as numbers, from which engines convert where their own
data differ. Does not belong here: how an engine does so (`engine`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

FIRST_YEAR, END_YEAR = 1990, 2100  # no time before is read; after it each engine goes on by its own rule of the zone
MICROSECOND = dt.timedelta(microseconds=1)
SECOND_MICROS, DAY_MICROS = 1_000_000, 86_400_000_000
LAST_MICROS = 253_402_300_800_000_000  # the year 9999 ends
PROBE_SECONDS = 4 * 86_400  # since 1990 no zone has changed its offset and back in less (Tucumán in 2004: twelve days)


@cache
def zone_names() -> frozenset[str]:
    """Names of the IANA time zones."""
    return frozenset(resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8").split())


@cache
def zone_of(name: str) -> ZoneInfo:
    """A zone by its name; KeyError when there is none."""
    if name not in zone_names():
        raise KeyError(name)
    with resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def offset_at(zone: ZoneInfo, second: int) -> int:
    """Microseconds by which a zone's clock is ahead of UTC, so many seconds after 1970 began."""
    ahead = dt.datetime.fromtimestamp(second, zone).utcoffset()
    return (ahead or dt.timedelta()) // MICROSECOND


PERIOD = tuple(int(dt.datetime(year, 1, 1, tzinfo=dt.UTC).timestamp()) for year in (FIRST_YEAR, END_YEAR))  # seconds since 1970
PERIOD_MICROS = tuple(second * SECOND_MICROS for second in PERIOD)


@dataclass(frozen=True)
class Change:
    """From the instant `at` on a zone's clock is `after` ahead of UTC, and `before` until then; all in microseconds."""

    at: int
    before: int
    after: int

    @property
    def wall(self) -> int:
        """The wall clock from which on times are read with the new offset.

        Of two occurrences of a wall time the second one counts, and a wall time that does not exist is read with the old offset, which
        moves it forward by the gap.
        """
        return self.at + self.after

    @property
    def is_day_long(self) -> bool:
        """Whether the clock jumps forward by a day or more, so that a date may be without an instant."""
        return self.after - self.before >= DAY_MICROS


@cache
def changes_of(name: str) -> tuple[Change, ...]:
    """All changes of a zone's offset in the period, in order."""
    zone = zone_of(name)
    places = range(PERIOD[0], PERIOD[1] + PROBE_SECONDS, PROBE_SECONDS)
    offsets = [offset_at(zone, place) for place in places]
    return tuple(_change(zone, places[i - 1], places[i]) for i in range(1, len(places)) if offsets[i] != offsets[i - 1])


def _change(zone: ZoneInfo, low: int, high: int) -> Change:
    """The one change between two instants, by bisection."""
    before, after = offset_at(zone, low), offset_at(zone, high)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if offset_at(zone, middle) == before else (low, middle)
    return Change(high * SECOND_MICROS, before, after)


def table_end(name: str) -> int:
    """Up to which instant (excluded) `offset_table` holds: for ever, but of a zone that goes on changing by a rule."""
    changes = changes_of(name)
    is_changing = bool(changes) and PERIOD_MICROS[1] - changes[-1].at < 400 * DAY_MICROS
    return PERIOD_MICROS[1] if is_changing else LAST_MICROS


@dataclass(frozen=True)
class OffsetTable:
    """A zone's offsets in steps of equal length, at most one change in each: what an engine looks up without a search.

    Step i (from 0) covers the microseconds `begin + i × length` … of an instant or of a wall clock: there `before` holds until `change`,
    `after` from it on. What lies before the first step is in it, and what lies after the last one in that.
    """

    begin: int
    length: int
    change: tuple[int, ...]
    before: tuple[int, ...]
    after: tuple[int, ...]


@cache
def offset_table(name: str, *, is_wall: bool) -> OffsetTable:
    """The offsets of a zone, by instants or by wall clock times."""
    zone, changes = zone_of(name), changes_of(name)
    if not changes:
        offset = offset_at(zone, PERIOD[0])
        return OffsetTable(0, DAY_MICROS, (0,), (offset,), (offset,))
    at = np.array([change.wall if is_wall else change.at for change in changes])
    begin = int(at[0])
    length = _step(at - begin)
    steps = int((at[-1] - begin) // length) + 1
    owner = np.searchsorted((at - begin) // length, np.arange(steps), side="right") - 1  # the newest change in the step or before it
    columns = ([getattr(changes[i], part) for i in owner] for part in ("before", "after"))
    before, after = map(tuple, columns)
    return OffsetTable(begin, length, tuple(at[owner].tolist()), before, after)


def _step(places: NDArray[np.int64]) -> int:
    """The longest step of whole days in which no two of the places lie."""
    gaps = np.diff(places)
    for days in range(int(gaps.min(initial=366 * DAY_MICROS) // DAY_MICROS) * 2, 1, -1):
        if (np.diff(places // (days * DAY_MICROS)) > 0).all():
            return days * DAY_MICROS
    return DAY_MICROS


def probes(name: str) -> Sequence[int]:
    """Seconds since 1970 at which another database of zones would differ if it does at all: changes, just before them, every four days."""
    at = {change.at // SECOND_MICROS for change in changes_of(name)}
    return sorted({*range(PERIOD[0], PERIOD[1], PROBE_SECONDS), *at, *(second - 1 for second in at)})
