"""A newcomer with a phone: from opening the demo's page to the first alert that passes a filter of their own, by what is on
the screen alone. The real program, the storm day, Chromium; a picture of each step.
"""

import asyncio
import os
import time
from pathlib import Path
from typing import Any

import pytest
from browsers import PHONE

from bot.demo import running as demo
from bot.demo.site.site import POLICE

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
#: Seconds from opening the page to the first filtered alert: what a newcomer has patience for.
PATIENCE = 60.0
#: Seconds that the bot may take for any answer on the way.
ANSWER_MS = 20_000
MATCHES, DOES_NOT = "北京市气象台发布暴雨橙色预警，请大家减少外出。", "二环路车流正常，欢迎绿色出行。"


def expect(what: Any) -> Any:
    """Playwright's waiting assertions; imported here, so that the tests skip by name where it is not installed."""
    from playwright.async_api import expect as playwright_expect

    return playwright_expect(what)


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Where the pictures go: TOCSIN_TEST_PICTURES, for whoever wants to look at them."""
    return Path(os.environ.get("TOCSIN_TEST_PICTURES") or tmp_path)


async def test_a_newcomer_has_a_filtered_alert_in_under_a_minute(browser: Any, pictures: Path) -> None:
    options = demo.DemoOptions(speed=60.0, port=0, open_browser=False)
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

        begun = time.monotonic()
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
            ready.site.weibo_post(POLICE, DOES_NOT)
            ready.site.weibo_post(POLICE, MATCHES)
            await sees(MATCHES)
        elapsed = time.monotonic() - begun
        await keeps("4-alert")
        assert elapsed < PATIENCE
        assert await rows.filter(has_text=DOES_NOT).count() == 0
        wide = await page.evaluate(
            "[...document.querySelectorAll('html, .scroll, .posts')].filter(e => e.scrollWidth > e.clientWidth).length"
        )
        assert wide == 0
        assert trouble == []
        assert ready.telegram.violations == {}
        assert all((pictures / f"newcomer-{name}.png").stat().st_size for name in ("1-asked", "4-alert"))
        await context.close()
