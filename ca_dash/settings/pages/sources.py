"""Data connections: every source with where it is, its state, last load, rows and alarms; connecting, changing and removing one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.exceptions import PreventUpdate
from flask import request

from ca_assets.connecting.drafts import GOES, without_source
from ca_assets.connecting.states import SourceState, source_states
from ca_assets.contracts.sources import SOURCES
from ca_assets.settings.audit import record
from ca_assets.settings.shops import AppliedShop, applied_shop, newest_edition, save_edition
from ca_assets.shop import ShopError, SourceConfig
from ca_dash.auth.guard import require
from ca_dash.components.icons import icon
from ca_dash.format import day, number
from ca_dash.locales import current
from ca_dash.settings import forms
from ca_dash.settings.connect.source_page import ABOUT, source_path
from ca_dash.settings.page import Services, SettingsPage

PATH = "/settings/sources"
KINDS = {
    "csv": "CSV files",
    "parquet": "Parquet files",
    "postgresql": "PostgreSQL",
    "mysql": "MySQL",
    "redshift": "Redshift",
    "bigquery": "BigQuery",
}


def _content(services: Services) -> html.Div:
    return html.Div([html.Div(_overview(services), id="sources-list"), _confirm(), dcc.Store(id="sources-remove")])


def _overview(services: Services) -> list[Any]:
    try:
        applied = applied_shop(services.database)
    except ShopError:
        applied = None
    states = source_states(services.settings) if applied else {}
    cards = [_card(name, applied, states.get(name)) for name in SOURCES]
    return [html.Ul(cards, className="ca-sources"), _links(services, applied)]


def _card(name: str, applied: AppliedShop | None, state: SourceState | None) -> html.Li:
    title, picture, about = ABOUT[name]
    config: SourceConfig | None = getattr(applied.shop.sources, name) if applied else None
    head = html.Div(
        [icon(picture, 22), html.H2(title), html.Span(_state(config, applied, state), className="ca-badge")], className="ca-source-head"
    )
    if config is None:
        is_possible = applied is not None or name == "sessions"
        optional = "" if name == "sessions" else " Optional."
        link = (
            dcc.Link("Connect", href=source_path(name), className="ca-list-csv")
            if is_possible
            else html.Span("After orders and visits.", className="ca-muted")
        )
        return html.Li(
            [head, html.P(f"{about}{optional}", className="ca-muted"), html.Div(link, className="ca-form-buttons")], className="ca-card"
        )
    buttons: list[Any] = [dcc.Link([icon("table", 16), "Change"], href=source_path(name), className="ca-list-csv", title=f"Change {title}")]
    if name != "sessions":
        buttons.append(forms.plain_button({"type": "source-remove", "name": name}, "Remove", "trash", **{"aria-label": f"Remove {title}"}))
    return html.Li([head, _facts(config, state), html.Div(buttons, className="ca-form-buttons")], className="ca-card")


def _state(config: SourceConfig | None, applied: AppliedShop | None, state: SourceState | None) -> str:
    if config is None or applied is None:
        return "Not connected"
    if state is None or state.loaded_at is None:
        return "Connected, not loaded yet"
    if applied.applied_at > state.loaded_at:
        return "Changed since the last load"
    return "Loaded, with alarms" if state.alarms else "Loaded"


def _facts(config: SourceConfig, state: SourceState | None) -> html.Div:
    where = config.path or config.table or "a query"
    facts: list[tuple[str, Any]] = [("Where", f"{KINDS.get(config.kind, config.kind)}: {_short(where)}")]
    if state and state.loaded_at:
        facts.append(("Last load", f"{day(state.loaded_at.date(), current())}, {state.loaded_at:%H:%M} UTC"))
        rejected = f", {number(state.rejected, locale=current())} rejected" if state.rejected else ""
        facts.append(("Rows", f"{number(state.accepted, locale=current())} of {number(state.read, locale=current())} accepted{rejected}"))
        facts += [("Alarm", alarm) for alarm in state.alarms]
    items = [part for title, text in facts for part in (html.Dt(title), html.Dd(text))]
    return html.Dl(items, className="ca-facts")


def _short(path: str) -> str:
    """An upload by its file: its folder's name says nothing to people."""
    parts = path.split("/")
    return path if parts[0] != "uploads" else parts[2] if len(parts) > 2 else "several uploaded files"


def _links(services: Services, applied: AppliedShop | None) -> html.Div:
    known = [
        ("/settings/schedules", "When they are loaded"),
        ("/settings/runs", "Load now, and what loads did"),
        ("/settings/shop", "shop.yaml and its history"),
        ("/settings/connections", "Passwords of databases"),
    ]
    links = [dcc.Link(text, href=path, className="ca-list-csv") for path, text in known if services.page_at(path)]
    about = f"{applied.shop.name}, days of {applied.shop.calendar.timezone}, {applied.shop.currency}. " if applied else ""
    return html.Div([html.Span(about, className="ca-muted"), *links], className="ca-form-buttons")


def _confirm() -> Any:
    return forms.confirm_window("source", title="Remove this source?", text="", action="Remove", text_id="sources-goes")


def register(app: Dash, services: Services) -> None:
    """Connect the page."""

    @app.callback(
        Output(forms.window_id("source"), "opened"),
        Output("sources-goes", "children"),
        Output("sources-remove", "data"),
        Input({"type": "source-remove", "name": ALL}, "n_clicks"),
        prevent_initial_call=True,
    )
    def _ask(clicks: list[int]) -> Any:
        require("editor")
        if not any(clicks) or not ctx.triggered_id:
            raise PreventUpdate
        name = str(ctx.triggered_id["name"])
        later = html.P(
            "Loaded rows stay until the next load. Uploaded files are removed a week later; the history keeps the mapping.",
            className="ca-muted",
        )
        return True, [html.P(GOES.get(name, "")), later], name

    @app.callback(
        Output("sources-list", "children"),
        Output(forms.window_id("source"), "opened", allow_duplicate=True),
        Output(forms.SAID, "data", allow_duplicate=True),
        Input(forms.confirm_id("source"), "n_clicks"),
        State("sources-remove", "data"),
        prevent_initial_call=True,
    )
    def _remove(clicks: int, name: str | None) -> Any:
        user, edition = require("editor"), newest_edition(services.database)
        if not clicks or name not in SOURCES or edition is None:
            raise PreventUpdate
        try:
            save_edition(
                services.database, without_source(edition.text, name), Path(edition.folder), changed_by=user.name, what=f"removed {name}"
            )
        except ShopError as error:
            return no_update, False, forms.said(str(error))
        record(services.database, user.name, "source.remove", name, address=request.remote_addr or "")
        return _overview(services), False, forms.said(f"Removed {ABOUT[name][0].lower()}.")


PAGE = SettingsPage(
    PATH, "Sources", "layers", 30, "editor", "Where orders, customers, products and deliveries come from.", _content, register
)
