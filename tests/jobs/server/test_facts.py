"""`cleanair doctor --facts`: every register is walked; anything lacking is a failure, what is due is said."""

from datetime import date

import orjson
import pytest

from cli import main as cli
from data.facts import Due, Lack, Review
from jobs.server import facts


def test_nothing_lacks_in_what_ships() -> None:
    found = facts.examine(date(2026, 12, 1))
    assert found["lacking"] == 0, found["lines"]
    assert [one["register"] for one in found["registers"]][:5] == ["acts", "limits", "printed", "targets", "triggers"]
    assert all(one["rows"] for one in found["registers"])


def test_due_rows_are_told_with_their_day() -> None:
    found = facts.examine(date(2026, 12, 12))
    assert "  · eu-2008-50: due since 2026-12-12" in found["lines"]
    assert found["due"] == sum(len(one["due"]) for one in found["registers"])


def broken(today: date) -> Review:
    return Review("broken", 2, (Lack("broken", "a", "source"),), (Due("broken", "b", today, "Committee"),))


def test_a_lack_is_marked_and_fails(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("CLEANAIR_NOW", "2026-12-01T12:00:00+05:00")
    assert cli.main(["doctor", "--facts", "--json"]) == 0
    answer = orjson.loads(capsys.readouterr().out.splitlines()[-1])
    assert (answer["day"], answer["lacking"]) == ("2026-12-01", 0)
    monkeypatch.setattr(facts.examine, "__defaults__", ((broken,),))
    assert cli.main(["doctor", "--facts"]) == 1
    said = capsys.readouterr()
    assert said.out.splitlines() == [
        "✗ broken: 2 rows, 1 lacking, 1 due",
        "  ✗ a: source is missing or wrong",
        "  · b: due since 2026-12-01, Committee",
    ]
    assert "1 fact is missing" in said.err
