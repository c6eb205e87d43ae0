"""Finding an account's own posts among the cards of a timeline; nothing here reads what a post says."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from bot.sources.weibo.fields import Json, elements, inner, integer, mapping, string, truth
from bot.sources.weibo.ids import is_bid, is_mid, mid_of

#: Cards seen in the wild nest two deep (11 in a list); deeper is not Weibo's doing.
_MAX_DEPTH = 4
#: A page has about 10 cards. More than this is no page of a timeline.
_MAX_CARDS = 200

_GROUP = 11
_POST = 9
_PUBLIC = 0
#: UIDs have 10 digits today; 5 to 12 leaves room on both sides.
_MAX_UID_DIGITS = 12
_PINNED_MBLOGTYPE = 2

#: container ids are a six-digit prefix and a UID: 107603 is the Weibo tab, 100505 the profile.
_CONTAINER = re.compile(r"(?:107603|230413|100505)(\d{5,12})(?:_-_.*)?", re.ASCII | re.DOTALL)
_BID_IN_SCHEME = re.compile(r"/(?:status|detail)/([0-9A-Za-z]+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Item:
    """One post as found: its mblog, and what only its card says."""

    mid: str
    mblog: Json
    pinned: bool
    #: From the card's address, "" when it has none.
    scheme_bid: str = ""


@dataclass(slots=True)
class Page:
    """What a page of a timeline holds."""

    #: The account's own public posts, pinned ones too, each once, as Weibo orders them.
    items: list[Item] = field(default_factory=list)
    #: Posts of anybody, before any were left out. 0 on a page that should not be empty is suspicious.
    found: int = 0
    #: The account's own posts that others may not see (visible.type other than 0).
    private: int = 0
    notes: tuple[str, ...] = ()
    #: What asks for the next page: ("since_id", "..."), ("page", "2") or None at the end.
    following: tuple[str, str] | None = None


def walk(cards: object, depth: int = 0) -> Iterator[tuple[Json, Json]]:
    """Give each (card, mblog) in order: type 9, the members of type 11, and any other card with a mblog."""
    for element in islice(elements(cards), _MAX_CARDS):
        card = mapping(element)
        mblog = mapping(card.get("mblog"))
        if mblog:
            yield card, mblog
        if integer(card.get("card_type")) == _GROUP and depth < _MAX_DEPTH:
            yield from walk(card.get("card_group"), depth + 1)


def has_posts(cards: object) -> bool:
    """Tell whether there is any post among the cards."""
    return next(walk(cards), None) is not None


def read_page(data: Json, uid: str) -> Page:
    """Sort a timeline's ``data``: the mobile ``cards`` or the web's ``list``. ``uid`` "" keeps everybody's posts."""
    if isinstance(data.get("list"), list):
        statuses = [mapping(status) for status in elements(data["list"]) if mapping(status)]
        no_card: Json = {}
        return _sorted([(no_card, status) for status in statuses[:_MAX_CARDS]], uid, _after_list(data))
    return _sorted(list(islice(walk(data.get("cards")), _MAX_CARDS)), uid, _after_cards(data))


def owner_of(data: Json) -> str:
    """Give the UID that a mobile timeline says it is of, "" when it says none."""
    candidates = [string(inner(data, "cardlistInfo").get("containerid"))]
    candidates += [string(mapping(card).get("itemid")) for card in list(elements(data.get("cards")))[:3]]
    for candidate in candidates:
        uid = uid_of_container(candidate)
        if uid:
            return uid
    return ""


def uid_of_container(container: str) -> str:
    """Give the UID inside a container id ("1076031288915263"), "" when it is none of an account's."""
    found = _CONTAINER.fullmatch(container)
    return found[1] if found else ""


def mid_of_mblog(mblog: Json) -> str:
    """Give a post's mid as digits: ``mid``, ``id`` or ``idstr``, else from its bid; "" when it has none."""
    for name in ("mid", "id", "idstr"):
        candidate = string(mblog.get(name))
        if is_mid(candidate):
            return candidate
    for name in ("bid", "mblogid"):
        candidate = string(mblog.get(name))
        if is_bid(candidate) and is_mid(mid_of(candidate)):
            return mid_of(candidate)
    return ""


def user_id(mblog: Json) -> str:
    """Give the author's UID; "" when the post shows no author (removed posts have ``user: null``)."""
    user = inner(mblog, "user")
    uid = string(user.get("id")) or string(user.get("idstr"))
    return uid if uid.isascii() and uid.isdigit() and len(uid) <= _MAX_UID_DIGITS else ""


def is_pinned(card: Json, mblog: Json) -> bool:
    """Tell a pinned post by any of the four signs that Weibo has used."""
    return (
        integer(mblog.get("isTop")) == 1
        or integer(mblog.get("mblogtype")) == _PINNED_MBLOGTYPE
        or string(inner(mblog, "title").get("text")).strip() == "置顶"
        or string(card.get("profile_type_id")).startswith("proweibotop")
    )


def is_ad(card: Json, mblog: Json, uid: str) -> bool:
    """Tell an advertisement.

    ``ad_state`` alone does not make one of the account's own post: it is set on posts that their author paid to have
    shown more widely (a real timeline of 2021 has one), and what an agency promotes is what it wants read.
    """
    kind = string(mblog.get("mblogtypename"))
    signs = ("isAd", "is_ad") if uid and user_id(mblog) == uid else ("isAd", "is_ad", "ad_state")
    marked = any(truth(told.get(name)) for told in (card, mblog) for name in signs)
    return marked or "广告" in kind or "推广" in kind


def is_public(mblog: Json) -> bool:
    """Tell whether everybody may see it (0; 1 is the author alone, 6 friends, 10 fans). Unsaid means public."""
    visible = inner(mblog, "visible").get("type")
    return visible is None or integer(visible) == _PUBLIC


def _sorted(pairs: list[tuple[Json, Json]], uid: str, following: tuple[str, str] | None) -> Page:
    page = Page(found=len(pairs), following=following)
    seen: set[str] = set()
    left_out: Counter[str] = Counter()
    for card, mblog in pairs:
        why = _why_left_out(card, mblog, uid)
        mid = mid_of_mblog(mblog)
        if why == _PRIVATE:
            page.private += 1
        if not why and not mid:
            why = "had no id"
        if why:
            left_out[why] += 1
        elif mid not in seen:
            seen.add(mid)
            found = _BID_IN_SCHEME.search(string(card.get("scheme")))
            bid = found[1] if found and not found[1].isdigit() else ""
            page.items.append(Item(mid, mblog, is_pinned(card, mblog), bid))
    page.notes = tuple(_note(count, why) for why, count in left_out.items()) + _odd_cards(pairs)
    return page


_PRIVATE = "are not public"


def _why_left_out(card: Json, mblog: Json, uid: str) -> str:
    if is_ad(card, mblog, uid):
        return "are advertisements"
    if uid and user_id(mblog) != uid:
        return "are somebody else's"
    return "" if is_public(mblog) else _PRIVATE


def _note(count: int, why: str) -> str:
    return f"{count} post{'' if count == 1 else 's'} on the page ({why}) left out."


def _odd_cards(pairs: list[tuple[Json, Json]]) -> tuple[str, ...]:
    kinds = {string(card.get("card_type")) for card, _ in pairs if card} - {str(_POST), str(_GROUP)}
    if not kinds:
        return ()
    return (f"Posts were found in cards of an unknown type ({', '.join(sorted(kinds))[:60]}) and taken.",)


def _after_cards(data: Json) -> tuple[str, str] | None:
    info = inner(data, "cardlistInfo")
    for name in ("since_id", "page"):
        value = string(info.get(name))
        if value and value != "0":
            return name, value[:64]
    return None


def _after_list(data: Json) -> tuple[str, str] | None:
    value = string(data.get("since_id"))
    return ("since_id", value[:64]) if value and value != "0" else None
