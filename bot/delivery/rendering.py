"""A revision as the messages that a chat shows: the bot's frame outside, the agency's words inside a quotation."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from bot.delivery.face import Part, Rendered, Styled
from bot.delivery.harmless import block, domain, line, web_link
from bot.delivery.languages import choose
from bot.delivery.splitting import TEXT_LIMIT, split
from bot.delivery.writing import Writing, units
from bot.locales import Phrases
from bot.model.account import Account
from bot.model.alert import Alert, Hazard, MsgType, Severity, Wording
from bot.model.post import Media, MediaKind, Post, Revision, RevisionKind

#: Bot API: a caption has at most 1024 units, an album at most ten media.
CAPTION_LIMIT = 1024
ALBUM_LIMIT = 10
#: A quotation longer than this is folded by the reader's app, and opens with a tap.
FOLD_BEYOND = 700
#: Hazards of one alert that are spelt out; the rest stay behind the link.
HAZARDS_SHOWN = 4
#: Longest frame texts, in characters, so that a hostile name cannot fill a message.
NAME_LIMIT, PLACE_LIMIT, TITLE_LIMIT = 80, 300, 300
#: A post forwarded this often is told so at its first sending.
MUCH_FORWARDED = 1000

_SIGNS = {
    Severity.EXTREME: "🔴",
    Severity.SEVERE: "🟠",
    Severity.MODERATE: "🟡",
    Severity.MINOR: "🔵",
    Severity.UNKNOWN: "📣",
}
_OVER = "✅"


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a message says beyond the post."""

    #: It may stand in the chat already: a request's answer was lost.
    maybe_repeat: bool = False
    #: A line on top: what became of the post since ("Withdrawn by the agency").
    mark: str = ""
    #: The agency took it back: its words are struck through.
    struck: bool = False


_PLAIN = Circumstances()


def render(revision: Revision, account: Account, phrases: Phrases, circumstances: Circumstances = _PLAIN) -> Rendered:
    """The messages of a revision, in order, each within Telegram's limits."""
    post = revision.post
    said = compose(revision, account, phrases, circumstances)
    photos = tuple(m for m in _shown_media(post) if m.kind is MediaKind.PHOTO)[:ALBUM_LIMIT]
    if photos and units(said.text) <= CAPTION_LIMIT:
        return Rendered((Part(said, photos),))
    parts = [Part(text) for text in split(said, (), TEXT_LIMIT)]
    if photos:
        caption = Writing().add(line(post.author or account.name, NAME_LIMIT)).done()
        parts.append(Part(caption, photos))
    return Rendered(tuple(parts))


def render_notice(text: str) -> Rendered:
    """A word of the bot's own."""
    return Rendered(tuple(Part(part) for part in split(Styled(text), (), TEXT_LIMIT)))


def compose(revision: Revision, account: Account, phrases: Phrases, circumstances: Circumstances) -> Styled:
    """The whole text of a revision, of any length."""
    post, out = revision.post, Writing()
    if circumstances.maybe_repeat:
        out.add(phrases("message.maybe_repeat") + "\n", "italic")
    if circumstances.mark:
        out.add(circumstances.mark + "\n", "bold")
    _head(out, post, phrases)
    out.add(line(post.author or account.name, NAME_LIMIT), "bold")
    if account.verified:
        out.add(" · " + line(account.verified, NAME_LIMIT))
    out.add("\n")
    if post.alert:
        _hazards(out, post.alert, phrases, post)
    style = "strikethrough" if circumstances.struck else ""
    _words(out, post, phrases, style)
    _foot(out, revision, account, phrases)
    return out.done()


def _head(out: Writing, post: Post, phrases: Phrases) -> None:
    alert = post.alert
    if alert is None:
        out.add(f"{_SIGNS[Severity.UNKNOWN]} {phrases('message.post')}\n")
        return
    over = alert.msg_type is MsgType.CANCEL or alert.all_clear
    severity = phrases(f"severity.{alert.severity.value.lower()}")
    sign = _OVER if over else _SIGNS[alert.severity]
    words = [phrases("message.lifted")] if over else [severity]
    if alert.msg_type is MsgType.UPDATE and not over:
        words.append(phrases("message.update"))
    out.add(f"{sign} ").add(" · ".join(words), "bold").add("\n")


def _hazards(out: Writing, alert: Alert, phrases: Phrases, post: Post) -> None:
    first = choose(alert.hazards[0].wordings, phrases.language) if alert.hazards else None
    headline = (first.headline if first else "") or post.title
    if headline:
        out.add(line(headline, TITLE_LIMIT), "bold").add("\n")
    if alert.msg_type is MsgType.CANCEL:
        return
    for hazard in alert.hazards[:HAZARDS_SHOWN]:
        wording = choose(hazard.wordings, phrases.language)
        if len(alert.hazards) > 1 and wording is not None:
            severity = phrases(f"severity.{hazard.severity.value.lower()}")
            out.add(f"{_SIGNS[hazard.severity]} {severity}: {line(wording.event, TITLE_LIMIT)}\n")
        places = ", ".join(area.description for area in hazard.areas if area.description)
        out.add(phrases("message.where") + " ").add(line(places, PLACE_LIMIT) or phrases("message.not_stated")).add(
            "\n"
        )
        out.add(_span_of_time(hazard, phrases, post.utc_offset) + "\n")
    more = len(alert.hazards) - HAZARDS_SHOWN
    if more > 0:
        out.add(phrases("message.more_hazards", count=more) + "\n")


def _span_of_time(hazard: Hazard, phrases: Phrases, offset: int | None) -> str:
    begin = hazard.onset or hazard.effective
    if hazard.expires is None:
        until = phrases("message.no_end")
    else:
        until = phrases("message.until", time=moment(hazard.expires, offset))
    return f"{phrases('message.from_time', time=moment(begin, offset))}, {until}" if begin else until


def _words(out: Writing, post: Post, phrases: Phrases, style: str) -> None:
    quote = Writing()
    if post.alert:
        for words in _alert_words(post, phrases):
            quote.add(("\n\n" if quote.length else "") + words, style)
    else:
        title, text = line(post.title, TITLE_LIMIT), block(post.text)
        if title and not text.startswith(title):
            quote.add(title + "\n", style or "bold")
        quote.add(text, style)
        if post.repost:
            _repost(quote, post, phrases, style)
    if post.truncated:
        quote.add(" … ")
    if not quote.length:
        return
    kind = "expandable_blockquote" if quote.length > FOLD_BEYOND else "blockquote"
    with out.inside(kind):
        out.append(quote.done())
    out.add("\n")
    if post.truncated:
        out.add(phrases("message.truncated") + "\n", "italic")


def _alert_words(post: Post, phrases: Phrases) -> Iterable[str]:
    """What the sender wrote for each hazard, in the reader's language where it gave that, else as it stands."""
    hazards = post.alert.hazards if post.alert else ()
    chosen = [choose(hazard.wordings, phrases.language) for hazard in hazards[:HAZARDS_SHOWN]]
    texts = [_wording_text(wording) for wording in chosen if wording is not None]
    return dict.fromkeys(text for text in texts or [block(post.text)] if text)


def _wording_text(wording: Wording) -> str:
    parts = (block(wording.description), block(wording.instruction))
    return "\n\n".join(part for part in parts if part)


def _repost(quote: Writing, post: Post, phrases: Phrases, style: str) -> None:
    repost = post.repost
    if repost is None:
        return
    if quote.length:
        quote.add("\n\n")
    if not repost.available:
        quote.add(phrases("message.repost_gone", reason=line(repost.reason, TITLE_LIMIT)), style or "italic")
        return
    quote.add(f"» {line(repost.author, NAME_LIMIT)}: ", style or "bold").add(block(repost.text), style)


def _foot(out: Writing, revision: Revision, account: Account, phrases: Phrases) -> None:
    post = revision.post
    offset = post.utc_offset if post.utc_offset is not None else account.utc_offset
    pieces: list[str] = []
    if post.published:
        pieces.append(moment(post.published, offset))
    if post.edited and revision.kind is RevisionKind.EDITED:
        pieces.append(phrases("message.edited_at", time=moment(post.edited, offset)))
    elif revision.kind is RevisionKind.EDITED:
        pieces.append(phrases("message.edited"))
    forwards = post.engagement.forwards
    if forwards and forwards.value >= MUCH_FORWARDED and revision.number == 1:
        pieces.append(phrases("message.forwarded", count=f"{forwards.value:,}"))
    out.add(" · ".join(pieces))
    for medium in _shown_media(post):
        link = web_link(medium.url)
        if medium.kind is not MediaKind.PHOTO and link:
            label = phrases("message.video" if medium.kind is MediaKind.VIDEO else "message.document")
            out.add("\n").add(f"{label} ({domain(link)})", "text_link", url=link)
    link = web_link(post.url)
    if link:
        out.add("\n" if out.length else "").add(
            f"{phrases('message.original')} ({domain(link)})", "text_link", url=link
        )


def _shown_media(post: Post) -> tuple[Media, ...]:
    repost = post.repost.media if post.repost and post.repost.available else ()
    return tuple(m for m in (*post.media, *repost) if web_link(m.url))


def moment(time: datetime, offset: int | None) -> str:
    """Such as "21 Jul 2012, 11:51 UTC+8": by the agency's clock where it is known, else UTC."""
    zone = timezone(timedelta(minutes=offset)) if offset is not None else UTC
    local = time.astimezone(zone)
    month = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")[local.month - 1]
    return f"{local.day} {month} {local.year}, {local:%H:%M} {_zone_name(offset)}"


def _zone_name(offset: int | None) -> str:
    if not offset:
        return "UTC"
    hours, minutes = divmod(abs(offset), 60)
    return f"UTC{'+' if offset > 0 else '-'}{hours}" + (f":{minutes:02d}" if minutes else "")
