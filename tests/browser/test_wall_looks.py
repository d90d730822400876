"""The wall on the busiest night: every view in every theme and language can be read, nothing runs out of its box."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from data.store import open_store
from tests.browser import busy
from tests.browser.driver import Server, looking

pytestmark = [pytest.mark.browser, pytest.mark.slow]
CONTRAST = 7.0  # WCAG 2.1, enhanced
SMALLEST = 21.9  # px at 1920 × 1080
LOOKS = [("en", "light"), ("ru", "dark"), ("uz", "contrast"), ("kk", "light")]

MEASURE = Path(__file__).with_name("measure.js").read_text("utf-8")


@pytest.fixture(scope="module")
def night(world: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    place = tmp_path_factory.mktemp("night")
    shutil.copytree(world.with_name("store-demo"), place / "store-demo")
    busy.fill(open_store(place / "store-demo"), datetime.now(UTC))
    made = Server(place / "store")
    try:
        yield made.start()
    finally:
        made.stop()


def measured(page: Page) -> dict[str, list[str]]:
    stage = page.locator(".wall .stage")
    expect(stage.locator(".view.on")).to_have_count(1, timeout=60_000)
    return dict(stage.evaluate(MEASURE, [CONTRAST, SMALLEST]))


@pytest.mark.parametrize(("language", "theme"), LOOKS)
def test_every_view_can_be_read_in_every_theme_and_language(
    night: Server, browser: Browser, pictures: Path, language: str, theme: str
) -> None:
    with looking(browser) as look:
        look.open(f"{night.url}/wall?rotate=0&lang={language}&theme={theme}")
        found = measured(look.page)
        look.page.screenshot(path=pictures / f"night-{language}-{theme}.png")
        views = found.pop("views")
        assert views == ["city", "map", "map", "trend", "sources", "forecast", "health"]
        assert {name: list(dict.fromkeys(what)) for name, what in found.items() if what} == {}
        assert not look.errors


def test_a_4k_wall_is_the_same_picture_twice_as_large(night: Server, browser: Browser) -> None:
    boxes = []
    for factor in (1, 2):
        with looking(browser, 1920 * factor, 1080 * factor) as look:
            look.open(f"{night.url}/wall?rotate=0&lang=ru")
            number = look.page.locator(".view.on .num").first
            expect(number).to_be_visible(timeout=60_000)
            box = number.bounding_box()
            assert box
            boxes.append([box[k] / factor for k in ("width", "height")])
    assert boxes[0] == pytest.approx(boxes[1], rel=0.02)


def test_an_alarm_nobody_took_holds_its_view_and_says_why(night: Server, browser: Browser) -> None:
    with looking(browser) as look:
        look.open(f"{night.url}/wall?rotate=2&lang=en")
        view = look.page.locator(".view.on")
        expect(view).to_have_attribute("data-view", "map", timeout=60_000)
        expect(view).to_have_attribute("data-city", "tashkent")
        expect(look.page.locator(".held")).to_be_visible()
        first, second = look.page.locator(".alarm").nth(0), look.page.locator(".alarm").nth(1)
        expect(first).to_contain_text("not acknowledged")
        expect(second).to_contain_text("acknowledged by Aidana Seitkali")
        looks = [line.locator(".pri").evaluate("e => getComputedStyle(e).backgroundColor") for line in (first, second)]
        assert looks[0] != looks[1], "who took it must be seen from afar"
        expect(look.page.locator(".alarms .more")).to_contain_text("shelved")
        look.page.wait_for_timeout(5000)
        expect(view).to_have_attribute("data-view", "map")
