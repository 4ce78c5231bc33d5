"""CSV of a panel's rows as a download. Values are not rounded; texts that a spreadsheet would run are made harmless."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from typing import Any

import pandas as pd
from flask import Flask, Response, abort, request

from ca_assets.index.protocol import IndexUnavailable
from ca_dash.app.rows import Rows
from ca_dash.app.views import Views
from ca_dash.components.states import Missing

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
MAX_NAME = 120
BOM = "\ufeff"  # its reader is a spreadsheet, which takes a file without one for Windows-1252


def register(server: Flask, views: Views) -> None:
    """Add the download route; it stands behind the login like every route."""

    @server.get("/export/<panel_id>.csv")
    def _export(panel_id: str) -> Response:
        if panel_id not in views.site.panels:
            abort(404)
        try:
            rows = views.rows(views.site.panels[panel_id], request.query_string.decode())
        except Missing as missing:
            abort(404, f"{missing.title}. {missing.remedy}")
        except IndexUnavailable as error:
            abort(503, str(error))
        disposition = f'attachment; filename="{file_name(rows)}"'
        return Response(BOM + csv_text(rows.data), mimetype="text/csv", headers={"Content-Disposition": disposition})


def file_name(rows: Rows) -> str:
    """A file name that says what is inside, of letters that every system takes."""
    path, filters = rows.path, rows.filters
    report = f"{path.name}-{path.type}" + (f"-last-{path.window}d" if path.window else "")
    parts = (rows.shop.name, report, filters.scope, f"{filters.start}_{filters.end}", f"as-of-{rows.day}")
    return re.sub(r"[^A-Za-z0-9._-]+", "-", "_".join(parts))[:MAX_NAME] + ".csv"


def csv_text(data: pd.DataFrame) -> str:
    """Rows as CSV: ISO dates, true/false, empty where missing."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow([harmless(str(name)) for name in data.columns])
    writer.writerows([cell(value) for value in row] for row in data.itertuples(index=False, name=None))
    return target.getvalue()


def harmless(value: Any) -> Any:
    """A text that begins like a formula gets an apostrophe before it; numbers stay numbers."""
    return f"'{value}" if isinstance(value, str) and value.startswith(DANGEROUS) else value


def cell(value: Any) -> Any:
    """A value as a spreadsheet reads it: pandas' timestamps are days, other times have seconds; empty where missing."""
    if value is None or value is pd.NaT or value != value:  # noqa: PLR0124 - NaN
        return ""
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    if isinstance(value, dt.datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, bool) or type(value).__name__ == "bool_":
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return int(value)  # 3 and not 3.0
    return harmless(value)
