"""Places of chats: which alerts with a place they get."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """A table of its own."""
    op.create_table(
        "chat_places",
        sa.Column("id", _ID, nullable=False),
        sa.Column("chat_id", _ID, nullable=False),
        sa.Column("thread_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=False),
        sa.Column("longitude", sa.Float(), nullable=False),
        sa.Column("radius_km", sa.Float(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"], name="fk_chat_places_chat_id_chats", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_chat_places"),
        sa.UniqueConstraint("chat_id", "thread_id", "key", name="uq_chat_places_chat_id_thread_id_key"),
    )
    op.create_index("ix_chat_places_key", "chat_places", ["key"], unique=False)
    op.create_index("ix_chat_places_created_at", "chat_places", ["created_at"], unique=False)


def downgrade() -> None:
    """Every chat gets all that it follows again."""
    op.drop_index("ix_chat_places_created_at", table_name="chat_places")
    op.drop_index("ix_chat_places_key", table_name="chat_places")
    op.drop_table("chat_places")
