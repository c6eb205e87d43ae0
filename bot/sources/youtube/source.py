"""A YouTube channel behind its feed: finds the channel's id, asks for the feed, asks whether one film is still there."""

import asyncio
from dataclasses import replace
from urllib.parse import quote

from bot.fetching import Fetcher, FetchError, Limits, Request, Response
from bot.model.account import Account
from bot.model.post import Post
from bot.model.reason import Cause, Reason
from bot.sources import asking
from bot.sources.face import (
    Broken,
    Claim,
    Hub,
    Memory,
    NotFoundError,
    Outcome,
    Pace,
    Posts,
    Presence,
    Refused,
    UnreadableError,
)
from bot.sources.youtube.naming import CHANNEL, VIDEO, channel_named
from bot.sources.youtube.videos import KIND, channel_in, channel_of, read_videos

#: The feed itself is made anew every fifteen minutes.
YOUTUBE_PACE = Pace(default=900, floor=300, ceiling=3600, promise=10800)
_LIMITS = Limits(max_bytes=1024 * 1024)
#: A channel's page is mostly script.
_PAGE_LIMITS = Limits(max_bytes=6 * 1024 * 1024)
_ACCEPT = "application/atom+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1"
_ACCEPT_PAGE = "text/html, */*;q=0.1"
#: Google's hub tells of new films and changed titles; feeds do not name it, YouTube's documents do.
_HUB = "https://pubsubhubbub.appspot.com/subscribe"
_TOPIC = "https://www.youtube.com/xml/feeds/videos.xml?channel_id="
_NOT_FOUND = 404
_SHUT = (401, 403)


class YoutubeSource:
    """The source of YouTube channels; an account is a channel's id ("UC" and 22 letters), which stays.

    Memory: ``etag``, ``modified``, ``sha`` and ``hint_s`` as for feeds.
    """

    kind = KIND
    pace = YOUTUBE_PACE
    ids_may_churn = False

    def __init__(self, fetcher: Fetcher, base: str = "https://www.youtube.com") -> None:
        self._fetcher = fetcher
        self._base = base

    def claims(self, what: str) -> Claim:
        """SURE for the addresses of channels and films, and for channel ids."""
        return Claim.SURE if channel_named(what) else Claim.NO

    async def find(self, what: str) -> tuple[Account, ...]:
        """The channel; of a name or a film the page is asked which channel it is of."""
        named = channel_named(what)
        if named is None:
            msg = f"“{what[:80]}” is no channel of YouTube's. Send the link of a channel or of one of its films."
            raise NotFoundError(msg, Reason(Cause.NO_ADDRESS))
        channel = named.channel
        if not channel:
            response = await asking.ask(self._fetcher, f"{self._base}{named.page}", _ACCEPT_PAGE, _PAGE_LIMITS)
            channel = await asyncio.to_thread(channel_in, response.body)
            if not channel:
                msg = (
                    "YouTube's page does not say which channel it is of (it may ask for consent first). Send the "
                    "channel's own link: youtube.com/channel/UC…, behind “Share channel”, “Copy channel ID”."
                )
                raise NotFoundError(msg)
        response = await asking.ask(self._fetcher, self._url(channel), _ACCEPT, _LIMITS)
        seen = await asyncio.to_thread(read_videos, response.body, channel)
        return (Account(KIND, channel, seen.title or channel, f"https://www.youtube.com/channel/{channel}"),)

    async def poll(self, account: Account, memory: Memory) -> Outcome:
        """Ask for the feed."""
        if not CHANNEL.fullmatch(account.key):
            return Broken("This is no channel of YouTube's.", "Unsubscribe, and subscribe again.", lasting=True)
        url = self._url(account.key)
        request = asking.poll_request(url, memory, _ACCEPT, _LIMITS)
        changed = await asking.changed_answer(self._fetcher, request, memory, _failure, self.pace.ceiling)
        if not isinstance(changed, asking.Changed):
            return changed
        response, after = changed.response, changed.after
        try:
            seen = await asyncio.to_thread(read_videos, response.body, account.key)
        except UnreadableError as error:
            return Broken(str(error), "It is asked again by itself.", reason=error.reason)
        shown = replace(account, name=seen.title or account.name)
        return Posts(seen.posts, after, (), shown, hub=Hub(_HUB, f"{_TOPIC}{account.key}"))

    async def confirm(self, account: Account, post_id: str) -> Presence:
        """Ask the site's oEmbed about the film: 404 is its word that there is none."""
        del account
        if not VIDEO.fullmatch(post_id):
            return Presence.UNKNOWN
        film = quote(f"https://www.youtube.com/watch?v={post_id}", safe="")
        request = Request(
            f"{self._base}/oembed?url={film}&format=json",
            headers={"Accept": "application/json"},
            limits=_LIMITS,
            pace=asking.SITE_PACE,
        )
        try:
            status = (await self._fetcher.fetch(request)).status
        except FetchError:
            return Presence.UNKNOWN
        if status == _NOT_FOUND:
            return Presence.DELETED
        # private, or not to be embedded: not shown to us
        return Presence.HIDDEN if status in _SHUT else Presence.THERE if status < 300 else Presence.UNKNOWN  # noqa: PLR2004

    def read(self, body: bytes, origin: str) -> tuple[Post, ...]:
        """Read a saved feed. Raises UnreadableError."""
        return read_videos(body, channel_of(origin) or origin).posts

    def _url(self, channel: str) -> str:
        return f"{self._base}/feeds/videos.xml?channel_id={channel}"


def _failure(response: Response) -> Refused | Broken | None:
    """What an answer without a feed comes to."""
    outcome = asking.refusal(response)
    if isinstance(outcome, Broken) and response.status == _NOT_FOUND:
        # now and then the feeds of channels that are there answer so, for hours
        return replace(outcome, lasting=False, advice="If the channel is there, its feed comes back by itself.")
    return outcome
