"""The fire service's advice as an RSS 2.0 feed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from xml.sax.saxutils import escape

from starlette.requests import Request
from starlette.responses import Response

from bot.demo.site.documents import conditional
from bot.demo.site.mblog import BEIJING

LISTED = 20


@dataclass(slots=True)
class Item:
    """An item; ``text`` may hold HTML, as descriptions do."""

    guid: str
    title: str
    text: str
    published: datetime
    english: str = ""


@dataclass(slots=True)
class NewsFeed:
    """A feed at ``/feeds/fire.xml``."""

    clock: Callable[[], datetime]
    title: str
    description: str
    items: dict[str, Item] = field(default_factory=dict)
    changed: datetime = field(default_factory=lambda: datetime.fromtimestamp(0, UTC))

    def add(self, title: str, text: str, *, english: str = "", guid: str = "", at: datetime | None = None) -> str:
        """Publish an item (or change the one with this guid); gives its guid."""
        now = self.clock()
        known = self.items.get(guid)
        published = known.published if known else at or now
        guid = guid or f"fire-{published:%Y%m%d%H%M%S}-{len(self.items) + 1}"
        self.items[guid] = Item(guid, title, text, published, english)
        self.changed = now
        return guid

    def remove(self, guid: str) -> None:
        """Take an item out."""
        del self.items[guid]
        self.changed = self.clock()

    async def document(self, request: Request) -> Response:
        """The feed."""
        base = str(request.base_url).rstrip("/")
        return conditional(request, self.rss(base).encode(), self.changed, "application/rss+xml")

    def rss(self, base: str) -> str:
        """The feed's XML, newest first."""
        newest = sorted(self.items.values(), key=lambda item: item.published, reverse=True)[:LISTED]
        lines = [
            '<?xml version="1.0" encoding="UTF-8"?>',
            '<rss version="2.0"><channel>',
            f"<title>{escape(self.title)}</title>",
            f"<link>{base}/notices</link>",
            f"<description>{escape(self.description)}</description>",
            "<language>zh-cn</language>",
        ]
        lines += [_item(item, base) for item in newest]
        return "\n".join([*lines, "</channel></rss>", ""])


def _item(item: Item, base: str) -> str:
    return (
        f"<item><title>{escape(item.title)}</title><link>{base}/notices/{escape(item.guid)}</link>"
        f'<guid isPermaLink="false">{escape(item.guid)}</guid>'
        f"<pubDate>{format_datetime(item.published.astimezone(BEIJING).replace(microsecond=0))}</pubDate>"
        f"<description>{escape(item.text)}</description></item>"
    )
