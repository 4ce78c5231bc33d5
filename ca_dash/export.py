"""CSV of a panel's rows as a download. Values are not rounded; texts that a spreadsheet would run are made harmless."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

import pandas as pd
from flask import Flask, Response, abort, request

from ca_assets.storage.index import IndexUnavailable
from ca_dash.filters import Filters
from ca_dash.panels import PANELS
from ca_dash.reports import Reader
from ca_dash.view import Missing, panel_rows

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def register(server: Flask, reader: Reader) -> None:
    """Add the download route; it stands behind the login like every route."""

    @server.get("/export/<panel_id>.csv")
    def _export(panel_id: str) -> Response:
        if panel_id not in PANELS:
            abort(404)
        try:
            rows = panel_rows(reader, PANELS[panel_id], request.query_string.decode())
        except Missing as missing:
            abort(404, f"{missing.title}. {missing.remedy}")
        except IndexUnavailable as error:
            abort(503, str(error))
        disposition = f'attachment; filename="{file_name(rows.path, rows.filters)}"'
        return Response(csv_text(rows.data), mimetype="text/csv", headers={"Content-Disposition": disposition})


def harmless(value: Any) -> Any:
    """A text that begins like a formula gets an apostrophe before it; numbers stay numbers."""
    return f"'{value}" if isinstance(value, str) and value.startswith(DANGEROUS) else value


def csv_text(data: pd.DataFrame) -> str:
    """Rows as CSV: ISO dates, true/false, empty where missing."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow([harmless(str(name)) for name in data.columns])
    writer.writerows(_lines(data))
    return target.getvalue()


def file_name(path: str, filters: Filters) -> str:
    """A file name that says what is inside, of letters that every system takes."""
    parts = [path.replace("/", "-").replace("@", "-last-"), filters.scope, f"{filters.start}_{filters.end}"]
    return re.sub(r"[^A-Za-z0-9._-]+", "-", "_".join(parts))[:120] + ".csv"


def _lines(data: pd.DataFrame) -> Iterator[list[Any]]:
    for row in data.itertuples(index=False, name=None):
        yield [_cell(value) for value in row]


def _cell(value: Any) -> Any:
    if value is None or value is pd.NaT or value != value:  # noqa: PLR0124 - NaN
        return ""
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    if isinstance(value, bool) or type(value).__name__ == "bool_":
        return "true" if value else "false"
    return harmless(value)
