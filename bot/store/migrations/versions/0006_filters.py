"""Filters: a subscription keeps the text of its filter beside the list of words of earlier ones."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; lists of words stay as they are and mean what they meant."""
    op.add_column("subscriptions", sa.Column("filter", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """A filter that the version before cannot read lets everything through."""
    with op.batch_alter_table("subscriptions") as batch:
        batch.drop_column("filter")
