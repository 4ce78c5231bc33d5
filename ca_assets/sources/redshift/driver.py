"""Redshift as a source: what PostgreSQL's driver does, over a session with a server-side cursor that is fetched in texts. Redshift has no
binary COPY to a client, and what ADBC asks a server about its types at first Redshift does not know; libpq's plain protocol it speaks.

Belongs here: the session (one read-only transaction), describing a relation, streaming a selection in bounded memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any, ClassVar

import psycopg2
import pyarrow as pa
from psycopg2.extensions import BYTES

from ca_assets.sources.driver import DatabaseDriver
from ca_assets.sources.postgresql.driver import PostgresqlDriver
from ca_assets.sources.postgresql.server import Server
from ca_assets.sources.postgresql.types import Column, from_texts
from ca_assets.sources.postgresql.watchdog import ConnectionWatchdog

FETCH_ROWS = 1000  # the most that a Redshift of a single node gives at once
FIRST_ROWS = 100  # how wide they are is not known yet
BATCH_ROWS, BATCH_BYTES = 65_536, 16 << 20
TYPES = {16: "bool", 18: "char", 19: "name", 20: "int8", 21: "int2", 23: "int4", 25: "text", 26: "oid", 700: "float4", 701: "float8"}
TYPES |= {790: "money", 1042: "bpchar", 1043: "varchar", 1082: "date", 1114: "timestamp", 1184: "timestamptz", 1700: "numeric"}


class CursorSession:
    """A session that reads by a cursor."""

    failures: ClassVar[tuple[type[BaseException], ...]] = (psycopg2.Error,)
    has_escapes: ClassVar[bool] = True  # an old Redshift takes a backslash in quotes for an escape

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._oids = set(TYPES)

    @classmethod
    @contextmanager
    def open(cls, server: Server, watchdog: ConnectionWatchdog) -> Iterator[CursorSession]:
        """A read-only transaction for the block. Raises what is in `failures`."""
        with watchdog.connecting():
            connection = psycopg2.connect(server.dsn)
        with closing(connection):
            connection.set_session(readonly=True)
            session = cls(connection)
            for statement in server.settings:
                session.execute(statement)
            yield session

    def execute(self, statement: str) -> list[tuple[object, ...]]:
        """Run a statement of ours."""
        with self._connection.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall()) if cursor.description else []

    def cancel(self) -> None:
        """End the statement under way, from another thread."""
        with suppress(psycopg2.Error):  # it has just ended
            self._connection.cancel()

    def rollback(self) -> None:
        """End the transaction after an error; the next statement begins another."""
        self._connection.rollback()

    def header(self, relation: str) -> list[tuple[str, str]]:
        """Names and types of a relation's columns; nothing is read."""
        with self._connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {relation} LIMIT 0")  # noqa: S608 - a quoted name or a checked query
            described = [(column.name, column.type_code) for column in cursor.description]
        self._oids |= {oid for _, oid in described}
        names = self._type_names()
        return [(name, names.get(oid, f"type {oid}")) for name, oid in described]

    def _type_names(self) -> dict[int, str]:
        unknown = sorted(self._oids - TYPES.keys())
        if not unknown:
            return TYPES
        listed = ", ".join(map(str, unknown))
        rows = self.execute(f"SELECT oid, typname FROM pg_catalog.pg_type WHERE oid IN ({listed})")  # noqa: S608 - integers
        return TYPES | {int(str(oid)): str(name) for oid, name in rows}

    @staticmethod
    def expressions(columns: list[Column]) -> list[str]:
        """What is selected for them."""
        return [column.bare for column in columns]

    def batches(self, statement: str, columns: list[Column]) -> Iterator[pa.RecordBatch]:
        """The rows of a selection of the `expressions` of columns, in our names."""
        self._connection.string_types.update(dict.fromkeys(self._oids, BYTES))
        names = [column.field.name for column in columns]
        with self._connection.cursor() as cursor:
            cursor.execute(f"DECLARE ca_source CURSOR FOR {statement}")
            wanted = FIRST_ROWS
            while rows := self._fetch(cursor, wanted):
                texts = [pa.array(values, pa.binary()) for values in zip(*rows, strict=True)]
                arrays = [from_texts(values, column) for values, column in zip(texts, columns, strict=True)]
                yield pa.RecordBatch.from_arrays(arrays, names=names)
                row_bytes = sum(values.nbytes for values in texts) // len(rows) + 1
                wanted = max(1, min(BATCH_ROWS, BATCH_BYTES // row_bytes))

    def _fetch(self, cursor: Any, wanted: int) -> list[tuple[bytes | None, ...]]:
        """About so many of the next rows; none at the end."""
        rows: list[tuple[bytes | None, ...]] = []
        size = min(wanted, FETCH_ROWS)
        while len(rows) < wanted:
            cursor.execute(f"FETCH FORWARD {size} FROM ca_source")
            fetched = cursor.fetchall()
            rows += fetched
            if len(fetched) < size:
                break
        return rows


driver: DatabaseDriver = PostgresqlDriver(CursorSession)
