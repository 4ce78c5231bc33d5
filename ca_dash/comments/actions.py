"""What the buttons of a list of threads do: answer, resolve, remove. Each list (the window's, the page's) registers its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx
from dash.exceptions import PreventUpdate

from ca_assets.settings.comments import CommentError, all_threads, remove_comment, reply, resolve
from ca_dash.auth.guard import needs, require
from ca_dash.comments.service import CommentService

SAID = "comments-said"  # a store: what was done, in words
CHANGED = "comments-changed"  # a store: counts up when a thread changed, so that charts draw their signs anew


@dataclass(frozen=True)
class ThreadList:
    """A list of threads on a page: its name in the ids of its buttons, its place, and what makes its content from `states`."""

    where: str
    id: str
    states: list[State]
    content: Callable[..., Any]


def register_actions(app: Dash, service: CommentService, shown: ThreadList) -> None:
    """Connect the buttons of a list."""
    where = shown.where
    buttons = [Input({"type": f"comment-{action}", "where": where, key: ALL}, "n_clicks") for action, key in ACTIONS.items()]

    @app.callback(
        Output(shown.id, "children", allow_duplicate=True),
        Output(SAID, "data", allow_duplicate=True),
        Output(CHANGED, "data", allow_duplicate=True),
        inputs={"clicks": buttons},
        state={
            "answers": State({"type": "comment-answer", "where": where, "thread": ALL}, "value"),
            "ids": State({"type": "comment-answer", "where": where, "thread": ALL}, "id"),
            "changed": State(CHANGED, "data"),
            "values": shown.states,
        },
        prevent_initial_call=True,
    )
    @needs("viewer")
    def _act(*, answers: list[str], ids: list[dict[str, Any]], values: list[Any], changed: int | None, **_clicks: Any) -> tuple[Any, ...]:
        if not ctx.triggered_id or not ctx.triggered[0]["value"]:
            raise PreventUpdate
        if not all(isinstance(number, int) for key, number in ctx.triggered_id.items() if key in ("thread", "comment")):
            raise PreventUpdate
        texts = {id["thread"]: text for id, text in zip(ids, answers, strict=True)}
        try:
            said = _do(service, ctx.triggered_id, texts)
        except CommentError as error:
            return shown.content(*values), str(error), changed
        return shown.content(*values), said, (changed or 0) + 1


ACTIONS = {"send": "thread", "settle": "thread", "remove": "comment"}


def _do(service: CommentService, id: dict[str, Any], texts: dict[int, str]) -> str:
    user, database, scopes = require("viewer"), service.database, service.scopes()
    if id["type"] == "comment-remove":
        remove_comment(database, user, int(id["comment"]))
        return "Removed the comment."
    thread = int(id["thread"])
    if id["type"] == "comment-send":
        reply(database, user, thread, texts.get(thread) or "", scopes)
        return "Sent the answer."
    known = {other.id: other for other in all_threads(database, state="all", scopes=scopes, before=thread + 1)}
    is_resolved = thread in known and known[thread].resolved_at is None
    resolve(database, user, thread, is_resolved=is_resolved, scopes=scopes)
    return "Resolved." if is_resolved else "Open again."
