"""Whether the city heats, in a sentence that says how each day is known."""

from pathlib import Path

import pytest

from data.city import LANGUAGES, city
from data.store import open_store
from pages.ui.city import heating
from pages.ui.reader import language


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize(
    ("now", "key", "how"),
    [
        ("2025-11-10T06:00:00+00:00", "on", "announced"),
        ("2026-07-10T06:00:00+00:00", "off", "usual"),
    ],
)
def test_the_present(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, now: str, key: str, how: str) -> None:
    open_store(tmp_path / "store")
    monkeypatch.setenv("CLEANAIR_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("CLEANAIR_NOW", now)
    with language.using(code):
        said = heating.present(city("tashkent"))
        assert language.t(f"heating.how.{how}") in said
        assert said.split("{")[0].startswith(language.t(f"heating.{key}").split("{")[0])
