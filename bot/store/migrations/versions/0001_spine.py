"""The spine: every table that the first release needs. ``tables`` says what each column means."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

#: 64 bits on PostgreSQL; SQLite's rowid alias must be spelt INTEGER.
_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make every table."""
    op.create_table(
        "accounts",
        sa.Column("id", _ID, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("verified", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("utc_offset", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
        sa.UniqueConstraint("kind", "key", name="uq_accounts_kind_key"),
    )
    op.create_table(
        "chats",
        sa.Column("id", _ID, nullable=False),
        sa.Column("telegram_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("paused_reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_chats"),
        sa.UniqueConstraint("telegram_id", name="uq_chats_telegram_id"),
    )
    op.create_table(
        "choices",
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("telegram_id", sa.BigInteger(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token", name="pk_choices"),
    )
    op.create_index("ix_choices_expires_at", "choices", ["expires_at"], unique=False)
    op.create_index("ix_choices_telegram_id", "choices", ["telegram_id"], unique=False)
    op.create_table(
        "leases",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("holder", sa.String(length=128), nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_leases"),
    )
    op.create_table(
        "site_state",
        sa.Column("site", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("site", "name", name="pk_site_state"),
    )
    op.create_table(
        "posts",
        sa.Column("id", _ID, nullable=False),
        sa.Column("account_id", _ID, nullable=False),
        sa.Column("ext_id", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("why_not", sa.Text(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("title_key", sa.String(length=64), nullable=False),
        sa.Column("root_id", _ID, nullable=True),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_posts_account_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["root_id"], ["posts.id"], name="fk_posts_root_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_posts"),
        sa.UniqueConstraint("account_id", "ext_id", name="uq_posts_account_id_ext_id"),
    )
    op.create_index("ix_posts_account_id_event_id_id", "posts", ["account_id", "event_id", "id"], unique=False)
    op.create_index("ix_posts_account_id_published_at", "posts", ["account_id", "published_at"], unique=False)
    op.create_index("ix_posts_account_id_title_key", "posts", ["account_id", "title_key"], unique=False)
    op.create_index("ix_posts_account_id_url", "posts", ["account_id", "url"], unique=False)
    op.create_index("ix_posts_root_id", "posts", ["root_id"], unique=False)
    op.create_table(
        "subscriptions",
        sa.Column("id", _ID, nullable=False),
        sa.Column("chat_id", _ID, nullable=False),
        sa.Column("thread_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", _ID, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("words_key", sa.Text(), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_subscriptions_account_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"], name="fk_subscriptions_chat_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_subscriptions"),
        sa.UniqueConstraint(
            "chat_id",
            "thread_id",
            "account_id",
            "words_key",
            name="uq_subscriptions_chat_id_thread_id_account_id_words_key",
        ),
    )
    op.create_index("ix_subscriptions_account_id_chat_id", "subscriptions", ["account_id", "chat_id"], unique=False)
    op.create_table(
        "watches",
        sa.Column("account_id", _ID, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("baseline_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("baseline_floor", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_poll_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("interval_s", sa.Float(), nullable=False),
        sa.Column("last_poll_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_ok_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_post_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("advice", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("blind_told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("memory", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_watches_account_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id", name="pk_watches"),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", _ID, nullable=False),
        sa.Column("chat_id", _ID, nullable=False),
        sa.Column("thread_id", sa.BigInteger(), nullable=False),
        sa.Column("post_id", _ID, nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("op", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("lane", sa.SmallInteger(), nullable=False),
        sa.Column("silent", sa.Boolean(), nullable=False),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.Column("subscription_id", sa.BigInteger(), nullable=True),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rendered_revision", sa.Integer(), nullable=True),
        sa.Column("parts", sa.Text(), nullable=False),
        sa.Column("maybe_repeat", sa.Boolean(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"], name="fk_deliveries_chat_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name="fk_deliveries_post_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sa.UniqueConstraint(
            "chat_id",
            "thread_id",
            "post_id",
            "revision",
            "op",
            name="uq_deliveries_chat_id_thread_id_post_id_revision_op",
        ),
    )
    op.create_index(
        "ix_deliveries_chat_id_state_lane_id", "deliveries", ["chat_id", "state", "lane", "id"], unique=False
    )
    op.create_index("ix_deliveries_post_id_op", "deliveries", ["post_id", "op"], unique=False)
    op.create_index("ix_deliveries_state_lane_id", "deliveries", ["state", "lane", "id"], unique=False)
    op.create_table(
        "post_aliases",
        sa.Column("account_id", _ID, nullable=False),
        sa.Column("alias", sa.Text(), nullable=False),
        sa.Column("post_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_post_aliases_account_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name="fk_post_aliases_post_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id", "alias", "post_id", name="pk_post_aliases"),
    )
    op.create_index("ix_post_aliases_post_id", "post_aliases", ["post_id"], unique=False)
    op.create_table(
        "revisions",
        sa.Column("post_id", _ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name="fk_revisions_post_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("post_id", "number", name="pk_revisions"),
    )
    op.create_table(
        "supersessions",
        sa.Column("account_id", _ID, nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("post_id", _ID, nullable=False),
        sa.Column("cancels", sa.Boolean(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_supersessions_account_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name="fk_supersessions_post_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id", "target", "post_id", name="pk_supersessions"),
    )
    op.create_index("ix_supersessions_post_id", "supersessions", ["post_id"], unique=False)


def downgrade() -> None:
    """Drop every table."""
    op.drop_index("ix_supersessions_post_id", table_name="supersessions")
    op.drop_table("supersessions")
    op.drop_table("revisions")
    op.drop_index("ix_post_aliases_post_id", table_name="post_aliases")
    op.drop_table("post_aliases")
    op.drop_index("ix_deliveries_state_lane_id", table_name="deliveries")
    op.drop_index("ix_deliveries_post_id_op", table_name="deliveries")
    op.drop_index("ix_deliveries_chat_id_state_lane_id", table_name="deliveries")
    op.drop_table("deliveries")
    op.drop_table("watches")
    op.drop_index("ix_subscriptions_account_id_chat_id", table_name="subscriptions")
    op.drop_table("subscriptions")
    op.drop_index("ix_posts_root_id", table_name="posts")
    op.drop_index("ix_posts_account_id_url", table_name="posts")
    op.drop_index("ix_posts_account_id_title_key", table_name="posts")
    op.drop_index("ix_posts_account_id_published_at", table_name="posts")
    op.drop_index("ix_posts_account_id_event_id_id", table_name="posts")
    op.drop_table("posts")
    op.drop_table("site_state")
    op.drop_table("leases")
    op.drop_index("ix_choices_telegram_id", table_name="choices")
    op.drop_index("ix_choices_expires_at", table_name="choices")
    op.drop_table("choices")
    op.drop_table("chats")
    op.drop_table("accounts")
