"""The window "How this is computed": a panel's definition, what its figures are of, and the statements that the engine runs for them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.exceptions import PreventUpdate

from ca_assets.index.protocol import IndexUnavailable, NotPublished
from ca_assets.on_demand.request import NotComputed
from ca_dash.app.rows import Rows
from ca_dash.app.views import Views
from ca_dash.components.icons import icon
from ca_dash.components.states import Missing, unavailable
from ca_dash.format import day, days, label, number, scope_label
from ca_dash.locales import current
from ca_dash.panel import Panel

CONTENTS = {"orders": "sessions", "downloads": "customers"}  # what the rows of these tables are
BODY, SQL = "how-body", "how-sql"


def window() -> dmc.Modal:
    """The window, which `register` fills when it is opened."""
    return dmc.Modal(
        [
            html.Div(id=BODY),
            dcc.Store(id="how-panel"),
            dmc.Button("Show the SQL", id="how-show", variant="default", leftSection=icon("code", 16), n_clicks=0),
            dcc.Loading(html.Div(id=SQL, **{"aria-live": "polite"}), type="dot"),
        ],
        id="how-window",
        title="",
        size="min(900px, 94vw)",
        opened=False,
        keepMounted=True,
        closeButtonProps={"aria-label": "Close"},
    )


def register(app: Dash, views: Views) -> None:
    """Connect the window to an application."""

    @app.callback(
        Output("how-window", "opened"),
        Output("how-window", "title"),
        Output(BODY, "children"),
        Output(SQL, "children"),
        Output("how-panel", "data"),
        Input({"type": "panel-how", "id": ALL}, "n_clicks"),
        State("url", "search"),
        prevent_initial_call=True,
    )
    def _open(_clicks: list[int], search: str | None) -> tuple[Any, ...]:
        if not ctx.triggered or not ctx.triggered[0]["value"]:
            return (no_update,) * 5
        panel = views.site.panels[ctx.triggered_id["id"]]
        return True, f"How “{panel.title}” is computed", _body(panel, views, search), None, panel.id

    @app.callback(
        Output(SQL, "children", allow_duplicate=True),
        Input("how-show", "n_clicks"),
        State("how-panel", "data"),
        State("url", "search"),
        prevent_initial_call=True,
    )
    def _show(clicks: int, panel_id: str | None, search: str | None) -> Any:
        panel = views.site.panels.get(panel_id or "")
        if not clicks or panel is None:
            raise PreventUpdate
        return _sql(panel, views, search)


def _body(panel: Panel, views: Views, search: str | None) -> list[Any]:
    try:
        rows = views.rows(panel, search)
        facts = _facts(panel, rows, views.reader.tables())
    except Missing as missing:
        return [html.P(panel.definition), missing.message()]
    except IndexUnavailable as error:
        return [html.P(panel.definition), unavailable(error)]
    terms = [part for name, value in facts for part in (html.Dt(name), html.Dd(value))]
    return [html.P(panel.definition), html.P(rows.spec.definition, className="ca-muted"), html.Dl(terms, className="ca-facts")]


def _facts(panel: Panel, rows: Rows, tables: dict[str, int]) -> list[tuple[str, Any]]:
    """What the figures are of: report, filter, days, date, run, rows."""
    filters, locale, meta = rows.filters, current(), rows.shop.meta
    span = rows.span or (days(filters.start, filters.end, locale) if panel.follows_dates else "All days")
    loaded = str(meta.get("loaded_at") or "")
    read = ", ".join(f"{number(count, 0, locale)} {CONTENTS.get(name, label(name)).lower()}" for name, count in tables.items())
    facts: list[tuple[str, Any]] = [
        ("Report", html.Code(str(rows.path))),
        ("Filter", scope_label(filters.scope)),
        ("Days", span),
        ("Report date", day(rows.day, locale)),
        ("Rows of the report", number(len(rows.data), 0, locale)),
        ("Read from", read or "not published"),
        ("Data loaded", _moment(loaded) or "not recorded"),
        ("Publication", html.Code(rows.shop.generation)),
    ]
    return facts + ([("Left out", rows.guests)] if rows.guests else [])


def _moment(text: str) -> str:
    """A moment in UTC, to the minute; empty where it is none."""
    try:
        return f"{dt.datetime.fromisoformat(text).astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC"
    except ValueError:
        return ""


def _sql(panel: Panel, views: Views, search: str | None) -> Any:
    try:
        rows = views.rows(panel, search)
        filters = rows.filters
        first = filters.start if rows.spec.has_windows else None
        last = filters.end if rows.spec.has_windows or panel.ends_with_range else rows.day
        statements = views.reader.statements(rows.path, filters.scope, (first, last))
    except Missing as missing:
        return missing.message()
    except (NotComputed, NotPublished) as error:
        return html.P(f"The SQL cannot be shown: {error}", className="ca-muted")
    except IndexUnavailable as error:
        return unavailable(error)
    whose = scope_label(filters.scope) if first else "all filters at once"
    about = (
        f"{len(statements)} statements, as DuckDB has just run them for the analysis “{rows.path.name}” ({whose}); the report is put "
        "together from their results. Tables are those of the last load; temp_1, temp_2, … are steps on the way."
    )
    return [
        html.P(about, className="ca-muted"),
        html.Pre(html.Code(";\n\n".join(statements) + ";"), className="ca-sql", tabIndex=0, role="group", **{"aria-label": "SQL"}),
    ]
