"""Read-only links of pages for people without an account: made, listed, taken back."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.exceptions import PreventUpdate
from flask import current_app

from ca_assets.settings.database import Database, User
from ca_assets.settings.people.shares import LONGEST_DAYS, ShareError, ShareLink, share, shares_of, take_back_share
from ca_assets.settings.random_tokens import aware, now
from ca_dash.auth.guard import needs, require
from ca_dash.auth.login import noted
from ca_dash.format import day
from ca_dash.locales import current
from ca_dash.settings.forms import form, number_field, problem, row, save_button, switch_field, text_field
from ca_dash.settings.page import Services, SettingsPage

LIST, LINK, PROBLEM = "shares-list", "shares-link", "shares-problem"
DAYS = 14


def _content(services: Services) -> list[Any]:
    hint = "Open a page, set its filters, copy its link (chain symbol above) and paste it here."
    fields = [
        html.H2("Share a page"),
        text_field("shares-page", "Link of the page", hint=hint, required=True),
        row(
            number_field("shares-days", "Works for days", DAYS, min=1, max=LONGEST_DAYS),
            switch_field("shares-csv", "Visitors may download the figures"),
        ),
        problem(None, id=PROBLEM),
        save_button("shares-make", "Make a read-only link"),
        html.Div(id=LINK, **{"aria-live": "polite"}),
    ]
    return [form(fields, "Share a page"), html.Div(_list(services.database, require("editor")), id=LIST)]


def _list(database: Database, user: User) -> list[Any]:
    links = shares_of(database, user)
    if not links:
        return [html.P("Nothing is shared.", className="ca-muted")]
    return [html.H2("Shared pages"), html.Ul([_entry(link) for link in links])]


def _entry(link: ShareLink) -> html.Li:
    until = day(aware(link.expires_at).date(), current())
    is_open = link.revoked_at is None and aware(link.expires_at) > now()
    state = f"until {until}" if is_open else "taken back" if link.revoked_at else f"expired on {until}"
    text = f"{link.path}{link.query} · by {link.made_by} · {'with downloads · ' if link.allows_csv else ''}{state} "
    button = dmc.Button("Take back", id={"type": "share", "id": link.id}, n_clicks=0, size="xs", variant="default")
    return html.Li([text, button] if is_open else text)


def register(app: Dash, services: Services) -> None:
    """Connect the page to an application."""
    database = services.database

    @app.callback(
        Output(LINK, "children"),
        Output(LIST, "children"),
        Output(PROBLEM, "children"),
        Input("shares-make", "n_clicks"),
        State("shares-page", "value"),
        State("shares-days", "value"),
        State("shares-csv", "checked"),
        prevent_initial_call=True,
    )
    @needs("editor")
    def _make(clicks: int, page: Any, days: Any, allows_csv: Any) -> tuple[Any, Any, Any]:
        user = require("editor")
        if not clicks:
            raise PreventUpdate
        try:
            path, query = _page_of(page)
            lasts = days if isinstance(days, int) and not isinstance(days, bool) else 0
            token = share(database, user, path=path, query=query, days=lasts, allows_csv=allows_csv is True)
        except ShareError as error:
            return no_update, no_update, str(error)
        noted("share.make", path, f"{query} for {lasts} days")
        address = services.address(f"/share/{token}")
        field = dmc.TextInput(value=address, readOnly=True, label="Send this link", description="It is shown only now.")
        copy = dcc.Clipboard(content=address, title="Copy the link", className="ca-copy")
        return html.Div([field, copy], className="ca-form-row"), _list(database, user), None

    @app.callback(
        Output(LIST, "children", allow_duplicate=True), Input({"type": "share", "id": ALL}, "n_clicks"), prevent_initial_call=True
    )
    @needs("editor")
    def _take_back(_clicks: list[int]) -> Any:
        user = require("editor")
        if not ctx.triggered_id or not ctx.triggered[0]["value"] or not str(ctx.triggered_id["id"]).isdecimal():
            raise PreventUpdate
        if take_back_share(database, user, int(ctx.triggered_id["id"])):
            noted("share.take_back", str(ctx.triggered_id["id"]))
        return _list(database, user)


def _page_of(text: Any) -> tuple[str, str]:
    """Path and query of a page's link. ShareError where there is no such page."""
    try:
        parts = urlsplit(text.strip() if isinstance(text, str) else "")
    except ValueError:
        parts = urlsplit("")
    path = "/" + parts.path.strip("/")
    if not parts.path or path not in current_app.extensions["ca_shareable"]:
        raise ShareError("This is no link of a page with charts. Copy one with the chain symbol above.")
    return path, f"?{parts.query}" if parts.query else ""


ABOUT = "Read-only links of pages, for people without an account."
PAGE = SettingsPage("/settings/shares", "Shared links", "link", 65, "editor", ABOUT, _content, register)
