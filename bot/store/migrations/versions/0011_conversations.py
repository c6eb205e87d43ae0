"""Who was asked something, and what their next words will answer."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """A table of its own."""
    op.create_table(
        "conversations",
        sa.Column("chat_id", _ID, nullable=False),
        sa.Column("thread_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.String(16), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("question_id", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"], name="fk_conversations_chat_id_chats", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("chat_id", "thread_id", "user_id", name="pk_conversations"),
    )
    op.create_index("ix_conversations_expires_at", "conversations", ["expires_at"], unique=False)


def downgrade() -> None:
    """Nobody is asked anything."""
    op.drop_index("ix_conversations_expires_at", table_name="conversations")
    op.drop_table("conversations")
