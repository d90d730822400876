"""Every page in a real browser: drawn, within the window, nothing asked of another host, no refusal."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.driver import Server, looking
from tests.browser.screens import slugs

pytestmark = pytest.mark.browser
SIZES = ((1920, 1080), (390, 844))
LOOKS = (("en", "light"), ("ru", "dark"), ("uz", "light"), ("kk", "dark"))


@pytest.mark.parametrize("slug", [s for s in slugs() if s != "wall"])
def test_every_page_is_drawn(server: Server, browser: Browser, pictures: Path, slug: str) -> None:
    turn = sum(map(ord, slug))  # sizes, languages and themes take turns; `make screens` takes them all
    (width, height), (language, theme) = SIZES[turn % 2], LOOKS[turn % 4]
    with looking(browser, width, height, theme) as look:
        look.open(f"{server.url}/{slug}?lang={language}")
        expect(look.page.locator("h1").first).to_be_visible(timeout=60_000)
        look.settle()
        look.page.screenshot(path=pictures / f"{slug or 'situation'}-{language}-{theme}-{width}.png")
        assert look.hosts == {f"127.0.0.1:{server.port}"}, "a request left for another host"
        assert look.page.locator("[data-testid=stAlertContentError]").count() == 0
        assert look.page.get_by_role("dialog").count() == 0
        spill = look.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert spill <= 1, "the page is wider than its window"
        assert not look.errors


def test_the_choice_of_language_stays_across_pages(server: Server, browser: Browser) -> None:
    with looking(browser) as look:
        look.open(f"{server.url}/?lang=ru")
        expect(look.page.locator("h1").first).to_have_text("Обстановка", timeout=60_000)
        look.page.get_by_role("link", name="Записи").click()
        expect(look.page.locator("h1").first).to_have_text("Записи", timeout=60_000)
        expect(look.page).to_have_url(re.compile(r"/records\?(.*&)?lang=ru"))
