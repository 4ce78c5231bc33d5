"""Tables of alerts: rules of users, messages made by them (an outbox), and the events that each message is about."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Date, DateTime, Float, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ca_assets.settings.database import Base


class AlertRule(Base):
    """What a user wants to be told of, and where. `destination` is encrypted; `shown` is what may be shown of it.

    `group`, `grain`, `verdict`: empty for any. `scope`: `all`, one value (`country=FR`), or `*` for all scopes that the owner may see.
    `minimum_score` 0: each flag. Quiet hours (`22:00`) are of the business time zone. `since`: flags first seen as of this report date, or
    earlier, are old news.
    """

    __tablename__ = "alert_rules"
    __table_args__ = (UniqueConstraint("owner", "name", name="one_alert_rule_of_a_name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[str] = mapped_column(String(100))
    name: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(16))
    group: Mapped[str] = mapped_column(String(16))
    grain: Mapped[str] = mapped_column(String(16))
    scope: Mapped[str] = mapped_column(Text)
    verdict: Mapped[str] = mapped_column(String(32))
    minimum_score: Mapped[float] = mapped_column(Float)
    destination: Mapped[str] = mapped_column(Text)
    shown: Mapped[str] = mapped_column(String(200))
    quiet_from: Mapped[str | None] = mapped_column(String(5))
    quiet_until: Mapped[str | None] = mapped_column(String(5))
    since: Mapped[dt.date | None] = mapped_column(Date)
    created_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))


class AlertMessage(Base):
    """A message of the outbox, complete, so that it can be sent again as it was. `state`: pending, sending, sent or failed (given up).

    `attempts`: how often sending began. `numbers`: JSON, the figures that a digest told, with which the next one compares.
    """

    __tablename__ = "alert_messages"
    __table_args__ = (Index("alert_messages_by_state", "state", "next_attempt_at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    rule_id: Mapped[int] = mapped_column(ForeignKey("alert_rules.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(String(16))
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    picture: Mapped[bytes | None] = mapped_column(LargeBinary)
    numbers: Mapped[str | None] = mapped_column(Text)
    attempts: Mapped[int]
    is_repeated: Mapped[bool]
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    next_attempt_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    sent_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))


class AlertEvent(Base):
    """An event (a flag, a failed load) that a rule has told of, or will: once for each rule, whatever happens."""

    __tablename__ = "alert_events"

    rule_id: Mapped[int] = mapped_column(ForeignKey("alert_rules.id", ondelete="CASCADE"), primary_key=True)
    event: Mapped[str] = mapped_column(String(64), primary_key=True)
    message_id: Mapped[str] = mapped_column(ForeignKey("alert_messages.id", ondelete="CASCADE"), index=True)
