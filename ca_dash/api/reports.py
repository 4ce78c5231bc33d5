"""Reports over the API: which there are, and the rows of one, as of a day, in a scope, of a window."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, BinaryIO

from flask import Response

from ca_assets.analyses.core.family import catalogue
from ca_assets.analyses.core.report import ReportSpec
from ca_assets.contracts.report_path import ReportPath
from ca_assets.export.export import ALL_SCOPES, report_table
from ca_assets.export.files import write_batches
from ca_assets.index.protocol import NotPublished, Snapshot
from ca_dash.api.answers import etag_of, file_answer, header_text, is_known, json_answer, not_modified
from ca_dash.api.arguments import Arguments, day_of, format_of, require_known, text_of
from ca_dash.api.problems import Problem

PARAMETERS = ("scope", "as_of", "format")


def shop(snapshot: Snapshot, arguments: Arguments) -> Response:
    """What is published: the shop, its calendar, report dates and scopes."""
    require_known(arguments, ())
    etag = etag_of(snapshot.generation)
    if is_known(etag):
        return not_modified(etag)
    meta = snapshot.meta()
    dates = sorted({str(key.report_date) for key in snapshot.keys() if key.report_date.year > 1}, reverse=True)  # noqa: SIM118
    facts = {name: meta.get(name) for name in ("shop", "currency", "calendar", "report_date", "loaded_at")}
    return json_answer({**facts, "generation": snapshot.generation, "report_dates": dates, "scopes": snapshot.scopes()}, etag)


def listing(snapshot: Snapshot, arguments: Arguments) -> Response:
    """All reports that are published, each with its definition and columns."""
    require_known(arguments, ())
    etag = etag_of(snapshot.generation)
    if is_known(etag):
        return not_modified(etag)
    published = {ReportPath(key.report_name, key.type.partition("@")[0]) for key in snapshot.keys()}  # noqa: SIM118
    specs = [catalogue()[str(path)] for path in sorted(published) if str(path) in catalogue()]
    return json_answer({"generation": snapshot.generation, "reports": [described(spec) for spec in specs]}, etag)


def described(spec: ReportSpec) -> dict[str, Any]:
    """A report's contract as JSON."""
    windows = spec.windows if spec.has_windows else ()
    columns = [asdict(column) for column in spec.columns]
    return {"path": spec.path, "title": spec.title, "definition": spec.definition, "key": spec.key, "columns": columns, "windows": windows}


def rows(snapshot: Snapshot, name: str, type_: str, arguments: Arguments) -> Response:
    """The rows of a report of the newest report date up to a day, as `ca export` writes them."""
    require_known(arguments, PARAMETERS)
    path, form = _path(name, type_), format_of(arguments)
    scope, wanted = text_of(arguments, "scope", "all"), day_of(arguments, "as_of")
    one_scope = next(iter(snapshot.scopes()), "all") if scope == ALL_SCOPES else scope
    found = snapshot.version_as_of(str(path), one_scope, wanted)
    if found is None:
        raise NotPublished(f"the report {path} is not published for this scope and day; /api/v1/shop lists what there is")
    day, version = found
    etag = etag_of(version if scope != ALL_SCOPES else snapshot.generation, day)
    if is_known(etag):
        return not_modified(etag)
    table = report_table(snapshot, str(path), scope, day)

    def write(out: BinaryIO) -> int:
        return write_batches(table.schema, iter(table.to_batches()), out, form)

    headers = {"X-Report-Date": str(day), "X-Scope": header_text(scope), "X-Generation": header_text(snapshot.generation)}
    return file_answer(f"{path}_{scope}_{day}", form, etag, write, headers)


def meta(snapshot: Snapshot, name: str, type_: str, arguments: Arguments) -> Response:
    """What is said of a report beside its rows: its definition, refusals (too little data), values in `__other__`, when it was made."""
    require_known(arguments, ("scope", "as_of"))
    path = _path(name, type_)
    report = snapshot.as_of(str(path), text_of(arguments, "scope", "all"), day_of(arguments, "as_of"))
    etag = etag_of(report.version)
    if is_known(etag):
        return not_modified(etag)
    key = report.key
    facts = {"report": str(path), "scope": key.scope, "report_date": key.report_date, "created_at": report.created_at, "meta": report.meta}
    return json_answer(facts, etag)


def _path(name: str, type_: str) -> ReportPath:
    """The report of a URL; only what the specs state is looked for."""
    try:
        path = ReportPath.parse(f"{name}/{type_}")
    except ValueError:
        path = None
    spec = catalogue().get(str(path.whole)) if path else None
    if path is None or spec is None or (path.window is not None and not (spec.has_windows and path.window in spec.windows)):
        raise Problem(404, "there is no such report; /api/v1/reports lists all")
    return path
