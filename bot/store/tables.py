"""Every table of the database, and why each index is there. Queries stand by subject in the files beside this one."""

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
    text,
)

from bot.store.storable import ForeignText, IndexedText


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime; SQLite keeps no zone, so it is put back on reading. Naive values are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Bring any aware datetime to UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            msg = f"naive datetime {value!r} given to the database"
            raise ValueError(msg)
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give back aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


#: 64 bits on PostgreSQL; SQLite's rowid alias must be spelt INTEGER.
Id = BigInteger().with_variant(Integer, "sqlite")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

accounts = Table(
    "accounts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("key", ForeignText, nullable=False),
    Column("name", ForeignText, nullable=False),
    Column("url", ForeignText, nullable=False),
    Column("description", ForeignText, nullable=False, default=""),
    Column("verified", ForeignText, nullable=False, default=""),
    Column("language", String(35), nullable=False, default=""),
    Column("utc_offset", Integer),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("kind", "key"),
)

#: How an account is watched: one row for each account, rewritten at every poll, so kept apart from its name.
watches = Table(
    "watches",
    metadata,
    Column("account_id", Id, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    #: "active", or "gone" after the site said 410.
    Column("state", String(16), nullable=False, default="active"),
    #: When the first look was taken; posts of that look are known, not news. NULL: not looked yet.
    Column("baseline_at", UtcDateTime),
    #: Oldest publication time on that first page: an unknown post older than this is not news either.
    Column("baseline_floor", UtcDateTime),
    Column("next_poll_at", UtcDateTime, nullable=False),
    Column("interval_s", Float, nullable=False),
    Column("last_poll_at", UtcDateTime),
    #: Last time that the site answered (posts or nothing new).
    Column("last_ok_at", UtcDateTime),
    #: Last time that a new or edited post was seen.
    Column("last_post_at", UtcDateTime),
    #: "never", "posts", "nothing_new", "refused" or "broken": how the last poll ended.
    Column("outcome", String(16), nullable=False, default="never"),
    Column("problem", ForeignText, nullable=False, default=""),
    Column("advice", ForeignText, nullable=False, default=""),
    #: What subscribers are told of it (``Reason.to_json``); "" when there is nothing to tell.
    Column("reason", Text, nullable=False, default="", server_default=""),
    #: Polls in a row that were refused or broken.
    Column("failures", Integer, nullable=False, default=0),
    #: When the subscribers were told that it is blind; NULL while it sees.
    Column("blind_told_at", UtcDateTime),
    #: The source's own memory, a JSON object.
    Column("memory", Text, nullable=False, default="{}"),
)

posts = Table(
    "posts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account_id", Id, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    #: ``Post.id`` (``IndexedText``: an over-long one shortened).
    Column("ext_id", IndexedText, nullable=False),
    #: Hash of what a reader would see (not of counts).
    Column("fingerprint", String(64), nullable=False),
    #: Number of the current revision.
    Column("revision", Integer, nullable=False),
    #: "current", "withdrawn", "superseded" (by an update) or "cancelled".
    Column("state", String(16), nullable=False, default="current"),
    #: Why it was not relayed ("first look", "status is Test"), "" when it was.
    Column("why_not", ForeignText, nullable=False, default=""),
    Column("first_seen_at", UtcDateTime, nullable=False),
    #: As the platform says, at most ``first_seen_at``; that itself where the platform does not say.
    Column("published_at", UtcDateTime, nullable=False),
    #: Since when it can have been seen: its publication, or the last good look before it was there, whichever is
    #: later. A feed that gives only days, or lists late, makes no old news by that. NULL in rows of the first release.
    Column("news_at", UtcDateTime),
    Column("url", IndexedText, nullable=False),
    #: Hash of the folded title (or start of the text), to know a post again whose feed renumbers.
    Column("title_key", String(64), nullable=False, default=""),
    #: First post of its event: replies in a chat hang below what was sent for it. NULL: itself.
    Column("root_id", Id, ForeignKey("posts.id", ondelete="SET NULL")),
    #: ``Post.event_id``, "" when none.
    Column("event_id", IndexedText, nullable=False, default=""),
    UniqueConstraint("account_id", "ext_id"),
    # the newest posts of an account: /latest, and what should still be on its page
    Index("ix_posts_account_id_published_at", "account_id", "published_at"),
    # a renumbered post is looked for by its link
    Index("ix_posts_account_id_url", "account_id", "url"),
    # … and by its title
    Index("ix_posts_account_id_title_key", "account_id", "title_key"),
    # the first post of the event that an update belongs to
    Index("ix_posts_account_id_event_id_id", "account_id", "event_id", "id"),
    Index("ix_posts_root_id", "root_id"),
)

#: Other names of a post that a reference may use.
post_aliases = Table(
    "post_aliases",
    metadata,
    Column("account_id", Id, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("alias", IndexedText, primary_key=True),
    Column("post_id", Id, ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True),
    Index("ix_post_aliases_post_id", "post_id"),
)

#: What updates and cancels point at, kept also while the target is not known yet (a cancel may come first).
supersessions = Table(
    "supersessions",
    metadata,
    Column("account_id", Id, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    #: Id or alias of the post pointed at.
    Column("target", IndexedText, primary_key=True),
    #: The update or cancel.
    Column("post_id", Id, ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True),
    #: True when it cancels, False when it updates.
    Column("cancels", Boolean, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Index("ix_supersessions_post_id", "post_id"),
)

revisions = Table(
    "revisions",
    metadata,
    Column("post_id", Id, ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    #: ``RevisionKind``.
    Column("kind", String(16), nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    #: The ``Post`` as JSON.
    Column("content", Text, nullable=False),
)

chats = Table(
    "chats",
    metadata,
    Column("id", Id, primary_key=True),
    #: Telegram's chat id; changes when a group becomes a supergroup, so it is no key here.
    Column("telegram_id", BigInteger, nullable=False, unique=True),
    #: ``ChatKind``.
    Column("kind", String(16), nullable=False),
    Column("title", ForeignText, nullable=False, default=""),
    #: Interface language (BCP 47).
    Column("language", String(35), nullable=False, default=""),
    #: "active", "paused" (the bot was blocked or removed; subscriptions stay) or "forgotten" (``store.forgetting``).
    Column("state", String(16), nullable=False, default="active"),
    Column("paused_reason", ForeignText, nullable=False, default=""),
    Column("created_at", UtcDateTime, nullable=False),
    #: Seconds after which what waits is no longer rung as new but summed up, for routine and for urgent news.
    #: NULL: the program's own (``delivery.old_news``).
    Column("old_routine_s", Integer),
    Column("old_urgent_s", Integer),
    # forgotten ones, to be thrown away
    Index("ix_chats_state_created_at", "state", "created_at"),
    #: True: the agency's own words stand before their translation.
    Column("original_first", Boolean, nullable=False, server_default=false()),
)

#: Topics that are spoken to in another language than their group.
topics = Table(
    "topics",
    metadata,
    Column("chat_id", Id, ForeignKey("chats.id", ondelete="CASCADE"), primary_key=True),
    Column("thread_id", BigInteger, primary_key=True),
    #: BCP 47.
    Column("language", String(35), nullable=False),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("chat_id", Id, ForeignKey("chats.id", ondelete="CASCADE"), nullable=False),
    #: ``message_thread_id`` of the forum topic, 0 for none.
    Column("thread_id", BigInteger, nullable=False, default=0),
    Column("account_id", Id, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    #: The words as typed, a JSON list: how filters were kept before ``filter``, and what those of that time still are.
    Column("words", Text, nullable=False, default="[]"),
    #: The filter as ``matching.tree.written`` gives it; "" where there are words, or none.
    Column("filter", Text, nullable=False, default="", server_default=""),
    #: ``matching.tree.key_of`` the filter: two wishes with the same key are the same wish.
    Column("words_key", IndexedText, nullable=False, default=""),
    #: Telegram user who asked.
    Column("created_by", BigInteger),
    Column("created_at", UtcDateTime, nullable=False),
    #: What it wants otherwise than its place (``store.manners.own_to_json``), "" for nothing.
    Column("manners", Text, nullable=False, server_default=""),
    UniqueConstraint("chat_id", "thread_id", "account_id", "words_key"),
    # from an account to its subscribers: those with no words, those with just these words, and which words there are
    Index(
        "ix_subscriptions_account_id_words_key_chat_id_thread_id", "account_id", "words_key", "chat_id", "thread_id"
    ),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Id, primary_key=True),
    Column("chat_id", Id, ForeignKey("chats.id", ondelete="CASCADE"), nullable=False),
    Column("thread_id", BigInteger, nullable=False, default=0),
    #: NULL for a notice of the bot's own.
    Column("post_id", Id, ForeignKey("posts.id", ondelete="CASCADE")),
    #: The revision that caused it.
    Column("revision", Integer, nullable=False, default=0),
    #: ``Op``.
    Column("op", String(8), nullable=False),
    #: ``State``.
    Column("state", String(8), nullable=False),
    #: ``Lane``.
    Column("lane", SmallInteger, nullable=False),
    #: ``Severity.rank`` of what the post says stands; 0 for what is over or not known.
    Column("severity", SmallInteger, nullable=False, server_default="0"),
    #: True: arrives without a sound.
    Column("silent", Boolean, nullable=False, default=False),
    #: True: its first message went out without a sound, as its chat wanted it then.
    Column("hushed", Boolean, nullable=False, server_default=false()),
    #: What it says besides a post, a JSON object (``watching.notices``).
    Column("notice", Text, nullable=False, default=""),
    #: The subscription that asked for it (no foreign key: it may be gone by now).
    Column("subscription_id", BigInteger),
    Column("queued_at", UtcDateTime, nullable=False),
    #: Not to be tried before this.
    Column("not_before", UtcDateTime, nullable=False),
    #: After this it is no longer news.
    Column("expires_at", UtcDateTime),
    Column("attempts", Integer, nullable=False, default=0),
    #: Written before the request goes out.
    Column("claimed_at", UtcDateTime),
    Column("settled_at", UtcDateTime),
    #: Revision that was rendered when sending began; the remaining parts use the same one.
    Column("rendered_revision", Integer),
    #: What arrived so far: JSON list of {"message_ids": [...], "form": "text"|"caption"|"media"|"map"}.
    Column("parts", Text, nullable=False, default="[]"),
    #: A request went out whose answer was never seen; what follows is marked as a possible repeat.
    Column("maybe_repeat", Boolean, nullable=False, default=False),
    Column("error", ForeignText, nullable=False, default=""),
    #: Requests that had to be made again, whatever the reason (429, an outage, a lost answer).
    Column("retries", Integer, nullable=False, default=0, server_default="0"),
    #: Requests whose answer was lost.
    Column("lost_answers", Integer, nullable=False, default=0, server_default="0"),
    #: Messages sent again though the first may have arrived.
    Column("repeats", Integer, nullable=False, default=0, server_default="0"),
    #: Refusals for a reason that no table knows (``delivery.face.UnknownError``).
    Column("unknown_errors", Integer, nullable=False, default=0, server_default="0"),
    #: When Telegram confirmed its first message: what a reader feels, however many follow. NULL: nothing arrived. In
    #: rows of the first release: when the last one was confirmed.
    Column("arrived_at", UtcDateTime),
    #: The notice that named it among what was missed (no foreign key: it may be gone by now).
    Column("folded_into", BigInteger),
    #: Kept back for a digest: the subscriptions that found it, where one of them has manners of its own, a JSON list of ids
    #: (no foreign keys: they may be gone by now). NULL: by the manners of the chat and topic.
    Column("held_for", Text),
    #: The language whose words its messages do not show yet (``renditions``), "" when nothing is owed.
    Column("owed", String(35), nullable=False, server_default=""),
    # the same post is said once in a chat however many of its subscriptions ask for it
    UniqueConstraint("chat_id", "thread_id", "post_id", "revision", "op"),
    # what waits: the sender reads by state, urgent lane first, oldest first
    Index("ix_deliveries_state_lane_id", "state", "lane", "id"),
    # the head of one chat's queue in one lane; what waits in a chat
    Index("ix_deliveries_chat_id_state_lane_id", "chat_id", "state", "lane", "id"),
    # every copy of a post that was sent, chat by chat
    Index("ix_deliveries_post_id_op_chat_id", "post_id", "op", "chat_id"),
    # what was settled lately: the figures, and what is old enough to go
    Index("ix_deliveries_settled_at", "settled_at"),
    # digests that are due; of the few rows that wait for one, so that the others cost nothing
    Index(
        "ix_deliveries_deferred",
        "not_before",
        "chat_id",
        sqlite_where=text("state = 'deferred'"),
        postgresql_where=text("state = 'deferred'"),
    ),
)

#: How a chat (and topic) wants to be told (``model.manners``); none: at once.
manners = Table(
    "manners",
    metadata,
    Column("chat_id", Id, ForeignKey("chats.id", ondelete="CASCADE"), primary_key=True),
    Column("thread_id", BigInteger, primary_key=True),
    #: By whose clock ("Europe/Berlin", "UTC+8"), "" where none was chosen.
    Column("zone", String(64), nullable=False, default=""),
    #: ``Telling.spelt``.
    Column("telling", String(16), nullable=False, default="once"),
    #: Minutes of the day, NULL for none; and the least severity that comes then (CAP's name).
    Column("quiet_begins", SmallInteger),
    Column("quiet_ends", SmallInteger),
    Column("quiet_least", String(16), nullable=False, default="Severe"),
    Column("paused_until", UtcDateTime),
    #: True: not even what is Extreme comes.
    Column("paused_whole", Boolean, nullable=False, default=False),
    #: A JSON list of filters ("hazard:rainstorm").
    Column("muted", Text, nullable=False, default="[]"),
)

#: What readers wrote to those who run the bot, and the notice that took it there: an answer to that goes back.
reports = Table(
    "reports",
    metadata,
    Column("id", Id, primary_key=True),
    #: The reader's chat, topic and message.
    Column("chat_id", Id, ForeignKey("chats.id", ondelete="CASCADE"), nullable=False),
    Column("thread_id", BigInteger, nullable=False, default=0),
    Column("message_id", BigInteger, nullable=False),
    #: The notice in the operators' chat.
    Column("delivery_id", Id, ForeignKey("deliveries.id", ondelete="CASCADE"), nullable=False, index=True),
    #: How it began, to be said again with the answer.
    Column("beginning", ForeignText, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    # how many a chat wrote lately; the same message twice is one
    UniqueConstraint("chat_id", "message_id"),
    Index("ix_reports_chat_id_made_at", "chat_id", "made_at"),
)

#: Digests that a chat (and topic) gets by itself: what it was told last, and when it is looked at again.
briefings = Table(
    "briefings",
    metadata,
    Column("chat_id", Id, ForeignKey("chats.id", ondelete="CASCADE"), primary_key=True),
    Column("thread_id", BigInteger, primary_key=True),
    #: "burst" (after many posts at once) or "day" (once a day, at an hour of the chat's choosing).
    Column("kind", String(8), primary_key=True),
    #: Of a day's digest: the hour (0 to 23), and by whose clock ("Europe/Berlin", "UTC+8").
    Column("hour", SmallInteger),
    Column("zone", String(64), nullable=False, default=""),
    #: When it is looked at next. NULL: a burst that is over.
    Column("due_at", UtcDateTime),
    #: When the burst began.
    Column("began_at", UtcDateTime),
    #: When it was told last, and when a burst was found to be over; NULL: never.
    Column("told_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    #: The lines that stood when it was told last (``codec.lines_to_json``), "" when it never was.
    Column("told", Text, nullable=False, default=""),
    # what is due
    Index("ix_briefings_due_at", "due_at"),
)

#: Accounts whose running reports become one message that grows, in a chat and topic that asked for that.
coverages = Table(
    "coverages",
    metadata,
    Column("chat_id", Id, ForeignKey("chats.id", ondelete="CASCADE"), primary_key=True),
    Column("thread_id", BigInteger, primary_key=True),
    Column("account_id", Id, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    #: The notice whose message grows (no foreign key: it may be gone by now). NULL: there was none yet.
    Column("root_id", BigInteger),
    Index("ix_coverages_account_id", "account_id"),
)

#: Messages for which Telegram was paid (``allow_paid_broadcast``), by UTC day ("2026-07-21"): reserved before they go.
paid_messages = Table(
    "paid_messages",
    metadata,
    Column("day", String(10), primary_key=True),
    Column("messages", Integer, nullable=False),
)

#: Who may poll and who may send, across processes. ``fence`` grows with every change of holder.
leases = Table(
    "leases",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("holder", String(128), nullable=False),
    Column("fence", BigInteger, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
)

#: What is kept for a whole site: visitor cookies, a rest until, a pause.
site_state = Table(
    "site_state",
    metadata,
    Column("site", String(255), primary_key=True),
    Column("name", String(64), primary_key=True),
    #: JSON.
    Column("value", Text, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
)

#: What a button stands for when it does not fit into callback_data's 64 bytes.
choices = Table(
    "choices",
    metadata,
    Column("token", String(32), primary_key=True),
    Column("telegram_id", BigInteger, nullable=False, index=True),
    #: JSON.
    Column("payload", Text, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
)

#: Who was asked something in a chat and topic, and what their next words there will answer.
conversations = Table(
    "conversations",
    metadata,
    Column("chat_id", Id, ForeignKey("chats.id", ondelete="CASCADE"), primary_key=True),
    Column("thread_id", BigInteger, primary_key=True),
    #: Telegram's; 0 for whoever writes in a channel.
    Column("user_id", BigInteger, primary_key=True),
    Column("step", String(16), nullable=False),
    #: JSON.
    Column("payload", Text, nullable=False),
    #: The message that asks; in company only a reply to it is an answer.
    Column("question_id", BigInteger, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
)

#: What an engine made of a text and the gate let pass. A failure has no row.
translations = Table(
    "translations",
    metadata,
    #: SHA-256 of the original, hexadecimal.
    Column("text_hash", String(64), primary_key=True),
    Column("target", String(35), primary_key=True),
    Column("source", String(35), primary_key=True),
    Column("engine", String(32), primary_key=True),
    Column("model", IndexedText, primary_key=True),
    #: Of the phrasebook and of what engines are told.
    Column("version", String(64), primary_key=True),
    Column("text", ForeignText, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    # what is old enough to go
    Index("ix_translations_made_at", "made_at"),
)

#: What readers of a language are shown of a version of a post, where it was not there at once or an engine made it.
renditions = Table(
    "renditions",
    metadata,
    Column("post_id", Id, ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    #: A tag that the bot speaks.
    Column("language", String(35), primary_key=True),
    #: When the first delivery that shows it came up: from then on the waiting is counted, also across restarts.
    Column("asked_at", UtcDateTime, nullable=False),
    #: ``Words`` as JSON that went out before the translation was there, "" while nothing did.
    Column("bell", ForeignText, nullable=False, default=""),
    #: ``Words`` as JSON that stand in the end, "" while they are made.
    Column("words", ForeignText, nullable=False, default=""),
    # what a process that died left unsaid
    Index("ix_renditions_asked_at", "asked_at"),
)

#: What translating took, by UTC day ("2026-07-21") and engine; answers that were of no use are counted too.
translation_costs = Table(
    "translation_costs",
    metadata,
    Column("day", String(10), primary_key=True),
    Column("engine", String(32), primary_key=True),
    Column("model", IndexedText, primary_key=True),
    Column("requests", BigInteger, nullable=False),
    Column("characters", BigInteger, nullable=False),
    Column("tokens_in", BigInteger, nullable=False),
    Column("tokens_out", BigInteger, nullable=False),
)

#: Engines that said "not now" (a quota, a refused key), and until when.
engine_rests = Table(
    "engine_rests",
    metadata,
    Column("engine", String(32), primary_key=True),
    Column("until", UtcDateTime, nullable=False),
    Column("why", ForeignText, nullable=False),
)

#: What is proved of the event that a post tells of (``reading.sameness``), so that another account's is known again.
happenings = Table(
    "happenings",
    metadata,
    Column("post_id", Id, ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("account_id", BigInteger, nullable=False),
    #: The post that told of it first; it may be gone, as this is but a name that all posts of the event share.
    Column("first_id", BigInteger, nullable=False),
    Column("key", IndexedText, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("latitude", Float),
    Column("longitude", Float),
    Column("magnitude", Float),
    # what a new post may be the same as
    Index("ix_happenings_key_at", "key", "at"),
    # what is told of one event
    Index("ix_happenings_first_id", "first_id"),
)

#: Events of which a chat and topic wants to hear no more for a while, unless they grow graver (``store.mutes``).
mutes = Table(
    "mutes",
    metadata,
    Column("chat_id", Id, ForeignKey("chats.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("thread_id", BigInteger, primary_key=True, autoincrement=False),
    #: The first post of the event when it was muted.
    Column("root_id", Id, ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    #: ``Lane`` and ``Severity.rank`` of the event then: what is graver by either rings again.
    Column("lane", SmallInteger, nullable=False),
    Column("rank", SmallInteger, nullable=False),
    Column("until", UtcDateTime, nullable=False),
    # who has muted an event
    Index("ix_mutes_root_id", "root_id"),
    # whether anything is muted at all, and what is over
    Index("ix_mutes_until", "until"),
)

#: Where chats want to be warned for (``model.place.ChatPlace``): one without any gets everything that it follows.
chat_places = Table(
    "chat_places",
    metadata,
    Column("id", Id, primary_key=True),
    Column("chat_id", Id, ForeignKey("chats.id", ondelete="CASCADE"), nullable=False),
    Column("thread_id", BigInteger, nullable=False),
    #: ``ChatPlace.key``: the same for all chats that set the same place.
    Column("key", IndexedText, nullable=False),
    Column("name", ForeignText, nullable=False),
    #: A JSON list, outermost first; "[]" for a point with a radius.
    Column("unit", Text, nullable=False),
    Column("latitude", Float, nullable=False),
    Column("longitude", Float, nullable=False),
    Column("radius_km", Float, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("chat_id", "thread_id", "key"),
    # who set a place that an alert touches, and which different ones there are
    Index("ix_chat_places_key", "key"),
    # those that came since the places were read last
    Index("ix_chat_places_created_at", "created_at"),
)
