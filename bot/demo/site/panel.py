"""What the page's story panel shows: the clock, who speaks, what was written and what became of it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass, field
from typing import Any

from bot.demo.site.story import Event, EventKind, Story, clock_of

#: Posts shown; the whole day has fewer.
SHOWN = 80


@dataclass(slots=True)
class PanelPost:
    """One row. ``state`` is "new", "edited" or "removed"; ``status`` is CAP's word, "" elsewhere."""

    id: str
    account: str
    kind: str
    time: str
    text: str
    english: str
    state: str = "new"
    forwards: int = 0
    title: str = ""
    pictures: list[str] = field(default_factory=list)
    colour: str = ""
    status: str = ""
    action: str = ""
    url: str = ""


class Panel:
    """The story as a visitor follows it. Watchers get the newest state and may miss those between."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self._posts: dict[str, PanelPost] = {}
        self._changed = asyncio.Event()
        self._version = 0
        #: Minutes since the story's midnight.
        self.minute: float = story.events[0].minute if story.events else 0
        #: Story minutes in a second; 0 while paused.
        self.speed: float = 0
        self.playing = False
        self.finished = False
        #: The site's own address, once it is served.
        self.url = ""

    @property
    def version(self) -> int:
        """Grows with every change."""
        return self._version

    def touch(self) -> None:
        """Wake whoever watches."""
        self._version += 1
        self._changed.set()
        self._changed = asyncio.Event()

    def begin(self) -> None:
        """A new run of the day: an empty panel."""
        self._posts.clear()
        self.finished = False
        self.touch()

    def show(self, event: Event, text: str, url: str, pictures: list[str]) -> None:
        """Add what was just written, or change what it changed."""
        known = self._posts.get(event.id)
        if event.kind is EventKind.FORWARDS:
            if known:
                known.forwards = event.forwards
        elif event.kind is EventKind.REMOVE:
            if known:
                known.state = "removed"
        elif event.kind is EventKind.EDIT and known:
            known.state, known.text, known.english = "edited", text, event.english or known.english
        else:
            self._posts[event.id] = _row(event, text, url, pictures)
        self.touch()

    def state(self) -> dict[str, Any]:
        """The panel as JSON-able data, newest post first."""
        posts = list(reversed(self._posts.values()))[:SHOWN]
        return {
            "version": self._version,
            "clock": clock_of(self.minute),
            "minute": round(self.minute, 1),
            "speed": self.speed,
            "playing": self.playing,
            "finished": self.finished,
            "total": sum(event.kind is not EventKind.FORWARDS for event in self._story.events),
            "accounts": [self._account(key) for key in self._story.accounts],
            "posts": [asdict(post) for post in posts],
        }

    async def states(self, gap: float = 0.1) -> AsyncIterator[dict[str, Any]]:
        """The state now, and again after each change, at least ``gap`` seconds apart."""
        while True:
            changed = self._changed
            yield self.state()
            await changed.wait()
            await asyncio.sleep(gap)

    def _account(self, key: str) -> dict[str, Any]:
        account = self._story.accounts[key]
        follow = {
            "weibo": account.uid,
            "cap": f"{self.url}/cap/index.atom",
            "feed": f"{self.url}/feeds/fire.xml",
        }
        return {
            "key": key,
            "kind": account.kind,
            "name": account.name,
            "english": account.english,
            "description": account.description,
            "followers": account.followers,
            "avatar": f"{self.url}/avatar/{account.avatar}.png",
            "follow": follow[account.kind],
        }


def _row(event: Event, text: str, url: str, pictures: list[str]) -> PanelPost:
    bulletin = event.bulletin
    return PanelPost(
        id=event.id,
        account=event.account,
        kind=str(event.kind),
        time=event.clock,
        title=bulletin.headline_zh if bulletin else event.title,
        text=text,
        english=event.english,
        forwards=event.forwards,
        pictures=pictures,
        colour=bulletin.colour if bulletin else "",
        status=bulletin.status if bulletin else "",
        action=bulletin.msg_type if bulletin else "",
        url=url,
    )
