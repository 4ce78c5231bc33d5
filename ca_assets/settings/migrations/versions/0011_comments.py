"""Comments in threads, mentions in them, and pictures of people."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "comment_threads",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("subject", sa.String(300), nullable=False, index=True),
        sa.Column("scope", sa.String(300), nullable=False),
        sa.Column("at", sa.String(300), nullable=False),
        sa.Column("label", sa.String(300), nullable=False),
        sa.Column("path", sa.String(200), nullable=False),
        sa.Column("query", sa.Text, nullable=False),
        sa.Column("opened_at", moment, nullable=False),
        sa.Column("resolved_by", sa.String(100)),
        sa.Column("resolved_at", moment),
    )
    op.create_table(
        "comments",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("thread_id", sa.Integer, sa.ForeignKey("comment_threads.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("author", sa.String(100), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("written_at", moment, nullable=False),
    )
    op.create_table(
        "comment_mentions",
        sa.Column("comment_id", sa.Integer, sa.ForeignKey("comments.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("name", sa.String(100), primary_key=True, index=True),
        sa.Column("seen_at", moment),
    )
    op.create_table(
        "profile_pictures",
        sa.Column("name", sa.String(100), primary_key=True),
        sa.Column("png", sa.LargeBinary, nullable=False),
        sa.Column("changed_at", moment, nullable=False),
    )


def downgrade() -> None:
    """Drop the tables."""
    for table in ("comment_mentions", "comments", "comment_threads", "profile_pictures"):
        op.drop_table(table)
