"""Take every page in every size, theme and language: `python -m tests.browser.screens [FOLDER] [--store STORE]`."""

import argparse
import ast
import sys
import tempfile
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

from playwright.sync_api import Error, sync_playwright

from data import demo
from data.city import LANGUAGES
from data.store import open_store
from jobs.ingest.maintenance import checks
from tests.browser.driver import ROOT, Server, chromium, looking

SIZES = ((1920, 1080), (1280, 800), (390, 844))
THEMES = ("light", "dark")


def slugs() -> list[str]:
    """Places in the URL of the pages whose file is there, as the router's table names them."""
    rows = [
        node.args
        for node in ast.walk(ast.parse((ROOT / "pages" / "main.py").read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Row"
    ]
    pairs = [(ast.literal_eval(args[0]), ast.literal_eval(args[1])) for args in rows]
    return [slug for file, slug in pairs if (ROOT / "pages" / file).exists()]


def take(server: Server, folder: Path, wanted: list[str], languages: list[str]) -> list[str]:
    """
    Screenshots of all combinations.

    Returns
    -------
    list of str
        What could not be taken, in words.
    """
    failed = []
    with sync_playwright() as playwright:
        browser = chromium(playwright)
        for slug, (width, height), theme, language in product(wanted, SIZES, THEMES, languages):
            name = f"{slug or 'situation'}-{width}-{theme}-{language}.png"
            with looking(browser, width, height, theme) as look:
                try:
                    look.open(f"{server.url}/{slug}?lang={language}" + (f"&theme={theme}" if slug == "wall" else ""))
                    look.page.wait_for_timeout(1500)  # maps fade in
                    look.page.screenshot(path=folder / name, full_page=slug != "wall")
                    failed += [f"{name}: {e}" for e in look.errors]
                except Error as error:
                    failed.append(f"{name}: {error.message.splitlines()[0]}")
            sys.stdout.write(f"{name}\n")
        browser.close()
    return failed


def main() -> int:
    """Take the pictures; exit status 1 where one failed."""
    said = argparse.ArgumentParser(description=__doc__)
    said.add_argument("folder", nargs="?", type=Path, default=ROOT / "screens")
    said.add_argument("--store", type=Path, help="show this store instead of the demo world")
    said.add_argument("--pages", nargs="*", default=slugs())
    said.add_argument("--languages", nargs="*", default=list(LANGUAGES))
    chosen = said.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        store = chosen.store or Path(place) / "store"
        if chosen.store is None:
            made, now = open_store(store.with_name("store-demo")), datetime.now(UTC)
            demo.fill(made, now, check=checks(made, now))
        server = Server(store).start()
        try:
            failed = take(server, chosen.folder, chosen.pages, chosen.languages)
        finally:
            server.stop()
    sys.stdout.write("\n".join(failed) + f"\n{len(failed)} failed\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
