"""The whole ``tocsin demo`` as its visitor sees it: the real program, the storm day, Chromium at two widths."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from browsers import PHONE

from bot.demo import running as demo

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
#: Story minutes a second: the day in about ten seconds, the posts faster than any real ones.
SPEED = 60.0
#: Seconds for a message to reach the page after the day is over: Telegram's own pace for one chat holds here.
PATIENCE_MS = 60_000
#: Of the warning that the README's picture shows with its map.
ORANGE = "rainstorm warning from yellow to orange"


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


async def test_a_warning_in_two_languages_comes_with_its_map(browser: Any, pictures: Path) -> None:
    async with demo.stage(demo.DemoOptions(speed=SPEED, port=0, open_browser=False)) as ready:
        context = await browser.new_context(viewport=PHONE)
        page = await context.new_page()
        await page.goto(ready.page.url)
        await page.get_by_role("button", name="Start").click()
        await page.get_by_role("combobox", name="Message").fill(f"/subscribe {ready.site_url}/cap/index.atom")
        await page.keyboard.press("Enter")
        rows = page.locator(".row:not(.mine)")
        await expect(rows.filter(has_text="is followed here now")).to_be_visible(timeout=PATIENCE_MS)
        ready.site.start(SPEED)
        warning = rows.filter(has_text=ORANGE).filter(has=page.locator("img")).first
        await expect(warning).to_be_attached(timeout=PATIENCE_MS)
        await ready.site.stop()
        await page.wait_for_function("[...document.images].every(image => image.complete && image.naturalWidth)")
        # tall enough for the alert from its map to its buttons
        await page.set_viewport_size({**PHONE, "height": 1100})
        await warning.evaluate("row => row.scrollIntoView({ block: 'start', behavior: 'instant' })")
        await page.screenshot(path=pictures / "demo.png", animations="disabled")
        before = await rows.count()
        await warning.get_by_role("button", name="Map").click()
        await expect(rows).to_have_count(before + 1, timeout=PATIENCE_MS)
        await expect(rows.last.locator("img")).to_be_visible()
        assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
        assert ready.telegram.violations == {}
        await context.close()
