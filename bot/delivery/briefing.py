"""A digest of a situation: what of it is told, and how it looks in a chat. Each line leads to its post."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from bot.delivery.composing import NAME_LIMIT, PLACE_LIMIT, SIGNS, moment
from bot.delivery.face import Part
from bot.delivery.harmless import line as one_line
from bot.delivery.harmless import web_link
from bot.delivery.languages import choose
from bot.delivery.rendering import TEXT_ROOM
from bot.delivery.situations import Overview
from bot.delivery.splitting import split
from bot.delivery.writing import Writing
from bot.language.phrasebook.book import Book, book
from bot.language.phrasebook.issuers import issuer_words
from bot.language.phrasebook.places import place_words
from bot.locales import Phrases
from bot.model.alert import Wording
from bot.model.reading import Action, Place, PlaceKind, Scheme, Span
from bot.model.situation import Briefing, Change, Changes, How, Line, Occasion, Where
from bot.reading.situation import severity
from bot.store.codec import briefing_from_json

#: Lines that are told: with 300 units each, some three messages. What is graver stands first.
STANDING_TOLD, OVER_TOLD = 30, 15
#: Posts that could not be sorted and are linked to, and accounts out of sight that are named.
UNSORTED_LINKED, BLIND_NAMED = 10, 10
#: Lines that are remembered with all that is known of them.
KEPT_WHOLE = 100
#: Places that one line names.
PLACES_NAMED = 6

_TITLES = {
    Occasion.ASKED: "situation.title",
    Occasion.BURST: "situation.title_burst",
    Occasion.DAY: "situation.title_day",
}
_NEW, _OVER = "🆕", "✅"
_ARROWS = {Change.RAISED: "⬆️", Change.LOWERED: "⬇️"}
_ACTIONS = {
    Action.RAISED: "situation.raised",
    Action.LOWERED: "situation.lowered",
    Action.CONTINUED: "situation.continued",
}
_ENDINGS = {
    How.LIFTED: "situation.lifted",
    How.ENDED: "situation.ended",
    How.REMOVED: "situation.removed",
    How.UNHEARD: "situation.unheard",
    How.GONE: "situation.gone",
}


def brief(
    occasion: Occasion,
    overview: Overview,
    changes: Changes,
    at: datetime,
    since: datetime,
    utc_offset: int | None = None,
) -> Briefing:
    """What is told: the gravest of what stands, the newest of what is over, the rest counted. ``utc_offset``: of the
    reader's clock, minutes east of UTC; without it the one that most of what is followed goes by.
    """
    standing = changes.standing
    return Briefing(
        occasion,
        at,
        since,
        tuple(standing[:STANDING_TOLD]),
        max(0, len(standing) - STANDING_TOLD),
        tuple(changes.over[:OVER_TOLD]),
        max(0, len(changes.over) - OVER_TOLD),
        tuple(each.url for each in changes.unsorted[:UNSORTED_LINKED]),
        len(changes.unsorted),
        overview.blind[:BLIND_NAMED],
        sum(seen > since for seen in overview.seen),
        overview.cut,
        overview.utc_offset if utc_offset is None else utc_offset,
    )


async def briefing_parts(notice: str, phrases: Phrases) -> tuple[Part, ...]:
    """The messages of a digest that was queued as this notice (JSON {"briefing": …}); off the loop, since a language's
    words are loaded with its first digest.
    """
    briefing = briefing_from_json(json.dumps(json.loads(notice)["briefing"]))
    return await asyncio.to_thread(render_briefing, briefing, phrases)


def render_briefing(briefing: Briefing, phrases: Phrases) -> tuple[Part, ...]:
    """The messages, within Telegram's limits and with room for marks."""
    out = Writing().add(phrases(_TITLES[briefing.occasion]), "bold")
    told = partial(moment, offset=briefing.utc_offset, phrases=phrases)
    # it may have waited for the chat: what it tells is as of then
    out.add("\n" + told(briefing.at))
    if briefing.occasion is not Occasion.ASKED:
        out.add("\n" + phrases("situation.posts", count=briefing.posts, since=told(briefing.since)))
    _standing(out, briefing, phrases)
    _over(out, briefing, phrases)
    _unsorted(out, briefing, phrases)
    if briefing.blind:
        names = ", ".join(phrases.isolated(one_line(name, NAME_LIMIT)) for name in briefing.blind)
        out.add("\n\n⚠️ " + phrases("situation.blind", names=names))
    if briefing.cut:
        out.add("\n\n" + phrases("situation.cut"))
    return tuple(Part(text) for text in split(out.done(), (), TEXT_ROOM))


def _standing(out: Writing, briefing: Briefing, phrases: Phrases) -> None:
    if not briefing.standing:
        out.add("\n\n" + phrases("situation.nothing"))
        return
    count = len(briefing.standing) + briefing.more_standing
    out.add("\n\n").add(phrases("situation.standing", count=count), "bold")
    for line, change in briefing.standing:
        new = _ARROWS.get(change) or (
            _NEW if change is Change.NEW and briefing.occasion is not Occasion.ASKED else ""
        )
        _line(out.add("\n\n"), line, f"{new} {SIGNS[severity(line)]}".strip(), phrases)
        out.add(f"\n{phrases(_action(line, change))} · {_when(line, briefing.at, phrases)}")
    if briefing.more_standing:
        out.add("\n\n" + phrases("situation.more", count=briefing.more_standing))


def _over(out: Writing, briefing: Briefing, phrases: Phrases) -> None:
    if not briefing.over:
        return
    out.add("\n\n").add(phrases("situation.over"), "bold")
    for ended in briefing.over:
        sign = _OVER if ended.how in {How.LIFTED, How.ENDED} else "▫️"
        _line(out.add("\n\n"), ended.line, sign, phrases, url=ended.url)
        out.add(f"\n{phrases(_ENDINGS[ended.how])}")
        if ended.how is not How.GONE:
            out.add(" · " + moment(ended.at, ended.line.utc_offset, phrases))
    if briefing.more_over:
        out.add("\n\n" + phrases("situation.more", count=briefing.more_over))


def _unsorted(out: Writing, briefing: Briefing, phrases: Phrases) -> None:
    if not briefing.all_unsorted:
        return
    out.add("\n\n" + phrases("situation.unsorted", count=briefing.all_unsorted))
    links = [link for url in briefing.unsorted if (link := web_link(url))]
    for number, link in enumerate(links, 1):
        out.add(" · " if number > 1 else "\n").add(phrases.spelt(number), "text_link", url=link)


def _line(out: Writing, line: Line, sign: str, phrases: Phrases, *, url: str = "") -> None:
    """Sign, hazard and level as a link to the post, and the place; what is not known in this language, as written."""
    link = web_link(url or line.url)
    out.add(f"{sign} ").add(_what(line, phrases), "text_link" if link else "bold", url=link)
    where = _where(line, phrases)
    if where:
        out.add(" · " + phrases.isolated(where))


def _what(line: Line, phrases: Phrases) -> str:
    if line.hazard is None:
        wordings = [Wording(event.language, event=event.words) for event in line.events]
        wording = choose(wordings, phrases.language)
        event = one_line(wording.event if wording else "", NAME_LIMIT) or phrases("message.post")
        said = phrases(f"severity.{line.severity.value.lower()}")
        return phrases("message.hazard", severity=said, event=event)
    known = _book(phrases)
    if line.scheme is Scheme.HKO:
        signal = known.word("signals", f"{line.hazard} {line.level}" if line.level else line.hazard)
        if signal:
            return _begun(signal)
    hazard = _begun(known.word("hazards", line.hazard) or line.hazard.value)
    if line.scheme is Scheme.RESPONSE:
        hazard = phrases("situation.response", hazard=hazard)
    level = line.level and known.word(
        "levels.response" if line.scheme is Scheme.RESPONSE else "levels.cma", line.level
    )
    return phrases("situation.hazard", hazard=hazard, level=level) if level else hazard


def _begun(words: str) -> str:
    return words[:1].upper() + words[1:]


def _where(line: Line, phrases: Phrases) -> str:
    """The places, else the body or account that speaks: its own ground is meant then."""
    if line.places:
        said = [_place(place, line, phrases) for place in line.places[:PLACES_NAMED]]
        if len(line.places) > PLACES_NAMED:
            said.append("…")
        return one_line(", ".join(said), PLACE_LIMIT)
    known = issuer_words(line.issuer, _book(phrases)) if line.issuer and line.hazard is not None else None
    return one_line(known or line.issuer or line.speaker, NAME_LIMIT)


def _place(place: Where, line: Line, phrases: Phrases) -> str:
    if line.hazard is None:
        return place.words
    read = Place(place.words, Span(0, len(place.words)), place.name, PlaceKind.NAMED)
    return place_words(read, _book(phrases)) or place.words


def _action(line: Line, change: Change) -> str:
    """What happened to it: since it was told last, or by the newest message."""
    done = Action(change.value) if change in _ARROWS else line.action
    return _ACTIONS.get(done, "situation.issued")


def _when(line: Line, now: datetime, phrases: Phrases) -> str:
    told = partial(moment, offset=line.utc_offset, phrases=phrases)
    said = phrases("situation.since", since=told(line.since))
    if line.begins is not None and line.begins > now:
        said += " · " + phrases("situation.begins", begin=told(line.begins))
    if line.ends is not None:
        said += " · " + phrases("message.only_until", end=told(line.ends))
    return said


def _book(phrases: Phrases) -> Book:
    found = book(phrases.language) or book("en")
    if found is None:
        raise LookupError("the English phrasebook is missing")
    return found


def lines_told(standing: Sequence[Line]) -> list[Line]:
    """What stood when it was told, to be compared with the next time: of very many, the rest without their places."""
    whole, rest = standing[:KEPT_WHOLE], standing[KEPT_WHOLE:]
    return [*whole, *(replace(line, places=(), issuer="") for line in rest)]
