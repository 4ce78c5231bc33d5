"""What a visitor with a read-only link may ask: the panels of one page with the filters of the link, and nothing else.

The guard asks here for each request of somebody who is not logged in. Whatever is not known to be of the link is refused: other callbacks,
other values of their inputs, other pages, downloads unless the link allows them. Does not belong here: links (`settings.people.shares`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Request, abort, current_app, g, redirect, session

from ca_assets.settings.people.shares import ShareLink, share_of
from ca_assets.settings.sessions import session_user

STATIC = ("/_dash-component-suites/", "/assets/")
DOCUMENTS = ("/_dash-layout", "/_dash-dependencies", "/_favicon.ico")
CALLBACKS = "/_dash-update-component"
ROUTER = "..page.children...title.data...shown.data.."
PARTS = {"panel-figure": "id", "rows-table": "id", "tiles": "page"}  # type of a part → what of its id names it
COLORS = ("light", "dark", None)
GONE = "This link has expired or was taken back. Ask whoever sent it for another one."
pages = Blueprint("share", __name__)


@dataclass(frozen=True)
class Shareable:
    """A page that links may lead to: its title, and the ids of its panels."""

    title: str
    panels: frozenset[str]


@pages.get("/share/<token>")
def open_share(token: str) -> Any:
    """Keep the link for this visit and lead to its page: its token is in no address from then on."""
    link = share_of(_database(), token)
    if link is None:
        abort(HTTPStatus.NOT_FOUND, GONE)
    if session_user(_database(), str(session.get("token", ""))) is None:  # who is logged in sees the page anyway
        session.clear()
        session["share"] = token
    return redirect(link.path + link.query)


def current_share() -> ShareLink | None:
    """The link of this visit, as long as it works; of somebody who is logged in none."""
    if "share" not in g:
        token = session.get("share")
        g.share = share_of(_database(), str(token)) if token and "token" not in session else None
    link: ShareLink | None = g.share
    return link


def allows(link: ShareLink, asked: Request) -> bool:
    """Whether a request is part of what the link shows."""
    page: Shareable | None = current_app.extensions["ca_shareable"].get(link.path)
    if page is None:
        return False
    if asked.method == "GET":
        is_document = asked.path in DOCUMENTS or asked.path == link.path or asked.path.startswith(STATIC)
        return is_document or _is_own_export(link, page, asked)
    return asked.method == "POST" and asked.path == CALLBACKS and _is_own_callback(link, page, asked.get_json(silent=True))


def _is_own_export(link: ShareLink, page: Shareable, asked: Request) -> bool:
    names = [f"/export/{panel}.csv" for panel in page.panels]
    return link.allows_csv and asked.path in names and asked.query_string.decode("utf-8", "replace") == link.query.lstrip("?")


def _is_own_callback(link: ShareLink, page: Shareable, body: Any) -> bool:
    if not isinstance(body, dict) or not all(isinstance(body.get(name, []), list) for name in ("inputs", "state")):
        return False
    part = _part(body)
    is_own = part is not None and (part[1] == page.title if part[0] == "tiles" else part[1] in page.panels)
    if body.get("output") != ROUTER and not is_own:
        return False
    return all(_is_own_value(link, part, place) for place in [*body.get("inputs", []), *body.get("state", [])])


def _part(body: Mapping[str, Any]) -> tuple[str, str] | None:
    """Type and name of the part of a page that a callback fills; None where it is none. Its key says the type, its outputs the name."""
    output, outputs = str(body.get("output", "")), body.get("outputs")
    first = outputs[0] if isinstance(outputs, list) and outputs else outputs
    ids = first.get("id") if isinstance(first, Mapping) else None
    for type_, key in PARTS.items():
        if output.removeprefix("..").startswith(f'{{"{key}":["MATCH"],"type":"{type_}"}}.') and isinstance(ids, Mapping):
            name = ids.get(key)
            return (type_, name) if isinstance(name, str) else None
    return None


def _is_own_value(link: ShareLink, part: tuple[str, str] | None, place: Any) -> bool:
    """Whether a callback is asked with nothing but the link's own page and filters."""
    if not isinstance(place, Mapping):
        return False
    id_, prop, value = place.get("id"), place.get("property"), place.get("value")
    if isinstance(id_, dict):
        return part is not None and prop == "id" and value == id_ == {"type": part[0], PARTS[part[0]]: part[1]}
    expected = {("query", "data"): (link.query,), ("url", "pathname"): (link.path,), ("colors", "data"): COLORS}
    return isinstance(id_, str) and isinstance(prop, str) and value in expected.get((id_, prop), ())


def _database() -> Any:
    return current_app.extensions["ca_auth"].database


def is_shared() -> bool:
    """Whether this request is of a visitor with a link."""
    return current_share() is not None
