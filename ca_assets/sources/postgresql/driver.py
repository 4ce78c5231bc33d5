"""PostgreSQL as a source: a table or a query, described before anything is read, read in one read-only transaction.

Belongs here: the course of it, for any session with a server of this family. PostgreSQL's session reads by COPY (`copy`), Redshift's by a
cursor (`redshift.driver`); both give the same rows.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from typing import ClassVar, Protocol

import pyarrow as pa

from ca_assets.shop import SourceConfig
from ca_assets.sources.arrow_rows import add_batch
from ca_assets.sources.driver import DatabaseDriver, Reading, Wanted
from ca_assets.sources.errors import ErrorCode, SourceError
from ca_assets.sources.postgresql.copy import CopySession
from ca_assets.sources.postgresql.errors import error_from_server, idle_timeout, state_of
from ca_assets.sources.postgresql.server import Server, parse_server
from ca_assets.sources.postgresql.sql import quote_identifier, single_statement, span_condition, table_parts
from ca_assets.sources.postgresql.types import Column, mapped_columns
from ca_assets.sources.postgresql.watchdog import ConnectionWatchdog
from ca_assets.sources.prefetch import prefetch
from ca_assets.sources.select_sql import select
from ca_assets.sources.staging import RawSource, Stage

NO_TABLE = ("42P01", "3F000")  # SQLSTATEs: no such table, no such schema
TABLES = "SELECT table_schema::text, table_name::text FROM information_schema.tables LIMIT 10000"


class Session(Protocol):
    """One read-only transaction with a server, and how it is made. `failures`: what it raises; `has_escapes`: the server may take a
    backslash in quotes for an escape."""

    failures: ClassVar[tuple[type[BaseException], ...]]
    has_escapes: ClassVar[bool]

    @classmethod
    def open(cls, server: Server, watchdog: ConnectionWatchdog) -> AbstractContextManager[Session]:
        """A session for the block; it connects while the watchdog is `connecting`."""

    def execute(self, statement: str) -> list[tuple[object, ...]]:
        """Run a statement of ours."""

    def cancel(self) -> None:
        """End the statement under way, from another thread."""

    def rollback(self) -> None:
        """End the transaction after an error; the next statement begins another."""

    def header(self, relation: str) -> list[tuple[str, str]]:
        """Names and types of a relation's columns; nothing is read."""

    def expressions(self, columns: list[Column]) -> list[str]:
        """What is selected for them."""

    def batches(self, statement: str, columns: list[Column]) -> Iterator[pa.RecordBatch]:
        """The rows of a selection of the `expressions` of columns, in our names."""


class PostgresqlDriver:
    """Reads tables and queries of a server of PostgreSQL's family, by sessions of one class."""

    def __init__(self, session_class: type[Session]) -> None:
        self._session_class = session_class

    def check(self, name: str, config: SourceConfig, reading: Reading) -> None:
        """Whether the mapped columns are there with types that can mean ours; SourceError when not. Reads no rows."""
        relation, shown = self._relation(name, config)
        with self._session(name, config, reading) as (session, _):
            columns = mapped_columns(name, config, shown, self._header(name, config, session, relation))
            for column in columns:
                column.staged(name, shown)
            session.execute(select(session.expressions(columns), relation, None, 0))  # whether this user may read it

    def describe(self, name: str, config: SourceConfig, reading: Reading) -> dict[str, str]:
        """Names and types of all of the source's columns. SourceError when they cannot be had."""
        relation, _ = self._relation(name, config)
        with self._session(name, config, reading) as (session, _):
            return dict(self._header(name, config, session, relation))

    def count_rows(self, name: str, config: SourceConfig, reading: Reading) -> int | None:
        """How many rows a table has; None for a query, which would have to be run for it. SourceError when it cannot be had."""
        if config.table is None:
            return None
        relation, _ = self._relation(name, config)
        with self._session(name, config, reading) as (session, _):
            (row,) = session.execute(f"SELECT count(*)::int8 FROM {relation}")  # noqa: S608 - a quoted name
        return int(str(row[0]))

    def read(self, name: str, config: SourceConfig, reading: Reading, wanted: Wanted) -> RawSource:
        """The rows into staging, as they were at one moment. SourceError when they cannot be had; then nothing was taken.

        A span by a column that is no time or date: the source is read whole, which `is_whole` says. With a limit: the rows that the server
        finds first, in no order.
        """
        relation, shown = self._relation(name, config)
        span, limit = wanted.span, wanted.limit
        with self._session(name, config, reading) as (session, watchdog):
            header = self._header(name, config, session, relation)
            columns = mapped_columns(name, config, shown, header)
            types = {column.field.name: column.staged(name, shown) for column in columns}
            condition = span_condition(span, dict(header).get(span.column, "")) if span else None
            with Stage(name, reading.staging, types, reading.progress) as stage:
                statement = select(session.expressions(columns), relation, condition, limit)
                with closing(prefetch(watchdog.watch(session.batches(statement, columns)), session.cancel)) as batches:
                    for batch in batches:
                        add_batch(batch, {ours: ours for ours in types}, types, stage)
        count = stage.row_count + stage.broken_count
        return stage.result(is_whole=condition is None and (limit is None or count < limit))

    @contextmanager
    def _session(self, name: str, config: SourceConfig, reading: Reading) -> Iterator[tuple[Session, ConnectionWatchdog]]:
        """A watched session for the block; what the server says against it becomes a SourceError."""
        server = parse_server(name, config, reading)
        try:
            with ConnectionWatchdog(server) as watchdog, self._session_class.open(server, watchdog) as session:
                yield session, watchdog
        except self._session_class.failures as error:
            problem = idle_timeout(name, server) if watchdog.has_timed_out else error_from_server(name, server, error)
        else:
            return
        raise problem  # not from the driver's error: its text may hold the url

    def _relation(self, name: str, config: SourceConfig) -> tuple[str, str]:
        """What follows FROM, and its name for people."""
        if config.table is not None:
            shown = config.table if config.table.isprintable() else repr(config.table)
            return ".".join(map(quote_identifier, table_parts(name, config.table))), shown
        query = single_statement(name, config.query or "", self._session_class.has_escapes)
        return f"({query}\n) AS ca_source", "the query"

    def _header(self, name: str, config: SourceConfig, session: Session, relation: str) -> list[tuple[str, str]]:
        try:
            return session.header(relation)
        except self._session_class.failures as error:
            if config.table is None or state_of(error) not in NO_TABLE:
                raise
        session.rollback()
        raise _missing_table(name, config.table, session)


def _missing_table(name: str, table: str, session: Session) -> SourceError:
    wanted = ".".join(table_parts(name, table))
    tables = [(f"{schema}.{short}", str(short)) for schema, short in session.execute(TABLES)]
    full_names = {full: full for full, _ in tables} | {short: full for full, short in tables}
    folded = {known.casefold(): full for known, full in full_names.items()}
    close = list(dict.fromkeys(folded[match] for match in difflib.get_close_matches(wanted.casefold(), list(folded), n=2, cutoff=0.6)))
    hint = f"did you mean {' or '.join(map(repr, close))}?" if close else "correct it, or grant the user SELECT on it"
    return SourceError(name, ErrorCode.NOT_FOUND, f"there is no table {table!r} (names are case-sensitive)", hint=hint)


driver: DatabaseDriver = PostgresqlDriver(CopySession)
