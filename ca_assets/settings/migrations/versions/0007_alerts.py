"""Alerts: rules, messages and the events that they are about."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "alert_rules",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("owner", sa.String(100), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("group", sa.String(16), nullable=False),
        sa.Column("grain", sa.String(16), nullable=False),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("verdict", sa.String(32), nullable=False),
        sa.Column("minimum_score", sa.Float, nullable=False),
        sa.Column("destination", sa.Text, nullable=False),
        sa.Column("shown", sa.String(200), nullable=False),
        sa.Column("quiet_from", sa.String(5)),
        sa.Column("quiet_until", sa.String(5)),
        sa.Column("since", sa.Date),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("owner", "name", name="one_alert_rule_of_a_name"),
    )
    op.create_table(
        "alert_messages",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("rule_id", sa.Integer, sa.ForeignKey("alert_rules.id", ondelete="CASCADE"), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("picture", sa.LargeBinary),
        sa.Column("numbers", sa.Text),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("is_repeated", sa.Boolean, nullable=False),
        sa.Column("error", sa.Text),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
    )
    op.create_index("ix_alert_messages_rule_id", "alert_messages", ["rule_id"])
    op.create_index("alert_messages_by_state", "alert_messages", ["state", "next_attempt_at"])
    op.create_table(
        "alert_events",
        sa.Column("rule_id", sa.Integer, sa.ForeignKey("alert_rules.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("event", sa.String(64), primary_key=True),
        sa.Column("message_id", sa.String(32), sa.ForeignKey("alert_messages.id", ondelete="CASCADE"), nullable=False),
    )
    op.create_index("ix_alert_events_message_id", "alert_events", ["message_id"])


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("alert_events")
    op.drop_table("alert_messages")
    op.drop_table("alert_rules")
