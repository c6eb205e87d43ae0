"""How chats want to be told: quiet hours, pauses, digests; and what waits for them."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_DEFERRED = sa.text("state = 'deferred'")


def upgrade() -> None:
    """A table of its own; how grave a delivery is, and a way to what is due of those that wait for a digest."""
    op.create_table(
        "manners",
        sa.Column("chat_id", _ID, nullable=False),
        sa.Column("thread_id", sa.BigInteger(), nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("telling", sa.String(16), nullable=False),
        sa.Column("quiet_begins", sa.SmallInteger(), nullable=True),
        sa.Column("quiet_ends", sa.SmallInteger(), nullable=True),
        sa.Column("quiet_least", sa.String(16), nullable=False),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_whole", sa.Boolean(), nullable=False),
        sa.Column("muted", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"], name="fk_manners_chat_id_chats", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("chat_id", "thread_id", name="pk_manners"),
    )
    op.add_column("subscriptions", sa.Column("telling", sa.String(16), nullable=False, server_default=""))
    op.add_column("deliveries", sa.Column("severity", sa.SmallInteger(), nullable=False, server_default="0"))
    op.create_index(
        "ix_deliveries_deferred",
        "deliveries",
        ["not_before", "chat_id"],
        unique=False,
        sqlite_where=_DEFERRED,
        postgresql_where=_DEFERRED,
    )


def downgrade() -> None:
    """What waits for a digest is sent as it is: the version before knows no other way."""
    op.execute("UPDATE deliveries SET state = 'queued', error = '' WHERE state = 'deferred'")
    op.drop_index("ix_deliveries_deferred", table_name="deliveries")
    with op.batch_alter_table("deliveries") as batch:
        batch.drop_column("severity")
    with op.batch_alter_table("subscriptions") as batch:
        batch.drop_column("telling")
    op.drop_table("manners")
