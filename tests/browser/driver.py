"""The real server on a free port with a store of its own, and Chromium to look at it."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, Playwright

from sources import SOURCES

ROOT = Path(__file__).resolve().parents[2]
FLAGS = [
    "--no-sandbox", "--disable-background-networking", "--use-gl=angle", "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
]  # fmt: skip
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")


class Server:
    """
    The centre as `streamlit run app.py` serves it.

    Parameters
    ----------
    store : Path
        `CLEANAIR_STORE`; where it is empty the demo world beside it is shown.
    env : str
        More environment.

    Attributes
    ----------
    module : tuple of str
        What runs it.
    """

    module = ("streamlit",)

    def __init__(self, store: Path, port: int | None = None, **env: str) -> None:
        self.store, self.env = store, env
        self.port = port or free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, wait: float = 90) -> "Server":
        env = {**os.environ, **deaf(), "CLEANAIR_STORE": str(self.store), "PYTHONPATH": str(ROOT)}
        env.pop("CLEANAIR_NOW", None)
        log = self.store.parent.joinpath("server.log").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", *self.module, "run", str(ROOT / "app.py"), f"--server.port={self.port}",
             "--server.headless=true", "--server.address=127.0.0.1"],
            cwd=ROOT, env={**env, **self.env}, stdout=log, stderr=log,
        )  # fmt: skip
        until = time.monotonic() + wait
        while time.monotonic() < until and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=2) as answer:
                    if answer.status == 200:
                        return self
            except OSError:
                time.sleep(0.2)
        raise RuntimeError(f"the server did not come up; see {log.name}")

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)


def quiet(folder: Path) -> dict[str, str]:
    """Environment in which no alarm rings: what a test looks at must not depend on the weather of the demo world."""
    text = (ROOT / "data" / "rules" / "alarms.toml").read_text("utf-8")
    (seldom,) = (rule for rule in text.split("[[rule]]") if 'key = "so2-single-kz"' in rule)
    seldom = seldom.replace('stands_for = ["kz-nmu"]', "").replace("on_delay = 2", "on_delay = 24")
    file = folder / "alarms.toml"
    file.write_text(f"[[rule]]{seldom}", "utf-8")
    return {"CLEANAIR_ALARMS": str(file)}


def deaf() -> dict[str, str]:
    """Environment in which no network answers: a test shows what it put into the store, on every machine."""
    return {f"CLEANAIR_{name.upper()}_URL": "http://127.0.0.1:9" for name in SOURCES}


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def chromium(playwright: Playwright) -> Browser:
    """Chromium of the system, else Playwright's own; a clear error where there is neither."""
    path = next((p for p in map(shutil.which, CHROMIUMS) if p), None)
    return playwright.chromium.launch(executable_path=path, args=FLAGS)


class Look:
    """A page in a browser that keeps account of what it asked for and what went wrong in it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.hosts: set[str] = set()
        self.errors: list[str] = []
        page.on("request", lambda r: self.hosts.add(r.url.split("/")[2]) if r.url.startswith(("http", "ws")) else None)
        page.on("websocket", lambda w: self.hosts.add(w.url.split("/")[2]))
        page.on("pageerror", lambda e: self.errors.append(str(e)))

    def open(self, url: str, *, timeout: float = 90) -> "Look":
        self.page.goto(url, timeout=timeout * 1000)
        self.settle(timeout)
        return self

    def settle(self, timeout: float = 90) -> None:
        """Until the script has run and what it drew is there."""
        self.page.wait_for_selector(
            "[data-testid=stApp][data-test-script-state=notRunning]", timeout=timeout * 1000, state="attached"
        )
        self.page.wait_for_function(DRAWN, timeout=timeout * 1000)


# Figures have their lines, maps their canvas, skeletons are gone.
DRAWN = """() => {
  const all = (s) => [...document.querySelectorAll(s)];
  return !all("[data-testid=stSkeleton]").some(e => e.offsetParent) &&
    all("[data-testid=stPlotlyChart]").every(e => e.querySelector(".main-svg")) &&
    all("[data-testid=stDeckGlJsonChart]").every(e => e.querySelector("canvas"));
}"""


@contextmanager
def looking(
    browser: Browser, width: int = 1920, height: int = 1080, scheme: str = "light", locale: str = "en-GB"
) -> Iterator[Look]:
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,  # type: ignore[arg-type]
        locale=locale,
    )
    try:
        yield Look(context.new_page())
    finally:
        context.close()
