"""One's own account: password, browsers that are logged in, second factor."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
import segno
from dash import ALL, Dash, Input, Output, State, ctx, html, no_update
from dash.exceptions import PreventUpdate

from ca_assets.settings.database import Database, User
from ca_assets.settings.people.second_factor import begin, confirm, has_second_factor, remove_second_factor
from ca_assets.settings.random_tokens import aware, hashed
from ca_assets.settings.sessions import end_sessions, session_user, sessions_of
from ca_assets.settings.users import UserError, set_password, verify
from ca_dash.auth.guard import needs, require
from ca_dash.auth.login import auth_of, noted, password_problem, session_token
from ca_dash.settings.forms import SAID, form, plain_button, problem, said, save_button, secret_field, text_field
from ca_dash.settings.page import Services, SettingsPage

SESSIONS, FACTOR = "account-sessions", "account-factor"
WRONG = "This is not your password."


def _content(services: Services) -> list[Any]:
    user = require("viewer")
    password = [
        html.H2("Password"),
        secret_field("account-old", "Your password now", autoComplete="current-password"),
        secret_field("account-new", "New password"),
        secret_field("account-repeat", "Repeat it"),
        problem(None, id="account-problem"),
        save_button("account-save", "Change the password"),
    ]
    return [
        form(password, "Password"),
        html.Div(_sessions(services.database, user), id=SESSIONS),
        html.Div(_factor(services.database, user), id=FACTOR),
    ]


def _sessions(database: Database, user: User) -> list[Any]:
    found = session_user(database, session_token())
    own = found[1].id if found else None
    entries = []
    for session in sessions_of(database, user):
        seen = f"{aware(session.seen_at):%Y-%m-%d %H:%M} UTC"
        text = f"{session.device or 'Unknown browser'} · {session.address} · last seen {seen}"
        end = dmc.Button("Log out", id={"type": "session", "id": session.id}, n_clicks=0, size="xs", variant="default")
        entries.append(html.Li([text, html.Strong(" (this browser)")] if session.id == own else [text, " ", end]))
    everywhere = plain_button("account-everywhere", "Log out all other browsers", "logout")
    return [html.H2("Where you are logged in"), html.Ul(entries), everywhere]


def _factor(database: Database, user: User) -> list[Any]:
    title = html.H2("Second factor")
    if has_second_factor(database, user):
        password = secret_field("factor-password", "Your password", autoComplete="current-password")
        return [
            title,
            html.P("On: after the password a code of your authenticator app is asked for."),
            form(
                [password, problem(None, id="factor-problem"), save_button("factor-off", "Switch it off")], "Switch the second factor off"
            ),
        ]
    text = "Off. With it a stolen password alone lets nobody in: an app on your phone shows a code that is asked for at each login."
    return [title, html.P(text), plain_button("factor-begin", "Set it up")]


def _setup(uri: str) -> list[Any]:
    """The picture for the app, and the same to type. It is an image, so that nothing in it is markup of the page."""
    secret = uri.partition("secret=")[2].partition("&")[0]
    picture = segno.make(uri, error="m").svg_data_uri(scale=4, border=2, light="#fff")
    image = html.Img(src=picture, alt="QR code for your authenticator app", width=220)
    parts = [
        html.H2("Second factor"),
        html.P("Scan this with your authenticator app, or type the key, then type the code that it shows."),
        image,
        html.P(["Key: ", html.Code(secret)]),
        form(
            [
                text_field("factor-code", "Code", autoComplete="one-time-code"),
                problem(None, id="factor-problem"),
                save_button("factor-confirm", "Switch it on"),
            ],
            "Code",
        ),
    ]
    return parts


def register(app: Dash, services: Services) -> None:
    """Connect the page to an application."""
    database = services.database

    @app.callback(
        Output("account-problem", "children"),
        Output(SESSIONS, "children"),
        Output(SAID, "data", allow_duplicate=True),
        Input("account-save", "n_clicks"),
        State("account-old", "value"),
        State("account-new", "value"),
        State("account-repeat", "value"),
        prevent_initial_call=True,
    )
    @needs("viewer")
    def _change(clicks: int, old: str | None, new: str | None, repeat: str | None) -> tuple[Any, Any, Any]:
        user = require("viewer")
        if not clicks:
            raise PreventUpdate
        wrong = password_problem(new or "", repeat or "") or _not_the_password(database, user, old)
        if wrong:
            return wrong, no_update, no_update
        try:
            set_password(database, user.name, new or "", but=hashed(session_token()))
        except UserError as error:
            return str(error), no_update, no_update
        noted("password.change", user.name)
        return None, _sessions(database, user), said("The password is changed; other browsers are logged out.")

    @app.callback(
        Output(SESSIONS, "children", allow_duplicate=True),
        Input({"type": "session", "id": ALL}, "n_clicks"),
        Input("account-everywhere", "n_clicks"),
        prevent_initial_call=True,
    )
    @needs("viewer")
    def _end(_clicks: list[int], _everywhere: int) -> Any:
        user = require("viewer")
        if not ctx.triggered_id or not ctx.triggered[0]["value"]:
            raise PreventUpdate
        if ctx.triggered_id == "account-everywhere":
            end_sessions(database, user, but=session_token())
        elif str(ctx.triggered_id["id"]).isdecimal():
            end_sessions(database, user, number=int(ctx.triggered_id["id"]))
        noted("session.end", user.name)
        return _sessions(database, user)

    _register_factor(app, services)


def _register_factor(app: Dash, services: Services) -> None:
    database = services.database

    @app.callback(Output(FACTOR, "children"), Input("factor-begin", "n_clicks"), prevent_initial_call=True)
    @needs("viewer")
    def _begin(clicks: int) -> Any:
        user = require("viewer")
        if not clicks or has_second_factor(database, user):
            raise PreventUpdate
        return _setup(begin(database, user, services.settings))

    @app.callback(
        Output(FACTOR, "children", allow_duplicate=True),
        Output("factor-problem", "children"),
        Input("factor-confirm", "n_clicks"),
        State("factor-code", "value"),
        prevent_initial_call=True,
    )
    @needs("viewer")
    def _confirm(clicks: int, code: str | None) -> tuple[Any, Any]:
        user = require("viewer")
        if not clicks:
            raise PreventUpdate
        codes = confirm(database, user, "".join((code or "").split())[:40], services.settings)
        if not codes:
            return no_update, "This code is wrong. Look at the app again, and at the clock of your phone."
        noted("second_factor.on", user.name)
        text = "It is on. Keep these recovery codes: each lets you in once without the app. They are shown only now."
        listed = html.Pre("\n".join(codes), tabIndex=0, role="group", **{"aria-label": "Recovery codes"})
        return [html.H2("Second factor"), html.P(text), listed], None

    @app.callback(
        Output(FACTOR, "children", allow_duplicate=True),
        Output("factor-problem", "children", allow_duplicate=True),
        Input("factor-off", "n_clicks"),
        State("factor-password", "value"),
        prevent_initial_call=True,
    )
    @needs("viewer")
    def _off(clicks: int, password: str | None) -> tuple[Any, Any]:
        user = require("viewer")
        if not clicks:
            raise PreventUpdate
        wrong = _not_the_password(database, user, password)
        if wrong:
            return no_update, wrong
        remove_second_factor(database, user)
        noted("second_factor.off", user.name)
        return _factor(database, user), None


def _not_the_password(database: Database, user: User, password: str | None) -> str | None:
    """Why a password is not the user's, which nobody may try often: an open browser must not become a place to guess it."""
    attempts, where = auth_of().attempts, "own password"
    if attempts.seconds_to_wait(where, user.name):
        return "Too many attempts. Try again in 15 minutes."
    attempts.failed(where, user.name)
    if verify(database, user.name, password or "") is None:
        return WRONG
    attempts.succeeded(where, user.name)
    return None


PAGE = SettingsPage(
    "/settings/account", "Account", "user", 90, "viewer", "Your password, your logins, your second factor.", _content, register
)
