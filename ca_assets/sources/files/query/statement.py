"""What a query over files may be: one SELECT over `source`, with functions whose result its rows alone decide.

DuckDB parses it, and its syntax tree is walked: no other table, no function that reads files, settings, the clock or the environment. The
sandbox in which it then runs has nothing of these to give; this check makes it an error of shop.yaml, with words.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from functools import cache
from typing import Any

import duckdb

from ca_assets.sources.errors import ErrorCode, SourceError

TABLE = "source"
TABLE_FUNCTIONS = {"unnest", "generate_series", "range"}
# Read as a function where no column has the name: who asks, when and where.
WORDS = {
    *("current_date", "current_time", "current_timestamp", "localtime", "localtimestamp"),
    *("current_user", "session_user", "user", "current_role", "current_catalog", "current_schema"),
}
REFUSED = {"SHOW_REF": "describes a table", "VALUE_PARAMETER": "has a parameter, which nothing fills"}
ONE_SELECT = "write one SELECT over the table `source`"


def check_statement(name: str, query: str, columns: Collection[str] | None = None) -> None:
    """SourceError unless `query` is one SELECT over `source` alone. `columns`: those of the files, where they are known.

    `name`: sessions, customers, baskets or deliveries.
    """
    known = frozenset(column.lower() for column in columns or ()) | (WORDS if columns is None else set())
    for problem in _problems(_tree(name, query), frozenset({TABLE}), known):
        raise SourceError(name, ErrorCode.BAD_CONFIG, f"`query` {problem}", hint=ONE_SELECT)


def _tree(name: str, query: str) -> dict[str, Any]:
    """The syntax tree of a text that is one SELECT."""
    with duckdb.connect(":memory:") as con:
        parsed = _serialized(con, query)
    if parsed["error"]:
        is_other = "Only SELECT" in parsed["error_message"]
        what = "is something else than a SELECT" if is_other else f"is no SQL that DuckDB can read: {_first_line(parsed['error_message'])}"
        raise SourceError(name, ErrorCode.BAD_CONFIG, f"`query` {what}", hint=ONE_SELECT)
    if len(parsed["statements"]) != 1:
        what = "is empty" if not parsed["statements"] else "is more than one statement"
        raise SourceError(name, ErrorCode.BAD_CONFIG, f"`query` {what}", hint=ONE_SELECT)
    tree: dict[str, Any] = parsed["statements"][0]["node"]
    return tree


def _serialized(con: duckdb.DuckDBPyConnection, statements: str) -> dict[str, Any]:
    """DuckDB's syntax tree of a text, or its error."""
    tree: dict[str, Any] = json.loads(con.execute("SELECT json_serialize_sql(?)", [statements]).fetchall()[0][0])
    return tree


def _first_line(message: str) -> str:
    return message.strip().split("\n")[0][:300]


def _problems(node: Any, tables: frozenset[str], columns: frozenset[str]) -> Iterator[str]:
    """What a part of the tree does that it may not; `tables`: names that it may read from, `columns`: words that are columns there."""
    if isinstance(node, list):
        for part in node:
            yield from _problems(part, tables, columns)
    if not isinstance(node, dict):
        return
    tables |= {entry["key"].lower() for entry in node.get("cte_map", {}).get("map", ())}
    problem = _problem(node, tables, columns)
    if problem:
        yield problem
    for part in node.values():
        yield from _problems(part, tables, columns)


def _problem(node: dict[str, Any], tables: frozenset[str], columns: frozenset[str]) -> str | None:
    """What this one node does that it may not."""
    if node.get("sample") is not None:
        return "takes a sample, which is another one each time"
    if node.get("class") in ("FUNCTION", "WINDOW"):
        return _function_problem(node)
    match node.get("type"):
        case "BASE_TABLE":
            return _table_problem(node, tables)
        case "COLUMN_REF":
            return _word_problem(node["column_names"], columns)
        case kind:
            return REFUSED.get(kind or "")


def _word_problem(path: list[str], columns: frozenset[str]) -> str | None:
    word = path[0].lower()
    is_function = len(path) == 1 and word in WORDS and word not in columns
    return f"asks for {word}: its result must depend on the files alone" if is_function else None


def _table_problem(node: dict[str, Any], tables: frozenset[str]) -> str | None:
    path = [part for part in (node.get("catalog_name"), node.get("schema_name")) if part]
    table = ".".join([*path, node["table_name"]])
    return None if not path and table.lower() in tables else f"reads from {table}, and there is nothing to read but `source`"


def _function_problem(node: dict[str, Any]) -> str | None:
    called = node.get("function_name", "").lower()
    path = [part for part in (node.get("catalog"), node.get("schema")) if part]
    if path or called not in _deterministic_functions() | TABLE_FUNCTIONS:
        return f"calls {'.'.join([*path, called])}(), which is no function that depends on its arguments alone"
    return None


@cache
def _deterministic_functions() -> frozenset[str]:
    """Names of functions that give the same for the same arguments, in all of their forms; macros, when what they stand for does."""
    sql = """SELECT function_name, function_type, stability, macro_definition FROM duckdb_functions()
             WHERE function_type IN ('scalar', 'aggregate', 'window', 'macro')"""
    with duckdb.connect(":memory:") as con:
        rows = con.execute(sql).fetchall()
        refused = {name for name, kind, stability, _ in rows if kind != "macro" and stability != "CONSISTENT"}
        plain = {name for name, kind, _, _ in rows if kind != "macro"} - refused
        macros = {name: definition for name, kind, _, definition in rows if kind == "macro" and definition}
        trees = {name: _serialized(con, f"SELECT {text}") for name, text in macros.items()}
    calls = {name: _called(tree) for name, tree in trees.items() if not tree["error"] and name not in WORDS}
    while True:
        known = plain | {name for name, used in calls.items() if used <= plain}
        if known == plain:
            return frozenset(plain - refused)
        plain = known


def _called(node: Any) -> set[str]:
    """Functions, tables and words of the environment that a tree names."""
    if isinstance(node, list):
        return set().union(*map(_called, node))
    if not isinstance(node, dict):
        return set()
    own = {node[key].lower() for key in ("function_name", "table_name") if node.get(key)}
    words = {column.lower() for column in node.get("column_names", ())} & WORDS
    return own.union(words, *map(_called, node.values()))
