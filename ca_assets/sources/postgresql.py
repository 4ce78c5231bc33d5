"""PostgreSQL and Redshift as sources: a table or a query, described before anything is read, read in one read-only transaction.

Belongs here: the course of it. PostgreSQL is read by `postgresql_copy`, Redshift by `postgresql_cursor`; both give the same rows.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from contextlib import closing, contextmanager

from ca_assets.shop import SourceConfig
from ca_assets.sources.arrow_rows import add_batch
from ca_assets.sources.database_ahead import one_ahead
from ca_assets.sources.database_silence import Watch
from ca_assets.sources.errors import SourceError
from ca_assets.sources.postgresql_copy import FAILURES as COPY_FAILURES
from ca_assets.sources.postgresql_copy import Copying
from ca_assets.sources.postgresql_cursor import FAILURES as CURSOR_FAILURES
from ca_assets.sources.postgresql_cursor import Fetching
from ca_assets.sources.postgresql_errors import explained, fallen_silent, state_of
from ca_assets.sources.postgresql_server import server
from ca_assets.sources.postgresql_types import mapped_columns, selection
from ca_assets.sources.reading import Reading, Span
from ca_assets.sources.sql_identifiers import quoted, table_parts
from ca_assets.sources.sql_spans import span_condition
from ca_assets.sources.sql_statement import single_statement
from ca_assets.sources.staging import RawSource, Stage

FAILURES = (*COPY_FAILURES, *CURSOR_FAILURES)
Session = Copying | Fetching
NO_TABLE = ("42P01", "3F000")  # no such table, no such schema
TABLES = "SELECT table_schema::text, table_name::text FROM information_schema.tables LIMIT 10000"


def check_source(name: str, config: SourceConfig, reading: Reading) -> None:
    """Whether the mapped columns are there with types that can mean ours; SourceError when not. Reads no rows."""
    relation, where = _relation(name, config)
    with _session(name, config, reading) as (session, _):
        columns = mapped_columns(name, config, where, _header(name, config, session, relation))
        for column in columns:
            column.staged(name, where)
        session.execute(selection(session.expressions(columns), relation, None, 0))  # whether this user may read it


def describe_source(name: str, config: SourceConfig, reading: Reading) -> dict[str, str]:
    """Names and types of all of the source's columns. SourceError when they cannot be had."""
    relation, _ = _relation(name, config)
    with _session(name, config, reading) as (session, _):
        return dict(_header(name, config, session, relation))


def count_rows(name: str, config: SourceConfig, reading: Reading) -> int | None:
    """How many rows a table has; None for a query, which would have to be run for it. SourceError when it cannot be had."""
    if config.table is None:
        return None
    relation, _ = _relation(name, config)
    with _session(name, config, reading) as (session, _watch):
        (row,) = session.execute(f"SELECT count(*)::int8 FROM {relation}")  # noqa: S608 - a quoted name
    return int(str(row[0]))


def read_source(name: str, config: SourceConfig, reading: Reading, span: Span | None, limit: int | None) -> RawSource:
    """The rows into staging, as they were at one moment. SourceError when they cannot be had; then nothing was taken.

    `span` by a column that is no time or date: the source is read whole, which `is_whole` says. `limit`: the rows that the server finds
    first, in no order.
    """
    relation, where = _relation(name, config)
    with _session(name, config, reading) as (session, watch):
        header = _header(name, config, session, relation)
        columns = mapped_columns(name, config, where, header)
        types = {column.field.name: column.staged(name, where) for column in columns}
        condition = span_condition(span, dict(header).get(span.column, "")) if span else None
        with Stage(name, reading.staging, types, reading.progress) as stage:
            statement = selection(session.expressions(columns), relation, condition, limit)
            batches = one_ahead(watch.heard(session.batches(statement, columns)), session.cancel)
            with closing(batches):
                for batch in batches:
                    add_batch(batch, {ours: ours for ours in types}, types, stage)
    count = stage.row_count + stage.broken_count
    return stage.result(is_whole=condition is None and (limit is None or count < limit))


@contextmanager
def _session(name: str, config: SourceConfig, reading: Reading) -> Iterator[tuple[Session, Watch]]:
    """A session for the block; what the server says against it becomes a SourceError."""
    place = server(name, config, reading)
    kind = Fetching if config.kind == "redshift" else Copying
    try:
        with Watch(place) as watch, kind.session(place) as session:
            yield session, watch
    except FAILURES as error:
        problem = fallen_silent(name, place) if watch.is_ended else explained(name, place, error)
    else:
        return
    raise problem  # not from the driver's error: its text may hold the url


def _relation(name: str, config: SourceConfig) -> tuple[str, str]:
    """What follows FROM, and its name for people."""
    if config.table is not None:
        shown = config.table if config.table.isprintable() else repr(config.table)
        return ".".join(map(quoted, table_parts(name, config.table))), shown
    query = single_statement(name, config.query or "", has_escapes=config.kind == "redshift")
    return f"({query}\n) AS ca_source", "the query"


def _header(name: str, config: SourceConfig, session: Session, relation: str) -> list[tuple[str, str]]:
    try:
        return session.header(relation)
    except FAILURES as error:
        if config.table is None or state_of(error) not in NO_TABLE:
            raise
    session.start_again()
    raise SourceError(_no_table(name, config.table, session))


def _no_table(name: str, table: str, session: Session) -> str:
    wanted = ".".join(table_parts(name, table))
    known = [(str(schema), str(found)) for schema, found in session.execute(TABLES)]
    full = {f"{schema}.{found}": f"{schema}.{found}" for schema, found in known} | {found: f"{schema}.{found}" for schema, found in known}
    folded = {each.casefold(): shown for each, shown in full.items()}
    close = list(dict.fromkeys(folded[each] for each in difflib.get_close_matches(wanted.casefold(), list(folded), n=2, cutoff=0.6)))
    hint = f"; did you mean {' or '.join(map(repr, close))}?" if close else "; correct it, or grant the user SELECT on it"
    return f"{name}: there is no table {table!r} (names are case-sensitive){hint}"
