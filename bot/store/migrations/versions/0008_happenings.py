"""Which posts of different accounts tell of one event."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """A table of its own."""
    op.create_table(
        "happenings",
        sa.Column("post_id", _ID, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("first_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("magnitude", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name="fk_happenings_post_id_posts", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("post_id", name="pk_happenings"),
    )
    op.create_index("ix_happenings_key_at", "happenings", ["key", "at"], unique=False)
    op.create_index("ix_happenings_first_id", "happenings", ["first_id"], unique=False)


def downgrade() -> None:
    """Each source rings by itself again."""
    op.drop_index("ix_happenings_first_id", table_name="happenings")
    op.drop_index("ix_happenings_key_at", table_name="happenings")
    op.drop_table("happenings")
