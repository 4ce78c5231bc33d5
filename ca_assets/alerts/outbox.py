"""The outbox: messages are kept with the events they are about before anything is sent, and confirmed after.

Belongs here: its states. An event is claimed once for a rule (the ledger's primary key decides). A message that was being sent when its
process died is sent again as it was, under the same id, and says so: whether the first one arrived is known only to its receiver.
Callers hold `alerts_lock`, so a message in the state `sending` belongs to a process that has died.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from ca_assets.alerts.sending import Letter
from ca_assets.settings.alerts.models import AlertEvent, AlertMessage, AlertRule
from ca_assets.settings.database import Database

PENDING, SENDING, SENT, FAILED = "pending", "sending", "sent", "failed"
FIRST_WAIT, LONGEST_WAIT = dt.timedelta(minutes=1), dt.timedelta(hours=6)
GIVEN_UP_AFTER = dt.timedelta(days=3)
REPEATED = (
    "This message is sent again: the process that sent it first ended before it could note that it was taken. You may have it already, "
    "under the same id."
)


def new_events(database: Database, rule: AlertRule, events: Sequence[str]) -> set[str]:
    """Those of the events that the rule has not told of, and is not about to."""
    with database.session() as session:
        known = set(session.scalars(select(AlertEvent.event).where(AlertEvent.rule_id == rule.id, AlertEvent.event.in_(events))))
    return set(events) - known


def put(
    database: Database,
    rule: AlertRule,
    letter: tuple[str, str, bytes | None],
    events: Sequence[str],
    *,
    now: dt.datetime,
    numbers: dict[str, Any] | None = None,
) -> str:
    """Keep a message (subject, text, picture) with its events, in one transaction; returns its id.

    IntegrityError when an event has been claimed for the rule meanwhile: then nothing is kept.
    """
    subject, body, picture = letter
    message = AlertMessage(
        id=uuid4().hex,
        rule_id=rule.id,
        state=PENDING,
        subject=subject[:200],
        body=body,
        picture=picture,
        numbers=None if numbers is None else json.dumps(numbers, sort_keys=True),
        attempts=0,
        is_repeated=False,
        error=None,
        created_at=now,
        next_attempt_at=now,
        sent_at=None,
    )
    with database.session() as session:
        session.add(message)
        session.flush()
        session.add_all(AlertEvent(rule_id=rule.id, event=event, message_id=message.id) for event in dict.fromkeys(events))
    return message.id


def resume(database: Database) -> int:
    """Make messages of dead processes ready to be sent again, and say so in them; returns how many."""
    with database.session() as session:
        left = session.scalars(select(AlertMessage).where(AlertMessage.state == SENDING)).all()
        for message in left:
            message.state, message.is_repeated = PENDING, True
    return len(left)


def due(database: Database, now: dt.datetime) -> Sequence[tuple[AlertMessage, AlertRule]]:
    """Messages to be sent now with their rules, oldest first."""
    query = (
        select(AlertMessage, AlertRule)
        .join(AlertRule, AlertRule.id == AlertMessage.rule_id)
        .where(AlertMessage.state == PENDING, AlertMessage.next_attempt_at <= now)
        .order_by(AlertMessage.created_at, AlertMessage.id)
    )
    with database.session() as session:
        return [(message, rule) for message, rule in session.execute(query)]


def is_anything_left(database: Database, now: dt.datetime) -> bool:
    """Whether a message waits to be sent now, or was left by a process that died."""
    with database.session() as session:
        left = select(AlertMessage.id).where(AlertMessage.state == SENDING).limit(1)
        ready = select(AlertMessage.id).where(AlertMessage.state == PENDING, AlertMessage.next_attempt_at <= now).limit(1)
        return session.scalar(left) is not None or session.scalar(ready) is not None


def begin(database: Database, message_id: str) -> Letter:
    """Claim a message for sending; the letter to send."""
    with database.session() as session:
        message = session.get_one(AlertMessage, message_id)
        message.state, message.attempts = SENDING, message.attempts + 1
        body = f"{message.body}\n\nMessage {message.id}"
        return Letter(message.id, message.subject, f"{body}\n{REPEATED}" if message.is_repeated else body, message.picture)


def confirm(database: Database, message_id: str, now: dt.datetime) -> None:
    """Note that a message was taken by the other side. Its picture is not needed any more."""
    with database.session() as session:
        message = session.get_one(AlertMessage, message_id)
        message.state, message.sent_at, message.error, message.picture = SENT, now, None, None


def postpone(database: Database, message_id: str, now: dt.datetime, error: str) -> None:
    """Note why a message was not taken, and when it is tried again: after 1, 2, 4 … minutes, at most 6 hours; after three days never."""
    with database.session() as session:
        message = session.get_one(AlertMessage, message_id)
        message.error = error
        wait: dt.timedelta = min(FIRST_WAIT * 2 ** min(max(message.attempts - 1, 0), 20), LONGEST_WAIT)
        message.next_attempt_at = now + wait
        message.state = FAILED if now - aware(message.created_at) > GIVEN_UP_AFTER else PENDING


def hold(database: Database, message_id: str, until: dt.datetime) -> None:
    """Keep a message until then (quiet hours)."""
    with database.session() as session:
        session.get_one(AlertMessage, message_id).next_attempt_at = until


def messages_of(database: Database, rule_id: int, limit: int = 20) -> Sequence[AlertMessage]:
    """The newest messages of a rule."""
    query = select(AlertMessage).where(AlertMessage.rule_id == rule_id).order_by(AlertMessage.created_at.desc(), AlertMessage.id)
    with database.session() as session:
        return session.scalars(query.limit(limit)).all()


def last_numbers(database: Database, rule: AlertRule) -> dict[str, Any]:
    """The figures that the rule's newest digest told; empty before the first."""
    query = select(AlertMessage.numbers).where(AlertMessage.rule_id == rule.id, AlertMessage.numbers.is_not(None))
    with database.session() as session:
        text = session.scalar(query.order_by(AlertMessage.created_at.desc()).limit(1))
    numbers: dict[str, Any] = json.loads(text) if text else {}
    return numbers


def aware(moment: dt.datetime) -> dt.datetime:
    """A moment of the database as UTC: SQLite keeps no zone."""
    return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment
