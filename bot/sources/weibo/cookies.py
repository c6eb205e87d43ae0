"""Who we are to one side of Weibo: a visitor (minted by one at a time, kept across restarts) or an operator's login."""

import asyncio
import hashlib
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.fetching.face import Fetcher, Keep
from bot.sources.weibo.fields import string
from bot.sources.weibo.jar import Jar, from_json, login_expiry, passing_cookies, read_cookies, read_login, to_json
from bot.sources.weibo.minting import MintError, MintUnreachableError, mint, warm_up
from bot.sources.weibo.people import KIND
from bot.sources.weibo.urls import Side, WeiboUrls

#: Never two mints within this (research 2.4): minting in a hurry is what a blocked client does.
MINT_GAP = timedelta(minutes=10)
#: A login that was refused while nobody could say whether it still lives is tried again after this.
_LOGIN_DOUBT = timedelta(hours=1)
#: The operator is reminded of an ended login at most this often.
_NOTE_GAP = timedelta(hours=1)

_COPY_ANEW = "Log in on m.weibo.cn in a browser and copy its cookie into TOCSIN_WEIBO_COOKIE anew."


class MintWaitError(MintError):
    """The last mint is too recent for another. ``worked``: its cookie had been let in before it was refused."""

    def __init__(self, until: datetime, *, worked: bool) -> None:
        super().__init__("Weibo's visitor cookie was minted less than ten minutes ago.")
        self.until = until
        self.worked = worked


class LoginBlockedError(Exception):
    """The operator's login lives, and is refused all the same: a visitor would fare no better."""


class Cookies:
    """The cookies of one side. Only the mobile side knows a login."""

    def __init__(
        self,
        fetcher: Fetcher,
        keep: Keep,
        clock: Callable[[], datetime],
        rng: random.Random,
        urls: WeiboUrls,
        side: Side,
        login: str = "",
    ) -> None:
        self._fetcher, self._keep, self._clock, self._rng = fetcher, keep, clock, rng
        self._urls, self._side = urls, side
        self._lock = asyncio.Lock()
        self._visitor: Jar | None = None
        self._tried_at: datetime | None = None
        self._loaded = False
        self._setting = login.strip()
        self._login: Jar | None = None
        self._login_rests_until: datetime | None = None
        self._login_over = not self._setting
        self._note = ""
        self._noted_at: datetime | None = None

    @property
    def logged_in(self) -> bool:
        """True while the operator's login is what we ask with."""
        return self._login is not None

    def take_note(self) -> str:
        """Give the sentence that the operator should read about the login, "" when there is none (or it was given)."""
        now = self._clock()
        if not self._note or (self._noted_at is not None and now - self._noted_at < _NOTE_GAP):
            return ""
        self._noted_at = now
        return self._note

    async def jar(self) -> Jar:
        """Give the cookies to ask with, minted if there are none. Raises MintError's kinds."""
        async with self._lock:
            login = await self._living_login()
            if login is not None:
                return login
            await self._load()
            return self._visitor or await self._mint()

    async def renew(self, refused: Jar) -> Jar:
        """Give other cookies than those that were refused. Raises MintError's kinds and LoginBlockedError."""
        async with self._lock:
            if refused.login:
                await self._login_refused(refused)
            await self._load()
            if self._visitor is not None and self._visitor.generation != refused.generation:
                return self._visitor
            return await self._mint()

    async def let_in(self, jar: Jar, set_cookie: Sequence[str]) -> None:
        """Note that Weibo let this jar in, and take the small cookies it set."""
        changed = passing_cookies(read_cookies(set_cookie, self._side))
        current = self._login if jar.login else self._visitor
        if current is None or current.generation != jar.generation:
            return
        after = replace(current, cookies={**current.cookies, **changed}, worked=True)
        if jar.login:
            self._login = after
            return
        self._visitor = after
        if not current.worked:  # the small cookies alone are not worth a write at every poll
            await self._save(after)

    async def _load(self) -> None:
        if self._loaded:
            return
        self._visitor = from_json(await self._keep.load(KIND, f"visitor-{self._side}"))
        try:
            tried_at = datetime.fromisoformat(string(await self._keep.load(KIND, f"mint-{self._side}")))
            self._tried_at = tried_at if tried_at.tzinfo is not None else None
        except ValueError:
            self._tried_at = None
        self._loaded = True

    async def _save(self, jar: Jar) -> None:
        await self._keep.save(KIND, f"visitor-{self._side}", to_json(jar))

    async def _mint(self) -> Jar:
        now = self._clock()
        if self._tried_at is not None and self._tried_at <= now < self._tried_at + MINT_GAP:
            raise MintWaitError(self._tried_at + MINT_GAP, worked=self._visitor is not None and self._visitor.worked)
        try:
            cookies = await mint(self._fetcher, self._urls, self._side, self._rng)
        except MintUnreachableError:
            raise  # nothing was minted and nobody was bothered
        except MintError:
            await self._remember_try(now)
            raise
        await self._remember_try(now)
        if self._side is Side.MOBILE:
            more, _ = await warm_up(self._fetcher, self._urls, cookies)
            cookies |= passing_cookies(more)
        self._visitor = Jar(cookies=cookies, minted_at=now, generation=int(now.timestamp()))
        await self._save(self._visitor)
        return self._visitor

    async def _remember_try(self, now: datetime) -> None:
        self._tried_at = now
        await self._keep.save(KIND, f"mint-{self._side}", now.isoformat())

    async def _living_login(self) -> Jar | None:
        now = self._clock()
        if self._login_over or (self._login_rests_until is not None and now < self._login_rests_until):
            return None
        if self._login is None:
            await self._begin_login(now)
        return self._login

    async def _begin_login(self, now: datetime) -> None:
        cookies = read_login(self._setting)
        if not cookies:
            self._end_login("TOCSIN_WEIBO_COOKIE holds no SUB cookie, so Weibo is asked as a visitor.")
            return
        expiry = login_expiry(self._setting)
        known_dead = await self._keep.load(KIND, "login-over") == self._fingerprint()
        if known_dead or (expiry is not None and expiry <= now.timestamp()):
            self._end_login("The Weibo login in TOCSIN_WEIBO_COOKIE has ended, so Weibo is asked as a visitor.")
            return
        more, living = await warm_up(self._fetcher, self._urls, cookies)
        if living is False:
            await self._login_ended()
            return
        if expiry is not None and expiry - now.timestamp() < timedelta(days=2).total_seconds():
            ends = datetime.fromtimestamp(expiry, UTC)
            self._note = f"The Weibo login in TOCSIN_WEIBO_COOKIE ends on {ends:%d %B %Y at %H:%M} UTC. {_COPY_ANEW}"
        cookies |= passing_cookies(more)
        self._login = Jar(cookies=cookies, minted_at=now, generation=-1, login=True)

    async def _login_refused(self, refused: Jar) -> None:
        """Ask whether a refused login still lives; end it, or let it rest, when it does not or nobody knows."""
        if self._login is None:
            return  # somebody else found out in the meantime
        _, living = await warm_up(self._fetcher, self._urls, refused.cookies)
        if living:
            raise LoginBlockedError
        if living is False:
            await self._login_ended()
            return
        self._login = None
        self._login_rests_until = self._clock() + _LOGIN_DOUBT
        self._note = f"Weibo refused the login in TOCSIN_WEIBO_COOKIE, so it is asked as a visitor. {_COPY_ANEW}"

    async def _login_ended(self) -> None:
        await self._keep.save(KIND, "login-over", self._fingerprint())
        self._end_login("The Weibo login in TOCSIN_WEIBO_COOKIE has ended, so Weibo is asked as a visitor.")

    def _end_login(self, why: str) -> None:
        self._login = None
        self._login_over = True
        self._note = f"{why} {_COPY_ANEW}"

    def _fingerprint(self) -> str:
        """Name the login without telling it, to know it again after a restart."""
        return hashlib.sha256(self._setting.encode("utf-8", "replace")).hexdigest()[:16]
