"""Tokens of the API: one's own, for admins everybody's; made here, shown once, revoked here."""

from __future__ import annotations

import datetime as dt
from typing import Any

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, State, ctx, html, no_update
from dash.exceptions import PreventUpdate

from ca_assets.settings.database import User
from ca_assets.settings.tokens import DEFAULT_DAYS, MAX_DAYS, MAX_NAME, SCOPES, ApiToken, TokenError, add_token, revoke_token, tokens_of
from ca_dash.auth.guard import require
from ca_dash.components.icons import icon
from ca_dash.settings import forms
from ca_dash.settings.page import Services, SettingsPage

LIST, NEW, NAME, DAYS, CHOSEN, PROBLEM = "tokens-list", "tokens-new", "tokens-name", "tokens-days", "tokens-scopes", "tokens-problem"
WORDS = {
    "read:reports": "Reports: every figure of the pages",
    "read:tables": "Tables: every session and customer",
    "read:search": "Search: products, customers, promotions",
}


def _content(services: Services) -> html.Div:
    user = require("viewer")
    fields = [
        forms.text_field(NAME, "Name", hint="Which program will use it.", required=True, attributes={"input": {"maxLength": MAX_NAME}}),
        dmc.CheckboxGroup(
            html.Div([dmc.Checkbox(value=scope, label=WORDS[scope]) for scope in SCOPES], className="ca-form-fields"),
            id=CHOSEN,
            label="What it may read",
            value=[SCOPES[0]],
        ),
        forms.number_field(DAYS, "Days until it expires", DEFAULT_DAYS, min=1, max=MAX_DAYS, required=True),
        html.Div(id=PROBLEM),
        forms.save_button("tokens-add", "Make a token"),
    ]
    about = html.P(["Programs read the same figures at ", html.Code("/api/v1"), "; ", html.Code("/api/v1/openapi.json"), " describes it."])
    new = html.Div(id=NEW, role="status")
    return html.Div([about, html.Div(_listed(services, user), id=LIST), new, forms.form(fields, "Make a token")])


def _register(app: Dash, services: Services) -> None:
    @app.callback(
        Output(LIST, "children"),
        Output(NEW, "children"),
        Output(PROBLEM, "children"),
        Output(NAME, "value"),
        Input("tokens-add", "n_clicks"),
        State(NAME, "value"),
        State(CHOSEN, "value"),
        State(DAYS, "value"),
        prevent_initial_call=True,
    )
    def _add(_clicks: int, name: Any, scopes: Any, days: Any) -> Any:
        user = require("viewer")
        try:
            chosen = [scope for scope in scopes if isinstance(scope, str)] if isinstance(scopes, list) else []
            if not isinstance(name, str) or isinstance(days, bool) or not isinstance(days, int):
                raise TokenError("give it a name and a whole number of days")
            _, text = add_token(services.database, user.name, name, chosen, days)
        except TokenError as error:
            return no_update, no_update, forms.problem(str(error)), no_update
        return _listed(services, user), _shown_once(text), None, ""

    @app.callback(
        Output(LIST, "children", allow_duplicate=True),
        Output(forms.SAID, "data", allow_duplicate=True),
        Input({"type": "token-revoke", "id": ALL}, "n_clicks"),
        prevent_initial_call=True,
    )
    def _revoke(_clicks: list[int]) -> Any:
        user = require("viewer")
        if not ctx.triggered_id or not ctx.triggered[0]["value"]:
            raise PreventUpdate
        owner = None if user.role == "admin" else user.name
        try:
            text = f"“{revoke_token(services.database, int(ctx.triggered_id['id']), owner).name}” is revoked."
        except (TokenError, ValueError, TypeError):
            text = "There is no such token."
        return _listed(services, user), forms.said(text)


def _shown_once(text: str) -> html.Div:
    """The new token, which only this answer holds."""
    code = html.Code(text, className="ca-token", tabIndex=0)
    return html.Div([html.Strong("Copy the token now: it is not shown again. "), code], className="ca-card")


def _listed(services: Services, user: User) -> Any:
    tokens = tokens_of(services.database, None if user.role == "admin" else user.name)
    if not tokens:
        return html.P("There are no tokens yet. A program needs one to read from here.", className="ca-muted")
    now = dt.datetime.now(dt.UTC)
    return html.Ul([_entry(token, token.state(now)) for token in tokens], className="ca-views")


def _entry(token: ApiToken, state: str) -> html.Li:
    expiry = f"expires {token.expires_at:%Y-%m-%d}" if token.expires_at else "never expires"
    used = f"last used {token.last_used_at:%Y-%m-%d}" if token.last_used_at else "never used"
    facts = " · ".join((f"of {token.owner}", token.scopes, expiry if state == "valid" else state, used))
    name = html.Span([token.name, html.Small(facts)])
    if state != "valid":
        return html.Li(name, className="ca-muted")
    revoke = dmc.ActionIcon(
        icon("trash", 16),
        id={"type": "token-revoke", "id": token.id},
        variant="subtle",
        color="gray",
        n_clicks=0,
        **{"aria-label": f"Revoke {token.name}"},
    )
    return html.Li([name, revoke])


PAGE = SettingsPage(
    "/settings/tokens",
    "API tokens",
    "code",
    80,
    "viewer",
    "What programs show to the API instead of a password.",
    _content,
    _register,
)
