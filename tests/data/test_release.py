"""The number of the release, from wherever it is known; the installed one is not this checkout's."""

import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from data import release

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _asked_anew() -> Iterator[None]:
    release.release.cache_clear()
    yield
    release.release.cache_clear()


def test_it_is_what_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release, "version", lambda name: f"1.2.3 of {name}")
    assert release.release() == "1.2.3 of clean-air-situation-centre"


def test_a_checkout_that_was_never_installed_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(release, "version", nothing)
    assert release.release() == "unreleased"


def test_the_package_and_the_changelog_name_the_same_release() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    headings = [x for x in (ROOT / "CHANGELOG.md").read_text("utf-8").splitlines() if x.startswith("## ")]
    assert project["name"] == release.PACKAGE
    assert headings[0].split()[1] == project["version"]
