"""Delivery under load: three lanes, what each delivery cost, old news folded, paid messages, each chat's patience."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_COUNTS = ("retries", "lost_answers", "repeats", "unknown_errors")


def upgrade() -> None:
    """Extreme gets a lane of its own in front: every other lane moves up by one."""
    # column by column, never by copying the table: dropping the old copy would delete what refers to it
    for name in _COUNTS:
        op.add_column("deliveries", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.add_column("deliveries", sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE deliveries SET arrived_at = settled_at WHERE state = 'sent'")
    op.add_column("deliveries", sa.Column("folded_into", sa.BigInteger(), nullable=True))
    op.execute("UPDATE deliveries SET lane = lane + 1")
    op.create_index("ix_deliveries_settled_at", "deliveries", ["settled_at"], unique=False)
    op.drop_index("ix_deliveries_post_id_op", table_name="deliveries")
    op.create_index("ix_deliveries_post_id_op_chat_id", "deliveries", ["post_id", "op", "chat_id"], unique=False)
    op.drop_index("ix_subscriptions_account_id_chat_id", table_name="subscriptions")
    op.create_index(
        "ix_subscriptions_account_id_words_key_chat_id_thread_id",
        "subscriptions",
        ["account_id", "words_key", "chat_id", "thread_id"],
        unique=False,
    )
    op.add_column("chats", sa.Column("old_routine_s", sa.Integer(), nullable=True))
    op.add_column("chats", sa.Column("old_urgent_s", sa.Integer(), nullable=True))
    op.add_column("posts", sa.Column("news_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("watches", sa.Column("reason", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "paid_messages",
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_paid_messages"),
    )


def downgrade() -> None:
    """Extreme and urgent share a lane again; what was held back for an operator counts as failed."""
    op.drop_table("paid_messages")
    op.drop_column("watches", "reason")
    op.drop_column("posts", "news_at")
    op.drop_column("chats", "old_urgent_s")
    op.drop_column("chats", "old_routine_s")
    op.drop_index("ix_subscriptions_account_id_words_key_chat_id_thread_id", table_name="subscriptions")
    op.create_index("ix_subscriptions_account_id_chat_id", "subscriptions", ["account_id", "chat_id"], unique=False)
    op.drop_index("ix_deliveries_post_id_op_chat_id", table_name="deliveries")
    op.create_index("ix_deliveries_post_id_op", "deliveries", ["post_id", "op"], unique=False)
    op.drop_index("ix_deliveries_settled_at", table_name="deliveries")
    op.execute("UPDATE deliveries SET lane = CASE WHEN lane > 0 THEN lane - 1 ELSE 0 END")
    op.execute("UPDATE deliveries SET state = 'failed' WHERE state = 'held'")
    op.drop_column("deliveries", "folded_into")
    op.drop_column("deliveries", "arrived_at")
    for name in reversed(_COUNTS):
        op.drop_column("deliveries", name)
