"""Logins at a provider: identities, addresses of users and invitations, and the provider's token of a session."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table and add the columns."""
    op.create_table(
        "identities",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("issuer", sa.String(255), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("user_id", sa.Integer, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("email", sa.String(320), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("issuer", "subject", name="one_user_of_an_identity"),
    )
    op.create_index("ix_identities_user_id", "identities", ["user_id"])
    op.add_column("users", sa.Column("email", sa.String(320)))
    op.create_index("ix_users_email", "users", ["email"], unique=True)
    op.add_column("one_time_links", sa.Column("email", sa.String(320), nullable=False, server_default=""))
    op.add_column("login_sessions", sa.Column("id_token", sa.Text))


def downgrade() -> None:
    """Drop what was added."""
    op.drop_column("login_sessions", "id_token")
    op.drop_column("one_time_links", "email")
    op.drop_index("ix_users_email", "users")
    op.drop_column("users", "email")
    op.drop_table("identities")
