"""The window of saved views: a list of links, each a page with its filters, and the form that saves the page that is shown."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import ALL, ClientsideFunction, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.exceptions import PreventUpdate

from ca_assets.settings.database import Database, SavedView, User
from ca_assets.settings.saved_views import MAX_NAME, ViewError, may_remove, may_share, remove_view, save_view, views_of
from ca_dash.app.site import Site
from ca_dash.app.views import Views
from ca_dash.auth.login import current_user
from ca_dash.components.icons import icon
from ca_dash.filters import url

LIST, NAME, SHARED = "views-list", "views-name", "views-shared"


def window() -> dmc.Modal:
    """The window, which `register` fills when it is opened."""
    form = html.Div(
        [
            dmc.TextInput(
                id=NAME,
                label="Save this page with its filters as",
                attributes={"input": {"maxLength": MAX_NAME}},
                n_submit=0,
                value="",
            ),
            dmc.Checkbox(id=SHARED, label="Share with everybody who may log in", checked=False),
            dmc.Button("Save", id="views-save", variant="default", n_clicks=0, leftSection=icon("bookmark", 16)),
        ],
        className="ca-form",
        role="form",
        **{"aria-label": "Save a view"},
    )
    return dmc.Modal(
        [html.Div(id=LIST), form, dcc.Store(id="views-said")],
        id="views-window",
        title="Saved views",
        size="min(520px, 94vw)",
        opened=False,
        centered=True,
        keepMounted=True,
        closeButtonProps={"aria-label": "Close"},
    )


def register(app: Dash, views: Views, database: Database) -> None:
    """Connect the window to an application."""

    @app.callback(
        Output("views-window", "opened"),
        Output(LIST, "children"),
        Output(SHARED, "disabled"),
        Input("views-open", "n_clicks"),
        prevent_initial_call=True,
    )
    def _open(_clicks: int) -> tuple[bool, Any, bool]:
        user = _user()
        return True, _list(database, views.site, user), not may_share(user)

    @app.callback(
        Output(LIST, "children", allow_duplicate=True),
        Output(NAME, "error"),
        Output(NAME, "value"),
        Output("views-said", "data"),
        Input("views-save", "n_clicks"),
        Input(NAME, "n_submit"),
        State(NAME, "value"),
        State(SHARED, "checked"),
        State("url", "pathname"),
        State("url", "search"),
        prevent_initial_call=True,
    )
    def _save(_clicks: int, _submits: int, name: str | None, is_shared: bool | None, path: str | None, search: str | None) -> Any:
        user, shop, page = _user(), views.shop(), views.site.page_at(path)
        try:
            if shop is None or page is None:
                raise ViewError("There is nothing to save on this page.")
            query = url.changed(search, shop, views.site.choices, "", None)
            view = save_view(database, user, name=name or "", path=page.path, query=query, is_shared=bool(is_shared))
        except ViewError as error:
            return no_update, str(error), no_update, no_update
        return _list(database, views.site, user), None, "", f"Saved as “{view.name}”."

    @app.callback(
        Output(LIST, "children", allow_duplicate=True),
        Output("views-said", "data", allow_duplicate=True),
        Input({"type": "view-remove", "id": ALL}, "n_clicks"),
        prevent_initial_call=True,
    )
    def _remove(_clicks: list[int]) -> tuple[Any, str]:
        if not ctx.triggered_id or not ctx.triggered[0]["value"] or not str(ctx.triggered_id["id"]).isdecimal():
            raise PreventUpdate
        user = _user()
        try:
            said = f"Removed “{remove_view(database, user, int(ctx.triggered_id['id']))}”."
        except ViewError as error:
            said = str(error)
        return _list(database, views.site, user), said

    app.clientside_callback(
        ClientsideFunction("ca", "toast"), Output("views-said", "clear_data"), Input("views-said", "data"), prevent_initial_call=True
    )


def _user() -> User:
    """Whoever is logged in; callbacks of this module stand behind the login."""
    user = current_user()
    if user is None:
        raise PreventUpdate
    return user


def _list(database: Database, site: Site, user: User) -> Any:
    saved = views_of(database, user)
    if not saved:
        return html.P("Nothing is saved yet. Set the filters of a page as you need them often, then save them here.", className="ca-muted")
    return html.Ul([_entry(view, site, user) for view in saved], className="ca-views")


def _entry(view: SavedView, site: Site, user: User) -> html.Li:
    page = site.page_at(view.path)
    title = page.title if page else "a page that is no more"
    whose = "shared with everybody" if view.is_shared else "yours only"
    about = f"{title} · shared by {view.owner}" if view.owner != user.name else f"{title} · {whose}"
    name = [view.name, html.Small(about)]
    link = dcc.Link(name, href=view.path + view.query) if page else html.Span(name)
    if not may_remove(view, user):
        return html.Li(link)
    remove = dmc.ActionIcon(
        icon("trash", 16),
        id={"type": "view-remove", "id": view.id},
        variant="subtle",
        color="gray",
        n_clicks=0,
        **{"aria-label": f"Remove {view.name}"},
    )
    return html.Li([link, remove])
