"""Threads as people see them: who wrote what and when, the field for an answer, what one may do with it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import dash_mantine_components as dmc
from dash import dcc, html

from ca_assets.settings.comments import MAX_TEXT, MENTION, Comment, Thread, may_remove
from ca_assets.settings.database import User
from ca_dash.components.icons import icon
from ca_dash.format import day
from ca_dash.locales import current


@dataclass(frozen=True)
class Reading:
    """Who reads threads, in which list (its name in the ids), in which zone; and who has a picture."""

    user: User
    where: str
    pictured: Collection[str]
    zone: str


def thread_list(threads: Sequence[Thread], reading: Reading, empty: str) -> Any:
    """All of some threads, or what to say where there are none."""
    if not threads:
        return html.P(empty, className="ca-muted")
    return html.Ul([html.Li(_thread(thread, reading)) for thread in threads], className="ca-threads")


def comment_field(id: Any, label: str) -> dmc.Textarea:
    """The field that a comment is written into."""
    return dmc.Textarea(id=id, label=label, autosize=True, minRows=2, maxRows=10, value="", attributes={"input": {"maxLength": MAX_TEXT}})


def _thread(thread: Thread, reading: Reading) -> html.Article:
    about = thread.label or ("Message" if thread.subject == "message" else "The whole chart")
    place = dcc.Link(about, href=thread.path + thread.query) if reading.where == "all" and thread.path else html.Span(about)
    head: list[Any] = [html.H3(place)]
    if thread.resolved_at is not None:
        head.append(html.Span(f"Resolved by {thread.resolved_by}", className="ca-badge"))
    ids = {"where": reading.where, "thread": thread.id}
    settle = dmc.Button(
        "Open again" if thread.resolved_at else "Resolve",
        id={"type": "comment-settle", **ids},
        variant="subtle",
        size="compact-sm",
        n_clicks=0,
        **{"aria-label": f"{'Open again' if thread.resolved_at else 'Resolve'}: {about}"},
    )
    answer = html.Div(
        [
            comment_field({"type": "comment-answer", **ids}, "Answer"),
            html.Div(
                [dmc.Button("Send answer", id={"type": "comment-send", **ids}, variant="default", size="xs", n_clicks=0), settle],
                className="ca-thread-actions",
            ),
        ],
        className="ca-thread-answer",
    )
    comments = [_comment(comment, reading) for comment in thread.comments]
    return html.Article([html.Div(head, className="ca-thread-head"), *comments, answer], className="ca-thread")


def _comment(comment: Comment, reading: Reading) -> html.Div:
    head: list[Any] = [html.Strong(comment.author), html.Span(_moment(comment.written_at, reading.zone), className="ca-muted")]
    if may_remove(comment, reading.user):
        head.append(
            dmc.ActionIcon(
                icon("trash", 14),
                id={"type": "comment-remove", "where": reading.where, "comment": comment.id},
                variant="subtle",
                color="gray",
                size="sm",
                n_clicks=0,
                **{"aria-label": f"Remove the comment of {comment.author}"},
            )
        )
    body = html.Div([html.Div(head, className="ca-comment-head"), html.P(_with_mentions(comment.text), className="ca-comment-text")])
    return html.Div([face(comment.author, reading.pictured), body], className="ca-comment")


def face(name: str, pictured: Collection[str]) -> Any:
    """A person's picture, or the first letter of his name."""
    if name in pictured:
        return html.Img(src=f"/profile/picture/{quote(name, safe='')}", alt="", className="ca-face", width=28, height=28)
    return html.Span(name[:1].upper(), className="ca-face", **{"aria-hidden": "true"})


def _with_mentions(text: str) -> list[Any]:
    """The text, its mentions in bold. Dash escapes whatever it holds."""
    parts: list[Any] = []
    end = 0
    for match in re.finditer(MENTION, text):
        parts += [text[end : match.start()], html.Strong(match.group(0))]
        end = match.end()
    return [*parts, text[end:]]


def _moment(moment: dt.datetime, zone: str) -> str:
    aware = moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment
    local = aware.astimezone(ZoneInfo(zone))
    return f"{day(local.date(), current())}, {local:%H:%M}"
