"""The statements that DuckDB runs, for people to read: recorded by its own log, with readable names, formatted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlglot
from sqlglot.errors import SqlglotError

SHOWN = ("SELECT", "WITH", "INSERT")  # what computes something; not: settings, definitions of columns, drops
HIDDEN = re.compile(r"^SELECT\s+CURRENT_(DATABASE|SCHEMA)\b", re.IGNORECASE)
TEMP_TABLE = re.compile(r"\btemp_[0-9a-f]{32}\b")
VIEW_OF_FILES = re.compile(r'\bVIEW\s+"?(\w+)"?\s+AS\b.*?\'([^\']+)\'', re.IGNORECASE | re.DOTALL)


@contextmanager
def recorded(connection: Any) -> Iterator[list[str]]:
    """What a DuckDB connection (`ibis.BaseBackend.con`) computes in the block; the list is filled at its end, by `readable`."""
    statements: list[str] = []
    connection.execute("CALL truncate_duckdb_logs()")
    connection.execute("CALL enable_logging('QueryLog')")
    try:
        yield statements
    finally:
        connection.execute("CALL disable_logging()")
        rows = connection.execute("SELECT message FROM duckdb_logs WHERE type = 'QueryLog' ORDER BY timestamp").fetchall()
        connection.execute("CALL truncate_duckdb_logs()")
        statements += readable([text for (text,) in rows])


def readable(statements: list[str]) -> list[str]:
    """Those that compute something, formatted; temporary tables have short names, and files the name of their table."""
    names: dict[str, str] = {}
    shown = []
    for text in statements:
        view = VIEW_OF_FILES.search(text)
        if view:
            names[view.group(1)] = _table_of(view.group(2))
        elif text.lstrip().upper().startswith(SHOWN) and not HIDDEN.match(text.lstrip()):
            for name in TEMP_TABLE.findall(text):
                names.setdefault(name, f"temp_{sum(key.startswith('temp_') for key in names) + 1}")
            shown.append(formatted(_renamed(text, names)))
    return list(dict.fromkeys(shown))


def formatted(statement: str) -> str:
    """A statement over several lines; one that the formatter does not know stays as it is."""
    try:
        return str(sqlglot.transpile(statement, read="duckdb", write="duckdb", pretty=True)[0])
    except SqlglotError:
        return statement


def _renamed(statement: str, names: dict[str, str]) -> str:
    if not names:
        return statement
    return re.sub(r"\b(" + "|".join(map(re.escape, names)) + r")\b", lambda match: names[match.group()], statement)


def _table_of(path: str) -> str:
    """The folder of a table that a data file lies in; its partitions (`month=2024-02`) are folders below."""
    folders = [folder for folder in path.split("/")[:-1] if "=" not in folder]
    return folders[-1] if folders else path
