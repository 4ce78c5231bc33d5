"""What comments need of an application: the database, the shop's zone, and what the reader of this request may see."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from ca_assets.index.protocol import IndexUnavailable, NotPublished
from ca_assets.settings.comments import Thread, all_threads, threads_about
from ca_assets.settings.database import Database
from ca_assets.settings.profiles import Picture
from ca_dash.auth.guard import require
from ca_dash.auth.login import current_access
from ca_dash.comments.threads import Reading, thread_list
from ca_dash.reports import Reader


@dataclass(frozen=True)
class CommentService:
    """Threads of an application's database, as whoever asks may see them."""

    database: Database
    reader: Callable[[], Reader]

    def about(self, subject: str, scope: str) -> Sequence[Thread]:
        """The threads about a subject in a scope."""
        return threads_about(self.database, subject, self.scope_of(scope), self.scopes())

    def scopes(self) -> Collection[str] | None:
        """The scopes that the user of this request may see; None for all."""
        access = current_access()
        return access.scopes if access.is_limited else None

    def scope_of(self, scope: str) -> str:
        """The scope that figures of a scope are really of: `all` shows whoever is limited his own part alone."""
        scopes = self.scopes()
        return scope if scopes is None or scope in scopes else next(iter(scopes))

    def zone(self) -> str:
        """The shop's time zone; UTC before anything is published."""
        try:
            shop = self.reader().shop()
        except (NotPublished, IndexUnavailable):
            return "UTC"
        return str((shop.meta.get("calendar") or {}).get("timezone") or "UTC") if shop else "UTC"

    def pictured(self) -> set[str]:
        """Who has a picture."""
        with self.database.session() as session:
            return set(session.scalars(select(Picture.name)))

    def list_of(self, threads: Sequence[Thread], where: str, empty: str) -> Any:
        """Threads as a page shows them."""
        return thread_list(threads, Reading(require("viewer"), where, self.pictured(), self.zone()), empty)

    def list_of_all(self, choice: str, before: int | None = None) -> Any:
        """The threads of the page of all comments; `choice`: open, mine, resolved, all."""
        mentioned = require("viewer").name if choice == "mine" else None
        state = "all" if choice == "mine" else choice
        threads = all_threads(self.database, state=state, mentioned=mentioned, scopes=self.scopes(), before=before)
        nothing = {"open": "No open conversation.", "mine": "Nobody has mentioned you, and you have written nothing yet."}
        return self.list_of(threads, "all", nothing.get(choice, "Nothing here yet. Comment on a chart by its menu."))
