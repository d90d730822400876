"""Published edits of the register of sources reach what reads it: attribution, and the file that leaves."""

import csv
import io
import json
from datetime import timedelta
from pathlib import Path

import pytest

from cli.main import main
from data.inventory import inventory
from data.inventory.inventory import InventoryError
from data.store import Store, open_store
from data.store.shared import SharedStore
from jobs.access.operators import Operator
from jobs.attribution.inputs import gather
from jobs.export.table_csv import as_csv
from jobs.register import kept, read, sites
from jobs.register.edits import propose, review
from jobs.register.figures import figures
from jobs.register.inventory import sources
from tests.conftest import NOW, hourly
from tests.house.test_dictionary import described

# A row of the files under another name and in another place: it states whatever the files must state.
KILN = {name: text for name, text in next(r for r in sites.seed() if r["site"] == "syrdarya-tpp").items()
        if name != "site"} | {
    "city": "tashkent", "name_en": "Brick kiln", "name_ru": "Кирпичный завод", "name_uz": "Gʻisht zavodi",
    "name_kk": "Кірпіш зауыты", "category": "industry", "subtype": "kiln", "lat": "41.2", "lon": "69.3",
    "coord_quality": "approximate", "status": "active", "fuel": "coal", "checked": "2026-12-01",
}  # fmt: skip


def publish(store: Store, action: str, row: str, **cells: str) -> kept.Edit:
    edit = propose(store, Operator("A"), "inventory", action, row, cells, "read in a paper")
    return review(store, Operator("B"), edit.id, "published")


def sites_of(store: Store, city: str = "tashkent") -> dict[str, dict[str, object]]:
    return {str(r["site"]): dict(r) for r in sources(store, city).sites.to_dict("records")}


def alike(one: str, other: str) -> bool:
    """Whether two cells say the same; a number may be written otherwise."""
    try:
        return one == other or float(one) == float(other)
    except ValueError:
        return False


def test_rows_of_the_files_come_through_as_they_are(store: Store) -> None:
    rows = {r["site"]: r for r in sites.seed()}
    for city in ("tashkent", "astana"):
        book = inventory.load(city)
        assert sources(store, city).sites.equals(book.sites)
        assert sources(store, city).sha256 == book.sha256
        with (inventory.FOLDER / f"{city}.csv").open(encoding="utf-8", newline="") as file:
            for line in csv.DictReader(file):
                differ = [name for name, cell in line.items() if not alike(rows[line["site"]][name], cell)]
                assert differ == [], line["site"]
    for row in rows.values():
        sites.fits(row)
    assert [r["site"] for r in read(store, "inventory")] == list(rows)


def test_a_change_an_addition_and_a_withdrawal(store: Store) -> None:
    before = list(sites_of(store))
    publish(store, "change", "syrdarya-tpp", fuel="gas; coal", checked="2026-12-01")
    publish(store, "add", "kiln-one", **KILN)
    publish(store, "withdraw", "kyzylkum")
    after = sites_of(store)
    assert list(after) == [*(s for s in before if s != "kyzylkum"), "kiln-one"]
    assert after["syrdarya-tpp"]["fuel"] == "gas; coal"
    assert after["kiln-one"]["lat"] == 41.2
    made = sources(store, "tashkent")
    assert made.vintage == "2026-12-01"
    assert made.sha256 != inventory.load("tashkent").sha256
    assert made.sites.dtypes.to_dict() == inventory.load("tashkent").sites.dtypes.to_dict()
    assert sources(store, "astana").sha256 == inventory.load("astana").sha256
    found = figures(read(store, "inventory"), [])
    assert (found.rows, found.mapped + found.placeless) == (len(sites.seed()), found.rows)


def test_a_site_that_moves_to_another_city_leaves_the_first(store: Store) -> None:
    publish(store, "add", "kiln-one", **KILN)
    publish(store, "change", "kiln-one", city="astana", lat="51.1", lon="71.4")
    assert "kiln-one" not in sites_of(store)
    assert sites_of(store, "astana")["kiln-one"]["lat"] == 51.1


def test_the_attribution_ranks_by_the_register_as_it_stands(store: Store) -> None:
    store.append(hourly([50.0] * 48, station="openaq:1", source="openaq"))
    view, span = SharedStore(store, purpose="derive"), (NOW - timedelta(days=2), NOW)
    plain = gather(view, "tashkent", *span)
    publish(store, "add", "kiln-one", **KILN)
    edited = gather(SharedStore(store, purpose="derive"), "tashkent", *span)
    assert set(edited.sources["site"]) - set(plain.sources["site"]) == {"kiln-one"}
    assert edited.inventory_sha256 != plain.inventory_sha256
    assert edited.names.set_index("site").loc["kiln-one", "name_uz"] == "Gʻisht zavodi"


def test_a_row_that_a_later_release_would_not_take_is_told(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(store, "add", "kiln-one", **KILN)
    fewer = {name: kind for name, kind in inventory.SUBTYPES.items() if name != "kiln"}
    monkeypatch.setattr("data.inventory.rows.SUBTYPES", fewer)
    with pytest.raises(InventoryError, match="subtype"):
        sources(store, "tashkent")


def test_a_file_that_leaves_runs_no_formula_and_is_described() -> None:
    rows = [{name: "=cmd()" if name == "note" else "x" for name in sites.COLUMNS}]
    (cells,) = csv.DictReader(io.StringIO(as_csv(sites.COLUMNS, rows).decode("utf-8-sig")))
    assert cells["note"] == "'=cmd()"
    assert list(cells) == ["city", *described("inventory")]


def test_the_command_proposes_reviews_and_lists(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    where = ["--store", str(tmp_path / "store"), "--json"]

    def run(*words: str, status: int = 0) -> dict[str, object]:
        assert main(["register", *words, *where]) == status
        out = capsys.readouterr()
        return json.loads(out.out.splitlines()[-1]) if status == 0 else {"said": out.err}

    cells = tmp_path / "cells.json"
    cells.write_text(json.dumps(KILN), "utf-8")
    edit = run("propose", "--action", "add", "--row", "kiln-one", "--fields", str(cells), "--set", "fuel=coal",
               "--reason", "read", "--by", "Aigul")["edit"]  # fmt: skip
    assert sorted(described("register edit")) == sorted(edit)
    assert [e["id"] for e in run("list", "--waiting")["edits"]] == [edit["id"]]
    assert "Aigul" in run("review", "--id", edit["id"], "--verdict", "publish", "--by", "aigul", status=2)["said"]
    assert run("review", "--id", edit["id"], "--verdict", "publish", "--by", "Botir")["edit"]["state"] == "published"
    out = tmp_path / "register.csv"
    assert "kiln-one" in {r["site"] for r in run("list", "--out", str(out))["rows"]}
    assert "kiln-one" not in {r["site"] for r in run("list", "--as-of", "2026-01-01T00:00Z")["rows"]}
    assert "Gʻisht zavodi" in out.read_text("utf-8-sig")
    (version,) = run("history", "--row", "kiln-one")["versions"]
    assert version["fields"]["fuel"] == "coal"
    assert len(kept.edits(open_store(tmp_path / "store"), "inventory")) == 1
    for wrong in (("history", "--row", "nothing"), ("propose", "--row", "kiln-one", "--set", "fuel"),
                  ("propose", "--row", "kiln-one", "--fields", str(tmp_path / "no.json")), ("review", "--id", "x"),
                  ("list", "--register", "nothing"), ("list", "--as-of", "2026-01-01")):  # fmt: skip
        assert "cleanair: " in run(*wrong, status=2)["said"]
    cells.write_text("[1]", "utf-8")
    assert "no.json" not in run("propose", "--row", "kiln-one", "--fields", str(cells), status=2)["said"]
