"""The OpenAPI 3.1 document, made from the specs of reports and tables: each report has its own path and the schema of its rows."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from typing import Any

from ca_assets.analyses.core.family import catalogue
from ca_assets.analyses.core.report import ReportSpec
from ca_assets.contracts.columns import Dtype
from ca_assets.index.paging import MAX_LIMIT
from ca_assets.index.search.hits import KINDS, LONGEST_QUERY, MATCHES
from ca_assets.settings.tokens import SCOPES
from ca_dash.api.arguments import DEFAULT_LIMIT, FORMATS, OPERATORS
from ca_dash.api.problems import MIMETYPE, TITLES
from ca_dash.api.search import DEFAULT_HITS, MOST_HITS
from ca_dash.api.tables import specs

JSON_TYPES: dict[Dtype, dict[str, Any]] = {
    "int": {"type": ["integer", "null"]},
    "float": {"type": ["number", "null"]},
    "bool": {"type": ["boolean", "null"]},
    "date": {"type": ["string", "null"], "format": "date"},
    "time": {"type": ["string", "null"], "format": "date-time"},
    "str": {"type": ["string", "null"]},
}
ERRORS = (400, 401, 403, 404, 429, 503)
ROOT_URL = "/api/v1"


@cache
def document() -> dict[str, Any]:
    """The whole document."""
    reports = sorted(catalogue().values(), key=lambda spec: spec.path)
    return {
        "openapi": "3.1.0",
        "info": {"title": "CustomerAnalytics", "version": version("customer-analytics"), "description": ABOUT},
        "servers": [{"url": ROOT_URL}],
        "security": [{"token": []}],
        "tags": [{"name": name} for name in ("shop", "reports", "tables", "search")],
        "paths": {**_fixed_paths(), **{f"/reports/{spec.path}": _report_path(spec) for spec in reports}, **_table_paths()},
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": f"Scopes: {', '.join(SCOPES)}."}},
            "parameters": PARAMETERS,
            "responses": {f"Problem{code}": _problem(code) for code in ERRORS},
            "schemas": {"Problem": PROBLEM, **{_schema_name(spec): _row_schema(spec) for spec in reports}},
        },
    }


ABOUT = (
    "Reports, tables and search of one shop. Null is null, nothing is rounded, times are UTC. Values are those of `ca export`. "
    "Answers carry an ETag; ask with If-None-Match. Errors are problem details (RFC 9457)."
)
PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {"type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"}, "detail": {"type": "string"}},
}


def _query(name: str, about: str, schema: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": about, "schema": schema, **more}


PARAMETERS: dict[str, dict[str, Any]] = {
    "scope": _query(
        "scope", "`all`, `<dimension>=<value>`, or `*` for all scopes with a column `scope`.", {"type": "string", "default": "all"}
    ),
    "as_of": _query(
        "as_of",
        "The newest report date up to this day is answered; the header X-Report-Date says which.",
        {"type": "string", "format": "date"},
    ),
    "format": _query("format", "Of the answer.", {"type": "string", "enum": [*FORMATS], "default": "json"}),
    "column": _query("column", "A column that is wanted, repeatable; all without one.", {"type": "array", "items": {"type": "string"}}),
    "where": _query(
        "where",
        f"A condition `column:operator:value`, repeatable; all must hold. Operators: {', '.join(OPERATORS)}. `in`: a JSON list of texts.",
        {"type": "array", "items": {"type": "string"}},
    ),
    "order_by": _query(
        "order_by", "A column to sort by, repeatable, `-` before a descending one.", {"type": "array", "items": {"type": "string"}}
    ),
    "limit": _query("limit", "Rows of a page.", {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}),
    "after": _query("after", "`next` of the page before.", {"type": "string"}),
}


def _refs(*names: str) -> list[dict[str, str]]:
    return [{"$ref": f"#/components/parameters/{name}"} for name in names]


def _problem(code: int) -> dict[str, Any]:
    headers = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}} if code in (429, 503) else {}
    return {"description": TITLES[code], "headers": headers, "content": {MIMETYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}


def _get(tag: str, operation: str, texts: tuple[str, str], parameters: list[dict[str, Any]], content: dict[str, Any]) -> dict[str, Any]:
    errors = {str(code): {"$ref": f"#/components/responses/Problem{code}"} for code in ERRORS}
    ok = {"description": "What was asked for.", "content": content}
    same = {"description": "The answer is the one with the ETag that was sent."}
    about = {"operationId": operation, "summary": texts[0], "description": texts[1]}
    return {"get": {"tags": [tag], **about, "parameters": parameters, "responses": {"200": ok, "304": same, **errors}}}


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _formats(rows: dict[str, Any]) -> dict[str, Any]:
    binary = {"schema": {"type": "string", "contentMediaType": "application/vnd.apache.parquet"}}
    return {**_json(rows), "text/csv": {"schema": {"type": "string"}}, "application/vnd.apache.parquet": binary}


def _fixed_paths() -> dict[str, Any]:
    anything = _json({"type": "object"})
    hit = {
        "type": "object",
        "properties": {
            "kind": {"enum": [*KINDS]},
            "value": {"type": "string"},
            "label": {"type": ["string", "null"]},
            "match": {"enum": [*MATCHES]},
            "similarity": {"type": "number"},
            "orders": {"type": "integer"},
            "below_floor": {"type": "boolean"},
        },
    }
    found = {"type": "object", "required": ["hits"], "properties": {"hits": {"type": "array", "items": hit}}}
    asked = [
        _query("q", "What is looked for.", {"type": "string", "minLength": 1, "maxLength": LONGEST_QUERY}, required=True),
        _query("kind", "Of these kinds alone, repeatable.", {"type": "array", "items": {"enum": [*KINDS]}}),
        _query("limit", "Hits of each kind.", {"type": "integer", "minimum": 1, "maximum": MOST_HITS, "default": DEFAULT_HITS}),
    ]
    return {
        "/shop": _get("shop", "shop", ("What is published", "Needs read:reports."), [], anything),
        "/reports": _get("reports", "reports", ("All reports with their definitions", "Needs read:reports."), [], anything),
        "/tables": _get("tables", "tables", ("All tables with their columns", "Needs read:tables."), [], anything),
        "/search": _get("search", "search", ("Terms that a text finds", "Needs read:search."), asked, _json(found)),
    }


def _report_path(spec: ReportSpec) -> dict[str, Any]:
    windows = f" The last n days: {', '.join(f'`{spec.type}@{days}d`' for days in spec.windows)}." if spec.has_windows else ""
    rows = {"type": "array", "items": {"$ref": f"#/components/schemas/{_schema_name(spec)}"}}
    about = f"{spec.definition}{windows} Needs read:reports."
    return _get("reports", _schema_name(spec), (spec.title, about), _refs("scope", "as_of", "format"), _formats(rows))


def _schema_name(spec: ReportSpec) -> str:
    return spec.path.replace("/", ".")


def _row_schema(spec: ReportSpec) -> dict[str, Any]:
    columns = {column.name: {**JSON_TYPES[column.dtype], "description": column.meaning} for column in spec.columns}
    return {"type": "object", "required": [*columns], "properties": {"scope": {"type": "string"}, **columns}, "additionalProperties": False}


def _table_paths() -> dict[str, Any]:
    row = {"type": "object"}
    page = {
        "type": "object",
        "required": ["total", "next", "rows"],
        "properties": {"total": {"type": "integer"}, "next": {"type": ["string", "null"]}, "rows": {"type": "array", "items": row}},
    }
    paths: dict[str, Any] = {}
    for name, spec in specs().items():
        about = f"A row per {' and '.join(spec.row_key) or 'line'}. Needs read:tables."
        asked = _refs("column", "where", "order_by", "limit", "after", "format")
        paths[f"/tables/{name}/rows"] = _get("tables", f"{name}.rows", (f"A page of {name}", about), asked, _formats(page))
        if spec.keeps == "latest":
            rows = _formats({"type": "array", "items": row})
            paths[f"/tables/{name}/file"] = _get("tables", f"{name}.file", (f"All of {name}", about), _refs("scope", "format"), rows)
    return paths
