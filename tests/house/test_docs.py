"""The README is held to the registries: networks, dependencies, commands, configuration."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from cli import main as cli
from cli.commands import commands
from sources import SOURCES

ROOT = Path(__file__).resolve().parents[2]
TRACKED = set(
    subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
)
README = (ROOT / "README.md").read_text("utf-8")


def test_every_network_has_its_row_with_its_licence() -> None:
    table = README.split("<!-- networks")[1].split("<!-- /networks -->")[0]
    for key, source in SOURCES.items():
        row = next((line for line in table.splitlines() if f"`{key}`" in line), None)
        assert row, f"README has no row for the network {key}"
        assert source.credit.licence in row


def test_every_dependency_has_its_reason() -> None:
    names = {
        re.split(r"[<>=!\[;]", d)[0]
        for d in tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    }
    table = README.split("## Dependencies")[1].split("Development only")[0]
    rows = {m.group(1) for m in re.finditer(r"^\| ([a-z0-9-]+) \|", table, re.M)} - {"package"}
    assert rows == names


@pytest.mark.parametrize("command", sorted(commands()))
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        cli.main([command, "--help"])
    assert stop.value.code == 0
    text = capsys.readouterr().out
    assert "--store" in text
    assert "--json" in text


def test_links_of_the_readme_lead_somewhere() -> None:
    for target in re.findall(r"\]\((?!http)([^)#]+)", README):
        assert target in TRACKED, f"{target} is not in the repository"


def test_every_make_target_of_the_readme_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    assert set(re.findall(r"`?make ([a-z-]+)", README)) <= targets
