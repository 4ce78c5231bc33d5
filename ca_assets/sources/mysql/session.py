"""A session with MySQL or MariaDB that reads in one read-only transaction, rows as Arrow batches while the server sends them.

PyMySQL connects and logs in (TLS, every way of proving who one is); rows are taken from its stream by `packets`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pyarrow as pa
import pymysql
from pymysql.connections import Connection, MySQLResult
from pymysql.constants import COMMAND

from ca_assets.sources.mysql.errors import number_of
from ca_assets.sources.mysql.packets import RowTooLong, row_batches
from ca_assets.sources.mysql.server import Server
from ca_assets.sources.mysql.types import Column, from_texts, type_name

UNKNOWN_SETTING = 1193
FAILURES = (pymysql.err.MySQLError, OSError, RuntimeError, RowTooLong)


class Session:
    """One read-only transaction with a server."""

    def __init__(self, connection: Connection[Any]) -> None:
        self._connection = connection

    @classmethod
    @contextmanager
    def open(cls, server: Server) -> Iterator[Session]:
        """A session for the block. Raises what is in FAILURES."""
        connection = pymysql.connect(**server.arguments())
        connection._read_timeout = connection._write_timeout = None  # from here on the server's time-out and the watchdog count
        try:
            session = cls(connection)
            for statement in server.settings(connection.get_server_info()):
                session._set(statement)
            yield session
        finally:
            with suppress(pymysql.err.MySQLError, OSError):
                connection.close()

    @property
    def socket(self) -> Any:
        """What the session speaks through."""
        return self._connection._sock

    def execute(self, statement: str) -> list[tuple[object, ...]]:
        """Run a statement of ours."""
        with self._connection.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall())

    def _set(self, statement: str) -> None:
        """Run a setting; an old server that does not know it does without."""
        try:
            self.execute(statement)
        except pymysql.err.MySQLError as error:
            if number_of(error) != UNKNOWN_SETTING:
                raise

    def header(self, relation: str) -> list[tuple[str, str]]:
        """Names and types of a relation's columns; nothing is read."""
        with self._connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {relation} LIMIT 0")  # noqa: S608 - a quoted name or a checked query
            fields = cursor._result.fields
        return [(field.name, type_name(field.type_code, field.flags, field.charsetnr)) for field in fields]

    def batches(self, statement: str, columns: list[Column]) -> Iterator[pa.RecordBatch]:
        """The rows of a selection of the `expression` of each column, in our names."""
        self._connection._execute_command(COMMAND.COM_QUERY, statement)
        result = MySQLResult(self._connection)
        result.init_unbuffered_query()
        result.unbuffered_active = False  # the rows are taken here
        names = [column.field.name for column in columns]
        for arrays in row_batches(self._connection._rfile, len(columns)):
            read = [from_texts(values, column) for values, column in zip(arrays, columns, strict=True)]
            yield pa.RecordBatch.from_arrays(read, names=names)
