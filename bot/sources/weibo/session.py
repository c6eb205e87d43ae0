"""One question to Weibo from beginning to end: cookie, request, verdict, one renewal, rest. It reads no posts."""

import asyncio
import hashlib
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from bot.fetching.face import (
    Fetcher,
    FetchError,
    Keep,
    Limits,
    Request,
    Response,
    RestingError,
    SitePace,
    UnreachableError,
)
from bot.model.reason import Reason
from bot.sources.weibo.classifier import ADVICE, CAUSES, Action, Kind, Seen, Verdict, classify
from bot.sources.weibo.cookies import Cookies, LoginBlockedError, MintWaitError
from bot.sources.weibo.fields import Json
from bot.sources.weibo.jar import Jar
from bot.sources.weibo.minting import MintError, MintUnreachableError
from bot.sources.weibo.people import KIND
from bot.sources.weibo.resting import Resting
from bot.sources.weibo.urls import Endpoint, Side, WeiboUrls, headers_for

#: One queue for every question, whichever host: Weibo counts requests, and peers were refused at a few a second.
#: 6 to 12 s between any two is what research 4 chose from them; no safe limit is published.
SITE = KIND
SITE_PACE = SitePace(gap_min=6.0, gap_max=12.0, concurrency=1)
_LIMITS = Limits(max_bytes=4 * 1024 * 1024)

#: Bodies above this are parsed in a thread; JSON of this size takes a millisecond.
_THREAD_BYTES = 32 * 1024
#: An operator's login, a kept visitor's cookie, a fresh one.
_MAX_JARS = 3
_RETRIES = {Action.RETRY_TWICE: 2, Action.RETRY_ONCE: 1}
#: Kinds that say nothing about whether our cookie was let in.
_NO_WORD_ON_US = frozenset(
    {Kind.TRANSIENT, Kind.BAD_BODY, Kind.SITE_ERROR, Kind.EMPTY_AMBIGUOUS, Kind.SUSPICIOUS_EMPTY}
)
_SAMPLE_BYTES = 2000


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question came to. ``until`` is set when Weibo (or our own patience) wants a rest."""

    verdict: Verdict
    json: Json = field(default_factory=dict, repr=False)
    until: datetime | None = None
    advice: str = ""
    location: str = ""
    #: Tells two bodies apart.
    digest: str = ""
    #: The beginning of a body that is not in the shape it should have.
    sample: str = field(default="", repr=False)

    @property
    def kind(self) -> Kind:
        """The class of the answer."""
        return self.verdict.kind

    @property
    def usable(self) -> bool:
        """True when ``json`` is what was asked for."""
        return self.verdict.kind is Kind.USABLE

    @property
    def why(self) -> str:
        """The class as a sentence."""
        return self.verdict.why

    @property
    def reason(self) -> Reason:
        """The class as subscribers are told of it."""
        return Reason(CAUSES[self.verdict.kind])


class Session:
    """Our standing with Weibo, shared by all accounts."""

    def __init__(
        self,
        fetcher: Fetcher,
        keep: Keep,
        clock: Callable[[], datetime],
        rng: random.Random,
        urls: WeiboUrls,
        cookie: str = "",
    ) -> None:
        self._fetcher, self._keep, self._clock = fetcher, keep, clock
        self._cookies = {
            Side.MOBILE: Cookies(fetcher, keep, clock, rng, urls, Side.MOBILE, cookie),
            Side.WEB: Cookies(fetcher, keep, clock, rng, urls, Side.WEB),
        }
        self._resting = {side: Resting(keep, side) for side in Side}

    @property
    def logged_in(self) -> bool:
        """True while the operator's login is what the mobile side is asked with."""
        return self._cookies[Side.MOBILE].logged_in

    def take_note(self) -> str:
        """Give what the operator should know about the login, once an hour at most."""
        return self._cookies[Side.MOBILE].take_note()

    async def keep_sample(self, answer: Answer) -> None:
        """Keep the beginning of an answer in a shape we do not know, for whoever mends the source."""
        sample = {"seen_at": self._clock().isoformat(), "why": answer.why, "body": answer.sample}
        await self._keep.save(KIND, "odd-answer", sample)

    async def ask(self, endpoint: Endpoint, *, known_non_empty: bool = False, interactive: bool = False) -> Answer:
        """Ask, with the cookie renewed once if it is refused. Never raises for what Weibo does."""
        rest = await self._resting[endpoint.side].current(self._clock())
        if rest is not None:
            verdict = Verdict(rest.kind, Action.BACK_OFF, rest.why, "resting")
            return Answer(verdict, until=rest.until, advice=ADVICE[rest.kind])
        try:
            jar = await self._cookies[endpoint.side].jar()
        except MintError as error:
            return await self._not_minted(endpoint.side, error)
        answer = _NEVER
        for _ in range(_MAX_JARS):
            answer = await self._try(endpoint, jar, known_non_empty=known_non_empty, interactive=interactive)
            if answer.verdict.action is not Action.REMINT:
                return answer
            try:
                jar = await self._cookies[endpoint.side].renew(jar)
            except LoginBlockedError:
                break
            except MintWaitError as error:
                if error.worked:
                    return Answer(answer.verdict, until=error.until, advice=ADVICE[answer.kind])
                break
            except MintError as error:
                return await self._not_minted(endpoint.side, error)
        return await self._rest(endpoint.side, answer.verdict)

    async def _try(self, endpoint: Endpoint, jar: Jar, *, known_non_empty: bool, interactive: bool) -> Answer:
        """Ask with one jar, again where the table says so. The site's queue puts 6 to 12 s between two tries."""
        tries = 0
        while True:
            tries += 1
            request = Request(
                endpoint.url,
                headers=headers_for(endpoint, jar.user_agent, jar.cookies),
                limits=_LIMITS,
                site=SITE,
                pace=SITE_PACE,
                follow_redirects=False,
                interactive=interactive,
            )
            response: Response | None = None
            try:
                response = await self._fetcher.fetch(request)
            except RestingError as error:
                return Answer(Verdict(Kind.RATE_LIMITED, Action.BACK_OFF, error.why), until=error.until)
            except UnreachableError as error:
                seen = Seen(failure=error.why.rstrip("."))
            except FetchError as error:
                return Answer(Verdict(Kind.SITE_ERROR, Action.REPORT, error.why), advice=error.advice)
            else:
                seen = _seen(endpoint, response, known_non_empty=known_non_empty)
            verdict = await _judge(seen)
            if tries > _RETRIES.get(verdict.action, 0):
                return await self._settle(endpoint.side, jar, response, seen, verdict)

    async def _settle(self, side: Side, jar: Jar, response: Response | None, seen: Seen, verdict: Verdict) -> Answer:
        if verdict.action is Action.BACK_OFF:
            return await self._rest(side, verdict, response.retry_at if response else None)
        if response is not None and verdict.action is not Action.REMINT and verdict.kind not in _NO_WORD_ON_US:
            await self._cookies[side].let_in(jar, response.headers.get_list("set-cookie"))
            await self._resting[side].end()
        return Answer(
            verdict,
            json=seen.json,
            until=response.retry_at if response is not None and verdict.kind is Kind.TRANSIENT else None,
            advice=ADVICE.get(verdict.kind, ""),
            location=seen.location,
            digest=hashlib.sha256(seen.body).hexdigest()[:32],
            sample=seen.body[:_SAMPLE_BYTES].decode("utf-8", "replace") if verdict.kind is Kind.SCHEMA_ERROR else "",
        )

    async def _rest(self, side: Side, verdict: Verdict, not_before: datetime | None = None) -> Answer:
        rest = await self._resting[side].begin(verdict.kind, verdict.why, self._clock(), not_before)
        return Answer(verdict, until=rest.until, advice=ADVICE[verdict.kind])

    async def _not_minted(self, side: Side, error: MintError) -> Answer:
        if isinstance(error, MintUnreachableError):
            return Answer(Verdict(Kind.TRANSIENT, Action.RETRY_TWICE, str(error)), advice=ADVICE[Kind.TRANSIENT])
        verdict = Verdict(Kind.AUTH_OR_ANTIBOT, Action.REMINT, str(error))
        if isinstance(error, MintWaitError):
            return Answer(verdict, until=error.until, advice=ADVICE[Kind.AUTH_OR_ANTIBOT])
        return await self._rest(side, verdict)


_NEVER = Answer(Verdict(Kind.TRANSIENT, Action.REPORT, "Weibo was not asked."))


def _seen(endpoint: Endpoint, response: Response, *, known_non_empty: bool) -> Seen:
    return Seen(
        status=response.status,
        location=response.headers.get("location", ""),
        body=response.body,
        timeline=endpoint.timeline,
        redirect_wanted=endpoint.redirect,
        known_non_empty=known_non_empty,
    )


async def _judge(seen: Seen) -> Verdict:
    if len(seen.body) > _THREAD_BYTES:
        return await asyncio.to_thread(classify, seen)
    return classify(seen)
