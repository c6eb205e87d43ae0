"""The chat page in Chromium, as wide as a phone and as a desktop: what arrives is seen, what is done reaches the bot."""

import asyncio
import re
import struct
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.demo.botapi.entities import Entity, Styled
from bot.demo.botapi.records import Key, Version
from bot.demo.page import PageServer
from bot.locales import Phrases
from bot.locales.conventions import conventions
from bot.locales.directions import typeset

#: A sentence or two as they stand in a file, without marks of direction.
RIGHT_TO_LEFT = {
    "followed": "تجري الآن متابعة {name} هنا.",
    "how": "وصل في {time}. أرسل /list أو /subscribe https://example.org/feed.xml ثم انتظر.",
}

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


def expect(what: Any) -> Any:
    """Playwright's waiting assertions; imported here, so that the tests skip by name where it is not installed."""
    from playwright.async_api import expect as playwright_expect

    return playwright_expect(what)


def picture(width: int = 60, height: int = 40) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compress((b"\0" + b"\x30\x60\x90" * width) * height)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


async def begin(stage: Any) -> None:
    await stage.page.get_by_role("button", name="Start", exact=True).click()
    await expect(stage.page.locator(".row.mine")).to_have_count(1)


async def no_sideways_scroll(stage: Any) -> None:
    wide = await stage.page.evaluate(
        "[...document.querySelectorAll('html, .scroll, .posts')].filter(e => e.scrollWidth > e.clientWidth).map(e => e.className)"
    )
    assert wide == []


async def test_a_visitor_starts_and_the_bots_words_arrive(stage: Any) -> None:
    await expect(stage.page.get_by_role("note")).to_contain_text(
        "Demo: nothing here is sent to Telegram; posts are a re-enactment"
    )
    await begin(stage)
    assert [message.text for message in stage.said()] == ["/start"]
    await stage.send("<b>Severe</b> · 暴雨 😀 <i>now</i>", parse_mode="HTML", disable_notification=True)
    row = stage.page.locator(".row:not(.mine)")
    await expect(row).to_contain_text("Severe · 暴雨 😀 now")
    await expect(row.locator("b", has_text="Severe")).to_have_count(1)
    await expect(row.locator("i")).to_have_text("now")
    await expect(row.get_by_title("Sent without a sound")).to_be_visible()
    await expect(stage.page.locator(".day")).to_have_text("Today")
    await stage.page.get_by_role("combobox", name="Message").fill("thank you")
    await stage.page.keyboard.press("Enter")
    await expect(stage.page.locator(".row.mine")).to_have_count(2)
    assert stage.said()[-1].text == "thank you"
    await no_sideways_scroll(stage)
    assert (stage.console, stage.foreign) == ([], [])


async def test_every_kind_of_entity_is_drawn(stage: Any) -> None:
    text = (
        "<u>under</u> <s>struck</s> <code>code</code> <tg-spoiler>hidden</tg-spoiler> "
        "<a href='https://weibo.com/1'>post</a> #暴雨 /help\n<blockquote>quoted <b>bold</b></blockquote>"
        f"\n<blockquote expandable>{'long ' * 100}</blockquote>\n<pre>pre</pre>"
    )
    await stage.send(text, parse_mode="HTML")
    row = stage.page.locator(".row")
    for selector, content in [("u", "under"), ("s", "struck"), ("code", "code"), ("pre", "pre"), (".tag", "#暴雨")]:
        await expect(row.locator(selector)).to_have_text(content)
    await expect(row.locator("blockquote").first.locator("b")).to_have_text("bold")
    link = row.get_by_role("link", name="post")
    await expect(link).to_have_attribute("href", "https://weibo.com/1")
    await expect(link).to_have_attribute("rel", re.compile("noopener noreferrer"))
    spoiler = row.locator(".spoiler")
    await spoiler.focus()
    await stage.page.keyboard.press("Enter")
    await expect(spoiler).to_have_class("spoiler shown")
    more = row.get_by_role("button", name="Show more")
    await more.click()
    await expect(row.locator("blockquote").nth(1)).not_to_have_class("folded")
    await expect(row.get_by_role("button", name="Show less")).to_have_attribute("aria-expanded", "true")
    await row.get_by_role("button", name="/help").click()
    await expect(stage.page.locator(".row.mine")).to_have_count(1)
    assert stage.said()[-1].text == "/help"
    assert stage.console == []


PLACES = """
(words) => {
  const walker = document.createTreeWalker(document.querySelector(".row .bubble"), NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const at = node.data.indexOf(words);
    if (at < 0) continue;
    return [...words].map((_, place) => {
      const range = document.createRange();
      range.setStart(node, at + place);
      range.setEnd(node, at + place + 1);
      const { left, right } = range.getBoundingClientRect();
      return (left + right) / 2;
    });
  }
  return [];
}
"""


async def test_words_that_run_from_right_to_left_are_shown_so_and_turn_no_foreign_word_round(stage: Any) -> None:
    says = Phrases("ar", {key: typeset("ar", text) for key, text in RIGHT_TO_LEFT.items()}, {})
    lines = [
        says("followed", name="Weather (UK)"),
        says("how", time=conventions("ar").moment(datetime(2026, 7, 21, 1, 5, tzinfo=UTC), 480)),
    ]
    name = lines[0].index("Weather (UK)")
    entities = [{"type": "bold", "offset": name, "length": len("Weather (UK)")}]
    entities.append({"type": "blockquote", "offset": len("\n".join(lines)) + 1, "length": 5})
    await stage.send("\n".join([*lines, "暴雨 A4"]), entities=entities)
    box = await stage.page.locator(".row .text").bounding_box()

    async def places(words: str) -> list[float]:
        found: list[float] = await stage.page.evaluate(PLACES, words)
        assert len(found) == len(words), words
        return found

    for word in ("تجري", "وصل", "يوليو"):
        found = await places(word)
        assert found == sorted(found, reverse=True), word
    # the first word of each line stands at its right end
    assert (await places("تجري"))[0] > box["x"] + box["width"] / 2
    for word in ("Weather (UK)", "/list", "https://example.org/feed.xml", "UTC+8", "2026", "09:05", "A4"):
        found = await places(word)
        assert found == sorted(found), word
    # the month stands left of the day and right of the year, as it is read
    assert (await places("21"))[0] > (await places("يوليو"))[0] > (await places("2026"))[0] > (await places("UTC"))[0]
    # the agency's words run as they were written
    assert (await places("暴雨"))[0] < box["x"] + box["width"] / 2
    await no_sideways_scroll(stage)
    assert stage.console == []


async def test_an_edit_replaces_the_text_and_is_marked(stage: Any) -> None:
    number = await stage.send("Rainstorm: yellow")
    row = stage.page.locator(f"#m{number}")
    await expect(row).to_contain_text("yellow")
    await expect(row.locator(".edited")).to_have_count(0)
    await stage.call("editMessageText", message_id=number, text="Rainstorm: orange")
    await expect(row).to_contain_text("orange")
    await expect(row.locator(".edited")).to_have_text("edited")
    await expect(stage.page.locator(".row")).to_have_count(1)
    await stage.call("deleteMessage", message_id=number)
    await expect(stage.page.locator(".row")).to_have_count(0)


async def test_a_pressed_button_reaches_the_bot_and_its_answer_shows(stage: Any) -> None:
    markup = {
        "inline_keyboard": [
            [{"text": "Undo", "callback_data": "undo:1"}, {"text": "Original", "url": "https://weibo.com/1"}],
            [{"text": "Why?", "callback_data": "why"}],
        ]
    }
    await stage.send("Now following", reply_markup=markup)
    link = stage.page.get_by_role("link", name="Original")
    await expect(link).to_have_attribute("href", "https://weibo.com/1")
    await stage.page.get_by_role("button", name="Undo").click()
    query = await stage.server.wait_for(lambda: next(iter(stage.server.state.queries.values()), None))
    assert query.data == "undo:1"
    await stage.call("answerCallbackQuery", callback_query_id=query.id, text="Undone <b>")
    await expect(stage.page.locator("#toast")).to_have_text("Undone <b>")
    await stage.page.get_by_role("button", name="Why?").press("Enter")
    await stage.server.wait_for(lambda: len(stage.server.state.queries) == 2)
    second = list(stage.server.state.queries.values())[1]
    await stage.call("answerCallbackQuery", callback_query_id=second.id, text="Because.", show_alert=True)
    await expect(stage.page.get_by_role("dialog")).to_contain_text("Because.")
    await stage.page.get_by_role("button", name="OK").click()
    await expect(stage.page.get_by_role("dialog")).to_be_hidden()
    assert stage.console == []


async def test_a_button_that_shares_says_what_it_does_in_telegram_and_moves_no_other(stage: Any) -> None:
    share = {"text": "Share", "switch_inline_query": "#12"}
    copy = {"text": "Copy", "copy_text": {"text": "x"}}
    mute = {"text": "Mute", "callback_data": "mute:1"}
    await stage.send("Rainstorm", reply_markup={"inline_keyboard": [[share, mute], [copy]]})
    await stage.page.get_by_role("button", name="Share").click()
    await expect(stage.page.locator("#toast")).to_contain_text(f"@{stage.server.state.bot.username} #12")
    await expect(stage.page.get_by_role("button", name="Copy")).to_be_disabled()
    assert stage.server.state.queries == {}
    await stage.page.get_by_role("button", name="Mute").click()
    query = await stage.server.wait_for(lambda: next(iter(stage.server.state.queries.values()), None))
    assert query.data == "mute:1"
    await no_sideways_scroll(stage)
    assert (stage.console, stage.foreign) == ([], [])


async def test_a_file_is_shown_by_its_name_and_can_be_had(stage: Any) -> None:
    url = f"{stage.server.base_url}{stage.server.token}/sendDocument"
    name, content = "<b>暴雨</b> chat.html", b"<script>window.broken = 1</script>"
    files = {"document": (name, content)}
    data = {"chat_id": str(stage.user.id), "caption": "All that this chat follows"}
    answer = await stage.http.post(url, data=data, files=files)
    assert answer.json()["ok"], answer.text
    number = answer.json()["result"]["message_id"]
    await stage.send("Here it is", reply_parameters={"message_id": number})
    row = stage.page.locator(f"#m{number}")
    kept = stage.server.state.chats[stage.user.id].messages[number].now.document.name
    await expect(row).to_contain_text("All that this chat follows")
    await expect(row.locator(".file")).to_contain_text(kept)
    await expect(row.locator(".file")).to_contain_text(f"{len(content)} bytes")
    async with stage.page.expect_download() as waiting:
        await row.get_by_role("link").click()
    kept_at = await (await waiting.value).path()
    assert await asyncio.to_thread(Path(kept_at).read_bytes) == content
    assert await stage.page.evaluate("window.broken") is None
    await no_sideways_scroll(stage)
    assert (stage.console, stage.foreign) == ([], [])


async def test_a_picture_that_is_changed_is_shown_anew(stage: Any) -> None:
    base = f"{stage.server.base_url}{stage.server.token}"
    files = {"photo": ("a.png", picture(60, 40))}
    answer = await stage.http.post(f"{base}/sendPhoto", data={"chat_id": str(stage.user.id)}, files=files)
    number = answer.json()["result"]["message_id"]
    image = stage.page.locator(f"#m{number} img")
    await expect(image).to_have_attribute("width", "60")
    media = '{"type":"photo","media":"attach://b","caption":"Raised to red"}'
    data = {"chat_id": str(stage.user.id), "message_id": str(number), "media": media}
    files = {"b": ("b.png", picture(80, 50))}
    answer = await stage.http.post(f"{base}/editMessageMedia", data=data, files=files)
    assert answer.json()["ok"], answer.text
    await expect(image).to_have_attribute("width", "80")
    await stage.page.wait_for_function("() => document.querySelector('.row img').naturalWidth === 80")
    await expect(stage.page.locator(f"#m{number}")).to_contain_text("Raised to red")
    await expect(stage.page.locator(f"#m{number} .edited")).to_have_count(1)
    assert stage.console == []


async def test_however_long_the_chat_only_its_log_scrolls(stage: Any) -> None:
    """Words for screen readers stand outside the flow: they must not lengthen the page behind the log."""
    await stage.page.emulate_media(reduced_motion="reduce")  # a row that still moves in holds them for a moment
    for number in range(40):
        await stage.send(f"filler {number}")
    await expect(stage.page.locator(".row")).to_have_count(40)
    assert await stage.page.evaluate("document.documentElement.scrollHeight - innerHeight") == 0


async def test_an_album_is_one_row_with_all_its_pictures(stage: Any) -> None:
    media = '[{"type":"photo","media":"attach://a","caption":"three"},{"type":"photo","media":"attach://b"},{"type":"photo","media":"https://a.cn/unseen.jpg"}]'
    url = f"{stage.server.base_url}{stage.server.token}/sendMediaGroup"
    files = {"a": ("a.png", picture()), "b": ("b.png", picture(50, 50))}
    answer = await stage.http.post(url, data={"chat_id": str(stage.user.id), "media": media}, files=files)
    assert answer.json()["ok"], answer.text
    await expect(stage.page.locator(".row")).to_have_count(1)
    await expect(stage.page.locator(".row img")).to_have_count(2)
    await expect(stage.page.locator(".row")).to_contain_text("three")
    await expect(stage.page.locator(".photo.unseen")).to_contain_text("https://a.cn/unseen.jpg")
    loaded = "() => [...document.querySelectorAll('.row img')].every(i => i.complete && i.naturalWidth > 0)"
    await stage.page.wait_for_function(loaded)
    await no_sideways_scroll(stage)
    assert (stage.console, stage.foreign) == ([], [])


async def test_a_reply_quotes_and_leads_to_its_message(stage: Any) -> None:
    first = await stage.send("The first word")
    for number in range(30):
        await stage.send(f"filler {number}\n\n")
    await stage.send("The answer", reply_parameters={"message_id": first})
    await expect(stage.page.locator(".row")).to_have_count(32)
    await expect(stage.page.locator(f"#m{first}")).not_to_be_in_viewport()
    await stage.page.get_by_role("button", name="Reply to Tocsin: The first word").click()
    await expect(stage.page.locator(f"#m{first}")).to_be_in_viewport()
    await expect(stage.page.locator(f"#m{first}")).to_be_focused()
    await stage.send("Something new")
    down = stage.page.get_by_role("button", name="Go to the newest message, 1 unread")
    await down.click()
    await expect(stage.page.get_by_text("Something new")).to_be_in_viewport()


async def test_hostile_text_stays_text(stage: Any) -> None:
    evil = "<script>window.broken = 1</script><img src=x onerror='window.broken = 1'> javascript:alert(1)"
    await stage.send(evil)
    stage.server.world.say(stage.user.id, stage.user.id, evil)
    # The stand-in drops such links; the page must not rely on that.
    message = stage.server.transcript(stage.user.id)[0]
    links = (Entity("text_link", 0, 8, url="javascript:window.broken=1"), Entity("url", 10, 400))
    keyboard = ((Key("<b>Go</b>", url="javascript:window.broken=1"),),)
    stage.server.state.show(
        message, Version(stage.server.state.clock(), Styled(evil + " .", links), keyboard=keyboard)
    )
    await stage.page_server.board.publish(
        {"clock": evil, "accounts": [evil], "posts": [{"id": "1", "account": evil, "text": evil, "state": "new"}]}
    )
    row = stage.page.locator(f"#m{message.message_id}")
    await expect(row.locator(".edited")).to_have_count(1)
    await expect(row).to_contain_text("<script>window.broken = 1</script><img src=x")
    await expect(stage.page.locator(".row a, .row img, .row script, .posts img, .posts script")).to_have_count(0)
    await expect(row.get_by_role("button", name="<b>Go</b>")).to_be_disabled()
    await expect(stage.page.locator(".posts")).to_contain_text("<script>")
    assert await stage.page.evaluate("window.broken") is None
    await no_sideways_scroll(stage)
    assert (stage.console, stage.foreign) == ([], [])


async def test_commands_are_offered_while_a_slash_is_typed(stage: Any) -> None:
    commands = [{"command": name, "description": f"what {name} does"} for name in ("list", "latest", "help")]
    await stage.call("setMyCommands", commands=commands)
    await begin(stage)
    field = stage.page.get_by_role("combobox", name="Message")
    await field.press_sequentially("/l")
    options = stage.page.get_by_role("option")
    await expect(options).to_have_count(2)
    await field.press("ArrowDown")
    await field.press("ArrowDown")
    await expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    await expect(field).to_have_attribute("aria-activedescendant", "command-1")
    await field.press("Enter")
    await expect(stage.page.locator(".row.mine")).to_have_count(2)
    assert stage.said()[-1].text == "/latest"
    await expect(options).to_have_count(0)
    await stage.page.get_by_role("button", name="Show the commands").click()
    await expect(options).to_have_count(3)
    await field.press("Escape")
    await expect(options).to_have_count(0)


async def test_the_page_comes_back_by_itself_and_misses_nothing(stage: Any) -> None:
    await stage.send("before")
    await expect(stage.page.locator(".row")).to_have_count(1)
    port = stage.page_server.port
    await stage.page_server.__aexit__(None, None, None)
    await expect(stage.page.locator("#bot-state")).to_have_text("reconnecting…")
    await stage.send("while away")
    async with PageServer(stage.server.world, stage.user.id, stage.page_server.board, port=port) as again:
        assert again.url == stage.page_server.url
        await expect(stage.page.locator("body")).to_have_attribute("data-connected", "true")
        await expect(stage.page.locator(".row")).to_have_count(2)
        await stage.send("after")
        await expect(stage.page.locator(".row")).to_have_count(3)
        texts = await stage.page.locator(".row .text").all_inner_texts()
        assert [text.split("\n")[0] for text in texts] == ["before", "while away", "after"]
    # The fixture stops the page once more; that must find it listening to the board.
    stage.page_server.board.listen(stage.server.world.journal.stir)


async def test_the_story_panel_shows_what_the_site_shows(stage: Any) -> None:
    posts = [
        {
            "id": "1",
            "account": "平安北京",
            "time": "11:51",
            "text": "今天外出请注意安全",
            "state": "new",
            "forwards": 5013,
        },
        {"id": "2", "account": "平安北京", "time": "19:24", "text": "桥下积水", "state": "new", "forwards": 0},
    ]
    await stage.page_server.board.publish({"clock": "19:24", "accounts": ["平安北京"], "posts": posts})
    toggle = stage.page.locator("#story-toggle")
    if await toggle.is_enabled():  # beside the chat it is always open
        await expect(stage.page.locator(".posts")).to_be_hidden()
        await toggle.click()
    await expect(toggle).to_have_attribute("aria-expanded", "true")
    await expect(stage.page.locator("#clock")).to_have_text("19:24")
    rows = stage.page.locator(".post")
    await expect(rows.first).to_contain_text("桥下积水")
    await expect(rows.nth(1)).to_contain_text("forwarded 5,013 times")
    await stage.page_server.board.publish({"clock": "20:00", "posts": [{"id": "2", "state": "removed"}]})
    await expect(rows.first.locator(".state")).to_have_text("removed")
    await expect(rows).to_have_count(2)
    await expect(
        stage.page.get_by_role("combobox", name="Message").or_(stage.page.locator("#start")).first
    ).to_be_visible()
    await no_sideways_scroll(stage)


async def test_typing_is_shown_until_the_message_comes(stage: Any) -> None:
    await stage.call("sendChatAction", action="typing")
    await expect(stage.page.locator("#bot-state")).to_have_text("typing…")
    await stage.send("done")
    await expect(stage.page.locator("#bot-state")).to_have_text("bot")


@pytest.mark.parametrize(("scheme", "dark"), [("light", False), ("dark", True)])
async def test_day_and_night_follow_the_system(stage: Any, scheme: str, dark: bool) -> None:
    await stage.page.emulate_media(color_scheme=scheme)
    await stage.send("hello")
    bubble = stage.page.locator(".bubble").first
    colour = await bubble.evaluate("e => getComputedStyle(e).backgroundColor")
    red = int(re.findall(r"\d+", colour)[0])
    assert (red < 128) is dark
