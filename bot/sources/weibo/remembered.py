"""What we remember of one account between polls, within bounds; nothing here asks Weibo."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.model.post import Media, MediaKind
from bot.sources.face import Memory
from bot.sources.weibo.cards import Item, mid_of_mblog
from bot.sources.weibo.fields import elements, integer, mapping, string
from bot.sources.weibo.ids import is_mid
from bot.sources.weibo.media import MAX_MEDIA, PICTURE_REFERER
from bot.sources.weibo.posts import NOTHING_MORE, Completed, edit_count, original_of

#: Post ids: six pages of ten, so that one deleted or late post does not look like a gap.
MAX_IDS = 60
#: Characters of long texts in all. An ordinary account has three long posts of 500 characters on its page; a full page
#: of Weibo's longest (5000) does not fit, and what does not fit stays short and marked as truncated.
MAX_TEXT = 48_000
#: How often the rest of one version of a post is asked for before it is left short.
MAX_TRIES = 5


def key_of(mblog: object) -> str:
    """Name one version of a post: an edit makes it another."""
    post = mapping(mblog)
    return f"{mid_of_mblog(post)}:{edit_count(post)}"


@dataclass(slots=True)
class Remembered:
    """An account's memory, as a poll works on it."""

    ids: list[str] = field(default_factory=list)
    #: It had posts of its own on a page once.
    had_posts: bool = False
    #: Its profile says that it never posted.
    blank: bool = False
    #: The container of its posts where it is not the usual one.
    container: str = ""
    #: Whole texts by version; "" where the short text is the whole.
    texts: dict[str, str] = field(default_factory=dict)
    #: All pictures by version; empty where there are no more than the page lists.
    pictures: dict[str, tuple[str, ...]] = field(default_factory=dict)
    tries: dict[str, int] = field(default_factory=dict)
    #: The last page's bytes, told apart; "" while something of it is still to be completed.
    digest: str = ""

    @classmethod
    def read(cls, memory: Memory) -> "Remembered":
        """Read a stored memory; what is not in its shape is forgotten."""
        texts = mapping(memory.get("texts")).items()
        pictures = mapping(memory.get("pictures")).items()
        tries = mapping(memory.get("tries")).items()
        return cls(
            ids=[mid for mid in map(string, elements(memory.get("ids"))) if is_mid(mid)][:MAX_IDS],
            had_posts=memory.get("had_posts") is True,
            blank=memory.get("blank") is True,
            container=string(memory.get("container")),
            texts={key: string(text) for key, text in texts},
            pictures={key: tuple(string(url) for url in elements(urls)) for key, urls in pictures},
            tries={key: integer(count) or 0 for key, count in tries},
            digest=string(memory.get("digest")),
        )

    def to_memory(self) -> Memory:
        """Write it as JSON values; what is empty is left out."""
        whole: dict[str, object] = {
            "ids": self.ids,
            "had_posts": self.had_posts,
            "blank": self.blank,
            "container": self.container,
            "texts": self.texts,
            "pictures": {key: list(urls) for key, urls in self.pictures.items()},
            "tries": self.tries,
            "digest": self.digest,
        }
        return {name: value for name, value in whole.items() if value}

    def knows(self, mid: str) -> bool:
        """Tell whether the post was on a page before."""
        return mid in self.ids

    def tired_of(self, key: str) -> bool:
        """Tell whether this version was asked about often enough."""
        return self.tries.get(key, 0) >= MAX_TRIES

    def has_room(self, text: str) -> bool:
        """Tell whether a long text may be kept. Texts that are kept stay, so that a post does not flicker."""
        return sum(map(len, self.texts.values())) + len(text) <= MAX_TEXT

    def completed(self, mblog: object) -> Completed:
        """Give what other requests told about this version."""
        key = key_of(mblog)
        if key not in self.texts and key not in self.pictures:
            return NOTHING_MORE
        text = self.texts.get(key)
        media = tuple(
            Media(MediaKind.PHOTO, url, referer=PICTURE_REFERER) for url in self.pictures.get(key, ())[:MAX_MEDIA]
        )
        return Completed(text=text or "", short_is_whole=text == "", media=media)

    def after_page(self, items: Iterable[Item]) -> None:
        """Take in a page: its ids first, and forget texts of versions that neither it nor the ids before it show."""
        items = list(items)
        on_page = [item.mid for item in items]
        newest = sorted({*on_page, *self.ids}, key=int, reverse=True)
        # A pinned post may be years older than the rest; it stays known while it is listed.
        self.ids = list(dict.fromkeys([*on_page, *newest]))[:MAX_IDS]
        self.had_posts = self.had_posts or bool(items)
        self.blank = False
        listed = [*(item.mblog for item in items), *(original_of(item.mblog) for item in items)]
        versions = {key_of(mblog) for mblog in listed if mblog}
        self.texts = {key: text for key, text in self.texts.items() if key in versions}
        self.pictures = {key: urls for key, urls in self.pictures.items() if key in versions}
        self.tries = {key: count for key, count in self.tries.items() if key in versions}
