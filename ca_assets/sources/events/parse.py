"""Lines of events → typed events, and those that are none with the reason: one pass per file, by DuckDB (`sql/parse.sql`).

What is read of a message is in `message`, its names in `names`. An event's moment is that of its arrival less the time between its being
made and sent, as the client's own clock has both: a clock that is wrong does not matter; it is never after the arrival. Numbers may be
texts; one that cannot be read rejects the event and is never taken for 0. Times are microseconds since 1970 (UTC).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
from crawleruseragents import CRAWLER_USER_AGENTS_DATA
from duckdb import ColumnExpression

from ca_assets.contracts.events import RECEIVED_AT, SENT_AT, USER_AGENT, WRITE_KEY
from ca_assets.sources.events.message import fact_columns, paths_of
from ca_assets.sources.events.names import ALIASES
from ca_assets.sources.events.statements import statements

SHOWN, PATTERN_GROUPS = 2000, 4
SERVER_LIBRARIES = (
    *("analytics-python", "analytics-node", "@segment/analytics-node", "analytics-ruby", "analytics-go", "analytics-java"),
    *("analytics-php", "analytics.net", "analytics-csharp", "analytics-rust", "rudder-analytics-python", "rudder-sdk-node"),
)
LINE_FIELDS = pa.schema(
    [("line", pa.int64()), ("text", pa.string())] + [(name, pa.string()) for name in (RECEIVED_AT, SENT_AT, WRITE_KEY, USER_AGENT)]
)
KEPT = ("line", "text", "row_received", "row_sent", "row_key", "row_agent", "is_no_json", "digest")


@dataclass(frozen=True)
class ParseRules:
    """What of a shop's configuration decides what an event is. `key`: of the hash of guests' addresses; `dimensions`: paths."""

    key: str
    dimensions: tuple[str, ...] = ()
    server_keys: tuple[str, ...] = ()
    browser_keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lines:
    """A file of events. `file`: what its rows say it is; `arrived_us`: for messages that do not say when they arrived; `batches`: of
    `LINE_FIELDS`."""

    file: str
    arrived_us: int
    batches: Iterable[pa.RecordBatch]


@dataclass(frozen=True)
class ParseCounts:
    """Events, lines that were rejected, and events of robots, which are left out."""

    events: int
    rejected: int
    robots: int


def robot_patterns() -> list[str]:
    """Regular expressions that one of matches each robot's agent; without patterns that look ahead, which RE2 cannot.

    Several, as one of all 1,500 patterns does not fit RE2's memory for its automaton and is a hundred times slower.
    """
    patterns = sorted(entry["pattern"] for entry in CRAWLER_USER_AGENTS_DATA)
    known = [f"(?:{pattern})" for pattern in patterns if not re.search(r"\(\?[=!<]", pattern)]
    return ["|".join(known[place::PATTERN_GROUPS]) for place in range(PATTERN_GROUPS)]


def prepare(con: duckdb.DuckDBPyConnection) -> None:
    """Make the functions that reading needs; the engine's clock is UTC."""
    con.execute("SET TimeZone = 'UTC'")
    con.execute(statements("parse")["macros"])


def parse_lines(con: duckdb.DuckDBPyConnection, lines: Lines, rules: ParseRules, target: Path) -> ParseCounts:
    """Lines of a file → Parquet files `target` (events) and `target`.bad (rejected ones, in the schema of `rejects`)."""
    sql = statements("parse")
    con.register("lines", pa.RecordBatchReader.from_batches(LINE_FIELDS, lines.batches))
    paths = {"enveloped": paths_of(rules.dimensions, in_envelope=True), "plain": paths_of(rules.dimensions, in_envelope=False)}
    con.sql(sql["texts"], params=paths).select(*map(ColumnExpression, KEPT), *fact_columns()).create("read_facts")
    con.unregister("lines")
    names = {"names": list(ALIASES), "codes": list(ALIASES.values())}
    con.execute(sql["facts"], {**names, "server_libraries": list(SERVER_LIBRARIES)})
    con.execute(sql["agents"])
    con.execute(sql["robots"])
    for pattern in robot_patterns():
        con.execute(sql["robots of a pattern"], {"pattern": pattern})
    keys = {"server_keys": list(rules.server_keys), "browser_keys": list(rules.browser_keys)}
    con.execute(sql["typed"], {**keys, "key": rules.key, "file_time": lines.arrived_us})
    con.sql(sql["events"], params={"file": lines.file}).write_parquet(str(target), compression="zstd")
    bad = con.sql(sql["rejects"], params={"label": f"{lines.file}: ", "shown": SHOWN})
    bad.write_parquet(f"{target}.bad", compression="zstd")
    (counts,) = con.execute(sql["counts"]).fetchall()
    con.execute("DROP TABLE read_facts; DROP TABLE facts; DROP TABLE typed; DROP TABLE agents; DROP TABLE robots")
    return ParseCounts(*counts)
