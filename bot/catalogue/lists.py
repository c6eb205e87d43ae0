"""The lists of CAP feeds that IFRC's Alert Hub and WMO's Severe Weather Information Centre publish, to entries."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from bot.catalogue.entry import Entry
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


def read_list(body: bytes, name: str, sources: Mapping[str, Source]) -> tuple[Entry, ...]:
    """The entries of a list, each account once. Raises UnreadableError."""
    data = json.load(body)
    feeds = _wmo(data) if isinstance(data, dict) else _ifrc(data)
    found: dict[str, Entry] = {}
    for feed in feeds:
        known = found.get(feed.account)
        if known is None:
            found[feed.account] = replace(feed, kind=_kind(feed.account, sources), lists=(name,))
        elif feed.name not in known.name.split(" / "):  # one feed of several authorities
            found[feed.account] = replace(known, name=f"{known.name} / {feed.name}")
    if not found:
        msg = "The list names no feed that can be followed: it may have another form by now."
        raise UnreadableError(msg)
    return tuple(found.values())


def _kind(account: str, sources: Mapping[str, Source]) -> str:
    """Whoever is sure of the address, and CAP for all others: that is what these are lists of."""
    sure = (kind for kind, source in sources.items() if source.claims(account) is Claim.SURE)
    return next(sure, "cap")


def _ifrc(data: object) -> Iterator[Entry]:
    for feed in json.objects(data, _MOST):
        yield from _entry(feed.get("capAlertFeed"), feed.get("name"), feed.get("iso3"), feed.get("language"))


def _wmo(data: object) -> Iterator[Entry]:
    for item in json.objects(json.mapping(data).get("sources"), _MOST):
        source = json.mapping(item.get("source"))
        state = json.string(source.get("capAlertFeedStatus")).casefold()
        if state not in (*_WORKING, _TESTING):
            continue
        worded = next(json.objects(source.get("byLanguage"), 1), {})
        name = json.string(worded.get("name")) or json.string(source.get("authorName"))
        country = source.get("authorityCountry")
        for entry in _entry(source.get("capAlertFeed"), name, country, worded.get("code")):
            yield replace(entry, note="in testing, by WMO's list") if state == _TESTING else entry


def _entry(url: object, name: object, country: object, language: object) -> Iterable[Entry]:
    account = as_url(json.string(url))
    title = one_line(json.string(name), 200)
    if account and title:
        code = one_line(json.string(country), 3).upper()
        yield Entry(account, "", title, country=code, language=one_line(json.string(language), 40))
