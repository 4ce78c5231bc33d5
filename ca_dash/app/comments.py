"""The window of a chart's comments: its threads, and the form that begins one, about the whole chart or one of its points."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
import plotly.graph_objects as go
from dash import ALL, ClientsideFunction, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.exceptions import PreventUpdate

from ca_assets.settings.comments import CommentError, Place, open_thread
from ca_dash.app.views import Views
from ca_dash.auth.guard import needs, require
from ca_dash.comments.actions import CHANGED, SAID, ThreadList, register_actions
from ca_dash.comments.points import MOST, points_of
from ca_dash.comments.service import CommentService
from ca_dash.comments.threads import comment_field
from ca_dash.filters import url
from ca_dash.locales import current
from ca_dash.panel import Panel

LIST, AT, TEXT, PANEL = "comments-list", "comments-at", "comments-text", "comments-panel"
EMPTY = "Nothing is said about this chart yet."


def window() -> dmc.Modal:
    """The window, which `register` fills when it is opened."""
    form = html.Div(
        [
            dmc.Select(id=AT, label="About", data=[], value="", searchable=True, allowDeselect=False, comboboxProps={"withinPortal": True}),
            comment_field(TEXT, "Comment (@name tells somebody)"),
            dmc.Button("Comment", id="comments-write", variant="filled", n_clicks=0),
        ],
        className="ca-form",
        role="form",
        **{"aria-label": "Write a comment"},
    )
    return dmc.Modal(
        [html.Div(id=LIST), form, dcc.Store(id=PANEL), dcc.Store(id=SAID), dcc.Store(id=CHANGED)],
        id="comments-window",
        title="Comments",
        size="min(640px, 94vw)",
        opened=False,
        keepMounted=True,
        closeButtonProps={"aria-label": "Close"},
    )


def register(app: Dash, views: Views, service: CommentService) -> None:
    """Connect the window to an application."""

    def threads(panel_id: str | None, search: str | None) -> Any:
        return service.list_of(service.about(f"panel:{panel_id}", _scope(views, search)), "window", EMPTY) if panel_id else no_update

    @app.callback(
        Output("comments-window", "opened"),
        Output("comments-window", "title"),
        Output(LIST, "children"),
        Output(AT, "data"),
        Output(AT, "value"),
        Output(PANEL, "data"),
        Input({"type": "panel-comments", "id": ALL}, "n_clicks"),
        Input({"type": "panel-figure", "id": ALL}, "clickAnnotationData"),
        State("url", "search"),
        prevent_initial_call=True,
    )
    @needs("viewer")
    def _open(_clicks: list[int], _signs: list[Any], search: str | None) -> tuple[Any, ...]:
        if not ctx.triggered or not ctx.triggered[0]["value"] or ctx.triggered_id["id"] not in views.site.panels:
            return (no_update,) * 6
        panel = views.site.panels[ctx.triggered_id["id"]]
        return True, f"Comments on “{panel.title}”", threads(panel.id, search), _choices(panel, views, search), "", panel.id

    @app.callback(
        Output(LIST, "children", allow_duplicate=True),
        Output(TEXT, "value"),
        Output(TEXT, "error"),
        Output(SAID, "data"),
        Output(CHANGED, "data"),
        inputs={"clicks": Input("comments-write", "n_clicks")},
        state={
            "panel_id": State(PANEL, "data"),
            "at": State(AT, "value"),
            "options": State(AT, "data"),
            "text": State(TEXT, "value"),
            "path": State("url", "pathname"),
            "search": State("url", "search"),
            "changed": State(CHANGED, "data"),
        },
        prevent_initial_call=True,
    )
    @needs("viewer")
    def _write(*, clicks: int, panel_id: str | None, path: str | None, search: str | None, **said: Any) -> tuple[Any, ...]:
        page, panel = views.site.page_at(path), views.site.panels.get(panel_id or "")
        if not clicks or page is None or panel is None:
            raise PreventUpdate
        at = said["at"] or ""
        labels = {option["value"]: option["label"] for option in said["options"]}
        label = f"{panel.title}: {labels[at]}" if at in labels and at else panel.title
        shop = views.shop()
        query = url.changed(search, shop, views.site.choices, "", None) if shop else ""
        place = Place(f"panel:{panel.id}", service.scope_of(_scope(views, search)), at, label, page.path, query)
        try:
            open_thread(service.database, require("viewer"), place, said["text"] or "")
        except CommentError as error:
            return no_update, no_update, str(error), no_update, no_update
        return threads(panel.id, search), "", None, "Comment kept.", (said["changed"] or 0) + 1

    register_actions(app, service, ThreadList("window", LIST, [State(PANEL, "data"), State("url", "search")], threads))
    app.clientside_callback(ClientsideFunction("ca", "toast"), Output(SAID, "clear_data"), Input(SAID, "data"), prevent_initial_call=True)
    app.clientside_callback(
        ClientsideFunction("ca", "again"),
        Output("query", "data", allow_duplicate=True),
        Input(CHANGED, "data"),
        State("query", "data"),
        prevent_initial_call=True,
    )


def _scope(views: Views, search: str | None) -> str:
    shop = views.shop()
    return url.parse(search, shop, views.site.choices).scope if shop else "all"


def _choices(panel: Panel, views: Views, search: str | None) -> list[dict[str, str]]:
    """What a comment can be about: the whole chart or one of its points, the newest of a series first."""
    whole = [{"value": "", "label": "The whole chart"}]
    figure = views.panel(panel, search, "light").content if panel.figure else None
    if not isinstance(figure, go.Figure):
        return whole
    points = list(points_of(figure, current()).items())[-MOST:]
    return whole + [{"value": at, "label": point.label} for at, point in reversed(points)]
