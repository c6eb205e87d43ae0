"""Translations in chats: what each language was shown of a post, who still waits for it, what comes first in a chat."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One table of its own, and a column for deliveries and chats."""
    op.create_table(
        "renditions",
        sa.Column("post_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("bell", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name="fk_renditions_post_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("post_id", "revision", "language", name="pk_renditions"),
    )
    op.create_index("ix_renditions_asked_at", "renditions", ["asked_at"], unique=False)
    op.add_column("deliveries", sa.Column("owed", sa.String(length=35), nullable=False, server_default=""))
    op.add_column("chats", sa.Column("original_first", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """What was owed is not paid any more; edits for it are gone with it."""
    op.execute("DELETE FROM deliveries WHERE op = 'words'")
    op.drop_column("chats", "original_first")
    op.drop_column("deliveries", "owed")
    op.drop_index("ix_renditions_asked_at", table_name="renditions")
    op.drop_table("renditions")
