"""WebSub (W3C 2018): asks the hubs of watched sources to tell of changes, and looks at once when one does.

What a hub sends is never read: a notification that is signed rightly only makes the source be asked at once. Polling
goes on as before, so that a hub that is silent, wrong or gone costs nothing but the haste. Knows no web server.
"""

import asyncio
import contextlib
import hmac
import random
import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlencode

import structlog

from bot.fetching.backoff import grown
from bot.fetching.face import Fetcher, FetchError, Keep, Limits, Request
from bot.model.account import Account
from bot.sources.face import Hub

log = structlog.get_logger(__name__)

#: The path below the public address; what follows it is the subscription's secret name.
PATH = "/hub/"
#: Asked for; hubs give what they like.
LEASE = timedelta(days=10)
#: What a hub may give: shorter is a nuisance, longer is renewed before it ends anyhow.
SHORTEST_LEASE, LONGEST_LEASE = timedelta(minutes=5), timedelta(days=30)
#: A lease is asked for anew when so much of it is over.
RENEW_AT = 0.8
#: A hub that does not verify within this time is asked again.
VERIFIED_WITHIN = timedelta(minutes=10)
#: A source that is not among the watched for so long is watched no more.
GONE_AFTER = timedelta(minutes=2)
#: After trouble with a hub: 5, 10, 20 … minutes, at most a day; spread so that not all topics come together.
FIRST_RETRY, LONGEST_RETRY = timedelta(minutes=5), timedelta(days=1)
SPREAD = (0.8, 1.2)
#: Subscriptions held; further sources are polled only.
MOST = 500
#: How often what is due is looked for, and requests to hubs in one turn.
TURN_SECONDS, REQUESTS_A_TURN = 30.0, 10
_LIMITS = Limits(max_bytes=64 * 1024, total_s=20.0)
#: Each subscription is kept under its token, and all tokens in a list.
_SITE, _LIST = "websub", "subscriptions"
_METHODS = frozenset(("sha1", "sha256", "sha384", "sha512"))
_SIGNATURE = re.compile(r"\s*([a-z0-9]{4,6})=([0-9A-Fa-f]{40,128})\s*")
_ACCEPTED = range(200, 300)
_MOST_FAILURES = 16
#: A name or secret that is shorter could be guessed.
_SHORTEST = 16


class State(StrEnum):
    """Where a subscription stands."""

    #: To be asked for when ``next_at`` comes.
    WANTED = "wanted"
    #: Asked for; the hub is to verify it.
    ASKED = "asked"
    LIVE = "live"
    #: The source is watched no more: to be ended.
    LEAVING = "leaving"


@dataclass(frozen=True, slots=True)
class Topic:
    """One subscription. Times are aware UTC."""

    kind: str
    key: str
    hub: str
    topic: str
    #: The last step of its callback's address: who does not know it cannot even ask.
    token: str
    #: What the hub signs with.
    secret: str
    state: State
    next_at: datetime
    lease_until: datetime | None = None
    failures: int = 0


class Pushing:
    """The subscriptions at hubs. ``run`` is a task of the process that polls; ``verify`` and ``ping`` are its callbacks."""

    def __init__(
        self,
        fetcher: Fetcher,
        keep: Keep,
        public_url: str,
        *,
        clock: Callable[[], datetime],
        rng: random.Random,
        look: Callable[[str, str], None],
        watched: Callable[[], Iterable[Account] | None],
        name: Callable[[], str] = lambda: secrets.token_urlsafe(32),
    ) -> None:
        self._fetcher = fetcher
        self._keep = keep
        self._public_url = public_url.rstrip("/")
        self._clock = clock
        self._rng = rng
        #: Makes a source be asked at once, by kind and key.
        self._look = look
        self._watched = watched
        self._name = name
        self._topics: dict[str, Topic] = {}
        #: Since when a subscription's source is not among the watched, by token.
        self._gone: dict[str, datetime] = {}
        #: What is kept: the tokens listed, and those to be forgotten yet.
        self._listed: frozenset[str] = frozenset()
        self._dropped: list[str] = []
        self._saving = asyncio.Lock()
        self._woken = asyncio.Event()
        #: True while this process polls: only then are the subscriptions here the present ones.
        self.running = False

    def offered(self, account: Account, hub: Hub | None) -> None:
        """A source was read, and offers this hub (None: none)."""
        if not self.running or hub is None:
            return
        known = self._of(account.kind, account.key)
        if (
            known is not None
            and (known.hub, known.topic) == (hub.url, hub.topic)
            and known.state is not State.LEAVING
        ):
            return
        if known is not None:
            self._topics.pop(known.token)
            self._dropped.append(known.token)
        if len(self._topics) >= MOST:
            return
        token = self._name()
        made = Topic(account.kind, account.key, hub.url, hub.topic, token, self._name(), State.WANTED, self._clock())
        self._topics[token] = made
        self._woken.set()

    async def run(self) -> None:
        """Subscribe, renew and end what is due, for ever; ends only by cancellation."""
        try:
            while True:
                self._woken.clear()
                try:
                    if not self.running:  # another process may have had the watch meanwhile
                        self._topics = await self._load()
                        self.running = True
                    await self._turn()
                except Exception:  # a supervisor's loop: whatever one turn did, polling goes on and so does this
                    log.exception("websub: a turn failed and is tried again")
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(TURN_SECONDS):
                        await self._woken.wait()
        finally:
            self.running = False

    async def verify(self, token: str, query: Mapping[str, str]) -> str | None:
        """A hub asks whether we want this (WebSub 5.3). The challenge to send back, None to refuse.

        "denied" (5.2) is heard and answered with "".
        """
        topic = self._topics.get(token)
        if topic is None or query.get("hub.topic") != topic.topic:
            return None
        mode, challenge, now = query.get("hub.mode"), query.get("hub.challenge", ""), self._clock()
        if mode == "denied":
            log.warning("a hub denies a subscription; the source is polled", hub=topic.hub, topic=topic.topic)
            await self._put(self._later(replace(topic, state=State.WANTED, failures=_MOST_FAILURES)))
            return ""
        if not challenge:
            return None
        if mode == "unsubscribe" and topic.state is State.LEAVING:
            await self._drop(token)
            return challenge
        # LIVE: asked anew, and the hub verifies twice
        if mode == "subscribe" and topic.state in (State.ASKED, State.LIVE):
            lease = _lease(query.get("hub.lease_seconds", ""))
            renew = now + lease * RENEW_AT
            live = replace(topic, state=State.LIVE, lease_until=now + lease, next_at=renew, failures=0)
            await self._put(live)
            log.info("a hub tells of changes from now on", topic=topic.topic, until=live.lease_until)
            return challenge
        return None

    def knows(self, token: str) -> bool:
        """Whether a notification for this token is worth reading."""
        topic = self._topics.get(token)
        return topic is not None and topic.state is not State.LEAVING

    def ping(self, token: str, signature: str, body: bytes) -> bool | None:
        """A hub tells of a change: True when it was signed rightly and the source is asked, False when it is ignored,
        None for a subscription that there is not.
        """
        topic = self._topics.get(token)
        if topic is None or topic.state is State.LEAVING:
            return None
        if not signed(topic.secret, signature, body):
            log.warning("a notification that the hub did not sign is ignored", topic=topic.topic)
            return False
        self._look(topic.kind, topic.key)
        return True

    async def _turn(self) -> None:
        now = self._clock()
        self._end_unwatched(now)
        due = sorted(
            (topic for topic in self._topics.values() if topic.next_at <= now), key=lambda topic: topic.next_at
        )
        for topic in due[:REQUESTS_A_TURN]:
            await self._ask(topic)

    def _end_unwatched(self, now: datetime) -> None:
        """What is watched no more is to be ended. The list may be a moment behind what was just followed."""
        accounts = self._watched()
        if accounts is None:
            return
        watched = {(account.kind, account.key) for account in accounts}
        gone = [topic for topic in self._topics.values() if (topic.kind, topic.key) not in watched]
        self._gone = {topic.token: self._gone.get(topic.token, now) for topic in gone}
        for topic in gone:
            if topic.state is not State.LEAVING and now - self._gone[topic.token] >= GONE_AFTER:
                self._topics[topic.token] = replace(topic, state=State.LEAVING, next_at=now, failures=0)

    async def _ask(self, topic: Topic) -> None:
        now, leaving = self._clock(), topic.state is State.LEAVING
        if leaving and (topic.failures or topic.lease_until is None):
            # asked once, or never live: the lease ends by itself
            await self._drop(topic.token)
            return
        # written before it is asked: the hub verifies while it is still answering
        state = State.LEAVING if leaving else State.LIVE if topic.state is State.LIVE else State.ASKED
        asked = replace(topic, state=state, next_at=now + VERIFIED_WITHIN, failures=topic.failures + 1)
        await self._put(asked)
        trouble = await self._request(asked, "unsubscribe" if leaving else "subscribe")
        # verified meanwhile: the hub was faster than its own answer
        current = self._topics.get(topic.token)
        if trouble and current == asked:
            log.warning(
                "a hub could not be asked; the source is polled", hub=topic.hub, topic=topic.topic, why=trouble
            )
        if current == asked and (trouble or asked.failures > 1):
            await self._put(self._later(asked))

    async def _request(self, topic: Topic, mode: str) -> str:
        """Ask the hub; gives what went wrong, "" when it took the request."""
        fields = {
            "hub.callback": f"{self._public_url}{PATH}{topic.token}",
            "hub.mode": mode,
            "hub.topic": topic.topic,
            "hub.secret": topic.secret,
            "hub.lease_seconds": str(int(LEASE.total_seconds())),
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        request = Request(topic.hub, "POST", headers, urlencode(fields).encode(), limits=_LIMITS)
        try:
            status = (await self._fetcher.fetch(request)).status
        except FetchError as error:
            return error.why
        return "" if status in _ACCEPTED else f"HTTP {status}"

    def _later(self, topic: Topic) -> Topic:
        wait = grown(FIRST_RETRY, topic.failures, LONGEST_RETRY)
        return replace(topic, next_at=self._clock() + wait * self._rng.uniform(*SPREAD))

    def _of(self, kind: str, key: str) -> Topic | None:
        return next((topic for topic in self._topics.values() if (topic.kind, topic.key) == (kind, key)), None)

    async def _put(self, topic: Topic) -> None:
        self._topics[topic.token] = topic
        async with self._saving:  # else an older state could be written last
            await self._list()
            # written as it is by now
            if (current := self._topics.get(topic.token)) is not None:
                await self._keep.save(_SITE, topic.token, _kept(current))

    async def _drop(self, token: str) -> None:
        self._topics.pop(token, None)
        self._dropped.append(token)
        async with self._saving:
            await self._list()

    async def _list(self) -> None:
        """Keep the list of tokens where it changed. A token is listed before it is kept and until it is forgotten, so
        that nothing is kept that is not listed.
        """
        while self._dropped:
            await self._keep.save(_SITE, self._dropped[-1], None)
            self._dropped.pop()
        tokens = frozenset(self._topics)
        if tokens != self._listed:
            await self._keep.save(_SITE, _LIST, sorted(tokens))
            self._listed = tokens

    async def _load(self) -> dict[str, Topic]:
        tokens = await self._keep.load(_SITE, _LIST)
        listed = [token for token in tokens if isinstance(token, str)] if isinstance(tokens, list) else []
        read = [_read(await self._keep.load(_SITE, token)) for token in listed[:MOST]]
        self._listed, self._dropped = frozenset(listed), []
        return {topic.token: topic for topic in read if topic is not None}


def signed(secret: str, header: str, body: bytes) -> bool:
    """Is this the HMAC of the body (X-Hub-Signature: "sha256=…")? Compared in constant time."""
    found = _SIGNATURE.fullmatch(header[:200])
    if found is None or found[1] not in _METHODS:
        return False
    return hmac.compare_digest(hmac.new(secret.encode(), body, found[1]).hexdigest(), found[2].lower())


def _lease(text: str) -> timedelta:
    """What the hub gives; what is no number is ours."""
    wanted = timedelta(seconds=int(text)) if re.fullmatch(r"[0-9]{1,9}", text) else LEASE
    return min(max(wanted, SHORTEST_LEASE), LONGEST_LEASE)


def _kept(topic: Topic) -> dict[str, object]:
    until = topic.lease_until.isoformat() if topic.lease_until else None
    return asdict(topic) | {"next_at": topic.next_at.isoformat(), "lease_until": until}


def _read(kept: object) -> Topic | None:
    """What ``_kept`` made; None for anything else: it is asked for anew when its source offers its hub again."""
    if not isinstance(kept, dict):
        return None
    try:
        until = kept["lease_until"]
        times = {"next_at": _time(kept["next_at"]), "lease_until": _time(until) if until else None}
        topic = Topic(**{**kept, **times, "state": State(kept["state"]), "failures": int(kept["failures"])})
    except (TypeError, KeyError, ValueError, AttributeError):
        return None
    texts = (topic.kind, topic.key, topic.hub, topic.topic, topic.token, topic.secret)
    if not all(isinstance(text, str) and text for text in texts):
        return None
    return topic if min(len(topic.token), len(topic.secret)) >= _SHORTEST else None


def _time(text: str) -> datetime:
    when = datetime.fromisoformat(text)
    if when.tzinfo is None:
        raise ValueError(text)
    return when
