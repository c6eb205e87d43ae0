"""Translations: what engines made of a text, what that cost by day, and until when an engine wants to be left alone."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Three tables of their own; nothing that is there changes."""
    op.create_table(
        "translations",
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("target", sa.String(length=35), nullable=False),
        sa.Column("source", sa.String(length=35), nullable=False),
        sa.Column("engine", sa.String(length=32), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint(
            "text_hash", "target", "source", "engine", "model", "version", name="pk_translations"
        ),
    )
    op.create_index("ix_translations_made_at", "translations", ["made_at"], unique=False)
    op.create_table(
        "translation_costs",
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("engine", sa.String(length=32), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("requests", sa.BigInteger(), nullable=False),
        sa.Column("characters", sa.BigInteger(), nullable=False),
        sa.Column("tokens_in", sa.BigInteger(), nullable=False),
        sa.Column("tokens_out", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "engine", "model", name="pk_translation_costs"),
    )
    op.create_table(
        "engine_rests",
        sa.Column("engine", sa.String(length=32), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("engine", name="pk_engine_rests"),
    )


def downgrade() -> None:
    """What was translated can be translated again."""
    op.drop_table("engine_rests")
    op.drop_table("translation_costs")
    op.drop_index("ix_translations_made_at", table_name="translations")
    op.drop_table("translations")
