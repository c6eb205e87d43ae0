"""How the message of a running report looks: a summary on top, then each post with its time and its first sentence."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, timedelta, timezone

from bot.delivery.composing import NAME_LIMIT, moment
from bot.delivery.face import Part, Styled
from bot.delivery.harmless import line, web_link
from bot.delivery.readings import Readings
from bot.delivery.rendering import TEXT_ROOM
from bot.delivery.shelf import Shelf
from bot.delivery.splitting import shorten
from bot.delivery.writing import Writing, units
from bot.locales import Phrases
from bot.model.account import Account
from bot.model.post import Post, words_of
from bot.model.reading import Figure
from bot.store import coverages
from bot.store.codec import post_from_json
from bot.store.coverages import Named, Root

#: Characters of a line, the most that fit all lines into the message. At the last but one a message is full; the last is
#: for lines that grew later (a post that was removed says so).
_LINE_LIMITS = (160, 120, 80, 60, 30)
_FULL = _LINE_LIMITS[-2]
#: Newest posts that are looked through for the facts on top.
_LOOKED_THROUGH = 3
#: States of a post that is said to be over, to the phrase that says it.
_OVER = {"withdrawn": "away.withdrawn", "cancelled": "away.cancelled"}


async def shown(shelf: Shelf, root: Root, account: Account, phrases: Phrases) -> Part:
    """The message as it is now."""
    lines = await coverages.named(shelf.conn, root.listed)
    facts = await _facts(lines, shelf.readings)
    return Part(await asyncio.to_thread(_fitting, lines, facts, account, phrases))


async def has_room(lines: Sequence[Named], account: Account, phrases: Phrases, readings: Readings) -> bool:
    """Whether one message holds these lines and each still says something."""
    facts = await _facts(lines, readings)
    full = await asyncio.to_thread(_composed, lines, facts, account, phrases, _FULL)
    return units(full.text) <= TEXT_ROOM


def _fitting(lines: Sequence[Named], facts: str, account: Account, phrases: Phrases) -> Styled:
    text = Styled("")
    for limit in _LINE_LIMITS:
        text = _composed(lines, facts, account, phrases, limit)
        if units(text.text) <= TEXT_ROOM:
            return text
    return shorten(text, TEXT_ROOM)


def _composed(lines: Sequence[Named], facts: str, account: Account, phrases: Phrases, limit: int) -> Styled:
    """What it is, how many posts since when, the newest facts; then each post with its time, oldest first."""
    posts = [post_from_json(each.content) for each in lines]
    name = line(account.name or account.key, NAME_LIMIT)
    out = Writing().add(phrases("live.title", name=name), "bold")
    if not lines:
        return out.done()
    offset = posts[0].utc_offset if posts[0].utc_offset is not None else account.utc_offset
    since = moment(lines[0].published_at, offset, phrases)
    out.add("\n" + phrases("situation.posts", count=len(lines), since=since))
    if facts:
        out.add("\n" + phrases("live.latest", words=line(facts, _LINE_LIMITS[0])))
    out.add("\n")
    for each, post in zip(lines, posts, strict=True):
        _line(out, each, post, offset, phrases, limit)
    return out.done()


def _line(out: Writing, each: Named, post: Post, offset: int | None, phrases: Phrases, limit: int) -> None:
    clock = each.published_at.astimezone(timezone(timedelta(minutes=offset)) if offset else UTC)
    out.add(f"\n{clock:%H:%M} ")
    if each.state in _OVER:
        out.add(phrases(_OVER[each.state]) + " ")
    link = web_link(post.url)
    words = line(first_sentence(words_of(post)), limit) or phrases("message.post")
    before, behind = phrases.isolates(words)
    out.add(before).add(words, "text_link" if link else "", url=link).add(behind)


def first_sentence(text: str) -> str:
    """The first sentence of a text, as far as its end is marked; a heading in brackets goes along with what follows."""
    first = text.strip().partition("\n")[0]
    for at, sign in enumerate(first):
        if sign in "。！？!?" or (sign == "." and first[at + 1 : at + 2] in {"", " "}):
            return first[: at + 1]
    return first


async def _facts(lines: Sequence[Named], readings: Readings) -> str:
    """The newest post's sentence that proves something: a claim, else a figure; else its first sentence, also where it
    cannot be read now. Posts that are over say nothing.
    """
    stand = [each for each in lines if each.state not in _OVER][-_LOOKED_THROUGH:]
    posts = [post_from_json(each.content) for each in stand]
    for each, post in zip(reversed(stand), reversed(posts), strict=True):
        reading = await readings.of((each.post_id, each.revision), post)
        if reading is None:
            break
        clauses = [
            reading.clauses[claim.clause] for claim in reading.claims if 0 <= claim.clause < len(reading.clauses)
        ]
        clauses += [clause for clause in reading.clauses if any(isinstance(s.value, Figure) for s in clause.slots)]
        if clauses:
            return words_of(post)[clauses[0].span.start : clauses[0].span.end]
    return first_sentence(words_of(posts[-1])) if posts else ""
