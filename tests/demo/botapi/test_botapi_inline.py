"""Inline queries in the stand-in: they reach a bot that takes them, and answers are held to Telegram's limits."""

import httpx
import pytest

from bot.demo.botapi.server import BotApiServer


@pytest.fixture
async def api():
    async with BotApiServer() as server, httpx.AsyncClient() as client:

        async def call(method, **given):
            return (await client.post(f"{server.url}/bot{server.token}/{method}", json=given)).json()

        yield server, call


def article(number=1, **changes):
    content = {"message_text": f"words {number}"}
    return {
        "type": "article",
        "id": str(number),
        "title": f"Title {number}",
        "input_message_content": content,
    } | changes


async def test_a_query_reaches_the_bot_and_a_result_can_be_sent_into_a_chat(api):
    server, call = api
    wei = server.world.add_user("Wei", language="zh")
    query = server.world.ask_inline(wei.id, "暴雨" * 200, offset="10")
    (update,) = (await call("getUpdates"))["result"]
    given = update["inline_query"]
    assert (given["id"], given["offset"], len(given["query"])) == (query.id, "10", 256)
    assert given["from"]["language_code"] == "zh"
    assert (await call("getMe"))["result"]["supports_inline_queries"] is True
    key = {"inline_keyboard": [[{"text": "Share", "switch_inline_query": "#1-a"}]]}
    said = await call("answerInlineQuery", inline_query_id=query.id, results=[article(reply_markup=key)], cache_time=5,
                      is_personal=True, next_offset="20", button={"text": "More", "start_parameter": "more"})  # fmt: skip
    assert said["ok"]
    assert (query.answer.cache_time, query.answer.is_personal) == (5, True)
    assert (query.answer.next_offset, query.answer.button) == ("20", "More")
    message = server.world.choose(query, "1", wei.id)
    assert (message.text, message.sender_id) == ("words 1", wei.id)
    assert message.now.keyboard[0][0].inline == "#1-a"
    again = await call("answerInlineQuery", inline_query_id=query.id, results=[])
    assert "query is too old" in again["description"]


async def test_a_bot_without_inline_mode_hears_of_none(api):
    server, call = api
    server.state.inline = False
    server.world.ask_inline(server.world.add_user("Wei").id, "rain")
    assert (await call("getUpdates"))["result"] == []
    assert (await call("getMe"))["result"]["supports_inline_queries"] is False


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"results": "x"}, "can't parse"),
        ({"results": [article(n) for n in range(51)]}, "RESULTS_TOO_MUCH"),
        ({"results": [article(), article()]}, "RESULT_ID_DUPLICATE"),
        ({"results": [article(id="x" * 65)]}, "RESULT_ID_INVALID"),
        ({"results": [article(title=" ")]}, "ARTICLE_TITLE_EMPTY"),
        ({"results": [article(input_message_content=None)]}, "Message text content expected"),
        ({"results": [article(input_message_content={"message_text": "x" * 4097})]}, "too long"),
        ({"results": [article(type="photo")]}, "articles only"),
        ({"results": [], "next_offset": "x" * 65}, "NEXT_OFFSET_INVALID"),
        ({"results": [], "cache_time": -1}, "CACHE_TIME_INVALID"),
        ({"results": [], "button": {"text": "More", "start_parameter": "no blank"}}, "START_PARAM_INVALID"),
        ({"results": [], "button": {"text": ""}}, "non-empty"),
    ],
)
async def test_an_answer_beyond_a_limit_is_refused_and_counted(api, given, why):
    server, call = api
    query = server.world.ask_inline(server.world.add_user("Wei").id, "rain")
    answer = await call("answerInlineQuery", inline_query_id=query.id, **given)
    assert why in answer["description"]
    assert server.violations
    assert query.answer is None
