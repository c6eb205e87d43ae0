"""Public Telegram channels, read from the page that Telegram shows to everybody (t.me/s/NAME): no login, no bot."""

from bot.sources.face import About, Source
from bot.sources.registry import Parts
from bot.sources.telegram_channel.source import CHANNEL_PACE, ChannelSource

#: Sure of its own links.
LOOKUP_ORDER = 12

ABOUT = About(
    name="Telegram channels",
    gives="posts of public channels with a preview, albums, forwards",
    edits="same id, words compared",
    deletions="asked for one by one",
    levels="read from the words",
    languages="detected",
    terms="Telegram's terms; at most one look a minute, credit and link",
    proof="tests/sources/telegram_channel",
)


def make_source(parts: Parts) -> Source:
    """The source; it has no settings."""
    return ChannelSource(parts.fetcher)


__all__ = ["ABOUT", "CHANNEL_PACE", "LOOKUP_ORDER", "ChannelSource", "make_source"]
