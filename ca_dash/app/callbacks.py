"""All callbacks: router, filter bar, panels, tiles, table window. Each reads the URL, asks one function of `app.views`, and returns.

Pages have none of their own: a panel is found by its id, so a new page is a new file and nothing else.
"""

from __future__ import annotations

from typing import Any

from dash import ALL, MATCH, ClientsideFunction, Dash, Input, Output, State, ctx, html, no_update
from dash.exceptions import PreventUpdate

from ca_dash.app import lists, search
from ca_dash.app.views import Views
from ca_dash.components.icons import icon
from ca_dash.filters import url
from ca_dash.lists.url import kind_at
from ca_dash.page import content
from ca_dash.settings.frame import framed
from ca_dash.settings.page import Services
from ca_dash.theme import Scheme

SEARCH = Input("query", "data")  # of the page in place: the URL is already that of the next one while that is fetched
COLORS = Input("colors", "data")


def register(app: Dash, views: Views, services: Services) -> None:
    """Connect everything to an application."""
    _router(app, views, services)
    _filters(app, views)
    _panels(app, views, "panel", "figure", "figure")
    _panels(app, views, "rows", "table", "children")
    _tiles(app, views)
    _table_window(app, views)
    _browser(app)


def _router(app: Dash, views: Views, services: Services) -> None:
    @app.callback(Output("page", "children"), Output("title", "data"), Output("shown", "data"), Input("url", "pathname"))
    def _show(pathname: str | None) -> tuple[Any, str, str | None]:
        page = views.site.page_at(pathname)
        if page:
            return content(page), page.title, pathname
        kind = kind_at(pathname)
        if kind:
            return lists.content(kind), f"List of {kind}", pathname
        searched = search.kind_of(pathname)
        if searched is not None:
            return search.content(searched), "Search", pathname
        settings_page = services.page_at(pathname)
        if settings_page:
            return framed(settings_page, services), settings_page.title, pathname
        parts = [icon("empty", 34), html.H1("There is no such page"), html.P("Choose one from the navigation.", className="ca-muted")]
        return html.Div(parts, className="ca-not-found"), "Not found", pathname


def _filters(app: Dash, views: Views) -> None:
    bar = {"type": "filter-bar", "page": MATCH}

    @app.callback(Output(bar, "children"), SEARCH, State(bar, "id"))
    def _bar(search: str | None, id: dict[str, Any]) -> Any:
        return views.bar(views.site.by_title[id["page"]], search)

    @app.callback(
        Output("url", "search"), Input({"type": "filter", "name": ALL}, "value"), State("url", "search"), prevent_initial_call=True
    )
    def _changed(_values: list[Any], search: str | None) -> str:
        shop, choices = views.shop(), views.site.choices
        if shop is None or not ctx.triggered_id or len(ctx.triggered) != 1:  # several at once: the bar was drawn, nobody chose anything
            raise PreventUpdate
        new = url.changed(search, shop, choices, ctx.triggered_id["name"], ctx.triggered[0]["value"])
        if new == url.changed(search, shop, choices, "", None):
            raise PreventUpdate
        return new


def _panels(app: Dash, views: Views, kind: str, part: str, prop: str) -> None:
    """A panel is either a chart (`panel`) or a table (`rows`): the same callback with another first output."""
    place = {"type": f"{kind}-{part}", "id": MATCH}

    @app.callback(
        Output(place, prop),
        Output({"type": f"{kind}-state", "id": MATCH}, "children"),
        Output({"type": f"{kind}-badge", "id": MATCH}, "children"),
        Output({"type": f"{kind}-body", "id": MATCH}, "className"),
        SEARCH,
        COLORS,
        State(place, "id"),
    )
    def _show(search: str | None, scheme: Scheme | None, id: dict[str, str]) -> tuple[Any, Any, Any, str]:
        panel = views.site.panels.get(id["id"])
        if scheme is None or panel is None:
            raise PreventUpdate
        view = views.panel(panel, search, scheme)
        return view.content, view.state, view.badge, "ca-panel-body has-state" if view.state else "ca-panel-body"


def _tiles(app: Dash, views: Views) -> None:
    place = {"type": "tiles", "page": MATCH}

    @app.callback(Output(place, "children"), SEARCH, COLORS, State(place, "id"))
    def _show(search: str | None, scheme: Scheme | None, id: dict[str, str]) -> Any:
        if scheme is None:
            raise PreventUpdate
        return views.tiles(views.site.by_title[id["page"]], search, scheme)


def _table_window(app: Dash, views: Views) -> None:
    @app.callback(
        Output("table-window", "opened"),
        Output("table-window", "title"),
        Output("table-body", "children"),
        Input({"type": "panel-table", "id": ALL}, "n_clicks"),
        Input({"type": "panel-marks", "id": ALL}, "n_clicks"),
        State("url", "pathname"),
        State("url", "search"),
        prevent_initial_call=True,
    )
    def _open(_tables: list[int], _marks: list[int], pathname: str | None, search: str | None) -> tuple[Any, Any, Any]:
        if not ctx.triggered or not ctx.triggered[0]["value"]:
            return no_update, no_update, no_update
        panel = views.site.panels[ctx.triggered_id["id"]]
        if ctx.triggered_id["type"] == "panel-table":
            return True, *views.table(panel, search)
        return True, *views.marks(panel, search, f"{pathname or '/'}{search or ''}")


def _browser(app: Dash) -> None:
    """What needs no server; the functions are in assets/app.js."""

    def in_browser(name: str, *arguments: Any, **options: Any) -> None:
        app.clientside_callback(ClientsideFunction("ca", name), *arguments, **options)

    links = {"type": "nav", "path": ALL}
    path, search = Input("url", "pathname"), Input("url", "search")
    in_browser("colors", Output("colors", "data"), path)
    in_browser("title", Output("title", "storage_type"), Input("title", "data"), prevent_initial_call=True)
    in_browser("links", Output(links, "href"), Output(links, "className"), path, search, State(links, "id"))
    in_browser("query", Output("query", "data"), Input("shown", "data"), path, search)
    for window in ("table-window", "how-window", "views-window", "comments-window"):
        in_browser("close", Output(window, "opened", allow_duplicate=True), path, search, prevent_initial_call=True)
    in_browser("copyLink", Output("copy-link", "title"), Input("copy-link", "n_clicks"), prevent_initial_call=True)
    in_browser("shell", Output("shell", "navbar"), Input("drawer", "n_clicks"), Input("fold", "n_clicks"), path)
    charts = {"type": "panel-figure", "id": ALL}
    in_browser("mark", Output(charts, "clear_on_unhover"), Input(charts, "clickData"), prevent_initial_call=True)
    for kind in ("csv", "png"):
        entries = {"type": f"panel-{kind}", "id": ALL}
        in_browser(kind, Output(entries, "disabled"), Input(entries, "n_clicks"), prevent_initial_call=True)
