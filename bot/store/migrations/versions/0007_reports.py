"""What readers write to those who run the bot, so that an answer finds its way back."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A table of its own, and an index to find chats that were forgotten."""
    op.create_index("ix_chats_state_created_at", "chats", ["state", "created_at"], unique=False)
    op.create_table(
        "reports",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("chat_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("thread_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("delivery_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("beginning", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"], name="fk_reports_chat_id_chats", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name="fk_reports_delivery_id_deliveries", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_reports"),
        sa.UniqueConstraint("chat_id", "message_id", name="uq_reports_chat_id_message_id"),
    )
    op.create_index("ix_reports_delivery_id", "reports", ["delivery_id"], unique=False)
    op.create_index("ix_reports_chat_id_made_at", "reports", ["chat_id", "made_at"], unique=False)


def downgrade() -> None:
    """An answer to an old report finds no way back any more."""
    op.drop_index("ix_reports_chat_id_made_at", table_name="reports")
    op.drop_index("ix_reports_delivery_id", table_name="reports")
    op.drop_table("reports")
    op.drop_index("ix_chats_state_created_at", table_name="chats")
