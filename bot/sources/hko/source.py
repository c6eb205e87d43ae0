"""The Observatory's API: asks for the summary and the bulletins, in three languages when anything changed."""

import asyncio
import hashlib
from urllib.parse import urlsplit

from bot.fetching import Fetcher, FetchError, Limits, Request, Response
from bot.model.account import Account
from bot.model.post import Post
from bot.sources import asking
from bot.sources.face import (
    Broken,
    Claim,
    Memory,
    NotFoundError,
    NothingNew,
    Outcome,
    Pace,
    Posts,
    Presence,
    UnreadableError,
)
from bot.sources.hko.answers import HONG_KONG_MIN, Bulletin, Summary, read_bulletins, read_summary
from bot.sources.hko.warnings import LANGUAGES, Answers, force_of, posts_of
from bot.sources.links import as_url, names_a_feed, normalised

#: Asked each minute, never less often than each five; subscribers are told after 15 blind minutes.
HKO_PACE = Pace(default=60, floor=60, ceiling=300, promise=900, at_once=1)
API = "https://data.weather.gov.hk/weatherAPI/opendata/weather.php"
_PATH = "/weatherAPI/opendata/weather.php"
_PAGE = "https://www.hko.gov.hk/en/wxinfo/dailywx/wxwarntoday.htm"
_HOSTS = frozenset(("data.weather.gov.hk", "www.hko.gov.hk", "hko.gov.hk", "www.weather.gov.hk"))
_NAMES = frozenset(("hko", "hong kong observatory", "香港天文台", "天文台"))
_LIMITS = Limits(max_bytes=1024 * 1024, total_s=10.0)
_ACCEPT = "application/json, */*;q=0.1"
_SUMMARY, _BULLETINS = "warnsum", "warningInfo"


class HkoSource:
    """The source of Hong Kong's warnings; there is one account.

    Memory: ``sha``: hash of the last English summary and bulletins; ``force``: family to what was last said of it
    ({"id", "over", "lifted", "names"}). The API gives no validators.
    """

    kind = "hko"
    pace = HKO_PACE
    ids_may_churn = False

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher

    def claims(self, what: str) -> Claim:
        """SURE for the Observatory's addresses and names."""
        return Claim.SURE if _key_of(what) else Claim.NO

    async def find(self, what: str) -> tuple[Account, ...]:
        """The Observatory, once its API was seen to answer."""
        key = _key_of(what)
        if not key:
            msg = f"“{what[:80]}” does not name the Hong Kong Observatory. Write hko."
            raise NotFoundError(msg)
        response = await asking.ask(self._fetcher, _address(key, _SUMMARY, "en"), _ACCEPT, _LIMITS)
        await asyncio.to_thread(read_summary, response.body)
        return (_account(key),)

    async def poll(self, account: Account, memory: Memory) -> Outcome:
        """Ask for the English summary and bulletins, and for the other languages when one of them changed."""
        base = account.key
        summary = await self._get(base, _SUMMARY, "en")
        if not isinstance(summary, Response):
            return summary
        refusal = asking.refusal(summary)
        if refusal is not None:
            return refusal
        bulletins = await self._get(base, _BULLETINS, "en")
        after = dict(memory)
        if _is_good(bulletins) and _mark(summary, bulletins) == memory.get("sha"):
            return NothingNew(after)
        notes: list[str] = []
        try:
            told = await asyncio.to_thread(read_summary, summary.body)
        except UnreadableError as error:
            return Broken(str(error), "It is asked again by itself.", reason=error.reason)
        if told.odd:
            notes.append(f"{told.odd} warning(s) of the summary could not be read")
        answers = await self._all(base, told, bulletins, notes)
        posts, force = posts_of(answers, force_of(memory.get("force")), account.key, summary.fetched_at)
        after["force"] = {family: standing.to_json() for family, standing in force.items()}
        after.pop("sha", None)
        if answers.whole:  # what lacks is asked for again though nothing changed
            after["sha"] = _mark(summary, bulletins)
        return Posts(posts, after, tuple(notes))

    async def confirm(self, account: Account, post_id: str) -> Presence:
        """What has left the summary is told by a post of its own."""
        del account, post_id
        return Presence.UNKNOWN

    def read(self, body: bytes, origin: str) -> tuple[Post, ...]:
        """Read a saved summary, or saved bulletins of an announcement. Raises UnreadableError."""
        language = next((name for name in LANGUAGES if f"lang={name}" in origin or f"_{name}" in origin), "en")
        told = read_summary(body)
        newest = max((one.updated for one in told.warned.values()), default=None)
        if newest is None:
            return ()
        answers = Answers({language: told}, {language: ()})
        return posts_of(answers, force_of(None), origin, newest)[0]

    async def _get(self, base: str, what: str, language: str) -> Response | Outcome:
        request = Request(
            _address(base, what, language), headers={"Accept": _ACCEPT}, limits=_LIMITS, pace=asking.SITE_PACE
        )
        try:
            return await self._fetcher.fetch(request)
        except FetchError as error:
            return asking.failed(error)

    async def _all(self, base: str, told: Summary, bulletins: Response | Outcome, notes: list[str]) -> Answers:
        """Both answers in every language; one that cannot be had lacks, and is noted.

        When the site itself is out of reach no more is asked: what is known already must not wait.
        """
        summaries: dict[str, Summary] = {"en": told}
        texts: dict[str, tuple[Bulletin, ...]] = {}
        wanted = [(_BULLETINS, "en"), *((what, key) for key in ("tc", "sc") for what in (_SUMMARY, _BULLETINS))]
        for what, language in wanted:
            answer = bulletins if language == "en" else await self._get(base, what, language)
            try:
                body = _good(answer).body
                if what == _SUMMARY:
                    summaries[language] = await asyncio.to_thread(read_summary, body)
                else:
                    texts[language] = await asyncio.to_thread(read_bulletins, body)
            except UnreadableError as error:
                notes.append(f"{what} ({language}) could not be had: {error}")
                if not isinstance(answer, Response):
                    break
        return Answers(summaries, texts)


def _good(answer: Response | Outcome) -> Response:
    """An answer with a body to read. Raises UnreadableError."""
    if not isinstance(answer, Response):
        why = getattr(answer, "why", "no answer")
        raise UnreadableError(str(why))
    refusal = asking.refusal(answer)
    if refusal is not None:
        raise UnreadableError(refusal.why)
    return answer


def _is_good(answer: Response | Outcome) -> bool:
    return isinstance(answer, Response) and asking.refusal(answer) is None


def _mark(summary: Response, bulletins: Response | Outcome) -> str:
    body = bulletins.body if isinstance(bulletins, Response) else b""
    return hashlib.sha256(summary.body + b"\0" + body).hexdigest()


def _key_of(what: str) -> str:
    if what.strip().casefold() in _NAMES:
        return API
    url = as_url(what)
    parts = urlsplit(url)
    if not url or (parts.path != _PATH and (parts.hostname not in _HOSTS or names_a_feed(url))):
        return ""
    return normalised(f"{parts.scheme}://{parts.netloc}{parts.path}") if parts.path == _PATH else API


def _address(base: str, what: str, language: str) -> str:
    return f"{base}?dataType={what}&lang={language}"


def _account(key: str) -> Account:
    return Account("hko", key, "Hong Kong Observatory", _PAGE, language="en", utc_offset=HONG_KONG_MIN)
