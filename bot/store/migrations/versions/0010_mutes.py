"""Events that a chat does not want to hear more of for a while."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """A table of its own."""
    op.create_table(
        "mutes",
        sa.Column("chat_id", _ID, nullable=False),
        sa.Column("thread_id", sa.BigInteger(), nullable=False),
        sa.Column("root_id", _ID, nullable=False),
        sa.Column("lane", sa.SmallInteger(), nullable=False),
        sa.Column("rank", sa.SmallInteger(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"], name="fk_mutes_chat_id_chats", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["root_id"], ["posts.id"], name="fk_mutes_root_id_posts", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("chat_id", "thread_id", "root_id", name="pk_mutes"),
    )
    op.create_index("ix_mutes_root_id", "mutes", ["root_id"], unique=False)
    op.create_index("ix_mutes_until", "mutes", ["until"], unique=False)


def downgrade() -> None:
    """Every event rings again."""
    op.drop_index("ix_mutes_until", table_name="mutes")
    op.drop_index("ix_mutes_root_id", table_name="mutes")
    op.drop_table("mutes")
