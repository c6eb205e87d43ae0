"""The whole text of a revision, of any length: the bot's frame outside, the agency's words inside quotations."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.delivery.face import Styled
from bot.delivery.harmless import block, domain, line, web_link
from bot.delivery.languages import choose
from bot.delivery.shortening import say_first
from bot.delivery.vouching import vouched
from bot.delivery.writing import Writing
from bot.locales import AtLeast, Phrases
from bot.model.account import Account
from bot.model.alert import Alert, Hazard, MsgType, Severity, Status, Wording
from bot.model.post import Media, MediaKind, Post, Revision, RevisionKind, words_of
from bot.model.translation import Why
from bot.model.words import NOTHING, PHRASEBOOK, Fact, PieceKind, Words
from bot.reading.relaying import is_over

#: A quotation longer than this is folded by the reader's app, and opens with a tap.
FOLD_BEYOND = 700
#: A translation longer than this may go on in a further message: who made it is said before it, UTF-16 units.
SAID_BEFORE = 2000
#: Hazards of one alert that are spelt out; the rest stay behind the link.
HAZARDS_SHOWN = 4
#: Longest frame texts, in characters, so that a hostile name cannot fill a message.
NAME_LIMIT, PLACE_LIMIT, TITLE_LIMIT = 80, 300, 300
#: Longest quotation, in characters: three full messages. What is beyond stands in the original.
QUOTE_LIMIT = 12_000
#: A post forwarded this often is told so at its first sending.
MUCH_FORWARDED = 1000
#: Platforms on which whoever reads a post can answer it or write to who wrote it, on the account's own page.
ANSWERED = frozenset(("weibo", "mastodon", "bluesky", "youtube"))
#: Films and files linked below a post, and pictures where they go as links.
LINKS_SHOWN = 10

#: A sign for each severity; the word always stands beside it.
SIGNS = {
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
    revision: Revision,
    account: Account,
    phrases: Phrases,
    *,
    words: Words = NOTHING,
    original_first: bool = False,
    struck: bool = False,
    pictures_as_links: bool = False,
) -> Styled:
    """Everything a revision says. ``words``: what was proved of it and its translation, in the reader's language.
    ``struck``: the agency took it back, so its words are struck through.
    """
    post, out = revision.post, Writing()
    offset = post.utc_offset if post.utc_offset is not None else account.utc_offset
    _head(out, post, phrases, words)
    _agency(out, post, account, phrases)
    style = "strikethrough" if struck else ""
    if post.alert:
        _alert(out, post, post.alert, phrases, offset, style, words, original_first=original_first)
    else:
        _facts(out, words, phrases)
        _said(out, post, phrases, style, words, original_first=original_first)
    _note(out, words, phrases)
    if post.truncated:
        out.add(phrases("message.truncated") + "\n", "italic")
    _foot(out, revision, phrases, offset)
    _links(out, post, account, phrases, pictures_as_links)
    return out.done()


def pictures(post: Post) -> tuple[Media, ...]:
    """The photos of a post and of what it passes on, as far as their addresses can be used."""
    return tuple(medium for medium in _media(post) if medium.kind is MediaKind.PHOTO)


def moment(time: datetime, offset: int | None, phrases: Phrases) -> str:
    """Such as "21 Jul 2012, 11:51 UTC+8": by the agency's clock (minutes east of UTC) where it is known, else UTC."""
    return phrases.conventions.moment(time, offset)


def _head(out: Writing, post: Post, phrases: Phrases, words: Words) -> None:
    """A sign, the severity as a word, what kind of message it is; of a post without fields what was proved of it."""
    alert = post.alert
    if alert is None:
        if words.headline:
            out.add(f"{words.sign} ").add(words.headline, "bold").add("\n")
        else:
            out.add(f"{SIGNS[Severity.UNKNOWN]} {phrases('message.post')}\n")
        return
    over = is_over(alert)
    sign = _OVER if over else SIGNS[alert.severity]
    said = [phrases("message.lifted") if over else phrases(f"severity.{alert.severity.value.lower()}")]
    if alert.msg_type is MsgType.UPDATE and not over:
        said.append(phrases("message.update"))
    if alert.status is not Status.ACTUAL:
        sign = _NOT_REAL
        said.insert(0, phrases(_NOT_REAL_WORDS.get(alert.status, "message.test")))
    out.add(f"{sign} ").add(" · ".join(said), "bold").add("\n")


def _agency(out: Writing, post: Post, account: Account, phrases: Phrases) -> None:
    first = _first_wording(post, phrases)
    name = (first.sender_name if first else "") or post.author or account.name
    out.add(line(name, NAME_LIMIT) or line(account.key, NAME_LIMIT), "bold")
    if said := vouched(account, phrases, NAME_LIMIT):
        out.add(" · " + phrases.isolated(said))
    out.add("\n")


def _first_wording(post: Post, phrases: Phrases) -> Wording | None:
    return choose(post.alert.hazards[0].wordings, phrases.language) if post.alert and post.alert.hazards else None


@dataclass(frozen=True, slots=True)
class _Spoken:
    """What an alert says, in one language; "" where it does not."""

    headline: str
    advice: str
    described: str
    #: It is a translation.
    made: bool = False


def _alert(
    out: Writing, post: Post, alert: Alert, phrases: Phrases, offset: int | None, style: str, words: Words,
    *, original_first: bool,
) -> None:  # fmt: skip
    """Hazard, place, time, what to do; then the description. Where it is translated, the other words once more, folded."""
    original = _spoken(post, alert, phrases)
    made = _made(original, words)
    first, second = (original, made) if made is None or original_first else (made, original)
    if first.headline:
        out.add(first.headline, "bold").add("\n")
    if alert.msg_type is not MsgType.CANCEL:
        for hazard in alert.hazards[:HAZARDS_SHOWN]:
            _hazard(out, hazard, phrases, offset, several=len(alert.hazards) > 1)
        if len(alert.hazards) > HAZARDS_SHOWN:
            out.add(phrases("message.more_hazards", count=len(alert.hazards) - HAZARDS_SHOWN) + "\n")
    if first.advice:
        out.add(phrases("message.what_to_do") + "\n", "bold")
        _quote(out, Writing().add(_bounded(first.advice, phrases), style))
    described = Writing().add(_bounded(first.described, phrases), style)
    if first.made:
        _quote_made(out, described, words, phrases)
    else:
        _quote(out, described)
    if second is not None:
        out.add(phrases("translation.translated" if second.made else "translation.original") + "\n", "italic")
        whole = "\n\n".join(filter(None, (second.headline, second.advice, second.described)))
        quoted = Writing().add(_bounded(whole, phrases), style)
        if second.made:
            _quote_made(out, quoted, words, phrases, folded=True)
        else:
            _quote(out, quoted, folded=True)


def _spoken(post: Post, alert: Alert, phrases: Phrases) -> _Spoken:
    """The agency's own words, in the language of theirs that serves the reader best."""
    first = _first_wording(post, phrases)
    headline = line((first.headline or first.event if first else "") or post.title, TITLE_LIMIT)
    wordings = [choose(hazard.wordings, phrases.language) for hazard in alert.hazards[:HAZARDS_SHOWN]]
    advice = _once(wording.instruction for wording in wordings if wording)
    described = _once(wording.description for wording in wordings if wording)
    return _Spoken(headline, advice, described or ("" if advice else block(post.text[:QUOTE_LIMIT])))


def _made(original: _Spoken, words: Words) -> _Spoken | None:
    """The same translated; what is in the reader's language already stays. None where nothing is."""
    if not words.translation:
        return None

    def said(*kinds: PieceKind) -> str:
        return _once(piece.text for piece in words.translation if piece.kind in kinds)

    return _Spoken(
        line(said(PieceKind.HEADLINE), TITLE_LIMIT) or original.headline,
        said(PieceKind.INSTRUCTION) or original.advice,
        said(PieceKind.DESCRIPTION, PieceKind.TEXT) or original.described,
        made=True,
    )


def _hazard(out: Writing, hazard: Hazard, phrases: Phrases, offset: int | None, *, several: bool) -> None:
    wording = choose(hazard.wordings, phrases.language)
    if several and wording is not None:
        severity = phrases(f"severity.{hazard.severity.value.lower()}")
        event = line(wording.event or wording.headline, TITLE_LIMIT)
        out.add(f"{SIGNS[hazard.severity]} {phrases('message.hazard', severity=severity, event=event)}\n")
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


def _facts(out: Writing, words: Words, phrases: Phrases) -> None:
    """Where, when, what to do and who says so, as far as they were proved."""
    for fact, value in words.facts:
        match fact:
            case Fact.WHERE:
                out.add(phrases("message.where", places=value) + "\n")
            case Fact.WHEN:
                out.add(phrases("message.when", when=value) + "\n")
            case Fact.SOURCE:
                out.add(phrases("message.source", source=value) + "\n")
            case Fact.WHAT_TO_DO if words.by != (PHRASEBOOK,):  # which says the same right below
                out.add(phrases("message.what_to_do"), "bold").add(f" {phrases.isolated(value)}\n")


def _said(
    out: Writing, post: Post, phrases: Phrases, style: str, words: Words, *, original_first: bool
) -> None:  # fmt: skip
    """What a post without fields says, and what it passes on: of a long one its facts first; where it is translated,
    in either language.
    """
    original = _quoted(post, phrases, style)
    # whoever reads a translation has no use for the agency's own sentences
    if words.short and not style and (words.short.by or not words.translation):
        say_first(out, words.short, phrases)
    if not words.translation:
        _quote(out, original)
        return
    made = _translated(post, words, phrases, style)
    if original_first:
        _quote(out, original)
        out.add(phrases("translation.translated") + "\n", "italic")
        _quote_made(out, made, words, phrases, folded=True)
        return
    _quote_made(out, made, words, phrases)
    out.add(phrases("translation.original") + "\n", "italic")
    _quote(out, original, folded=True)


def _quoted(post: Post, phrases: Phrases, style: str) -> Writing:
    """The agency's own words."""
    quote = Writing()
    title, text = line(post.title, TITLE_LIMIT), block(post.text[:QUOTE_LIMIT])
    if title and not text.startswith(title):
        quote.add(title, style or "bold").add("\n" if text else "")
    quote.add(text, style)
    if len(post.text) > QUOTE_LIMIT:
        quote.add(" … ").add(phrases("message.more_in_original"), "italic")
    _repost(quote, post, phrases, style)
    return quote


def _translated(post: Post, words: Words, phrases: Phrases, style: str) -> Writing:
    """The translation of them; what needs none stays as it is."""
    quote = Writing()
    said = {piece.kind: block(piece.text[:QUOTE_LIMIT]) for piece in words.translation}
    own = said.get(PieceKind.TEXT, block(words_of(post)[:QUOTE_LIMIT]))
    quote.add(own, style)
    _repost(quote, post, phrases, style, said.get(PieceKind.REPOST, ""))
    return quote


def translators(words: Words, phrases: Phrases) -> str:
    """Who translated it, one a line. A machine's work says so."""
    said = [phrases("translation.by_phrasebook")] if PHRASEBOOK in words.by else []
    if engines := ", ".join(line(name, NAME_LIMIT) for name in words.by if name != PHRASEBOOK):
        said.append(phrases("translation.by_engine", engines=engines))
    return "\n".join(said)


def _by(out: Writing, words: Words, phrases: Phrases) -> None:
    out.add(translators(words, phrases) + "\n", "italic")


#: What is said where there is no translation.
_NO_WORDS = {Why.UNRELIABLE: "translation.unreliable", Why.UNAVAILABLE: "translation.unavailable"}


def _note(out: Writing, words: Words, phrases: Phrases) -> None:
    """Why the reader sees the original alone."""
    if words.promised:
        out.add(phrases("translation.follows") + "\n", "italic")
    elif words.why:
        out.add(phrases(_NO_WORDS.get(Why(words.why), "translation.none")) + "\n", "italic")


def _repost(quote: Writing, post: Post, phrases: Phrases, style: str, translated: str = "") -> None:
    repost = post.repost
    if repost is None:
        return
    if quote.length:
        quote.add("\n\n")
    if not repost.available:
        quote.add(phrases("message.repost_gone", reason=line(repost.reason, TITLE_LIMIT)), style or "italic")
        return
    author = line(repost.author, NAME_LIMIT) or phrases("message.not_stated")
    quote.add(f"» {author}: ", style or "bold").add(
        _bounded(translated or block(repost.text[:QUOTE_LIMIT]), phrases), style
    )


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


def _quote(out: Writing, quote: Writing, *, folded: bool = False) -> None:
    if not quote.length:
        return
    with out.inside("expandable_blockquote" if folded or quote.length > FOLD_BEYOND else "blockquote"):
        out.append(quote.done())
    out.add("\n")


def _quote_made(out: Writing, made: Writing, words: Words, phrases: Phrases, *, folded: bool = False) -> None:
    """A translation and who made it; of one that goes on in a further message that is said before it."""
    if made.length > SAID_BEFORE:
        _by(out, words, phrases)
    _quote(out, made, folded=folded)
    if made.length <= SAID_BEFORE:
        _by(out, words, phrases)


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


def _links(out: Writing, post: Post, account: Account, phrases: Phrases, pictures_as_links: bool) -> None:
    """Each link shows the host it leads to, so that no label can claim another. Where the agency can be answered, the
    way to its page stands beside its post.
    """
    labels = {MediaKind.VIDEO: "message.video", MediaKind.DOCUMENT: "message.document"}
    if pictures_as_links:
        labels[MediaKind.PHOTO] = "message.picture"
    for medium in [medium for medium in _media(post) if medium.kind in labels][:LINKS_SHOWN]:
        link = web_link(medium.url)
        out.add(f"{phrases(labels[medium.kind])} ({domain(link)})", "text_link", url=link).add("\n")
    link = web_link(post.url)
    if link:
        out.add(f"{phrases('message.original')} ({domain(link)})", "text_link", url=link)
    page = web_link(account.url) if account.kind in ANSWERED else ""
    if page:
        out.add(" · " if link else "").add(f"{phrases('message.write')} ({domain(page)})", "text_link", url=page)


def _media(post: Post) -> Iterator[Media]:
    repost = post.repost.media if post.repost and post.repost.available else ()
    return (medium for medium in (*post.media, *repost) if web_link(medium.url))
