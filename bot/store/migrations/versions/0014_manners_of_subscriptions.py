"""Subscriptions have hours of quiet and pauses of their own; what went out without a sound is known."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_SUBSCRIPTIONS = sa.table(
    "subscriptions", sa.column("id", sa.Integer), sa.column("telling", sa.Text), sa.column("manners", sa.Text)
)


def upgrade() -> None:
    """Ways of telling become part of what a subscription wants of its own."""
    op.add_column("subscriptions", sa.Column("manners", sa.Text(), nullable=False, server_default=""))
    s = _SUBSCRIPTIONS.c
    kept = sa.literal('{"telling": "') + s.telling + sa.literal('"}')
    op.execute(sa.update(_SUBSCRIPTIONS).where(s.telling != "").values(manners=kept))
    with op.batch_alter_table("subscriptions") as batch:
        batch.drop_column("telling")
    op.add_column("deliveries", sa.Column("hushed", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("deliveries", sa.Column("held_for", sa.Text()))


def downgrade() -> None:
    """A subscription's own way stays; its hours of quiet and its pause end, and what they held back comes when it was due."""
    with op.batch_alter_table("deliveries") as batch:
        batch.drop_column("held_for")
        batch.drop_column("hushed")
    op.add_column("subscriptions", sa.Column("telling", sa.String(16), nullable=False, server_default=""))
    s, conn = _SUBSCRIPTIONS.c, op.get_bind()
    for number, manners in conn.execute(sa.select(s.id, s.manners).where(s.manners != "")).all():
        way = json.loads(manners).get("telling", "")
        conn.execute(sa.update(_SUBSCRIPTIONS).where(s.id == number).values(telling=way))
    with op.batch_alter_table("subscriptions") as batch:
        batch.drop_column("manners")
