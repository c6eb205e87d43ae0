"""StormSite: the whole local site as one object, for the demo and for tests; its parts know nothing of each other."""

import asyncio
import contextlib
import random
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from bot.demo.site import playing
from bot.demo.site.faults import Endpoint, Faults, misbehave
from bot.demo.site.hostile import Hostile
from bot.demo.site.markup import to_plain, words_of
from bot.demo.site.mblog import picture_url
from bot.demo.site.newsfeed import NewsFeed
from bot.demo.site.panel import Panel
from bot.demo.site.snowflake import bid_of
from bot.demo.site.story import Bulletin, Event, EventKind, Story, StoryAccount, load_story
from bot.demo.site.visitors import Visitors
from bot.demo.site.weather import WarningOffice
from bot.demo.site.weibo import PostState, WeiboPost, WeiboState
from bot.demo.site.weibo_routes import Answer, WeiboRoutes
from bot.web.serving import serve

POLICE = "1288915263"
WEATHER = "7100120721"
#: Requests remembered for tests that look at how politely the site was asked.
LOG_LENGTH = 20_000


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that the site saw."""

    at: datetime
    endpoint: Endpoint
    path: str
    user_agent: str


class StormSite:
    """A Weibo, a CAP office and a feed on one origin. Everything is as empty as ``backlog=False`` leaves it."""

    def __init__(
        self,
        clock: Callable[[], datetime] | None = None,
        rng: random.Random | None = None,
        story: Story | None = None,
        *,
        backlog: bool = True,
    ) -> None:
        self.clock = clock or (lambda: datetime.now(UTC))
        self.story = story or load_story()
        self.panel = Panel(self.story)
        self.faults = Faults()
        self.visitors = Visitors(rng or random.Random(), self.clock)  # noqa: S311  nobody is kept out by these
        self.weibo = WeiboState(self.clock)
        self.warnings = WarningOffice(self.clock, self.story.areas)
        fire = self.story.accounts["fire"]
        self.feed = NewsFeed(self.clock, fire.name, fire.description)
        self.hostile = Hostile()
        self.weibo_routes = WeiboRoutes(self.weibo, self.visitors, self.guard)
        #: True: pictures want a Referer of the site's, as the real picture host does.
        self.pictures_need_referer = False
        #: How often each endpoint was asked, and the newest requests.
        self.asked: Counter[Endpoint] = Counter()
        self.log: deque[Asked] = deque(maxlen=LOG_LENGTH)
        #: The site's mids, identifiers and guids by their names in the story.
        self.published: dict[str, str] = {}
        self._playing: asyncio.Task[None] | None = None
        for account in self.story.accounts.values():
            if account.kind == "weibo":
                self.weibo.add_account(account)
        if backlog:
            self._lay_backlog()

    # ------------------------------------------------------------------ serving

    @contextlib.asynccontextmanager
    async def serve(self, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
        """Serve the site while the block runs and give its URL; a play begun with ``start`` ends with it."""
        from bot.demo.site.server import site_app

        async with serve(site_app(self), host, port) as url:
            self.panel.url = url
            try:
                yield url
            finally:
                await self.stop()

    def guard(self, endpoint: Endpoint, answer: Answer) -> Answer:
        """Count the request, misbehave if that is planned, answer otherwise."""

        async def guarded(request: Request) -> Response:
            self.asked[endpoint] += 1
            agent = request.headers.get("user-agent", "")
            self.log.append(Asked(self.clock(), endpoint, request.url.path, agent))
            plan = self.faults.take(endpoint)
            bad = await misbehave(plan) if plan else None
            return await answer(request) if bad is None else bad

        return guarded

    # ------------------------------------------------------------------ writing by hand

    def weibo_account(self, uid: str, name: str, **fields: Any) -> None:
        """Open a Weibo account (verified_type, verified_reason, domain, description, followers, avatar)."""
        defaults: dict[str, Any] = {"english": "", "description": "", "avatar": "badge-police"}
        self.weibo.add_account(StoryAccount(key=uid, kind="weibo", uid=uid, name=name, **(defaults | fields)))

    def rename(self, uid: str, name: str) -> None:
        """Give an account another screen name; the UID stays."""
        self.weibo.add_account(replace(self.weibo.accounts[uid], name=name))

    def weibo_post(
        self,
        uid: str,
        text: str,
        *,
        at: datetime | None = None,
        english: str = "",
        html: str = "",
        pictures: tuple[str, ...] = (),
        pinned: bool = False,
        long: bool = False,
        retweet: str = "",
        forwards: int | str = 0,
        comments: int | str = 0,
        likes: int | str = 0,
        hidden: bool = False,
    ) -> str:
        """Write a post; gives its mid. ``at`` writes it in the past (it appears below newer ones).

        ``html`` gives the text field as it is; ``retweet`` is a mid; ``pictures`` are names of pictures.names().
        """
        post = WeiboPost(
            mid=self.weibo.new_mid(at),
            uid=uid,
            text=text,
            english=english,
            html=html,
            pictures=tuple(pictures),
            pinned=pinned,
            long=long,
            retweet=retweet,
            forwards=forwards,
            comments=comments,
            likes=likes,
            state=PostState.HIDDEN if hidden else PostState.THERE,
        )
        return self.weibo.add(post)

    def edit(self, mid: str, text: str, english: str = "") -> None:
        """Change a post's words."""
        self.weibo.edit(mid, text, english)

    def remove(self, mid: str) -> None:
        """Delete a post: it leaves the page, and statuses/show answers errno 20101."""
        self.weibo.set_state(mid, PostState.DELETED)

    def hide(self, mid: str) -> None:
        """Show a post to followers only: it leaves the page, and statuses/show answers error_code 20112."""
        self.weibo.set_state(mid, PostState.HIDDEN)

    def figures(self, mid: str, forwards: int | str, comments: int | str = 0, likes: int | str = 0) -> None:
        """Set how often a post was forwarded, answered and liked."""
        post = self.weibo.posts[mid]
        post.forwards, post.comments, post.likes = forwards, comments, likes

    def cap_alert(self, bulletin: Bulletin | None = None, **fields: Any) -> str:
        """Send a CAP message out; gives its identifier. ``fields`` are Bulletin's, ``references`` identifiers."""
        return self.warnings.issue(replace(bulletin or Bulletin(), **fields))

    def feed_item(self, title: str, text: str, *, guid: str = "", at: datetime | None = None) -> str:
        """Publish an item in the feed, or change the one with this guid; gives its guid."""
        return self.feed.add(title, text, guid=guid, at=at)

    # ------------------------------------------------------------------ the story

    def publish(self, event: Event) -> str:
        """Let an event of the story happen now; gives the site's id of what it touched ("" when there is none)."""
        url = self.panel.url
        pictures: list[str] = []
        if event.kind is EventKind.CAP and event.bulletin:
            identifier = self.warnings.issue(event.bulletin, event.id)
            self.published[event.id] = identifier
            link, text = f"{url}/warnings/{identifier}", event.bulletin.description_zh
        elif event.kind is EventKind.FEED:
            guid = self.published[event.id] = self.feed.add(event.title, event.text, english=event.english)
            link, text = f"{url}/notices/{guid}", words_of(event.text)
        else:
            mid = self._weibo_event(event)
            if mid:
                link, text = f"{url}/{self.weibo.posts[mid].uid}/{bid_of(mid)}", to_plain(event.text)
                pictures = [picture_url(url, name, mid=mid) for name in event.pictures]
            else:
                link = text = ""
        self.panel.show(event, text, link, pictures)
        return self.published.get(event.id, "")

    async def play(self, speed: float = playing.SPEED, *, sleep: playing.Sleep = asyncio.sleep) -> None:
        """Replay the whole day, ``speed`` story minutes a second; times on the site are the real ones."""
        await playing.play(self, speed, sleep=sleep)

    def start(self, speed: float = playing.SPEED) -> None:
        """Play in the background; a day that is being played already goes on, at the new speed."""
        if self._playing is None or self._playing.done():
            self._playing = asyncio.create_task(self.play(speed), name="storm day")
        else:
            self.panel.speed = speed

    async def stop(self) -> None:
        """End a play begun with ``start``."""
        task, self._playing = self._playing, None
        if task is not None:
            task.cancel()
            await asyncio.wait({task})

    def _weibo_event(self, event: Event) -> str:
        mid = self.published.get(event.id, "")
        if event.kind is EventKind.POST:
            return self._weibo_post(event, None)
        if mid and event.kind is EventKind.EDIT:
            self.edit(mid, event.text, event.english)
        elif mid and event.kind is EventKind.REMOVE:
            self.remove(mid)
        elif mid and event.kind is EventKind.FORWARDS:
            self.figures(mid, event.forwards, event.comments, event.likes)
        return mid

    def _weibo_post(self, event: Event, at: datetime | None) -> str:
        original = self.published.get(event.retweet, "")
        if original and event.retweet_gone:
            self.remove(original)
        mid = self.weibo_post(
            self.story.accounts[event.account].uid,
            event.text,
            at=at,
            english=event.english,
            pictures=event.pictures,
            pinned=event.pinned,
            long=event.long,
            retweet=original,
            forwards=event.forwards,
            comments=event.comments,
            likes=event.likes,
        )
        self.published[event.id] = mid
        return mid

    def _lay_backlog(self) -> None:
        """What the accounts wrote before the day."""
        now = self.clock()
        for event in self.story.backlog:
            at = now + timedelta(minutes=event.minute)
            if event.kind is EventKind.FEED:
                self.published[event.id] = self.feed.add(event.title, event.text, english=event.english, at=at)
            else:
                self._weibo_post(event, at)
