"""Digests that a chat gets by itself, after many posts at once and once a day; running reports as one message."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Two tables of their own; nothing that is there changes."""
    op.create_table(
        "briefings",
        sa.Column("chat_id", _ID, nullable=False),
        sa.Column("thread_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("hour", sa.SmallInteger(), nullable=True),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"], name="fk_briefings_chat_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("chat_id", "thread_id", "kind", name="pk_briefings"),
    )
    op.create_index("ix_briefings_due_at", "briefings", ["due_at"], unique=False)
    op.create_table(
        "coverages",
        sa.Column("chat_id", _ID, nullable=False),
        sa.Column("thread_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", _ID, nullable=False),
        sa.Column("root_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"], name="fk_coverages_chat_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_coverages_account_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("chat_id", "thread_id", "account_id", name="pk_coverages"),
    )
    op.create_index("ix_coverages_account_id", "coverages", ["account_id"], unique=False)


def downgrade() -> None:
    """No chat gets a digest by itself any more, each post is a message of its own; what was chosen is forgotten."""
    op.drop_index("ix_coverages_account_id", table_name="coverages")
    op.drop_table("coverages")
    op.drop_index("ix_briefings_due_at", table_name="briefings")
    op.drop_table("briefings")
