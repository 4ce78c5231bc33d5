"""Reading PostgreSQL: binary COPY through ADBC, as Arrow batches.

Belongs here: the session (one read-only transaction), describing a relation, streaming a selection.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import adbc_driver_postgresql.dbapi as driver
import pyarrow as pa
from adbc_driver_postgresql import StatementOptions

from ca_assets.sources.postgresql_server import Server
from ca_assets.sources.postgresql_types import Column
from ca_assets.sources.postgresql_values import from_driver

FAILURES = (driver.Error, OSError, pa.ArrowException)
BATCH_BYTES = 16 << 20
TYPE_KEY, UNKNOWN = b"POSTGRESQL:type", "unnamed<oid:"
READ_ONLY = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"


class Copying:
    """A session that reads by COPY."""

    def __init__(self, connection: driver.Connection) -> None:
        self._connection = connection

    @classmethod
    @contextmanager
    def session(cls, server: Server) -> Iterator[Copying]:
        """A read-only transaction for the block. Raises what is in FAILURES."""
        with driver.connect(server.dsn) as connection:
            session = cls(connection)
            for statement in (READ_ONLY, *server.settings):
                session.execute(statement)
            yield session

    def execute(self, statement: str) -> list[tuple[object, ...]]:
        """Run a statement of ours."""
        with self._connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def start_again(self) -> None:
        """After an error."""
        self._connection.rollback()

    def header(self, relation: str) -> list[tuple[str, str]]:
        """Names and types of a relation's columns; nothing is read."""
        with self._connection.cursor() as cursor:
            schema = cursor.adbc_execute_schema(f"SELECT * FROM {relation}")  # noqa: S608 - a quoted name or a checked query
        kinds = [(field.metadata or {}).get(TYPE_KEY, b"").decode() for field in schema]
        return list(zip(schema.names, self._named(kinds), strict=True))

    def _named(self, kinds: list[str]) -> list[str]:
        """The driver does not know types that a shop has made: the server does."""
        oids = sorted({int(kind[len(UNKNOWN) : -1]) for kind in kinds if kind.startswith(UNKNOWN)})
        if not oids:
            return kinds
        listed = ", ".join(map(str, oids))
        rows = self.execute(f"SELECT oid::int8, typname::text, typcategory::text FROM pg_catalog.pg_type WHERE oid IN ({listed})")  # noqa: S608 - integers
        names = {f"{UNKNOWN}{oid}>": "enum" if category == "E" else str(name) for oid, name, category in rows}
        return [names.get(kind, kind) for kind in kinds]

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
