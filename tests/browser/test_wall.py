"""The wall as an operator meets it: cold, without input, from afar, and when its server is gone."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.driver import Server, looking, quiet

pytestmark = pytest.mark.browser

# Font size of every visible piece of text in the wall, in CSS pixels.
SIZES = """stage => {
  const found = [];
  const walk = document.createTreeWalker(stage, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const text = walk.currentNode.textContent.trim(), place = walk.currentNode.parentElement;
    const seen = place.checkVisibility();
    if (text && seen && !place.closest(".water, .gone")) {
      const box = place.getBoundingClientRect();
      const svg = place.closest("svg");
      const scale = svg ? svg.getBoundingClientRect().width / svg.viewBox.baseVal.width : 1;
      found.push({text: text.slice(0, 40), size: parseFloat(getComputedStyle(place).fontSize) * scale,
                  right: box.right, bottom: box.bottom});
    }
  }
  return found;
}"""


@pytest.fixture
def cold(world: Path) -> Server:
    """A server that nobody has asked anything yet."""
    # Looks at the store every second, so that the screen misses its server after eight.
    made = Server(world, CLEANAIR_WALL_EVERY="1", **quiet(world.parent)).start()
    yield made
    made.stop()


def test_a_cold_server_shows_the_wall_at_once_and_tells_when_it_is_gone(cold: Server, browser: Browser) -> None:
    with looking(browser, locale="ru-RU") as look:
        look.open(f"{cold.url}/wall?city=all&rotate=20&lang=ru&theme=dark")
        wall = look.page.locator(".wall")
        expect(wall.locator(".num").first).to_be_visible(timeout=60_000)
        expect(look.page.get_by_role("dialog")).to_have_count(0)
        expect(look.page.locator("[data-testid=stSidebar]")).not_to_be_visible()
        expect(wall.locator(".tag.demo")).to_have_text("ДЕМОНСТРАЦИЯ")
        assert look.hosts == {f"127.0.0.1:{cold.port}"}
        clock = wall.locator(".time")
        before = clock.inner_text()
        look.page.wait_for_timeout(2100)
        assert clock.inner_text() != before, "the clock must tick in the browser"

        cold.stop()
        expect(wall).to_have_class(re.compile(r"\blost\b"), timeout=60_000)
        expect(wall.locator(".gone")).to_contain_text("Нет связи с сервером")
        faded = wall.locator(".view.on .num").first.evaluate("e => Number(getComputedStyle(e).opacity)")
        assert faded < 0.6, "figures must grey out by themselves"
        expect(look.page.get_by_role("dialog")).to_have_count(0)

        cold.start()
        expect(wall).not_to_have_class(re.compile(r"\blost\b"), timeout=60_000)
        assert not look.errors


@pytest.mark.parametrize(
    ("language", "theme"),
    [
        ("ru", "dark"),
        pytest.param("en", "light", marks=pytest.mark.slow),
        pytest.param("uz", "dark", marks=pytest.mark.slow),
        pytest.param("kk", "light", marks=pytest.mark.slow),
    ],
)
def test_everything_can_be_read_from_afar(
    server: Server, browser: Browser, pictures: Path, language: str, theme: str
) -> None:
    opposite = "dark" if theme == "light" else "light"
    with looking(browser, scheme=opposite) as look:
        for view in (1, 2, 4, 5, 6, 7) if language == "ru" else (1, 2):
            look.open(f"{server.url}/wall?rotate=0&view={view}&lang={language}&theme={theme}")
            wall = look.page.locator(".wall")
            expect(wall.locator(".view.on")).to_have_count(1, timeout=60_000)
            expect(wall).to_have_class(re.compile(rf"^wall {theme}\b"))
            texts = wall.locator(".stage").evaluate(SIZES)
            look.page.screenshot(path=pictures / f"wall-{language}-{theme}-{view}.png")
            small = {t["text"]: t["size"] for t in texts if t["size"] < 21.9}
            assert small == {}
            outside = [t["text"] for t in texts if t["right"] > 1921 or t["bottom"] > 1081]
            assert outside == []
            if view in (1, 2):
                big = wall.locator(".view.on .num").first.evaluate("e => parseFloat(getComputedStyle(e).fontSize)")
                assert big >= 51
        assert not look.errors


def test_a_4k_wall_shows_the_same_picture(server: Server, browser: Browser) -> None:
    with looking(browser, 3840, 2160) as look:
        look.open(f"{server.url}/wall?rotate=0&lang=en")
        number = look.page.locator(".view.on .num").first
        expect(number).to_be_visible(timeout=60_000)
        assert number.evaluate("e => parseFloat(getComputedStyle(e).fontSize)") >= 102


def test_views_take_turns(server: Server, browser: Browser) -> None:
    with looking(browser) as look:
        look.open(f"{server.url}/wall?city=astana&rotate=3&lang=en")
        place = look.page.locator(".place")
        expect(place).to_contain_text("1 / 6", timeout=60_000)
        expect(place).to_contain_text("2 / 6", timeout=15_000)
        assert look.page.locator(".view.on").count() == 1
