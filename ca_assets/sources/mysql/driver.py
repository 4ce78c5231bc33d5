"""MySQL and MariaDB as a source: a table or a query, described before anything is read, read in one read-only transaction."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pymysql

from ca_assets.shop import SourceConfig
from ca_assets.sources.arrow_rows import add_batch
from ca_assets.sources.driver import DatabaseDriver, Reading, Wanted
from ca_assets.sources.errors import ErrorCode, SourceError
from ca_assets.sources.mysql.errors import error_from_server, idle_timeout, number_of
from ca_assets.sources.mysql.server import parse_server
from ca_assets.sources.mysql.session import FAILURES, Session
from ca_assets.sources.mysql.sql import quote_identifier, single_statement, span_condition, table_parts
from ca_assets.sources.mysql.types import mapped_columns
from ca_assets.sources.mysql.watchdog import SocketWatchdog
from ca_assets.sources.prefetch import prefetch
from ca_assets.sources.select_sql import select
from ca_assets.sources.staging import RawSource, Stage

NO_TABLE = 1146
TABLES = """SELECT table_schema, table_name, table_schema = DATABASE() FROM information_schema.tables
    WHERE table_schema NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys') LIMIT 10000"""


class MysqlDriver:
    """Reads tables and queries of a server."""

    def check(self, name: str, config: SourceConfig, reading: Reading) -> None:
        """Whether the mapped columns are there with types that can mean ours; SourceError when not. Reads no rows."""
        relation, shown = _relation(name, config)
        with _session(name, config, reading) as (session, _):
            columns = mapped_columns(name, config, shown, _header(name, config, session, relation))
            for column in columns:
                column.staged(name, shown)
            session.execute(select([column.expression for column in columns], relation, None, 0))  # whether this user may read it

    def describe(self, name: str, config: SourceConfig, reading: Reading) -> dict[str, str]:
        """Names and types of all of the source's columns. SourceError when they cannot be had."""
        relation, _ = _relation(name, config)
        with _session(name, config, reading) as (session, _watchdog):
            return dict(_header(name, config, session, relation))

    def count_rows(self, name: str, config: SourceConfig, reading: Reading) -> int | None:
        """How many rows a table has; None for a query, which would have to be run for it. SourceError when it cannot be had."""
        if config.table is None:
            return None
        relation, _ = _relation(name, config)
        with _session(name, config, reading) as (session, _watchdog):
            (row,) = session.execute(f"SELECT count(*) FROM {relation}")  # noqa: S608 - a quoted name
        return int(str(row[0]))

    def read(self, name: str, config: SourceConfig, reading: Reading, wanted: Wanted) -> RawSource:
        """The rows into staging, as they were at one moment. SourceError when they cannot be had; then nothing was taken.

        A span by a column that is no time or date: the source is read whole, which `is_whole` says. With a limit: the rows that the server
        finds first, in no order.
        """
        relation, shown = _relation(name, config)
        span, limit = wanted.span, wanted.limit
        with _session(name, config, reading) as (session, watchdog):
            header = _header(name, config, session, relation)
            columns = mapped_columns(name, config, shown, header)
            types = {column.field.name: column.staged(name, shown) for column in columns}
            condition = span_condition(span, dict(header).get(span.column, "")) if span else None
            with Stage(name, reading.staging, types, reading.progress) as stage:
                statement = select([column.expression for column in columns], relation, condition, limit)
                with closing(prefetch(watchdog.watch(session.batches(statement, columns)), watchdog.end)) as batches:
                    for batch in batches:
                        add_batch(batch, {ours: ours for ours in types}, types, stage)
        count = stage.row_count + stage.broken_count
        return stage.result(is_whole=condition is None and (limit is None or count < limit))


@contextmanager
def _session(name: str, config: SourceConfig, reading: Reading) -> Iterator[tuple[Session, SocketWatchdog]]:
    """A watched session for the block; what the server says against it becomes a SourceError."""
    server, watchdog = parse_server(name, config, reading), None
    try:
        with Session.open(server) as session, SocketWatchdog(server, session.socket) as watchdog:
            yield session, watchdog
    except FAILURES as error:
        has_timed_out = watchdog is not None and watchdog.has_timed_out
        problem = idle_timeout(name, server) if has_timed_out else error_from_server(name, server, error)
    else:
        return
    raise problem  # not from the driver's error: its frames hold the password


def _relation(name: str, config: SourceConfig) -> tuple[str, str]:
    """What follows FROM, and its name for people."""
    if config.table is not None:
        shown = config.table if config.table.isprintable() else repr(config.table)
        return ".".join(map(quote_identifier, table_parts(name, config.table))), shown
    return f"({single_statement(name, config.query or '')}\n) AS ca_source", "the query"


def _header(name: str, config: SourceConfig, session: Session, relation: str) -> list[tuple[str, str]]:
    try:
        return session.header(relation)
    except pymysql.err.MySQLError as error:
        if config.table is None or number_of(error) != NO_TABLE:
            raise
    raise _missing_table(name, config.table, session)


def _missing_table(name: str, table: str, session: Session) -> SourceError:
    wanted = ".".join(table_parts(name, table))
    rows = [(str(schema), str(short), bool(is_own)) for schema, short, is_own in session.execute(TABLES)]
    names = {f"{schema}.{short}": short if is_own else f"{schema}.{short}" for schema, short, is_own in rows}
    names |= {short: short if is_own else f"{schema}.{short}" for schema, short, is_own in sorted(rows, key=lambda row: row[2])}
    folded = {known.casefold(): full for known, full in names.items()}
    close = list(dict.fromkeys(folded[match] for match in difflib.get_close_matches(wanted.casefold(), list(folded), n=2, cutoff=0.6)))
    hint = f"did you mean {' or '.join(map(repr, close))}?" if close else "correct it, or grant the user SELECT on it"
    return SourceError(name, ErrorCode.NOT_FOUND, f"there is no table {table!r} (names may be case-sensitive)", hint=hint)


driver: DatabaseDriver = MysqlDriver()
