"""Who may work with the shop: invitations, roles, limits to a part of the shop, links that reset a password, deactivation."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.exceptions import PreventUpdate

from ca_assets.contracts.reserved import RESERVED_VALUES
from ca_assets.index.protocol import IndexUnavailable, NotPublished
from ca_assets.settings.access import access_of, checked_limits
from ca_assets.settings.database import Database, User
from ca_assets.settings.people.links import INVITED_FOR, RESET_WITHIN, invite, offer_reset, open_invitations, take_back
from ca_assets.settings.people.second_factor import has_second_factor, remove_second_factor
from ca_assets.settings.random_tokens import aware
from ca_assets.settings.roles import ROLES
from ca_assets.settings.sessions import end_sessions, sessions_of
from ca_assets.settings.users import UserError, change_user, get_user, list_users
from ca_dash.auth.guard import needs, require
from ca_dash.auth.login import noted
from ca_dash.format import day, scope_label
from ca_dash.locales import current
from ca_dash.settings.forms import SAID, choice_field, form, plain_button, problem, row, said, save_button, switch_field, text_field
from ca_dash.settings.page import Services, SettingsPage

ROLE_CHOICES = tuple((role, text) for role, text in zip(ROLES, ("Viewer: reads", "Editor: also loads", "Admin: also people"), strict=True))
LIST, EDIT, LINK, PROBLEM = "people-list", "people-edit", "people-link", "people-problem"
EDITED = "people-edited"
BY_ADDRESS = (
    "Whoever has this verified address at the provider comes in without the link, and nobody else by the link there. Empty: the link alone."
)


def _content(services: Services) -> list[Any]:
    scopes = _scopes(services)
    invitation = [
        html.H2("Invite somebody"),
        row(choice_field("people-role", "Role", ROLE_CHOICES, ROLES[0]), _limits_field("people-limits", scopes, ())),
        *([text_field("people-email", "E-mail address", hint=BY_ADDRESS)] if services.settings.oidc_issuer else ()),
        problem(None, id=PROBLEM),
        save_button("people-invite", "Make an invitation link"),
        html.Div(id=LINK, **{"aria-live": "polite"}),
    ]
    return [
        form(invitation, "Invite somebody"),
        html.Div(_lists(services.database), id=LIST),
        html.Div(id=EDIT, **{"aria-live": "polite"}),
        dcc.Store(id=EDITED),
    ]


def _lists(database: Database) -> list[Any]:
    """The people, and the invitations that nobody has accepted yet."""
    head = html.Tr([html.Th(text, scope="col") for text in ("Name", "Role", "Sees", "Second factor", "Last seen", "")])
    people = html.Table(
        [html.Thead(head), html.Tbody([_person(database, user) for user in list_users(database)])], className="ca-list-table"
    )
    parts = [html.H2("People"), html.Div(people, className="ca-list-rows", tabIndex=0, role="region", **{"aria-label": "People"})]
    waiting = open_invitations(database)
    if waiting:
        parts += [html.H2("Open invitations"), html.Ul([_invitation(link) for link in waiting])]
    return parts


def _person(database: Database, user: User) -> html.Tr:
    sessions = sessions_of(database, user)
    seen = day(aware(sessions[0].seen_at).date(), current()) if sessions else ""
    name = user.name if user.is_active else f"{user.name} (deactivated)"
    change = dmc.Button("Change", id={"type": "person", "id": user.id}, n_clicks=0, size="xs", variant="default")
    cells = [name, user.role, _seen_parts(user), "on" if has_second_factor(database, user) else "off", seen, change]
    return html.Tr([html.Th(cells[0], scope="row"), *(html.Td(cell) for cell in cells[1:])])


def _seen_parts(user: User) -> str:
    try:
        scopes = access_of(user).scopes
    except ValueError:
        return "nothing: the limits cannot be read"
    return ", ".join(map(scope_label, scopes)) or "everything"


def _invitation(link: Any) -> html.Li:
    rights = ", ".join([link.role, *map(scope_label, json.loads(link.limits))])
    who = f", for {link.email}" if link.email else ""
    text = f"{rights}{who}, by {link.made_by}, until {day(aware(link.expires_at).date(), current())} "
    button = dmc.Button("Take back", id={"type": "invitation", "id": link.id}, n_clicks=0, size="xs", variant="default")
    return html.Li([text, button])


def _edit_form(services: Services, user: User) -> html.Div:
    try:
        limits: Sequence[str] = access_of(user).scopes
    except ValueError:
        limits = ()
    parts = [
        html.H2(f"Change {user.name}", tabIndex=-1),
        row(
            choice_field("person-role", "Role", ROLE_CHOICES, user.role),
            _limits_field("person-limits", [*_scopes(services), *limits], limits),
        ),
        switch_field("person-active", "May log in", checked=user.is_active),
        problem(None, id="person-problem"),
        html.Div(
            [
                save_button("person-save"),
                plain_button("person-reset", "Make a link for a new password"),
                plain_button("person-logout", "Log out everywhere"),
                plain_button("person-factor", "Remove the second factor"),
            ],
            className="ca-form-buttons",
        ),
        html.Div(id="person-link", **{"aria-live": "polite"}),
    ]
    return form(parts, f"Change {user.name}")


def _limits_field(id: str, scopes: Sequence[str], chosen: Sequence[str]) -> dmc.MultiSelect:
    data = [{"value": scope, "label": scope_label(scope)} for scope in dict.fromkeys(scopes)]
    hint = "Values of one dimension. A viewer who is limited sees their figures alone, everywhere. Empty: everything."
    return dmc.MultiSelect(
        id=id, data=data, value=list(chosen), label="Limited to", description=hint, searchable=True, limit=200, hidePickedOptions=True
    )


def _scopes(services: Services) -> list[str]:
    """The values that somebody can be limited to, of what is published."""
    try:
        shop = services.reader.shop()
    except (IndexUnavailable, NotPublished):
        return []
    scopes = shop.scopes if shop else ()
    return [scope for scope in scopes if "=" in scope and scope.partition("=")[2] not in RESERVED_VALUES]


def _shown_link(services: Services, path: str, lasts: str) -> html.Div:
    """A link that is shown this once: what is kept of it opens nothing."""
    address = services.address(path)
    field = dmc.TextInput(
        value=address, readOnly=True, label="Send this link", description=f"It works once, for {lasts}; it is shown only now."
    )
    return html.Div([field, dcc.Clipboard(content=address, title="Copy the link", className="ca-copy")], className="ca-form-row")


def register(app: Dash, services: Services) -> None:
    """Connect the page to an application."""
    database = services.database

    @app.callback(
        Output(LINK, "children"),
        Output(LIST, "children"),
        Output(PROBLEM, "children"),
        Input("people-invite", "n_clicks"),
        State("people-role", "value"),
        State("people-limits", "value"),
        State("people-email", "value", allow_optional=True),
        prevent_initial_call=True,
    )
    @needs("admin")
    def _invite(_clicks: int, role: str | None, limits: list[str] | None, email: str | None) -> tuple[Any, Any, Any]:
        try:
            token = invite(database, require("admin").name, role=str(role), limits=_texts(limits), email=str(email or ""))
        except UserError as error:
            return no_update, no_update, str(error)
        noted("user.invite", str(role), ", ".join(_texts(limits)))
        return _shown_link(services, f"/join/{token}", f"{INVITED_FOR.days} days"), _lists(database), None

    @app.callback(
        Output(LIST, "children", allow_duplicate=True),
        Input({"type": "invitation", "id": ALL}, "n_clicks"),
        prevent_initial_call=True,
    )
    @needs("admin")
    def _take_back(_clicks: list[int]) -> Any:
        take_back(database, _clicked())
        noted("user.invite_taken_back", "")
        return _lists(database)

    @app.callback(
        Output(EDIT, "children"),
        Output(EDITED, "data"),
        Input({"type": "person", "id": ALL}, "n_clicks"),
        prevent_initial_call=True,
    )
    @needs("admin")
    def _edit(_clicks: list[int]) -> tuple[Any, str]:
        number = _clicked()
        user = next((user for user in list_users(database) if user.id == number), None)
        if user is None:
            raise PreventUpdate
        return _edit_form(services, user), user.name

    _register_changes(app, services)


def _register_changes(app: Dash, services: Services) -> None:
    database = services.database

    @app.callback(
        Output(LIST, "children", allow_duplicate=True),
        Output(EDIT, "children", allow_duplicate=True),
        Output("person-problem", "children"),
        Output(SAID, "data", allow_duplicate=True),
        Input("person-save", "n_clicks"),
        State(EDITED, "data"),
        State("person-role", "value"),
        State("person-limits", "value"),
        State("person-active", "checked"),
        prevent_initial_call=True,
    )
    @needs("admin")
    def _save(clicks: int, name: str | None, role: str | None, limits: list[str] | None, is_active: bool | None) -> tuple[Any, ...]:
        if not clicks:
            raise PreventUpdate
        try:
            stored = checked_limits(str(role), _texts(limits))
            change_user(database, str(name), role=str(role), limits=stored, is_active=bool(is_active))
        except UserError as error:
            return no_update, no_update, str(error), no_update
        noted("user.change", str(name), f"role {role}, limits {stored}, {'active' if is_active else 'deactivated'}")
        return _lists(database), None, None, said(f"{name} is changed.")

    @app.callback(
        Output("person-link", "children"),
        Output(SAID, "data", allow_duplicate=True),
        Input("person-reset", "n_clicks"),
        Input("person-logout", "n_clicks"),
        Input("person-factor", "n_clicks"),
        State(EDITED, "data"),
        prevent_initial_call=True,
    )
    @needs("admin")
    def _act(_resets: int, _logouts: int, _factors: int, name: str | None) -> tuple[Any, Any]:
        user = get_user(database, str(name))
        if user is None or not ctx.triggered or not ctx.triggered[0]["value"]:
            raise PreventUpdate
        if ctx.triggered_id == "person-reset":
            try:
                token = offer_reset(database, require("admin").name, user.name)
            except UserError as error:
                return problem(str(error)), no_update
            noted("user.reset_link", user.name)
            return _shown_link(services, f"/join/{token}", f"{RESET_WITHIN.days * 24} hours"), no_update
        if ctx.triggered_id == "person-logout":
            end_sessions(database, user)
            noted("user.logout_everywhere", user.name)
            return None, said(f"{user.name} is logged out everywhere.")
        remove_second_factor(database, user)
        noted("user.second_factor_removed", user.name)
        return None, said(f"{user.name} logs in with the password alone.")


def _clicked() -> int:
    """The number of the row whose button was pressed."""
    if not ctx.triggered_id or not ctx.triggered[0]["value"] or not str(ctx.triggered_id["id"]).isdecimal():
        raise PreventUpdate
    return int(ctx.triggered_id["id"])


def _texts(values: Any) -> list[str]:
    return [str(value) for value in values] if isinstance(values, list) else []


PAGE = SettingsPage(
    "/settings/people", "People", "people", 60, "admin", "Who may log in, and what each may see and do.", _content, register
)
