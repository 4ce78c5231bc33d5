"""All callbacks: router, filter bar, panels, tiles, table window. Each reads the URL, asks one function, and returns.

Pages have none of their own: a panel is found by its id, so a new page is a new file and nothing else.
"""

from __future__ import annotations

from typing import Any

import dash
from dash import ALL, MATCH, ClientsideFunction, Dash, Input, Output, State, ctx, html, no_update
from dash.exceptions import PreventUpdate

from ca_assets.storage.index import IndexUnavailable
from ca_dash import filter_bar
from ca_dash.format import number
from ca_dash.icons import icon
from ca_dash.locales import current
from ca_dash.page import PAGES
from ca_dash.panels import PANELS
from ca_dash.reports import Reader
from ca_dash.shell import shop_or_none
from ca_dash.states import Missing, state_message
from ca_dash.tables import table
from ca_dash.theme import Scheme
from ca_dash.tiles import tiles
from ca_dash.view import panel_rows, panel_view, scope_currency


def register(app: Dash, reader: Reader) -> None:
    """Connect everything to an application."""
    _router(app)
    _filters(app, reader)
    _panels(app, reader)
    _tiles(app, reader)
    _table(app, reader)
    _browser(app)


def _router(app: Dash) -> None:
    @app.callback(Output("page", "children"), Output("title", "data"), Input("url", "pathname"))
    def _show(pathname: str | None) -> tuple[Any, str]:
        path = "/" + (pathname or "/").strip("/")
        page = next((page for page in dash.page_registry.values() if page["path"] == path), None)
        return (page["layout"](), page["name"]) if page else (_not_found(), "Not found")


def _filters(app: Dash, reader: Reader) -> None:
    bar = {"type": "filter-bar", "page": MATCH}

    @app.callback(Output(bar, "children"), Input("url", "search"), State(bar, "id"))
    def _bar(search: str | None, id: dict[str, Any]) -> Any:
        shop = shop_or_none(reader)
        return filter_bar.bar(shop, search, PAGES[id["page"]]) if shop and shop.report_dates else []

    @app.callback(
        Output("url", "search"), Input({"type": "filter", "name": ALL}, "value"), State("url", "search"), prevent_initial_call=True
    )
    def _changed(_values: list[Any], search: str | None) -> str:
        shop = shop_or_none(reader)
        if shop is None or not ctx.triggered_id or len(ctx.triggered) != 1:  # several at once: the bar was drawn, nobody chose anything
            raise PreventUpdate
        new = filter_bar.changed(shop, search, ctx.triggered_id["name"], ctx.triggered[0]["value"])
        if new == filter_bar.changed(shop, search, "", None):
            raise PreventUpdate
        return new


def _panels(app: Dash, reader: Reader) -> None:
    """A panel is either a chart or a table: the same callback with another first output."""
    for kind, part, prop in (("panel", "figure", "figure"), ("rows", "table", "children")):
        _panel(app, reader, kind, part, prop)


def _panel(app: Dash, reader: Reader, kind: str, part: str, prop: str) -> None:
    place = {"type": f"{kind}-{part}", "id": MATCH}

    @app.callback(
        Output(place, prop),
        Output({"type": f"{kind}-state", "id": MATCH}, "children"),
        Output({"type": f"{kind}-badge", "id": MATCH}, "children"),
        Output({"type": f"{kind}-body", "id": MATCH}, "className"),
        Input("url", "search"),
        Input("colors", "data"),
        State(place, "id"),
    )
    def _show(search: str | None, scheme: Scheme | None, id: dict[str, str]) -> tuple[Any, Any, Any, str]:
        if scheme is None or id["id"] not in PANELS:
            raise PreventUpdate
        view = panel_view(reader, PANELS[id["id"]], search, scheme)
        shown = view.figure if prop == "figure" else view.table
        return shown, view.state, view.badge, "ca-panel-body has-state" if view.state else "ca-panel-body"


def _tiles(app: Dash, reader: Reader) -> None:
    place = {"type": "tiles", "page": MATCH}

    @app.callback(Output(place, "children"), Input("url", "search"), Input("colors", "data"), State(place, "id"))
    def _show(search: str | None, scheme: Scheme | None, id: dict[str, str]) -> Any:
        make = PAGES[id["page"]].tiles
        if scheme is None or make is None:
            raise PreventUpdate
        return tiles(reader, search, scheme, make)


def _table(app: Dash, reader: Reader) -> None:
    @app.callback(
        Output("table-window", "opened"),
        Output("table-window", "title"),
        Output("table-body", "children"),
        Input({"type": "panel-table", "id": ALL}, "n_clicks"),
        State("url", "search"),
        prevent_initial_call=True,
    )
    def _open(_clicks: list[int], search: str | None) -> tuple[Any, Any, Any]:
        if not ctx.triggered or not ctx.triggered[0]["value"]:
            return no_update, no_update, no_update
        panel = PANELS[ctx.triggered_id["id"]]
        try:
            rows = panel_rows(reader, panel, search)
        except Missing as missing:
            return True, panel.title, state_message(missing.title, missing.remedy)
        except IndexUnavailable as error:
            return True, panel.title, state_message("The store of reports does not answer", str(error), "alert")
        title = f"{panel.title} – {number(len(rows.data), 0, current())} rows"
        currency = scope_currency(rows.filters, rows.shop)
        return True, title, table(data=rows.data, spec=panel.spec(rows.filters.values), currency=currency)


def _browser(app: Dash) -> None:
    """What needs no server; the functions are in assets/app.js."""
    called = {"namespace": "ca"}
    app.clientside_callback(ClientsideFunction(**called, function_name="colors"), Output("colors", "data"), Input("url", "pathname"))
    app.clientside_callback(
        ClientsideFunction(**called, function_name="title"),
        Output("title", "storage_type"),
        Input("title", "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction(**called, function_name="links"),
        Output({"type": "nav", "path": ALL}, "href"),
        Output({"type": "nav", "path": ALL}, "className"),
        Input("url", "pathname"),
        Input("url", "search"),
        State({"type": "nav", "path": ALL}, "id"),
    )
    app.clientside_callback(
        ClientsideFunction(**called, function_name="shell"),
        Output("shell", "navbar"),
        Input("drawer", "n_clicks"),
        Input("fold", "n_clicks"),
        Input("url", "pathname"),
    )
    for kind in ("csv", "png"):
        clicked = {"type": f"panel-{kind}", "id": ALL}
        app.clientside_callback(
            ClientsideFunction(**called, function_name=kind),
            Output(clicked, "disabled"),
            Input(clicked, "n_clicks"),
            prevent_initial_call=True,
        )


def _not_found() -> html.Div:
    return html.Div(
        [icon("empty", 34), html.H1("There is no such page"), html.P("Choose one from the navigation.", className="ca-muted")],
        className="ca-not-found",
    )
