"""How a digest of what was kept back by a chat's manners looks: each post with its time, a tap from the original."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.delivery.composing import NAME_LIMIT, SIGNS, moment
from bot.delivery.face import Part
from bot.delivery.harmless import line, web_link
from bot.delivery.headline import headline
from bot.delivery.languages import choose
from bot.delivery.readings import WARMING
from bot.delivery.rendering import TEXT_ROOM
from bot.delivery.shelf import NotYetError, Shelf
from bot.delivery.splitting import split
from bot.delivery.writing import Writing
from bot.locales import Phrases
from bot.model.account import Account
from bot.model.post import Post
from bot.model.reading import Reading
from bot.reading.relaying import is_over
from bot.store import deliveries, posts
from bot.store.deliveries import Missed

#: What the notice of such a digest begins with.
KEPT = '{"kept"'
#: Posts that are named, some four messages; the rest is counted. What is graver stands first.
NAMED = 40
#: First words of a post, characters.
WORDS_LIMIT = 160
#: States of a post that is over, to the phrase that says it.
OVER = {"withdrawn": "away.withdrawn", "cancelled": "away.cancelled"}
_OVER_SIGN = "✅"


def is_past(state: str | None, expires_at: datetime | None, now: datetime) -> bool:
    """A post in this state, with this end, is over."""
    return state is None or state in OVER or (expires_at is not None and expires_at <= now)


@dataclass(frozen=True, slots=True)
class _Line:
    missed: Missed
    post: Post
    account: Account
    #: What its words prove; None where it has fields instead, or cannot be read now.
    reading: Reading | None


async def kept_parts(shelf: Shelf, listed: Sequence[int], phrases: Phrases, now: datetime) -> tuple[Part, ...]:
    """The messages that stand for these deliveries (ids): what still holds first, by how grave it is, then the newest.

    Raises NotYetError while the reader is made ready.
    """
    if not shelf.readings.can_read():
        raise NotYetError((0, 0, ""), now + WARMING)
    missed = await deliveries.missed(shelf.conn, listed)
    missed.sort(key=lambda each: (is_past(each.state, each.expires_at, now), -each.severity))
    lines: list[_Line] = []
    for each in missed[:NAMED]:
        account = await shelf.account(each.account_id)
        if account is not None:
            post = (await posts.revision(shelf.conn, each.post_id, each.revision)).post
            reading = await shelf.readings.of((each.post_id, each.revision), post) if post.alert is None else None
            lines.append(_Line(each, post, account, reading))
    return await asyncio.to_thread(_composed, lines, len(listed), phrases, now)


def _composed(lines: Sequence[_Line], count: int, phrases: Phrases, now: datetime) -> tuple[Part, ...]:
    out = Writing().add(phrases("kept.title"), "bold").add("\n").add(phrases("kept.count", count=count))
    for each in lines:
        _name(out, each, phrases, now)
    if count > len(lines):
        out.add("\n\n" + phrases("kept.more", count=count - len(lines)))
    return tuple(Part(text) for text in split(out.done(), (), TEXT_ROOM))


def _name(out: Writing, each: _Line, phrases: Phrases, now: datetime) -> None:
    post, account = each.post, each.account
    offset = post.utc_offset if post.utc_offset is not None else account.utc_offset
    sign, said = _headline(post, each.reading, phrases)
    if past := is_past(each.missed.state, each.missed.expires_at, now):
        sign = _OVER_SIGN
    out.add(f"\n\n{sign} " + moment(each.missed.published_at, offset, phrases) + " · ")
    name = line(post.author or account.name or account.key, NAME_LIMIT)
    before, behind = phrases.isolates(name)
    out.add(before).add(name, "bold").add(behind + "\n")
    if past:
        out.add(phrases(OVER.get(each.missed.state, "kept.ended")) + " ")
    if said:
        out.add(said + "\n")
    link = web_link(post.url)
    words = line(post.title.strip() or post.text.strip()[: 4 * WORDS_LIMIT], WORDS_LIMIT) or phrases("message.post")
    out.add(words, "text_link" if link else "", url=link)


def _headline(post: Post, reading: Reading | None, phrases: Phrases) -> tuple[str, str]:
    """Its sign, and what was proved of it in the reader's language ("" where nothing was)."""
    alert = post.alert
    if alert is None:
        sign, said = headline(reading, phrases) if reading is not None else ("", "")
        return sign or "▫️", said
    sign = _OVER_SIGN if is_over(alert) else SIGNS[alert.severity]
    wordings = [wording for hazard in alert.hazards for wording in hazard.wordings]
    wording = choose(wordings, phrases.language)
    event = line(wording.event if wording else "", NAME_LIMIT)
    if not event:
        return sign, ""
    severity = phrases(f"severity.{alert.severity.value.lower()}")
    return sign, phrases("message.hazard", severity=severity, event=event)
