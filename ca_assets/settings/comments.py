"""Comments: threads of people about a chart, a point of it, a customer, a product, or nothing in particular (a message).

A thread is anchored by what it is about and by the text of its point (a date, a step, a product), never by a place in rows: it stays
at its point when reports are made again. Belongs here: who may write, answer, resolve, remove and see. Does not belong here: how it looks.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import DateTime, ForeignKey, Select, String, Text, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from ca_assets.settings.database import Base, Database, User

MAX_TEXT, MAX_AT, MAX_LABEL = 4_000, 300, 300
PAGE_SIZE = 50
MENTION = re.compile(r"(?<![\w@])@([^\s@,;:!?()<>\"']+)")
MESSAGE = "message"  # the subject of a thread about nothing in particular


class CommentError(ValueError):
    """The comment cannot be kept, changed or removed; the message says why and what to do."""


class Thread(Base):
    """What a conversation is about. `subject`: `panel:ID`, `customer:ID`, `product:ID` or `message`; `at`: the point, empty for all of it.

    `label` names the point in words; `path` and `query` are the page that it was opened on.
    """

    __tablename__ = "comment_threads"

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(String(300), index=True)
    scope: Mapped[str] = mapped_column(String(300))
    at: Mapped[str] = mapped_column(String(MAX_AT))
    label: Mapped[str] = mapped_column(String(MAX_LABEL))
    path: Mapped[str] = mapped_column(String(200))
    query: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    resolved_by: Mapped[str | None] = mapped_column(String(100))
    resolved_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
    comments: Mapped[list[Comment]] = relationship(order_by="Comment.id", cascade="all, delete-orphan", lazy="selectin")


class Comment(Base):
    """What one person wrote in a thread."""

    __tablename__ = "comments"

    id: Mapped[int] = mapped_column(primary_key=True)
    thread_id: Mapped[int] = mapped_column(ForeignKey("comment_threads.id", ondelete="CASCADE"), index=True)
    author: Mapped[str] = mapped_column(String(100))
    text: Mapped[str] = mapped_column(Text)
    written_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))


class Mention(Base):
    """A comment that names somebody (`@name`), and when he saw it."""

    __tablename__ = "comment_mentions"

    comment_id: Mapped[int] = mapped_column(ForeignKey("comments.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(100), primary_key=True, index=True)
    seen_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))


@dataclass(frozen=True)
class Place:
    """Where a thread is anchored; see `Thread`."""

    subject: str
    scope: str = "all"
    at: str = ""
    label: str = ""
    path: str = "/"
    query: str = ""


def open_thread(database: Database, user: User, place: Place, text: str) -> int:
    """Begin a conversation; returns its number. Raises CommentError."""
    if len(place.at) > MAX_AT or len(place.subject) > MAX_AT or len(place.scope) > MAX_AT:
        raise CommentError("The point of this comment has too long a name.")
    thread = Thread(**{**vars(place), "label": place.label[:MAX_LABEL]}, opened_at=_now())
    with database.session() as session:
        session.add(thread)
        session.flush()
        _write(session, user, thread, text)
        return thread.id


def reply(database: Database, user: User, thread_id: int, text: str, scopes: Collection[str] | None = None) -> None:
    """Answer in a thread; a resolved one is open again. `scopes`: those that the user may see, None for all. Raises CommentError."""
    with database.session() as session:
        thread = _thread(session, thread_id, scopes)
        _write(session, user, thread, text)
        thread.resolved_by = thread.resolved_at = None


def resolve(database: Database, user: User, thread_id: int, *, is_resolved: bool, scopes: Collection[str] | None = None) -> None:
    """Say that a thread is settled, or is not. Raises CommentError."""
    with database.session() as session:
        thread = _thread(session, thread_id, scopes)
        thread.resolved_by, thread.resolved_at = (user.name, _now()) if is_resolved else (None, None)


def remove_comment(database: Database, user: User, comment_id: int) -> None:
    """Remove one's own comment (an admin: any); a thread without comments goes with its last. Raises CommentError."""
    with database.session() as session:
        comment = session.get(Comment, comment_id)
        if comment is None or not may_remove(comment, user):
            raise CommentError("There is no such comment that you may remove.")
        thread = session.get_one(Thread, comment.thread_id)
        _forget_mentions(session, comment)
        thread.comments.remove(comment)
        if not thread.comments:
            session.delete(thread)


def may_remove(comment: Comment, user: User) -> bool:
    """One's own, and an admin any."""
    return comment.author == user.name or user.role == "admin"


def threads_about(database: Database, subject: str, scope: str, scopes: Collection[str] | None = None) -> Sequence[Thread]:
    """The threads about a subject in a scope, the oldest first."""
    query = select(Thread).where(Thread.subject == subject, Thread.scope == scope).order_by(Thread.id)
    with database.session() as session:
        return session.scalars(_visible(query, scopes)).all()


def all_threads(
    database: Database,
    *,
    state: str = "open",
    mentioned: str | None = None,
    scopes: Collection[str] | None = None,
    before: int | None = None,
) -> Sequence[Thread]:
    """At most PAGE_SIZE threads, the newest first. `state`: open, resolved or all; `mentioned`: only those that name this user or are his.

    `before`: the number of the last thread of the page before.
    """
    query = _visible(select(Thread), scopes).order_by(Thread.id.desc()).limit(PAGE_SIZE)
    if state != "all":
        query = query.where(Thread.resolved_at.is_not(None) if state == "resolved" else Thread.resolved_at.is_(None))
    if before is not None:
        query = query.where(Thread.id < before)
    if mentioned is not None:
        own = select(Comment.thread_id).where(Comment.author == mentioned)
        named = select(Comment.thread_id).join(Mention, Mention.comment_id == Comment.id).where(Mention.name == mentioned)
        query = query.where(Thread.id.in_(own.union(named)))
    with database.session() as session:
        return session.scalars(query).all()


def unseen_mentions(database: Database, user: User) -> int:
    """How many comments name the user that he has not seen."""
    with database.session() as session:
        count = select(func.count()).select_from(Mention).where(Mention.name == user.name, Mention.seen_at.is_(None))
        return session.scalar(count) or 0


def see_mentions(database: Database, user: User) -> None:
    """Take all mentions of the user as seen."""
    with database.session() as session:
        session.execute(update(Mention).where(Mention.name == user.name, Mention.seen_at.is_(None)).values(seen_at=_now()))


def mentioned_names(text: str, known: Iterable[str]) -> set[str]:
    """The users that a text names as `@name`; a full stop after a name ends the sentence."""
    names = set(known)
    found = {match.group(1) for match in MENTION.finditer(text)}
    return {name for name in names if name in found or any(word.rstrip(".") == name for word in found)}


def _write(session: Session, user: User, thread: Thread, text: str) -> None:
    text = text.replace("\0", "").strip()
    if not text:
        raise CommentError("Write something first.")
    if len(text) > MAX_TEXT:
        raise CommentError(f"A comment has {MAX_TEXT:,} characters at most; this one has {len(text):,}.")
    comment = Comment(author=user.name, text=text, written_at=_now())
    thread.comments.append(comment)
    session.flush()
    names = mentioned_names(text, session.scalars(select(User.name)))
    session.add_all(Mention(comment_id=comment.id, name=name) for name in names if name != user.name)


def _forget_mentions(session: Session, comment: Comment) -> None:
    for mention in session.scalars(select(Mention).where(Mention.comment_id == comment.id)):
        session.delete(mention)
    session.flush()


def _thread(session: Session, thread_id: int, scopes: Collection[str] | None) -> Thread:
    thread = session.scalar(_visible(select(Thread).where(Thread.id == thread_id), scopes))
    if thread is None:
        raise CommentError("There is no such conversation (any more).")
    return thread


def _visible(query: Select[Thread], scopes: Collection[str] | None) -> Select[Thread]:
    return query if scopes is None else query.where(Thread.scope.in_(scopes))


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
