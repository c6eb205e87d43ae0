"""A newcomer with a phone: from opening the demo's page to the first alert that passes a filter of their own, by what is on
the screen alone. The real program, the storm day, Chromium; a picture of each step.
"""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from browsers import PHONE

from bot.demo import running as demo

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
#: Seconds from opening the page to the first filtered alert: what a newcomer has patience for.
PATIENCE = 60.0
#: Seconds that the bot may take for any answer on the way.
ANSWER_MS = 20_000
#: Story minutes a second: the afternoon in some five seconds.
SPEED = 60.0
#: Of the police account's day: the first post about the rainstorm, traffic after it, and a rainstorm post after that.
FIRST, DOES_NOT, LATER = "莲花桥下出现积水", "西三环新兴桥至莲花桥车多缓行", "目前多处立交桥下断行"


def expect(what: Any) -> Any:
    """Playwright's waiting assertions; imported here, so that the tests skip by name where it is not installed."""
    from playwright.async_api import expect as playwright_expect

    return playwright_expect(what)


async def test_a_newcomer_has_a_filtered_alert_in_under_a_minute(browser: Any, pictures: Path) -> None:
    options = demo.DemoOptions(speed=SPEED, port=0, open_browser=False)
    async with demo.stage(options) as ready:
        context = await browser.new_context(viewport=PHONE)
        page = await context.new_page()
        page.set_default_timeout(ANSWER_MS)
        trouble: list[str] = []
        page.on("console", lambda said: trouble.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: trouble.append(str(error)))
        rows, field = page.locator(".row:not(.mine)"), page.get_by_role("combobox", name="Message")

        async def sees(words: str) -> None:
            await expect(rows.filter(has_text=words).last).to_be_visible(timeout=ANSWER_MS)

        async def says(words: str) -> None:
            await field.fill(words)
            await page.keyboard.press("Enter")

        async def keeps(name: str) -> None:
            await page.screenshot(path=pictures / f"newcomer-{name}.png")

        async with asyncio.timeout(PATIENCE):
            await page.goto(ready.page.url)
            await page.get_by_role("button", name="Start").click()
            await page.get_by_role("button", name="Follow an account").click()
            await sees("Whom do you want to hear?")
            await keeps("1-asked")
            await says("beijing police")
            await page.get_by_role("button", name="平安北京").last.click()
            await sees("What of it shall come here?")
            await keeps("2-preview")
            await page.get_by_role("button", name="Only certain words").click()
            await sees("words")
            await says("rainstorm")
            await page.get_by_role("button", name="Use this filter").click()
            await sees("is followed here now")
            await keeps("3-followed")
            ready.site.start(SPEED)
            await sees(FIRST)
        await keeps("4-alert")
        await sees(LATER)
        assert "暴雨" in await rows.filter(has_text=FIRST).inner_text()
        assert await rows.filter(has_text=DOES_NOT).count() == 0
        wide = await page.evaluate(
            "[...document.querySelectorAll('html, .scroll, .posts')].filter(e => e.scrollWidth > e.clientWidth).length"
        )
        assert wide == 0
        assert await page.evaluate("document.documentElement.scrollHeight - innerHeight") == 0
        await expect(page.get_by_role("note")).to_be_in_viewport()
        assert trouble == []
        assert ready.telegram.violations == {}
        await ready.site.stop()
        await context.close()
