"""The queries of `ca_assets_tests/servers/bigquery`: GoogleSQL, translated by sqlglot, really executed by DuckDB.

What runs is what was sent: names, escapes, parameters, comments, statement after statement. What sqlglot or DuckDB does not understand is
refused, as the service refuses what it does not know. Functions may differ in corners from the service's; BIGNUMERIC has 18 decimals only.
Belongs here: tables, statements, types and how values are written. Jobs, pages and HTTP do not.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import sqlglot
from sqlglot import exp

DUCKDB_TYPES = {
    "INT64": "BIGINT",
    "FLOAT64": "DOUBLE",
    "BOOL": "BOOLEAN",
    "STRING": "VARCHAR",
    "BYTES": "BLOB",
    "TIMESTAMP": "TIMESTAMPTZ",
    "DATETIME": "TIMESTAMP",
    "DATE": "DATE",
    "TIME": "TIME",
    "NUMERIC": "DECIMAL(38,9)",
    "BIGNUMERIC": "DECIMAL(38,18)",
    "JSON": "JSON",
}
# As the service's REST answers call them.
REST_TYPES = {theirs: name for name, theirs in DUCKDB_TYPES.items()} | {"BIGINT": "INTEGER", "DOUBLE": "FLOAT", "BOOLEAN": "BOOLEAN"}
REST_TYPES |= {"INTEGER": "INTEGER", "HUGEINT": "INTEGER", "TIMESTAMP WITH TIME ZONE": "TIMESTAMP"}
TRIMMED = "rtrim(rtrim({0}::VARCHAR, '0'), '.')"
WRITTEN = {
    "TIMESTAMP": "epoch_us({0})::VARCHAR",
    "DATETIME": "replace({0}::VARCHAR, ' ', 'T')",
    "FLOAT": "CASE {0}::VARCHAR WHEN 'nan' THEN 'NaN' WHEN 'inf' THEN 'Infinity' WHEN '-inf' THEN '-Infinity' ELSE {0}::VARCHAR END",
    "NUMERIC": TRIMMED,
    "BIGNUMERIC": TRIMMED,
    "BYTES": "to_base64({0})",
}
STATEMENTS = {"Select": "SELECT", "Union": "SELECT", "Drop": "DROP_TABLE", "Create": "CREATE_TABLE", "Insert": "INSERT", "Delete": "DELETE"}
STATEMENTS |= {"Update": "UPDATE", "Merge": "MERGE", "TruncateTable": "TRUNCATE_TABLE", "Alter": "ALTER_TABLE"}


class ServiceError(Exception):
    """What the service would answer instead of a result: HTTP status, reason, message."""

    def __init__(self, status: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.status, self.reason, self.message = status, reason, message

    @property
    def detail(self) -> dict[str, str]:
        """As in `errors` of an answer and `errorResult` of a job."""
        return {"domain": "global", "reason": self.reason, "message": self.message}


@dataclass(frozen=True)
class Place:
    """Where a job runs: what names without a project or dataset mean."""

    project: str
    dataset: str | None = None
    location: str = "US"


@dataclass
class Warehouse:
    """Tables in memory; queries of many threads one at a time. `denied`: tables (`project.dataset.table`) that nobody may read."""

    con: duckdb.DuckDBPyConnection = field(default_factory=duckdb.connect)
    lock: threading.RLock = field(default_factory=threading.RLock)
    denied: set[str] = field(default_factory=set)
    results: int = 0

    def __post_init__(self) -> None:
        self.con.execute("SET TimeZone = 'UTC'; SET threads = 1")
        trimmed = TRIMMED.format("x")
        self.con.execute(f"CREATE MACRO as_string(x) AS CASE WHEN typeof(x) LIKE 'DECIMAL%' THEN {trimmed} ELSE x::VARCHAR END")

    def create(self, path: str, columns: dict[str, str], rows: list[tuple[Any, ...]] = []) -> None:  # noqa: B006 - not changed
        """A table `project.dataset.table`; types as in GoogleSQL (also ARRAY<…>, STRUCT<…>), rows as texts or Python values."""
        types = ", ".join(f"{_named(name)} {_duckdb_type(kind)}" for name, kind in columns.items())
        with self.lock:
            self.con.execute(f"CREATE SCHEMA IF NOT EXISTS {_named(_schema(path))}")
            self.con.execute(f"CREATE OR REPLACE TABLE {_duckdb_name(path)} ({types})")
            marks = ", ".join("?" for _ in columns)
            for row in rows:
                self.con.execute(f"INSERT INTO {_duckdb_name(path)} VALUES ({marks})", row)

    def copy(self, path: str, file: Path, columns: dict[str, str]) -> None:
        """A table with the rows of a CSV or Parquet file, its columns cast to `columns`' types."""
        self.create(path, columns)
        casts = ", ".join(f"CAST({_named(name)} AS {_duckdb_type(kind)})" for name, kind in columns.items())
        reader = "read_parquet(?)" if file.suffix == ".parquet" else "read_csv(?, all_varchar = true, header = true)"
        with self.lock:
            self.con.execute(f"INSERT INTO {_duckdb_name(path)} SELECT {casts} FROM {reader}", [str(file)])

    def load(self, path: str, file: Path, fields: list[dict[str, Any]]) -> None:
        """A table with the rows of a file of JSON lines. `fields`: its schema as `bq show --schema` prints it."""
        types = {field["name"]: _field_type(field) for field in fields}
        with self.lock:
            self.con.execute(f"CREATE SCHEMA IF NOT EXISTS {_named(_schema(path))}")
            reader = f"read_json(?, format = 'newline_delimited', columns = {types!r})"
            self.con.execute(f"CREATE OR REPLACE TABLE {_duckdb_name(path)} AS SELECT * FROM {reader}", [str(file)])

    def tables(self) -> list[str]:
        """Names of all tables, as `dataset.table` with the project before it."""
        with self.lock:
            tables = self.con.execute("SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE NOT temporary").fetchall()
        return sorted(name for (name,) in tables)

    def prepared(self, text: str, parameters: list[dict[str, Any]], place: Place) -> tuple[str, list[str]]:
        """Statement type and the statements for DuckDB; raises ServiceError."""
        try:
            statements = [statement for statement in sqlglot.parse(text, read="bigquery") if statement is not None]
        except sqlglot.errors.ParseError as error:
            raise ServiceError(400, "invalidQuery", f"Syntax error: {error.errors[0]['description'][:200]}") from None
        except sqlglot.errors.SqlglotError as error:
            raise ServiceError(400, "invalidQuery", f"Syntax error: {str(error)[:200]}") from None
        values = {parameter["name"]: _value(parameter) for parameter in parameters}
        translated = [self._translated(statement, values, place) for statement in statements]
        kinds = [_statement_type(statement) for statement in statements]
        return kinds[0] if len(kinds) == 1 else "SCRIPT", translated

    def _translated(self, statement: exp.Expression, values: dict[str, exp.Expression], place: Place) -> str:
        inner = {query.alias_or_name for query in statement.find_all(exp.CTE)}
        for table in list(statement.find_all(exp.Table)):
            if table.name.endswith("*"):
                table.replace(self._matching(table, place))
            elif table.db or table.name not in inner:
                self._place(table, place, must_exist=not isinstance(statement, exp.Create))
        return statement.transform(_for_duckdb, values).sql("duckdb", identify=True)

    def _place(self, table: exp.Table, place: Place, must_exist: bool) -> None:
        parts = [part.name for part in table.parts]
        if len(parts) == 1 and not place.dataset:
            raise ServiceError(400, "invalid", f'Table "{table.name}" must be qualified with a dataset (e.g. dataset.table).')
        project, dataset, name = [place.project, place.dataset or "", *parts][-3:] if len(parts) == 1 else [place.project, *parts][-3:]
        path = f"{project}.{dataset}.{name}"
        if path in self.denied:
            shown = f"{project}:{dataset}.{name}"
            problem = f"User does not have permission to query table {shown}, or perhaps it does not exist."
            raise ServiceError(403, "accessDenied", f"Access Denied: Table {shown}: {problem}")
        if must_exist:
            self._check(path, place)
        table.set("this", exp.to_identifier(name, quoted=True))
        table.set("db", exp.to_identifier(_schema(path), quoted=True))
        table.set("catalog", None)

    def _matching(self, table: exp.Table, place: Place) -> exp.Expression:
        """All tables whose names begin as a wildcard table's, as one: their columns by name, and what the asterisk stands for."""
        parts = [part.name for part in table.parts]
        project, dataset, pattern = [place.project, place.dataset or "", *parts][-3:] if len(parts) == 1 else [place.project, *parts][-3:]
        prefix, schema = pattern.removesuffix("*"), f"{project}.{dataset}"
        names = [path.removeprefix(f"{schema}.") for path in self.tables() if path.startswith(f"{schema}.{prefix}")]
        if not names:
            raise ServiceError(404, "notFound", f"Not found: {project}:{dataset}.{pattern} does not match any table.")
        selects = [
            f"SELECT *, {exp.Literal.string(name.removeprefix(prefix))} AS _TABLE_SUFFIX FROM {_duckdb_name(f'{schema}.{name}')}"
            for name in names
        ]
        union = sqlglot.parse_one(" UNION ALL BY NAME ".join(selects), read="duckdb")
        return exp.Subquery(this=union, alias=exp.TableAlias(this=exp.to_identifier(table.alias or "matching")))

    def _check(self, path: str, place: Place) -> None:
        project, dataset, name = path.split(".", 2) if path.count(".") == 2 else path.rsplit(".", 2)
        tables = self.con.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = ?", [_schema(path)]).fetchall()
        if not tables:
            raise ServiceError(404, "notFound", f"Not found: Dataset {project}:{dataset} was not found in location {place.location}")
        if (name,) not in tables:
            raise ServiceError(404, "notFound", f"Not found: Table {project}:{dataset}.{name} was not found in location {place.location}")

    def schema(self, statement: str) -> list[dict[str, Any]]:
        """The columns of a SELECT, as the service describes them; raises ServiceError."""
        with self.lock:
            described = _run(self.con, f"DESCRIBE {statement}").fetchall()
        return [_described(name, kind) for name, kind, *_ in described]

    def execute(self, statements: list[str]) -> str:
        """Run them all; returns the name of a table with the rows of the last one, ready to be sent."""
        with self.lock:
            for statement in statements[:-1]:
                _run(self.con, statement)
            self.results += 1
            name = f"result_{self.results}"
            if not statements[-1].startswith(("SELECT", "(", "WITH")):
                _run(self.con, statements[-1])
                return _run(self.con, f"CREATE TEMP TABLE {name} (nothing INTEGER)") and name
            _run(self.con, f"CREATE TEMP TABLE {name} AS {statements[-1]}")
            return name

    def count(self, name: str) -> int:
        """Rows of a result."""
        with self.lock:
            return int(self.con.execute(f"SELECT count(*) FROM {name}").fetchall()[0][0])

    def page(self, name: str, schema: list[dict[str, Any]], start: int, count: int) -> list[dict[str, Any]]:
        """Rows of a result in the service's form of fields and values."""
        columns = ", ".join(_written(f"c.{_named(field['name'])}", field) for field in schema)
        text = f"SELECT {columns} FROM {name} AS c WHERE rowid >= {start} ORDER BY rowid LIMIT {count}"
        with self.lock:
            rows = self.con.execute(text).fetchall()
        return [{"f": [{"v": _nested(cell)} for cell in row]} for row in rows]

    def arrow(self, name: str) -> pa.Table:
        """All rows of a result, as the storage API types them."""
        with self.lock:
            table = self.con.sql(f"SELECT * FROM {name} ORDER BY rowid").to_arrow_table()
        return pa.table({field.name: _stored(table.column(field.name)) for field in table.schema})


def _stored(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_decimal(column.type) and column.type.scale > 9:
        return column.cast(pa.decimal256(76, 38))
    return column.cast(pa.string()) if str(column.type).startswith("extension") else column


def _run(con: duckdb.DuckDBPyConnection, statement: str) -> duckdb.DuckDBPyConnection:
    try:
        return con.execute(statement)
    except duckdb.Error as error:
        raise ServiceError(400, "invalidQuery", " ".join(str(error).split())[:300]) from None


def _named(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _schema(path: str) -> str:
    return path.rsplit(".", 1)[0]


def _duckdb_name(path: str) -> str:
    return f"{_named(_schema(path))}.{_named(path.rsplit('.', 1)[1])}"


def _duckdb_type(kind: str) -> str:
    if kind.startswith("ARRAY<"):
        return _duckdb_type(kind[6:-1]) + "[]"
    if kind.startswith("STRUCT<"):
        parts = (part.split(" ", 1) for part in kind[7:-1].split(", "))
        return "STRUCT(" + ", ".join(f"{_named(name)} {_duckdb_type(inner)}" for name, inner in parts) + ")"
    return DUCKDB_TYPES[kind]


def _field_type(field: dict[str, Any]) -> str:
    """DuckDB's type of a field of a schema, which calls some types otherwise than GoogleSQL does."""
    if field["type"] == "RECORD":
        kind = "STRUCT(" + ", ".join(f"{_named(inner['name'])} {_field_type(inner)}" for inner in field["fields"]) + ")"
    else:
        kind = DUCKDB_TYPES[{"INTEGER": "INT64", "FLOAT": "FLOAT64", "BOOLEAN": "BOOL"}.get(field["type"], field["type"])]
    return f"{kind}[]" if field.get("mode") == "REPEATED" else kind


def _rest_type(kind: str) -> str:
    if kind.startswith("DECIMAL"):
        return "NUMERIC" if int(re.findall(r"\d+", kind)[1]) <= 9 else "BIGNUMERIC"
    if kind not in REST_TYPES:
        raise ServiceError(400, "invalidQuery", f"No type of the service for {kind}")
    return REST_TYPES[kind]


def _described(name: str, kind: str) -> dict[str, Any]:
    if kind.endswith("[]"):
        return {**_described(name, kind[:-2]), "mode": "REPEATED"}
    if kind.startswith("STRUCT("):
        parts = re.findall(r'"?(\w+)"? ([A-Z][A-Z ]*(?:\(\d+,\s?\d+\))?)', kind[7:-1])
        return {"name": name, "type": "RECORD", "mode": "NULLABLE", "fields": [_described(*part) for part in parts]}
    return {"name": name, "type": _rest_type(kind), "mode": "NULLABLE"}


def _written(column: str, described: dict[str, Any]) -> str:
    """The expression that makes the text of a value (or a list or structure of texts) as the service writes it; no list is an empty one."""
    text = WRITTEN.get(described["type"], "{0}::VARCHAR")
    if described["mode"] == "REPEATED":
        return f"list_transform(coalesce({column}, []), lambda x: {text.format('x')})"
    if described["type"] == "RECORD":
        parts = [f"{_named(field['name'])} := {_written(column + '.' + _named(field['name']), field)}" for field in described["fields"]]
        return f"CASE WHEN {column} IS NOT NULL THEN struct_pack({', '.join(parts)}) END"
    return text.format(column)


def _nested(cell: Any) -> Any:
    if isinstance(cell, list):
        return [{"v": _nested(value)} for value in cell]
    if isinstance(cell, dict):
        return {"f": [{"v": _nested(value)} for value in cell.values()]}
    return cell


def _value(parameter: dict[str, Any]) -> exp.Expression:
    """A bound value as a typed literal of the tree: its text is never part of a text that is parsed."""
    kind = parameter["parameterType"]["type"]
    return exp.cast(exp.Literal.string(parameter["parameterValue"]["value"]), DUCKDB_TYPES.get(kind, "VARCHAR"), dialect="duckdb")


def _for_duckdb(node: exp.Expression, values: dict[str, exp.Expression]) -> exp.Expression:
    if isinstance(node, exp.Parameter):
        name = node.this.name
        if name not in values:
            raise ServiceError(400, "invalidQuery", f"Query parameter '{name}' not found")
        return values[name].copy()
    if isinstance(node, exp.UnixToTime) and node.args.get("scale") == exp.UnixToTime.MICROS:
        return exp.func("make_timestamptz", node.this)  # TIMESTAMP_MICROS gives an instant
    if isinstance(node, exp.Cast) and node.to.this in exp.DataType.TEXT_TYPES:
        return exp.func("as_string", node.this)
    return node


def _statement_type(statement: exp.Expression) -> str:
    name = type(statement).__name__
    if name not in STATEMENTS:
        raise ServiceError(400, "invalidQuery", f"Statement not supported: {name}")
    return STATEMENTS[name]
