"""The consortium's files: complete rows, nothing claimed beyond its source, places that exist."""

import ast
import subprocess
from pathlib import Path

import pytest

from data.city import LANGUAGES
from data.consortium import register

ROOT = Path(__file__).parents[3]
MEMBERS = {one.key for one in register.members()}


def slugs() -> set[str]:
    """Places in the URL of the router's table; the first page has none and is named by its key."""
    rows = [
        [ast.literal_eval(argument) for argument in node.args]
        for node in ast.walk(ast.parse((ROOT / "pages" / "main.py").read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Row"
    ]
    return {slug or key for _, slug, _, key, _ in rows}


def test_members_are_complete_and_claim_no_membership_without_an_agreement() -> None:
    for one in register.members():
        assert one.kind in register.KINDS
        assert one.country in register.COUNTRIES
        assert one.read in register.READ
        assert one.source
        assert one.address.startswith("http")
        assert set(one.names) == set(LANGUAGES)
        assert all(one.names.values())
        assert one.joined == register.UNKNOWN or one.read == "primary", one.key
        assert one.ask in {"", *MEMBERS}
    assert {one.country for one in register.members() if one.kind == "state"} == set(register.COUNTRIES)
    assert len(MEMBERS) == len(register.members())


def test_every_promise_says_what_is_done_and_where() -> None:
    known = slugs()
    tracked = set(subprocess.run(["git", "ls-files", "docs"], cwd=ROOT, capture_output=True, text=True).stdout.split())
    for one in register.promises():
        assert one.state in register.STATES
        assert one.article
        assert all(one.names.values())
        assert all(one.what.values())
        assert bool(one.where) is (one.state != "none"), one.key
        for where in one.where:
            assert where in (tracked if where.startswith("docs/") else known), (one.key, where)
    papers = {part for one in register.promises() for part in one.article.replace(",", " ").split()}
    assert {"000", "001", "002", "003", "004", "§8", "§9", "§12", "§14", "§15", "§17", "§22", "§24", "§25"} <= papers


def test_programmes_are_complete_and_what_nobody_read_has_no_figure() -> None:
    for one in register.programmes():
        assert one.kind in register.PROGRAMMES
        assert one.status in register.STATUSES
        assert one.read in register.READ
        assert one.source
        assert all(one.names.values())
        assert set(one.countries) <= set(register.COUNTRIES)
        assert bool(one.figure) is bool(one.unit)
        if one.read == "not_read":
            assert (one.figure, one.start, one.end) == ("", register.UNKNOWN, register.UNKNOWN), one.key


def test_acts_come_from_the_register_of_acts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    head = ("act,country,number,date,in_force_from,in_force_until,may_act,figure,address,read,sure,successor,checked,"
            "review_by,note,name_en,name_ru,name_uz,name_kk")  # fmt: skip
    rows = (
        "declaration-2026,region,,2026-04-22,unknown,,,none,,secondary,B,,2026-11-30,2027-04-22,,D,Д,D,Д",
        "uz-up-229-2025,uz,УП-229,2025-11-24,2025-11-24,2026-03-25,,none,http://a,secondary,A,,,,,N,Н,N,Н",
        "eu-2008-50,eu,2008/50/EC,2008-05-21,2008-06-11,2026-12-11,,none,http://b,secondary,A,,,,,E,Е,E,Е",
    )
    path = tmp_path / "acts.csv"
    path.write_text("\n".join([head, *rows]), "utf-8")
    monkeypatch.setattr(register, "ACTS", path)
    found = register.acts()
    assert [one.key for one in found] == ["declaration-2026", "uz-up-229-2025"]
    assert (found[1].number, found[1].end, found[1].names["ru"]) == ("УП-229", "2026-03-25", "Н")
    monkeypatch.setattr(register, "ACTS", tmp_path / "none.csv")
    assert register.acts() == ()
