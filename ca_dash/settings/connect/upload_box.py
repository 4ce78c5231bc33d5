"""The place where files are dropped or chosen; assets/uploads.js uploads them and writes what is complete into the store `BATCH`."""

from __future__ import annotations

from dash import dcc, html

from ca_dash.auth.security import csrf_token
from ca_dash.components.icons import icon

BATCH = "source-batch"


def upload_box(batch: str | None = None) -> html.Div:
    """The box. `batch`: an earlier upload to which files are added."""
    label = html.Label(
        [
            icon("download", 26),
            html.Strong("Drop files here, or choose them"),
            html.Span("CSV, also zipped, or Parquet; several files of one export; up to 2 GB each", className="ca-muted"),
        ],
        className="ca-drop-label",
        htmlFor="upload-files",
    )
    return html.Div(
        [
            html.Div(label, className="ca-drop", id="upload-drop"),
            html.Ul(id="upload-list", className="ca-upload-list", **{"aria-live": "polite", "aria-label": "Uploads"}),
            dcc.Store(id=BATCH),
        ],
        id="upload-box",
        className="ca-upload",
        **{"data-csrf": csrf_token(), "data-batch": batch or ""},
    )
