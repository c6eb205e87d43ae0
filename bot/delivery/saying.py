"""What a delivery says: a version of its post in the chat's manner, and words of its own besides."""

import json
from dataclasses import dataclass
from datetime import datetime

from bot.delivery.composing import moment
from bot.delivery.harmless import block, line
from bot.delivery.reasons import told
from bot.delivery.shelf import Seen, Shelf
from bot.delivery.telling import Asking
from bot.locales import Phrases
from bot.model.account import Account
from bot.model.reason import reason_of
from bot.store.waiting import Delivery

#: Longest value of a notice, in characters; names and reasons come from sites.
_VALUE_LIMIT = 300
#: Longest value that may have lines: what a person wrote to another, which Telegram bounds anyway.
_BLOCK_LIMIT = 4096


@dataclass(frozen=True, slots=True)
class OwnWords:
    """What a delivery says besides a post: on top of its message, and below it ("" for nothing)."""

    phrase: str = ""
    mark: str = ""
    reply: str = ""


async def seen_as(
    shelf: Shelf, delivery: Delivery, post_id: int, number: int, account: Account, phrases: Phrases, now: datetime,
    *, at_once: bool = False,
) -> Seen:  # fmt: skip
    """A version of a post in the chat's manner. What was begun goes on as it began, with or without its words."""
    asking = Asking(
        delivery.lane, now, begun=bool(delivery.parts), without=delivery.owed == phrases.language, at_once=at_once
    )
    place = (post_id, number, phrases.language)
    return await shelf.look(place, account, phrases, asking, await shelf.taste(delivery, post_id, now))


def owed_by(seen: Seen, phrases: Phrases) -> str:
    """The language whose words are still being made, "" when those that are seen stand."""
    return "" if seen.stands else phrases.language


def own_words(notice: str, phrases: Phrases) -> OwnWords:
    """A delivery's own words (``watching.notices``) in the chat's language. Names and reasons are a site's words: they
    are made harmless.
    """
    if not notice:
        return OwnWords()
    said = json.loads(notice)
    values = {name: line(str(value), _VALUE_LIMIT) for name, value in said.get("values", {}).items()}
    values |= {name: block(str(text)[:_BLOCK_LIMIT]) for name, text in said.get("blocks", {}).items()}
    values |= {name: phrases(key) for name, key in said.get("keys", {}).items()}
    values |= {name: _moment(when, phrases) for name, when in said.get("moments", {}).items()}
    why = reason_of(said.get("why", ""))
    if why is not None:
        values["why"] = told(why, phrases)
    phrase, reply = said.get("phrase", ""), said.get("reply", "")
    if reply is True:  # as the first release wrote it
        reply = f"{phrase}_reply"
    top = phrases(phrase, **values) if phrase and phrase in phrases else ""
    return OwnWords(phrase, top, phrases(reply, **values) if reply else "")


def _moment(spelt: str, phrases: Phrases) -> str:
    when = datetime.fromisoformat(spelt)
    offset = when.utcoffset()
    return moment(when, int(offset.total_seconds() // 60) if offset else None, phrases)
