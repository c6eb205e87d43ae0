"""CENC's list of earthquakes: asks for it, and keeps each quake's name through its revisions. Reads no lines itself."""

import asyncio
import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, urlsplit

from bot.fetching import Fetcher, Limits, Response
from bot.model.account import Account
from bot.model.post import Post
from bot.sources import asking, json
from bot.sources.cenc.quakes import BEIJING_MIN, LANGUAGE, NAME, Quake, newest_first, post_of, read_list
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
from bot.sources.links import as_url, normalised
from bot.sources.sharing import SharedLists

#: Earthquakes are urgent: asked each minute, never less often than each five; told after 15 blind minutes.
CENC_PACE = Pace(default=60, floor=60, ceiling=300, promise=900, at_once=2)
PAGE = "https://news.ceic.ac.cn/speedsearch.html"
_HOSTS = frozenset(("news.ceic.ac.cn", "www.ceic.ac.cn", "ceic.ac.cn", "www.cenc.ac.cn"))
#: The list's addresses on the centre's sites.
_PATHS = ("/speedsearch.html", "/ajax/google", "/ajax/speedsearch")
_NAMED = re.compile(r"(?:cenc|ceic|中国地震台网)(?:\s*[:：/]\s*(\d{1,2}(?:\.\d)?))?", re.IGNORECASE)
_LIMITS = Limits(max_bytes=4 * 1024 * 1024)
_ACCEPT = "application/json, text/html;q=0.9, */*;q=0.1"
#: Quakes whose names are kept; those of a day are some tens, and what is older is no news.
_KEPT = 150


@dataclass(slots=True)
class _Known:
    """A quake as it was said: its post's id, and its line at the last look."""

    name: str
    at: float
    latitude: float
    longitude: float
    automatic: bool | None
    #: Its id in the list at the last look.
    line: str


class CencSource:
    """The source of China's earthquake list; an account is the list, from a magnitude on ("cenc:4.5").

    Memory: ``etag``, ``modified``, ``sha``, ``hint_s``, ``moved``, ``url`` as for feeds; ``quakes``: for each quake
    [post's id, seconds since 1970, degrees north, degrees east, 1 automatic / 0 reviewed / -1 unsaid, id in the list].
    """

    kind = "cenc"
    pace = CENC_PACE
    ids_may_churn = False

    def __init__(self, fetcher: Fetcher, clock: Callable[[], datetime]) -> None:
        self._fetcher = fetcher
        # magnitudes are sifted from one list
        self._lists = SharedLists(fetcher, clock, CENC_PACE.floor)

    def claims(self, what: str) -> Claim:
        """SURE for the centre's addresses and for "cenc:4.5"."""
        return Claim.SURE if _key_of(what) else Claim.NO

    async def find(self, what: str) -> tuple[Account, ...]:
        """The list, once it was seen to answer."""
        key = _key_of(what)
        if not key:
            msg = f"“{what[:80]}” names no earthquake list of CENC's. Write cenc, or cenc:4.5 for magnitude 4.5 and more."
            raise NotFoundError(msg)
        response = await asking.ask(self._fetcher, _address(key), _ACCEPT, _LIMITS)
        await asyncio.to_thread(read_list, response.body)
        return (_account(key),)

    async def poll(self, account: Account, memory: Memory) -> Outcome:
        """Ask for the list."""
        url = asking.asked_url(memory, _address(account.key))
        request = asking.poll_request(url, memory, _ACCEPT, _LIMITS)
        response = await asking.whole_answer(self._lists, request, memory, learns=True)
        if not isinstance(response, Response):
            return response
        after = asking.remembered(memory, response, url, self.pace.ceiling)
        sha = hashlib.sha256(response.body).hexdigest()
        if sha == memory.get("sha"):
            return NothingNew(after)
        try:
            quakes, odd = await asyncio.to_thread(read_list, response.body)
        except UnreadableError as error:
            advice = "Open the page in a browser; it is asked again by itself."
            return Broken(str(error), advice=advice, reason=error.reason)
        known = await asyncio.to_thread(_named, quakes, _known(memory))
        after["sha"] = sha
        after["quakes"] = [_row(one) for one in known.values()][:_KEPT]
        notes = (f"{odd} line(s) of the list could not be read",) if odd else ()
        posts = await asyncio.to_thread(_posts, quakes, known, account.key, response.url)
        return Posts(posts, after, (*notes, *asking.has_moved(memory, after)))

    async def confirm(self, account: Account, post_id: str) -> Presence:
        """A quake leaves the list with time: it cannot say."""
        del account, post_id
        return Presence.UNKNOWN

    def read(self, body: bytes, origin: str) -> tuple[Post, ...]:
        """Read a saved list or page. Raises UnreadableError."""
        quakes, _ = read_list(body)
        return _posts(quakes, _named(quakes, []), origin, origin if origin.startswith("http") else PAGE)


def _key_of(what: str) -> str:
    named = _NAMED.fullmatch(what.strip()[:100])
    if named:
        return f"{PAGE}?from={named.group(1)}" if named.group(1) else PAGE
    url = as_url(what)
    parts = urlsplit(url)
    if not url or (parts.hostname not in _HOSTS and parts.path not in _PATHS):
        return ""
    base = normalised(f"{parts.scheme}://{parts.netloc}{parts.path}") if parts.path in _PATHS else PAGE
    least = json.number(dict(parse_qsl(parts.query)[:20]).get("from"))
    return f"{base}?from={least:g}" if least is not None else base


def _address(key: str) -> str:
    return key.partition("?")[0]


def _least(key: str) -> float:
    least = json.number(dict(parse_qsl(urlsplit(key).query)[:20]).get("from"))
    return least if least is not None else -10.0


def _account(key: str) -> Account:
    least = _least(key)
    name = f"{NAME} M≥{least:g}" if least > -10 else NAME  # noqa: PLR2004 - none was named
    return Account("cenc", key, name, PAGE, language=LANGUAGE, utc_offset=BEIJING_MIN)


def _posts(quakes: tuple[Quake, ...], known: dict[str, _Known], key: str, url: str) -> tuple[Post, ...]:
    """One post for each quake; where both its lines are listed, the reviewed one speaks."""
    names = {one.line: one.name for one in known.values()}
    least = _least(key)
    listed = [quake for quake in newest_first(quakes) if quake.id in names and quake.magnitude >= least]
    return tuple(post_of(quake, key, names[quake.id], url) for quake in listed)


def _named(quakes: tuple[Quake, ...], before: list[_Known]) -> dict[str, _Known]:
    """The quakes by their post's name, newest first: a revision keeps the name under which its quake was said.

    A line is a revision of a quake known by its id, or of one near in time and place whose own line has left the list
    or was automatic where this one is reviewed. Two quakes that are both listed and both reviewed stay two.
    """
    listed = {quake.id for quake in quakes}
    by_line = {one.line: one for one in before} | {one.name: one for one in before}
    found: dict[str, _Known] = {}
    # reviewed lines first: an automatic line that stays listed beside its review joins it
    for quake in sorted(newest_first(quakes), key=lambda quake: quake.automatic is True):
        one = by_line.get(quake.id) or _revised(quake, before, listed) or _revised(quake, found.values(), listed)
        name = one.name if one is not None else quake.id
        said = found.get(name)
        if said is not None and quake.automatic is not False:
            continue  # its review is listed too
        where = (quake.at.timestamp(), quake.latitude, quake.longitude)
        found[name] = _Known(name, *where, quake.automatic, quake.id)
    kept = {one.name: one for one in before if one.name not in found}
    return dict(sorted((found | kept).items(), key=lambda pair: -pair[1].at))


def _revised(quake: Quake, known: Iterable[_Known], listed: set[str]) -> _Known | None:
    candidates = [
        one
        for one in known
        if quake.may_be(one.at, one.latitude, one.longitude)
        and (
            one.line not in listed
            or (one.automatic is not quake.automatic and True in (one.automatic, quake.automatic))
        )
    ]
    return min(candidates, key=lambda one: abs(one.at - quake.at.timestamp()), default=None)


def _row(one: _Known) -> list[object]:
    automatic = -1 if one.automatic is None else int(one.automatic)
    return [one.name, one.at, one.latitude, one.longitude, automatic, one.line]


def _known(memory: Memory) -> list[_Known]:
    found: list[_Known] = []
    for row in json.elements(memory.get("quakes"), _KEPT):
        match row:
            case [
                str(name),
                int() | float() as at,
                int() | float() as north,
                int() | float() as east,
                int(flag),
                str(line),
            ]:
                automatic = None if flag < 0 else bool(flag)
                found.append(_Known(name, float(at), float(north), float(east), automatic, line))
    return found
