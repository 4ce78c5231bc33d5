"""What every part of the hand-written yardstick shares: the connection, the shop, the range, and SQL that all of them write.

Belongs here: nothing of a report. The base tables are in `base`, the answers of each family in the module of its name.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from ca_assets.shop import Shop

EPOCH = dt.date(1970, 1, 1)
DAY_US = 86_400_000_000
GRAINS = ("daily", "weekly", "monthly")


@dataclass(frozen=True)
class Hand:
    """A connection with the base tables. Days are counted from 1970-01-01, instants in microseconds."""

    con: duckdb.DuckDBPyConnection
    shop: Shop
    first: dt.date
    last: dt.date
    starts: tuple[int, ...]  # per dimension the number of its first scope

    @property
    def as_of_us(self) -> int:
        """The instant up to which rows are known."""
        return instant_us(self.shop.calendar.as_of(self.last))

    @property
    def lead(self) -> int:
        """(day + lead) // 7 numbers weeks; week × 7 − lead is its first day."""
        return 10 - self.shop.calendar.week_start_index

    @property
    def last_day(self) -> int:
        """The report date as a day number."""
        return (self.last - EPOCH).days

    @property
    def days(self) -> int:
        """Days of the session range."""
        return (self.last - self.first).days + 1

    def run(self, sql: str) -> None:
        """Execute statements."""
        self.con.execute(sql)

    def table(self, sql: str) -> pa.Table:
        """The rows of a query."""
        return self.con.sql(sql).to_arrow_table()

    def value(self, sql: str) -> Any:
        """The first value of a query."""
        row = self.con.execute(sql).fetchone()
        return row[0] if row else None

    def every_scope(self, query: str) -> str:
        """`query` once for `all` and once per dimension: {scope} is the scope's number, {bit} its bit within the dimension."""
        pieces = [query.format(scope="0::USMALLINT", bit="1::UBIGINT", i="all")]
        pieces += [query.format(scope=f"c{i}", bit=f"(1::UBIGINT << (c{i} - {start}))", i=i) for i, start in enumerate(self.starts)]
        return " UNION ALL ".join(pieces)


def instant_us(moment: dt.datetime) -> int:
    """Microseconds since 1970, exact."""
    return (moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1)


def quoted(name: str) -> str:
    """A column's name in SQL."""
    return '"' + name.replace('"', '""') + '"'


def texts(names: Sequence[str]) -> str:
    """A list of texts in SQL."""
    return "[" + ", ".join("'" + name.replace("'", "''") + "'" for name in names) + "]"


def start_us(tick: str) -> str:
    """The instant in a tick."""
    return f"({tick} // 256)"


def wall_us(tick: str) -> str:
    """The wall clock in a tick, in microseconds."""
    return f"({tick} // 256 + ({tick} % 256 - 128) * 900000000)"


def wall_day(tick: str) -> str:
    """The day of a tick's wall clock."""
    return f"({wall_us(tick)} // {DAY_US})::INTEGER"


_Z = "1.959963984540054"
_CENTRE = f"(k / n + {_Z} * {_Z} / (2 * n)) / (1 + {_Z} * {_Z} / n)"
_HALF = f"{_Z} * sqrt(k / n * (1 - k / n) / n + {_Z} * {_Z} / (4 * n * n)) / (1 + {_Z} * {_Z} / n)"
MACROS = f"""
CREATE MACRO wilson_low(k, n) AS CASE WHEN n = 0 THEN NULL WHEN k = 0 THEN 0.0 ELSE {_CENTRE} - {_HALF} END;
CREATE MACRO wilson_high(k, n) AS CASE WHEN n = 0 THEN NULL WHEN k = n THEN 1.0 ELSE {_CENTRE} + {_HALF} END;
CREATE MACRO part(k, n) AS CASE WHEN n = 0 THEN NULL ELSE k / n END;
CREATE MACRO wall_hour(wall) AS ((wall::DATE - DATE '1970-01-01') * 24 + hour(wall))::INTEGER;
"""


def periods(grain: str) -> str:
    """Columns `period` and `complete` of a grain."""
    return f"{grain} AS period, bool_and({grain}_complete) AS complete"
