"""The whole text of a revision, of any length: the bot's frame outside, the agency's words inside quotations."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from bot.delivery.face import Styled
from bot.delivery.harmless import block, domain, line, web_link
from bot.delivery.languages import choose
from bot.delivery.writing import Writing
from bot.locales import AtLeast, Phrases
from bot.model.account import Account
from bot.model.alert import Alert, Hazard, MsgType, Severity, Status, Wording
from bot.model.post import Media, MediaKind, Post, Revision, RevisionKind
from bot.reading.relaying import is_over

#: A quotation longer than this is folded by the reader's app, and opens with a tap.
FOLD_BEYOND = 700
#: Hazards of one alert that are spelt out; the rest stay behind the link.
HAZARDS_SHOWN = 4
#: Longest frame texts, in characters, so that a hostile name cannot fill a message.
NAME_LIMIT, PLACE_LIMIT, TITLE_LIMIT = 80, 300, 300
#: Longest quotation, in characters: three full messages. What is beyond stands in the original.
QUOTE_LIMIT = 12_000
#: A post forwarded this often is told so at its first sending.
MUCH_FORWARDED = 1000
#: Films and files linked below a post, and pictures where they go as links.
LINKS_SHOWN = 10

_SIGNS = {
    Severity.EXTREME: "🔴",
    Severity.SEVERE: "🟠",
    Severity.MODERATE: "🟡",
    Severity.MINOR: "🔵",
    Severity.UNKNOWN: "📣",
}
_OVER, _NOT_REAL = "✅", "🧪"
#: What an alert is called that is not real; every status but Actual is one of them (CAP 1.2, 3.2.1).
_NOT_REAL_WORDS = {Status.EXERCISE: "message.exercise"}


def compose(
    revision: Revision, account: Account, phrases: Phrases, *, struck: bool = False, pictures_as_links: bool = False
) -> Styled:
    """Everything a revision says. ``struck``: the agency took it back, so its words are struck through."""
    post, out = revision.post, Writing()
    offset = post.utc_offset if post.utc_offset is not None else account.utc_offset
    _head(out, post, phrases)
    _agency(out, post, account, phrases)
    style = "strikethrough" if struck else ""
    if post.alert:
        _alert(out, post, post.alert, phrases, offset, style)
    else:
        _said(out, post, phrases, style)
    if post.truncated:
        out.add(phrases("message.truncated") + "\n", "italic")
    _foot(out, revision, phrases, offset)
    _links(out, post, phrases, pictures_as_links)
    return out.done()


def pictures(post: Post) -> tuple[Media, ...]:
    """The photos of a post and of what it passes on, as far as their addresses can be used."""
    return tuple(medium for medium in _media(post) if medium.kind is MediaKind.PHOTO)


def moment(time: datetime, offset: int | None, phrases: Phrases) -> str:
    """Such as "21 Jul 2012, 11:51 UTC+8": by the agency's clock (minutes east of UTC) where it is known, else UTC."""
    return phrases.conventions.moment(time, offset)


def _head(out: Writing, post: Post, phrases: Phrases) -> None:
    """A sign, the severity as a word, what kind of message it is."""
    alert = post.alert
    if alert is None:
        out.add(f"{_SIGNS[Severity.UNKNOWN]} {phrases('message.post')}\n")
        return
    over = is_over(alert)
    sign = _OVER if over else _SIGNS[alert.severity]
    words = [phrases("message.lifted") if over else phrases(f"severity.{alert.severity.value.lower()}")]
    if alert.msg_type is MsgType.UPDATE and not over:
        words.append(phrases("message.update"))
    if alert.status is not Status.ACTUAL:
        sign = _NOT_REAL
        words.insert(0, phrases(_NOT_REAL_WORDS.get(alert.status, "message.test")))
    out.add(f"{sign} ").add(" · ".join(words), "bold").add("\n")


def _agency(out: Writing, post: Post, account: Account, phrases: Phrases) -> None:
    first = _first_wording(post, phrases)
    name = (first.sender_name if first else "") or post.author or account.name
    out.add(line(name, NAME_LIMIT) or line(account.key, NAME_LIMIT), "bold")
    if account.verified:
        out.add(" · " + line(account.verified, NAME_LIMIT))
    out.add("\n")


def _first_wording(post: Post, phrases: Phrases) -> Wording | None:
    return choose(post.alert.hazards[0].wordings, phrases.language) if post.alert and post.alert.hazards else None


def _alert(out: Writing, post: Post, alert: Alert, phrases: Phrases, offset: int | None, style: str) -> None:
    """Hazard, place, time, what to do; then the description."""
    first = _first_wording(post, phrases)
    headline = line((first.headline or first.event if first else "") or post.title, TITLE_LIMIT)
    if headline:
        out.add(headline, "bold").add("\n")
    if alert.msg_type is not MsgType.CANCEL:
        for hazard in alert.hazards[:HAZARDS_SHOWN]:
            _hazard(out, hazard, phrases, offset, several=len(alert.hazards) > 1)
        if len(alert.hazards) > HAZARDS_SHOWN:
            out.add(phrases("message.more_hazards", count=len(alert.hazards) - HAZARDS_SHOWN) + "\n")
    wordings = [choose(hazard.wordings, phrases.language) for hazard in alert.hazards[:HAZARDS_SHOWN]]
    advice = _once(wording.instruction for wording in wordings if wording)
    if advice:
        out.add(phrases("message.what_to_do") + "\n", "bold")
        _quote(out, Writing().add(_bounded(advice, phrases), style))
    described = _once(wording.description for wording in wordings if wording)
    words = described or ("" if advice else block(post.text[:QUOTE_LIMIT]))
    _quote(out, Writing().add(_bounded(words, phrases), style))


def _hazard(out: Writing, hazard: Hazard, phrases: Phrases, offset: int | None, *, several: bool) -> None:
    wording = choose(hazard.wordings, phrases.language)
    if several and wording is not None:
        severity = phrases(f"severity.{hazard.severity.value.lower()}")
        event = line(wording.event or wording.headline, TITLE_LIMIT)
        out.add(f"{_SIGNS[hazard.severity]} {phrases('message.hazard', severity=severity, event=event)}\n")
    places = ", ".join(area.description for area in hazard.areas if area.description)
    where = line(places, PLACE_LIMIT) or phrases("message.not_stated")
    out.add(f"{phrases('message.where', places=where)}\n{_span_of_time(hazard, phrases, offset)}\n")


def _span_of_time(hazard: Hazard, phrases: Phrases, offset: int | None) -> str:
    begin = hazard.onset or hazard.effective
    end = hazard.expires
    if begin is None:
        return phrases("message.only_until", end=moment(end, offset, phrases)) if end else phrases("message.no_end")
    since = moment(begin, offset, phrases)
    if end is None:
        return phrases("message.from_open", begin=since)
    return phrases("message.from_until", begin=since, end=moment(end, offset, phrases))


def _said(out: Writing, post: Post, phrases: Phrases, style: str) -> None:
    """What a post without fields says, and what it passes on."""
    quote = Writing()
    title, text = line(post.title, TITLE_LIMIT), block(post.text[:QUOTE_LIMIT])
    if title and not text.startswith(title):
        quote.add(title, style or "bold").add("\n" if text else "")
    quote.add(text, style)
    if len(post.text) > QUOTE_LIMIT:
        quote.add(" … ").add(phrases("message.more_in_original"), "italic")
    _repost(quote, post, phrases, style)
    _quote(out, quote)


def _repost(quote: Writing, post: Post, phrases: Phrases, style: str) -> None:
    repost = post.repost
    if repost is None:
        return
    if quote.length:
        quote.add("\n\n")
    if not repost.available:
        quote.add(phrases("message.repost_gone", reason=line(repost.reason, TITLE_LIMIT)), style or "italic")
        return
    author = line(repost.author, NAME_LIMIT) or phrases("message.not_stated")
    quote.add(f"» {author}: ", style or "bold").add(_bounded(block(repost.text[:QUOTE_LIMIT]), phrases), style)


def _once(texts: Iterable[str]) -> str:
    """Several hazards' words, each said once, as far as a quotation reaches (and a little further: then it is cut)."""
    said: dict[str, None] = {}
    room = QUOTE_LIMIT
    for text in texts:
        if room >= 0 and (words := block(text[: room + 1])) and words not in said:
            said[words] = None
            room -= len(words)
    return "\n\n".join(said)


def _bounded(text: str, phrases: Phrases) -> str:
    if len(text) <= QUOTE_LIMIT:
        return text
    return f"{text[:QUOTE_LIMIT].rstrip()} … {phrases('message.more_in_original')}"


def _quote(out: Writing, quote: Writing) -> None:
    if not quote.length:
        return
    with out.inside("expandable_blockquote" if quote.length > FOLD_BEYOND else "blockquote"):
        out.append(quote.done())
    out.add("\n")


def _foot(out: Writing, revision: Revision, phrases: Phrases, offset: int | None) -> None:
    """When it was written, and what is known of it since."""
    post = revision.post
    pieces: list[str] = []
    if post.published:
        pieces.append(moment(post.published, offset, phrases))
    if post.edited:
        pieces.append(phrases("message.edited_at", time=moment(post.edited, offset, phrases)))
    elif revision.kind is RevisionKind.EDITED:
        pieces.append(phrases("message.edited"))
    forwards = post.engagement.forwards
    if forwards and forwards.value >= MUCH_FORWARDED and revision.number == 1:
        count = AtLeast(forwards.value) if forwards.is_lower_bound else forwards.value
        pieces.append(phrases("message.forwarded", count=count))
    if pieces:
        out.add(" · ".join(pieces) + "\n")


def _links(out: Writing, post: Post, phrases: Phrases, pictures_as_links: bool) -> None:
    """Each link shows the host it leads to, so that no label can claim another."""
    labels = {MediaKind.VIDEO: "message.video", MediaKind.DOCUMENT: "message.document"}
    if pictures_as_links:
        labels[MediaKind.PHOTO] = "message.picture"
    for medium in [medium for medium in _media(post) if medium.kind in labels][:LINKS_SHOWN]:
        link = web_link(medium.url)
        out.add(f"{phrases(labels[medium.kind])} ({domain(link)})", "text_link", url=link).add("\n")
    link = web_link(post.url)
    if link:
        out.add(f"{phrases('message.original')} ({domain(link)})", "text_link", url=link)


def _media(post: Post) -> Iterator[Media]:
    repost = post.repost.media if post.repost and post.repost.available else ()
    return (medium for medium in (*post.media, *repost) if web_link(medium.url))
