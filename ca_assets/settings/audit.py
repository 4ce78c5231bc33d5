"""The audit log: who did what, when and from where, in the settings database. Rows are added and read, never changed.

Belongs here: writing, reading, forgetting what is old. No secret may be passed: neither passwords nor tokens nor links that let in.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import DateTime, String, Text, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from ca_assets.settings.database import Base, Database

KEPT_DAYS = 730
LONGEST_NAME, LONGEST_DETAIL = 200, 2_000  # characters; more is cut
SYSTEM = "(system)"  # the actor of what nobody asked for: schedules, clean-up
COMMAND_LINE = "(command line)"
log = logging.getLogger(__name__)


class AuditRow(Base):
    """One thing that somebody did: `action` is a word such as `user.add`, `subject` to what, `address` where the request came from."""

    __tablename__ = "audit_log"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), index=True)
    actor: Mapped[str] = mapped_column(String(LONGEST_NAME), index=True)
    action: Mapped[str] = mapped_column(String(100), index=True)
    subject: Mapped[str] = mapped_column(String(LONGEST_NAME))
    detail: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(String(100))


@dataclass(frozen=True)
class AuditEntry:
    """A row of the log, `at` in UTC. `number` grows with each row."""

    number: int
    at: dt.datetime
    actor: str
    action: str
    subject: str
    detail: str
    address: str


def record(database: Database, actor: str, action: str, subject: str, detail: str = "", *, address: str = "") -> None:
    """Add a row. `actor`: a user's name, SYSTEM or COMMAND_LINE; `action`: what was done, as `user.add`, `export.csv`, `source.change`.

    Rows older than KEPT_DAYS are forgotten by it, so that no installation keeps them for longer, whatever else runs there.
    """
    moment = dt.datetime.now(dt.UTC)
    row = AuditRow(
        at=moment,
        actor=_line(actor, LONGEST_NAME),
        action=_line(action, 100),
        subject=_line(subject, LONGEST_NAME),
        detail=_line(detail, LONGEST_DETAIL),
        address=_line(address, 100),
    )
    with database.session() as session:
        session.execute(delete(AuditRow).where(AuditRow.at < moment - dt.timedelta(days=KEPT_DAYS)))
        session.add(row)


def entries(database: Database, *, actor: str = "", action: str = "", before: int | None = None, limit: int = 100) -> list[AuditEntry]:
    """The newest rows, newest first: of an actor, of actions that begin so, and with numbers below `before`."""
    query = select(AuditRow).order_by(AuditRow.id.desc()).limit(limit)
    if actor:
        query = query.where(AuditRow.actor == actor)
    if action:
        query = query.where(AuditRow.action.startswith(action, autoescape=True))
    if before is not None:
        query = query.where(AuditRow.id < before)
    with database.session() as session:
        rows: Sequence[AuditRow] = session.scalars(query).all()
    return [AuditEntry(row.id, _aware(row.at), row.actor, row.action, row.subject, row.detail, row.address) for row in rows]


def _line(text: str, longest: int) -> str:
    """One printable line: what people typed must not forge other rows where the log is printed."""
    shown = "".join(letter if letter.isprintable() else " " for letter in text)
    return shown if len(shown) <= longest else f"{shown[: longest - 1]}…"


def _aware(moment: dt.datetime) -> dt.datetime:
    return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment
