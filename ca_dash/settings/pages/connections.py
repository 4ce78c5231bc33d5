"""Connections: the stored urls of databases, which sources name as ${NAME}. Shown without their passwords; replaced, never read."""

from __future__ import annotations

from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.exceptions import PreventUpdate
from flask import request

from ca_assets.settings.audit import record
from ca_assets.settings.connections import StoredConnection, list_connections, remove_connection, store_connection
from ca_assets.settings.process import SecretError
from ca_assets.settings.shops import newest_edition
from ca_dash.auth.guard import require
from ca_dash.settings import forms
from ca_dash.settings.page import Services, SettingsPage


def _content(services: Services) -> html.Div:
    form = forms.form(
        [
            forms.text_field(
                "connection-name",
                "Name",
                hint="Letters, digits and _, such as SHOP_DATABASE_URL; one that is there is replaced",
                required=True,
            ),
            forms.secret_field(
                "connection-secret",
                "Url or key",
                hint="Such as postgresql://user:password@host:5432/database; kept encrypted, never shown again",
                required=True,
            ),
            html.Div(forms.save_button("connection-save", "Store"), className="ca-form-buttons"),
        ],
        "Store a connection",
    )
    return html.Div(
        [
            html.Div(_list(services), id="connection-list"),
            html.Div([html.H2("Store one"), form], className="ca-card"),
            forms.confirm_window("connection", title="Remove this connection?", text="", action="Remove", text_id="connection-goes"),
            dcc.Store(id="connection-remove"),
        ]
    )


def _list(services: Services) -> html.Div:
    stored = list_connections(services.database, services.settings)
    if not stored:
        return html.Div("No connection is stored yet. Connecting a database as a source stores one.", className="ca-card ca-muted")
    head = html.Tr([html.Th(title, scope="col") for title in ("Name", "Kind", "Host", "Database", "User", "Stored", "")])
    table = html.Table([html.Thead(head), html.Tbody([_row(one) for one in stored])], className="ca-list-table")
    return html.Div(table, className="ca-list-rows ca-card")


def _row(one: StoredConnection) -> html.Tr:
    texts = (one.name, one.shown.kind, one.shown.host, one.shown.database, one.shown.user, f"{one.changed_at:%Y-%m-%d}")
    remove = forms.plain_button(
        {"type": "connection-remove", "name": one.name}, "Remove", "trash", size="xs", **{"aria-label": f"Remove {one.name}"}
    )
    return html.Tr([*[html.Td(text) for text in texts], html.Td(remove)])


def register(app: Dash, services: Services) -> None:
    """Connect the page."""

    @app.callback(
        Output("connection-list", "children"),
        Output("connection-name", "error"),
        Output("connection-secret", "value"),
        Output(forms.SAID, "data", allow_duplicate=True),
        Input("connection-save", "n_clicks"),
        State("connection-name", "value"),
        State("connection-secret", "value"),
        prevent_initial_call=True,
    )
    def _store(clicks: int, name: str | None, secret: str | None) -> Any:
        user = require("editor")
        if not clicks:
            raise PreventUpdate
        try:
            is_known = store_connection(services.database, (name or "").strip(), (secret or "").strip(), services.settings)
        except SecretError as error:
            return no_update, str(error), no_update, no_update
        record(
            services.database,
            user.name,
            "connection.change" if is_known else "connection.add",
            (name or "").strip(),
            address=request.remote_addr or "",
        )
        return _list(services), None, "", forms.said("Replaced." if is_known else "Stored.")

    @app.callback(
        Output(forms.window_id("connection"), "opened"),
        Output("connection-goes", "children"),
        Output("connection-remove", "data"),
        Input({"type": "connection-remove", "name": ALL}, "n_clicks"),
        prevent_initial_call=True,
    )
    def _ask(clicks: list[int]) -> Any:
        require("editor")
        if not any(clicks) or not ctx.triggered_id:
            raise PreventUpdate
        name, edition = str(ctx.triggered_id["name"]), newest_edition(services.database)
        is_used = edition is not None and f"${{{name}}}" in edition.text
        return True, f"{name} is used by a source: its next load will fail." if is_used else f"No source uses {name}.", name

    @app.callback(
        Output("connection-list", "children", allow_duplicate=True),
        Output(forms.window_id("connection"), "opened", allow_duplicate=True),
        Output(forms.SAID, "data", allow_duplicate=True),
        Input(forms.confirm_id("connection"), "n_clicks"),
        State("connection-remove", "data"),
        prevent_initial_call=True,
    )
    def _remove(clicks: int, name: str | None) -> Any:
        user = require("editor")
        if not clicks or not name:
            raise PreventUpdate
        try:
            remove_connection(services.database, name)
        except SecretError:
            return _list(services), False, forms.said("It is gone already.")
        record(services.database, user.name, "connection.remove", name, address=request.remote_addr or "")
        return _list(services), False, forms.said(f"Removed {name}.")


PAGE = SettingsPage(
    "/settings/connections",
    "Connections",
    "link",
    36,
    "editor",
    "Passwords of databases, kept encrypted.",
    _content,
    register,
    is_listed=False,
)
