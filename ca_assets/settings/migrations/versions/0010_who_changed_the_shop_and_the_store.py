"""Who changed the shop, and the store that was chosen in the browser."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both columns, create the table."""
    op.add_column("shop_editions", sa.Column("changed_by", sa.String(100)))
    op.add_column("shop_editions", sa.Column("what", sa.String(200)))
    op.create_table(
        "store_choices",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("url", sa.Text),
        sa.Column("user", sa.String(200)),
        sa.Column("secret", sa.Text),
        sa.Column("certificate", sa.Text),
        sa.Column("is_verified", sa.Boolean, nullable=False),
        sa.Column("chosen_by", sa.String(100), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    """Drop the table and the columns."""
    op.drop_table("store_choices")
    op.drop_column("shop_editions", "what")
    op.drop_column("shop_editions", "changed_by")
