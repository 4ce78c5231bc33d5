"""All conversations, wherever they were begun; and messages, which are about nothing in particular."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, html, no_update

from ca_assets.settings.comments import MESSAGE, CommentError, Place, open_thread, see_mentions, unseen_mentions
from ca_dash.auth.guard import needs, require
from ca_dash.comments.actions import SAID, ThreadList, register_actions
from ca_dash.comments.service import CommentService
from ca_dash.comments.threads import comment_field
from ca_dash.settings.page import Services, SettingsPage

LIST, CHOICE, TEXT = "comments-all", "comments-choice", "message-text"
CHOICES = [("open", "Open"), ("mine", "With me"), ("resolved", "Resolved"), ("all", "All")]


def _content(services: Services) -> Any:
    user, service = require("viewer"), CommentService(services.database, services.read)
    new = unseen_mentions(services.database, user)
    see_mentions(services.database, user)
    choice = "mine" if new else "open"
    choose = dmc.SegmentedControl(
        id=CHOICE, value=choice, data=[{"value": value, "label": text} for value, text in CHOICES], **{"aria-label": "Which conversations"}
    )
    send = dmc.Button("Send message", id="message-send", variant="default", n_clicks=0)
    field = comment_field(TEXT, "Message (@name tells somebody)")
    form = html.Div([field, send], className="ca-form", role="form", **{"aria-label": "Write a message"})
    told = [html.P(f"{new} new {'mention' if new == 1 else 'mentions'} of you.", role="status")] if new else []
    return [choose, *told, html.Div(service.list_of_all(choice), id=LIST), form]


def _register(app: Dash, services: Services) -> None:
    service = CommentService(services.database, services.read)

    @app.callback(Output(LIST, "children"), Input(CHOICE, "value"), prevent_initial_call=True)
    @needs("viewer")
    def _choose(choice: str | None) -> Any:
        return service.list_of_all(choice if choice in dict(CHOICES) else "open")

    @app.callback(
        Output(LIST, "children", allow_duplicate=True),
        Output(TEXT, "value"),
        Output(TEXT, "error"),
        Output(SAID, "data", allow_duplicate=True),
        Input("message-send", "n_clicks"),
        State(TEXT, "value"),
        State(CHOICE, "value"),
        prevent_initial_call=True,
    )
    @needs("viewer")
    def _send(clicks: int, text: str | None, choice: str | None) -> tuple[Any, ...]:
        if not clicks:
            return (no_update,) * 4
        try:
            open_thread(services.database, require("viewer"), Place(MESSAGE, label="", path="", scope=service.scope_of("all")), text or "")
        except CommentError as error:
            return no_update, no_update, str(error), no_update
        return service.list_of_all(choice or "open"), "", None, "Message sent."

    register_actions(app, service, ThreadList("all", LIST, [State(CHOICE, "value")], service.list_of_all))


PAGE = SettingsPage(
    "/settings/comments",
    "Comments",
    "comment",
    80,
    "viewer",
    "Every conversation about a chart, a date or a customer, and messages between people.",
    _content,
    _register,
)
