"""Inline queries: ``@bot rainstorm`` in any chat finds a past alert, and choosing it sends it there as it stands now.

The message that is sent is the person's own: nothing that happens later reaches it, and it says so.
"""

import asyncio
from dataclasses import dataclass

import structlog
from telegram import (
    InlineQuery,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    LinkPreviewOptions,
    Update,
)
from telegram.error import BadRequest, TelegramError
from telegram.ext import ContextTypes

from bot.chat.buttons import number
from bot.chat.desk import Desk
from bot.chat.searching import LOOKED_THROUGH, Hit, Searching
from bot.chat.sender import entities_of, keyboard_of
from bot.chat.wording import excerpt, one_line
from bot.delivery.composing import moment
from bot.delivery.face import Button, Styled
from bot.delivery.harmless import domain, web_link
from bot.delivery.rendering import Manner, text_of
from bot.delivery.sharing import read_reference, reference
from bot.delivery.splitting import TEXT_LIMIT, split
from bot.delivery.writing import Writing
from bot.locales import Phrases, best_match, phrases
from bot.model.post import Revision, RevisionKind
from bot.model.words import Words
from bot.reading.relaying import effective_expiry, is_over
from bot.store import chats, renditions, subscriptions

_log = structlog.get_logger(__name__)

#: Results of one answer; Telegram takes 50, and a phone shows five at once.
PER_PAGE = 10
#: An answer is of use for so long, seconds: Telegram gives up a query after some more, and the next letter is typed.
ANSWER_SECONDS = 8.0
#: How long Telegram may give the same answer to the same person, seconds: an alert may be lifted meanwhile.
CACHE_SECONDS = 5
#: What /start is given behind the button that opens the bot.
_START = "inline"
#: Characters of a title and a description: phones cut them anyway.
_TITLE, _NAME = 100, 60
#: UTF-16 units left in a message for what stands above and below a post here.
_ROOM = 640


@dataclass(frozen=True, slots=True)
class _Asker:
    """What is known of the person who asks."""

    phrases: Phrases
    original_first: bool
    followed: frozenset[int]


class Inline:
    """Answers inline queries."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._searching = Searching(desk.db, desk.ports.catalogue)

    async def asked(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """Nothing is kept of it."""
        query = update.inline_query
        if query is None:
            return
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._answer(query)
        except TimeoutError:
            _log.warning("an inline query could not be answered in time")

    async def _answer(self, query: InlineQuery) -> None:
        asker = await self._asker(query)
        if read_reference(query.query) is not None:
            hit = await self._searching.referred(query.query)
            results = [await self._result(hit, asker, whole=True)] if hit is not None else []
            await self._give(query, results, "" if results else asker.phrases("inline.gone"))
            return
        found = await self._searching.search(query.query, asker.followed)
        start = number([query.offset], 0, LOOKED_THROUGH) or 0
        page = found[start : start + PER_PAGE]
        results = [await self._result(hit, asker) for hit in page]
        more = str(start + PER_PAGE) if len(found) > start + PER_PAGE else ""
        await self._give(query, results, "" if results or start else asker.phrases("inline.nothing"), more)

    async def _asker(self, query: InlineQuery) -> _Asker:
        """A private chat has its person's number; who never spoke to the bot follows nothing."""
        async with self._desk.db.read() as conn:
            chat = await chats.get(conn, query.from_user.id)
            followed = await subscriptions.of_chat(conn, chat.id) if chat is not None else []
        language = (chat.language if chat is not None else "") or best_match(query.from_user.language_code or "")
        return _Asker(
            phrases(language or self._desk.default_language),
            chat.original_first if chat is not None else False,
            frozenset(each.account_id for each in followed),
        )

    async def _result(self, hit: Hit, asker: _Asker, *, whole: bool = False) -> InlineQueryResultArticle:
        revision = Revision(hit.post, hit.revision, RevisionKind.NEW)
        words = await self._words(hit, revision, asker.phrases, whole=whole)
        said = self._said(hit, revision, words, asker)
        share = Button(asker.phrases("button.share"), inline=reference(hit.post_id, hit.post, hit.account))
        when = moment(hit.post.published, hit.post.utc_offset, asker.phrases) if hit.post.published else ""
        agency = one_line(hit.post.author or hit.account.name, _NAME)
        return InlineQueryResultArticle(
            f"{hit.post_id}.{hit.revision}",
            one_line(f"{words.sign} {words.headline}".strip() or hit.post.title or excerpt(hit.post), _TITLE),
            InputTextMessageContent(
                said.text,
                entities=entities_of(said.spans),
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            ),
            description=" · ".join(filter(None, (agency, when))),
            reply_markup=keyboard_of(((share,),)),
        )

    async def _words(self, hit: Hit, revision: Revision, speak: Phrases, *, whole: bool) -> Words:
        """As other readers of the language were shown it; else as far as it can be said at once."""
        async with self._desk.db.read() as conn:
            kept = await renditions.find(conn, (hit.post_id, hit.revision, speak.language))
        if kept is not None and kept.words is not None:
            return kept.words
        interpret = self._desk.ports.words if whole else self._desk.ports.glance
        return await interpret(revision, hit.account, speak)

    def _said(self, hit: Hit, revision: Revision, words: Words, asker: _Asker) -> Styled:
        """The post as in any chat, below what is to be known of it as it is sent on."""
        speak, now = asker.phrases, self._desk.clock()
        out = Writing()
        state = self._state(hit, speak)
        if state:
            out.add(state, "bold").add("\n")
        out.add(speak("inline.as_of", time=moment(now, hit.post.utc_offset, speak)), "italic").add("\n")
        manner = Manner(words, asker.original_first)
        whole = text_of(revision, hit.account, speak, manner, pictures_as_links=True)
        first, *rest = split(whole, (), TEXT_LIMIT - _ROOM)
        out.append(first)
        if rest:
            out.add("\n" + speak("message.more_in_original"), "italic")
            link = web_link(hit.post.url)
            if link:
                out.add("\n").add(f"{speak('message.original')} ({domain(link)})", "text_link", url=link)
        return out.done()

    def _state(self, hit: Hit, speak: Phrases) -> str:
        """What became of it, "" while it stands as far as is known."""
        alert = hit.post.alert
        if hit.state == "cancelled":
            return speak("message.cancelled")
        if hit.state == "superseded":
            return speak("message.superseded_apart")
        if alert is not None and not is_over(alert) and effective_expiry(alert) <= self._desk.clock():
            return speak("inline.ended")
        return ""

    async def _give(
        self, query: InlineQuery, results: list[InlineQueryResultArticle], nothing: str, more: str = ""
    ) -> None:
        """``nothing``: what the button says that leads to the bot where there are no results."""
        button = InlineQueryResultsButton(nothing, start_parameter=_START) if nothing else None
        try:
            await query.answer(results, cache_time=CACHE_SECONDS, is_personal=True, next_offset=more, button=button)
        except BadRequest as error:
            if "too old" not in str(error).lower():
                _log.warning("an inline query was not answered", error=str(error))
        except TelegramError as error:
            _log.warning("an inline query was not answered", error=str(error))
