"""A job of `ca_assets.connecting.jobs` as a page shows it: its id in a store, a clock that looks while it runs, its progress in words."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, dcc, html

LOOK_MILLISECONDS = 700


def job_parts(name: str) -> list[Any]:
    """The parts of a job in a page: `NAME-job`, `NAME-tick`, and `NAME-progress`, which readers' tools read out."""
    return [
        dcc.Store(id=f"{name}-job"),
        dcc.Interval(id=f"{name}-tick", interval=LOOK_MILLISECONDS, disabled=True),
        html.Div(id=f"{name}-progress", className="ca-job", role="status"),
    ]


def register_clock(app: Dash, name: str) -> None:
    """Let the clock of a job run as long as there is one."""
    app.clientside_callback("function (job) { return !job; }", Output(f"{name}-tick", "disabled"), Input(f"{name}-job", "data"))


def running(text: str, cancel_id: str | None = None) -> html.Div:
    """What a job does now, with a button that ends it."""
    stop = [html.Button("Stop", id=cancel_id, type="button", n_clicks=0, className="ca-upload-button")] if cancel_id else []
    return html.Div(
        [html.Span(className="ca-spinner", **{"aria-hidden": "true"}), html.Span(text or "Starting"), *stop], className="ca-job-line"
    )
