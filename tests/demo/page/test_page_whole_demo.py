"""The whole ``tocsin demo`` as its visitor sees it: the real program, the storm day, Chromium at two widths."""

import asyncio
from typing import Any

import pytest

from bot.demo import running as demo

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
#: Story minutes a second: the day in about ten seconds, the posts faster than any real ones.
SPEED = 60.0
#: Seconds for a message to reach the page after the day is over: Telegram's own pace for one chat holds here.
PATIENCE_MS = 60_000


def expect(what: Any) -> Any:
    """Playwright's waiting assertions; imported here, so that the tests skip by name where it is not installed."""
    from playwright.async_api import expect as playwright_expect

    return playwright_expect(what)


async def test_the_visitor_sees_the_storm_day_arrive(whole_demo: Any) -> None:
    ready, page = whole_demo
    console: list[str] = []
    page.on("console", lambda said: console.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: console.append(str(error)))
    async with asyncio.timeout(120):
        await demo.play(ready, SPEED)
    rows = page.locator(".row:not(.mine)")
    await expect(page.locator(".row.mine")).to_have_count(3)
    for words in (
        "is followed here now",
        "今天出门请多加小心",
        "更正",
    ):
        await expect(rows.filter(has_text=words).first).to_be_attached(timeout=PATIENCE_MS)
    await expect(rows.locator("img").first).to_be_attached()
    await page.get_by_role("combobox", name="Message").fill("/status")
    await page.keyboard.press("Enter")
    await expect(rows.filter(has_text="平安北京").last).to_be_visible(timeout=PATIENCE_MS)
    wide = await page.evaluate(
        "[...document.querySelectorAll('html, .scroll, .posts')].filter(e => e.scrollWidth > e.clientWidth).length"
    )
    assert wide == 0
    assert ready.telegram.violations == {}
    assert console == []
