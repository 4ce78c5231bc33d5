"""Tables over the API: which there are, a page of rows behind filters in an order, and all rows of a scope as a file."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any, BinaryIO

import pyarrow as pa
from flask import Response

from ca_assets.analyses.core.family import family_tables
from ca_assets.contracts.tables import LOAD_TABLES, TableSpec, exported
from ca_assets.export.export import export_table, is_published
from ca_assets.export.files import write_batches
from ca_assets.export.scope import LAKE_ONLY, orders_columns, table_choices
from ca_assets.index.paging import Cursor, Page
from ca_assets.index.protocol import NotPublished, Snapshot
from ca_assets.lake.rows import BASKET
from ca_dash.api.answers import MIMETYPES, etag_of, file_answer, is_known, json_answer, not_modified, rows_text
from ca_dash.api.arguments import DEFAULT_LIMIT, Arguments, filters_of, format_of, number_of, orders_of, require_known, text_of
from ca_dash.api.problems import Problem

PAGE_PARAMETERS = ("column", "where", "order_by", "limit", "after", "format")
FILE_PARAMETERS = ("scope", "format")


def specs() -> dict[str, TableSpec]:
    """All tables that can be had, by name."""
    own = [spec for _, spec in family_tables().values() if spec.is_published and spec.is_exported]
    return {spec.name: spec for spec in (*exported(LOAD_TABLES), *own)}


def listing(snapshot: Snapshot, arguments: Arguments) -> Response:
    """All tables that are published, with their columns, keys and numbers of rows."""
    require_known(arguments, ())
    etag = etag_of(snapshot.generation)
    if is_known(etag):
        return not_modified(etag)
    tables: list[dict[str, Any]] = []
    for name in specs():
        with suppress(NotPublished):  # or not shown to the token's owner
            tables.append(_described(snapshot, name))
    return json_answer({"generation": snapshot.generation, "tables": tables}, etag)


def _described(snapshot: Snapshot, name: str) -> dict[str, Any]:
    """A table as JSON. Raises NotPublished."""
    table = snapshot.table(name)
    columns = [{"name": field.name, "type": str(field.type)} for field in _columns(snapshot, name) if field.name != BASKET]
    can_be_file = name in table_choices()
    return {"name": name, "rows": table.rows, "version": table.lake_version, "key": table.key, "columns": columns, "has_file": can_be_file}


def page(snapshot: Snapshot, name: str, arguments: Arguments) -> Response:
    """Some rows of a table, and where the next page begins."""
    require_known(arguments, PAGE_PARAMETERS)
    _require_table(snapshot, name)
    form, schema = format_of(arguments), _columns(snapshot, name)
    where, order_by = filters_of(arguments, schema), orders_of(arguments)
    columns = arguments.getlist("column") or schema.names
    limit, after = number_of(arguments, "limit", DEFAULT_LIMIT), arguments.get("after")
    etag = etag_of(snapshot.table(name).lake_version)
    _require_columns([*columns, *(order.column for order in order_by)], schema)
    if is_known(etag):
        return not_modified(etag)
    try:
        rows = snapshot.page(
            name, columns=columns, where=where, order_by=order_by, limit=limit, after=Cursor(after) if after is not None else None
        )
    except (KeyError, ValueError) as error:
        raise Problem(400, str(error.args[0] if error.args else error)[:400]) from None
    return _page_answer(name, rows, form, etag)


def _page_answer(name: str, found: Page, form: Any, etag: str) -> Response:
    def write(out: BinaryIO) -> int:
        return write_batches(found.rows.schema, iter(found.rows.to_batches()), out, form)

    if form == "json":
        facts = json.dumps({"total": found.total, "next": found.next})
        response = json_answer(None, etag)
        response.set_data(f'{facts[:-1]}, "rows": {rows_text(write)}}}')
        response.headers["Content-Type"] = MIMETYPES["json"]
        return response
    return file_answer(name, form, etag, write, {"X-Total": str(found.total), **({"X-Next": found.next} if found.next else {})})


def file(snapshot: Snapshot, name: str, arguments: Arguments) -> Response:
    """All rows of a table in a scope, as `ca export` writes them."""
    require_known(arguments, FILE_PARAMETERS)
    _require_table(snapshot, name)
    if name not in table_choices():
        raise Problem(400, f"the table {name} keeps a state of each report date; read it by pages: /api/v1/tables/{name}/rows")
    form, scope = format_of(arguments), text_of(arguments, "scope", "all")
    etag = etag_of(snapshot.generation)
    if is_known(etag):
        return not_modified(etag)
    return file_answer(f"{name}_{scope}", form, etag, lambda out: export_table(snapshot, name, out, scope=scope, format=form))


def _require_table(snapshot: Snapshot, name: str) -> None:
    if name not in specs() or not is_published(snapshot, name):
        raise Problem(404, "there is no such table; /api/v1/tables lists all")


def _require_columns(names: list[str], schema: pa.Schema) -> None:
    unknown = [name for name in names if name not in schema.names]
    if unknown:
        raise Problem(400, f"there is no column {unknown[0][:60]!r}; there are {', '.join(schema.names)}")


def _columns(snapshot: Snapshot, name: str) -> pa.Schema:
    """The columns that are offered: the export's, without those that the lake has for itself."""
    schema = snapshot.columns(name)
    if name == "orders":
        return orders_columns(schema)
    return pa.schema([field for field in schema if field.name not in LAKE_ONLY or name not in table_choices()])
