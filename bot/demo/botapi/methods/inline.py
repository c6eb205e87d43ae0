"""answerInlineQuery: what an inline query finds, with the limits of the real server."""

import re
from datetime import timedelta

from bot.demo.botapi.errors import ApiError, bad_request
from bot.demo.botapi.formatting import text_of
from bot.demo.botapi.methods.chats import OLD_QUERY
from bot.demo.botapi.methods.keyboards import keyboard_of
from bot.demo.botapi.records import InlineAnswer, InlineResult
from bot.demo.botapi.state import State
from bot.demo.botapi.wire import Call

#: Results of one answer, and bytes of a result's id and of the offset.
MAX_RESULTS, MAX_ID, MAX_OFFSET = 50, 64, 64
_START = re.compile(r"[A-Za-z0-9_-]{1,64}")


async def answer_inline_query(state: State, call: Call) -> bool:
    """Keep the answer; once, and soon. Articles only: the stand-in shows nothing else."""
    query = state.inline_queries.get(call.text("inline_query_id"))
    given = call.json("results", "results")
    if not isinstance(given, list):
        raise _bad("can't parse inline query results: Expected an Array of InlineQueryResult")
    if len(given) > MAX_RESULTS:
        raise _bad("RESULTS_TOO_MUCH")
    results = tuple(_result(state, item) for item in given)
    if len({result.id for result in results}) < len(results):
        raise _bad("RESULT_ID_DUPLICATE")
    offset, seconds = call.text("next_offset"), call.number("cache_time", 300)
    if len(offset.encode()) > MAX_OFFSET:
        raise _bad("NEXT_OFFSET_INVALID")
    if seconds < 0:
        raise _bad("CACHE_TIME_INVALID")
    label = _button(call)
    age = timedelta(seconds=state.answer_within)
    if query is None or query.answer is not None or state.clock() - query.at > age:
        raise bad_request(OLD_QUERY)
    query.answer = InlineAnswer(results, offset, seconds, call.flag("is_personal"), label)
    state.journal.stir()
    return True


def _result(state: State, item: object) -> InlineResult:
    if not isinstance(item, dict) or item.get("type") != "article":
        raise _bad("can't parse inline query result: this stand-in offers articles only")
    found, title = str(item.get("id") or ""), str(item.get("title") or "").strip()
    content = item.get("input_message_content")
    if not 0 < len(found.encode()) <= MAX_ID:
        raise _bad("RESULT_ID_INVALID")
    if not title:
        raise _bad("ARTICLE_TITLE_EMPTY")
    if not isinstance(content, dict) or "message_text" not in content:
        raise _bad("can't parse inline query result: Message text content expected")
    text = {"text": content["message_text"]} | {name: content.get(name) for name in ("entities", "parse_mode")}
    styled = text_of(Call("answerInlineQuery", text), state.count)
    keyboard = keyboard_of(Call("answerInlineQuery", {"reply_markup": item.get("reply_markup")}), "private")
    return InlineResult(found, title, str(item.get("description") or ""), styled, keyboard)


def _button(call: Call) -> str:
    given = call.json("button", "inline query results button")
    if given is None:
        return ""
    if not isinstance(given, dict) or not str(given.get("text") or "").strip():
        raise _bad('can\'t parse inline query results button: Field "text" must be non-empty')
    if not given.get("web_app") and not _START.fullmatch(str(given.get("start_parameter") or "")):
        raise _bad("START_PARAM_INVALID")
    return str(given["text"])


def _bad(why: str) -> ApiError:
    return bad_request(why, violation="bad_inline_answer")
