"""A session with PostgreSQL that reads by binary COPY through ADBC, as Arrow batches.

Belongs here: the session (one read-only transaction), describing a relation, streaming a selection.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import ClassVar

import adbc_driver_postgresql.dbapi as driver
import pyarrow as pa
from adbc_driver_postgresql import StatementOptions

from ca_assets.sources.postgresql.server import Server
from ca_assets.sources.postgresql.types import SIMPLE, TEXTS, Column, from_driver
from ca_assets.sources.postgresql.watchdog import ConnectionWatchdog

BATCH_BYTES = 16 << 20
TYPE_KEY, UNKNOWN = b"POSTGRESQL:type", "unnamed<oid:"
KNOWN = SIMPLE.keys() | TEXTS
# A database of no encoding may hold any bytes: they come as they are, and the rows with wrong ones are rejected. Others come as UTF-8.
ENCODING = (
    "SELECT set_config('client_encoding', CASE current_setting('server_encoding') WHEN 'SQL_ASCII' THEN 'SQL_ASCII' ELSE 'UTF8' END, false)"
)
READ_ONLY = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"


class CopySession:
    """A session that reads by COPY."""

    failures: ClassVar[tuple[type[BaseException], ...]] = (driver.Error, OSError, pa.ArrowException)
    has_escapes: ClassVar[bool] = False

    def __init__(self, connection: driver.Connection) -> None:
        self._connection = connection

    @classmethod
    @contextmanager
    def open(cls, server: Server, watchdog: ConnectionWatchdog) -> Iterator[CopySession]:
        """A read-only transaction for the block. Raises what is in `failures`."""
        with watchdog.connecting():
            connection = driver.connect(server.dsn)
        with connection:
            session = cls(connection)
            for statement in (READ_ONLY, ENCODING, *server.settings):
                session.execute(statement)
            yield session

    def execute(self, statement: str, values: list[object] | None = None) -> list[tuple[object, ...]]:
        """Run a statement of ours."""
        with self._connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def cancel(self) -> None:
        """End the statement under way, from another thread."""
        with suppress(driver.Error):  # it has just ended
            self._connection.adbc_cancel()

    def rollback(self) -> None:
        """End the transaction after an error; the next statement begins another."""
        self._connection.rollback()

    def header(self, relation: str) -> list[tuple[str, str]]:
        """Names and types of a relation's columns; nothing is read."""
        with self._connection.cursor() as cursor:
            schema = cursor.adbc_execute_schema(f"SELECT * FROM {relation}")  # noqa: S608 - a quoted name or a checked query
        kinds = [(field.metadata or {}).get(TYPE_KEY, b"").decode() for field in schema]
        names = {kind: self._type_name(kind) for kind in set(kinds)}
        return [(name, names[kind]) for name, kind in zip(schema.names, kinds, strict=True)]

    def _type_name(self, kind: str) -> str:
        """A type's name, `enum` for one of those. Of types younger than the session the driver knows no name, but the number."""
        if kind in KNOWN:
            return kind
        by, value = ("oid::int8", int(kind[len(UNKNOWN) : -1])) if kind.startswith(UNKNOWN) else ("typname::text", kind)
        types = self.execute(f"SELECT typname::text, typtype = 'e' FROM pg_catalog.pg_type WHERE {by} = $1", [value])  # noqa: S608 - ours
        return "enum" if types and types[0][1] else str(types[0][0]) if types else kind

    @staticmethod
    def expressions(columns: list[Column]) -> list[str]:
        """What is selected for them."""
        return [column.expression for column in columns]

    def batches(self, statement: str, columns: list[Column]) -> Iterator[pa.RecordBatch]:
        """The rows of a selection of the `expressions` of columns, in our names."""
        names = [column.field.name for column in columns]
        for batch in self.raw_batches(statement):
            arrays = [from_driver(values, column) for values, column in zip(batch.columns, columns, strict=True)]
            yield pa.RecordBatch.from_arrays(arrays, names=names)

    def raw_batches(self, statement: str) -> Iterator[pa.RecordBatch]:
        """The rows as the driver gives them."""
        options = {StatementOptions.BATCH_SIZE_HINT_BYTES.value: str(BATCH_BYTES)}
        with self._connection.cursor(adbc_stmt_kwargs=options) as cursor:
            cursor.execute(statement)
            yield from cursor.fetch_record_batch()
