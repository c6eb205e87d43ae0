"""The lists of CAP feeds that IFRC's Alert Hub and WMO's Severe Weather Information Centre publish, to entries."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from bot.catalogue.entries import Entry, Ref, place_of
from bot.matching.folding import fold
from bot.sources import json
from bot.sources.face import Claim, Source, UnreadableError
from bot.sources.links import as_url
from bot.sources.plain import one_line

#: By the name under which an entry says where it comes from.
ADDRESSES = {
    "ifrc": "https://raw.githubusercontent.com/IFRCGo/alert-hub-backend/HEAD/apps/cap_feed/feeds.json",
    "wmo": "https://severeweather.wmo.int/v2/json/sources.json",
}
#: Both lists have under 300 feeds.
_MOST = 5000
#: What WMO says of a feed that works; one in testing is listed with that word.
_WORKING, _TESTING = ("operating", ""), "testing"
#: Words in a name that make its agency one of the weather, in the languages of both lists (folded).
_WEATHER = re.compile(r"meteo|météo|weather|hydromet|climat|met office|met service|metservice|метео|气象")
#: Hex digits of an account's hash in an entry's id: a button has room for 64 bytes.
_DIGITS = 12


@dataclass(frozen=True, slots=True)
class _Feed:
    """A feed as a list names it. ``said``: "testing", or "" where nothing is said of it."""

    account: str
    name: str
    country: str
    said: str = ""


def read_list(body: bytes, name: str, sources: Mapping[str, Source]) -> tuple[Entry, ...]:
    """The entries of a list, each account once. Raises UnreadableError."""
    data = json.load(body)
    found: dict[str, Entry] = {}
    for feed in _wmo(data) if isinstance(data, dict) else _ifrc(data):
        known = found.get(feed.account)
        if known is None:
            found[feed.account] = listed(_entry(feed, sources), {name: feed.said})
        elif feed.name not in known.own_name.split(" / "):  # one feed of several authorities
            found[feed.account] = replace(known, names={"own": one_line(f"{known.own_name} / {feed.name}", 300)})
    if not found:
        msg = "The list names no feed that can be followed: it may have another form by now."
        raise UnreadableError(msg)
    return tuple(found.values())


def listed(entry: Entry, lists: Mapping[str, str]) -> Entry:
    """The same entry, named by these lists."""
    said = (f"{name.upper()} ({word})" if word else name.upper() for name, word in lists.items())
    return replace(entry, lists=dict(lists), note=f"on the list of {' and '.join(said)}")


def _entry(feed: _Feed, sources: Mapping[str, Source]) -> Entry:
    digest = hashlib.sha256(feed.account.encode()).hexdigest()[:_DIGITS]
    kind = "weather" if _WEATHER.search(fold(feed.name)) else "emergency"
    ref = Ref(_source(feed.account, sources), feed.account)
    return Entry(f"list-{digest}", kind, (place_of(feed.country),), {"own": feed.name}, (ref,))


def _source(account: str, sources: Mapping[str, Source]) -> str:
    """Whoever is sure of the address, and CAP for all others: that is what these are lists of."""
    sure = (kind for kind, source in sources.items() if source.claims(account) is Claim.SURE)
    return next(sure, "cap")


def _ifrc(data: object) -> Iterator[_Feed]:
    for feed in json.objects(data, _MOST):
        yield from _feed(feed.get("capAlertFeed"), feed.get("name"), feed.get("iso3"))


def _wmo(data: object) -> Iterator[_Feed]:
    for item in json.objects(json.mapping(data).get("sources"), _MOST):
        source = json.mapping(item.get("source"))
        state = json.string(source.get("capAlertFeedStatus")).casefold()
        if state not in (*_WORKING, _TESTING):
            continue
        worded = next(json.objects(source.get("byLanguage"), 1), {})
        name = json.string(worded.get("name")) or json.string(source.get("authorName"))
        said = _TESTING if state == _TESTING else ""
        yield from _feed(source.get("capAlertFeed"), name, source.get("authorityCountry"), said)


def _feed(url: object, name: object, country: object, said: str = "") -> Iterator[_Feed]:
    account = as_url(json.string(url))
    title = one_line(json.string(name), 200)
    # no address of an agency is longer than an entry's text may be
    if account and title and len(account) <= 300:  # noqa: PLR2004
        yield _Feed(account, title, one_line(json.string(country), 3), said)
