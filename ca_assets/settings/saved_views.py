"""Saved views in the settings database: a page with its filters under a name, one's own or shared with everybody.

Belongs here: who may see, save, share and remove one. Does not belong here: what a path or query means (`ca_dash`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import func, or_, select

from ca_assets.settings.access import access_of
from ca_assets.settings.database import Database, SavedView, User

MAX_NAME, MAX_QUERY, MAX_VIEWS = 100, 2_000, 200
SHARING_ROLES = ("editor", "admin")


class ViewError(ValueError):
    """The view cannot be saved or removed; the message says why and what to do."""


def may_share(user: User) -> bool:
    """Whether the user may save views that everybody sees."""
    return user.role in SHARING_ROLES


def save_view(database: Database, user: User, *, name: str, path: str, query: str, is_shared: bool = False) -> SavedView:
    """Keep a page with its filters; one's own view of the same name is replaced. Raises ViewError."""
    name = " ".join(name.split())
    if not name:
        raise ViewError("Give the view a name.")
    if len(name) > MAX_NAME:
        raise ViewError(f"A name has {MAX_NAME} characters at most; this one has {len(name)}.")
    if len(query) > MAX_QUERY:
        raise ViewError("These filters are too long to be saved.")
    if is_shared and not may_share(user):
        raise ViewError("Only editors and admins may share views; save it for yourself, or ask an admin.")
    with database.session() as session:
        view = session.scalar(select(SavedView).where(SavedView.owner == user.name, SavedView.name == name))
        if view is None:
            count = session.scalar(select(func.count()).where(SavedView.owner == user.name)) or 0
            if count >= MAX_VIEWS:
                raise ViewError(f"You have {MAX_VIEWS} views, which is the most; remove one first.")
            view = SavedView(owner=user.name, name=name)
            session.add(view)
        view.path, view.query, view.is_shared, view.saved_at = path, query, is_shared, dt.datetime.now(dt.UTC)
    return view


def views_of(database: Database, user: User) -> Sequence[SavedView]:
    """The user's own views and those that others share, by name; for who is limited, whose colleagues see more, only his own."""
    with database.session() as session:
        own = SavedView.owner == user.name
        visible = own if access_of(user).is_limited else or_(own, SavedView.is_shared)
        views = session.scalars(select(SavedView).where(visible)).all()
    return sorted(views, key=lambda view: (view.name.casefold(), view.owner))


def may_remove(view: SavedView, user: User) -> bool:
    """One's own, and an admin any that is shared."""
    return view.owner == user.name or (view.is_shared and user.role == "admin")


def remove_view(database: Database, user: User, view_id: int) -> str:
    """Forget a view; returns its name. Raises ViewError when there is none that the user may remove."""
    with database.session() as session:
        view = session.get(SavedView, view_id)
        if view is None or not may_remove(view, user):
            raise ViewError("There is no such view that you may remove.")
        session.delete(view)
    return view.name
