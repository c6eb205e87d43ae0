"""The language of a topic, where it is another one than its group's."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A table of its own."""
    op.create_table(
        "topics",
        sa.Column("chat_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("thread_id", sa.BigInteger(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"], name="fk_topics_chat_id_chats", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("chat_id", "thread_id", name="pk_topics"),
    )


def downgrade() -> None:
    """Every topic speaks its group's language again."""
    op.drop_table("topics")
