"""Rules of sharing: who sees what, who takes what, and that the read path leaves no way round them."""

from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest

from data import sharing
from data.sharing import PUBLIC, Reader, SharingError
from data.store import Store, StoreError
from data.store.shared import SharedStore
from jobs.export import request
from tests.conftest import NOW, hourly

LAST = """
[[rule]]
source = "*"
country = "*"
see = "public"
download = "public"
basis = "its licence"
"""


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    def write(text: str, last: str = LAST) -> None:
        path = tmp_path / "sharing.toml"
        path.write_text(text + last)
        monkeypatch.setenv(sharing.VARIABLE, str(path))

    return write


@pytest.fixture
def filled(store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("CLEANAIR_NOW", NOW.isoformat())
    for source, parameter in (("demo", "pm25"), ("tidy", "pm25"), ("tidy", "no2")):
        rows = hourly([float(x) for x in range(1, 49)], parameter=parameter, station=f"{source}:1", source=source)
        store.append(rows)
    places = [{"source": s, "station": f"{s}:1", "city": "tashkent", "kind": "reference", "licence": "CC0 1.0",
               "lat": 41.123456, "lon": 69.123456} for s in ("demo", "tidy")]  # fmt: skip
    store.put_stations(pd.DataFrame(places), known_at=NOW)
    return store


def rule(**row: object) -> str:
    plain = {"source": "tidy", "country": "*", "see": "public", "download": "public", "basis": "an agreement", **row}
    return "[[rule]]\n" + "\n".join(f"{k} = {v!r}".replace("True", "true").replace("False", "false")
                                     for k, v in plain.items()) + "\n"  # fmt: skip


def seen(store: Store, reader: Reader = PUBLIC, purpose: str = "see") -> set[tuple[str, str]]:
    rows = SharedStore(store, reader, purpose).measurements("tashkent")  # type: ignore[arg-type]
    return set(zip(rows["source"], rows["parameter"], strict=True))


ALL = {("demo", "pm25"), ("tidy", "pm25"), ("tidy", "no2")}


@pytest.mark.parametrize("role", sharing.ROLES)
@pytest.mark.parametrize("least", [*sharing.ROLES, "nobody"])
def test_a_role_sees_from_its_step_on(filled: Store, told, role: str, least: str) -> None:  # type: ignore[no-untyped-def]
    told(rule(see=least))
    may = least != "nobody" and sharing.ROLES.index(role) >= sharing.ROLES.index(least)
    assert seen(filled, Reader(role)) == (ALL if may else {("demo", "pm25")})


def test_what_may_be_seen_need_not_leave(filled: Store, told) -> None:  # type: ignore[no-untyped-def]
    told(rule(download="member"))
    assert seen(filled) == ALL
    assert seen(filled, purpose="download") == {("demo", "pm25")}
    assert seen(filled, Reader("member"), "download") == ALL


def test_a_rule_for_one_country_leaves_the_other_alone(filled: Store, told) -> None:  # type: ignore[no-untyped-def]
    told(rule(see="nobody", country="KZ"))
    assert seen(filled) == ALL
    told(rule(see="nobody", country="UZ"))
    assert seen(filled) == {("demo", "pm25")}


def test_the_first_rule_that_fits_holds(filled: Store, told) -> None:  # type: ignore[no-untyped-def]
    told(rule(country="UZ") + rule(see="nobody"))
    assert seen(filled) == ALL


def test_every_question_passes_the_rules(filled: Store, told) -> None:  # type: ignore[no-untyped-def]
    told(rule(see="member"))
    view = SharedStore(filled)
    hours = {"start": None, "end": None}
    answers = {
        "measurements": view.measurements("tashkent"),
        "latest": view.latest("tashkent", now=NOW, days=30),
        "daily": view.daily("tashkent", None, **hours, zone="Asia/Tashkent", flags=None),
        "spans": view.spans(),
        "counts": view.counts(),
        "batches": pd.concat([b.to_pandas() for b in view.batches(city="tashkent")]),
        "stations": view.stations(),
    }
    assert {name: set(rows["source"]) for name, rows in answers.items()} == {name: {"demo"} for name in answers}


def test_parameters_delay_and_coordinates(filled: Store, told) -> None:  # type: ignore[no-untyped-def]
    told(rule(withhold=["no2"], delay=24 * 60, decimals=2))
    view = SharedStore(filled)
    assert seen(filled) == ALL - {("tidy", "no2")}
    rows = view.measurements("tashkent", ["pm25"], sources=["tidy"])
    assert (rows["start"] + pd.Timedelta("1h")).max() <= pd.Timestamp(NOW - timedelta(hours=24))
    assert len(rows) > 0
    place = view.stations().set_index("source").loc["tidy"]
    assert (place["lat"], place["coord_quality"]) == (41.12, "rounded")
    exact = SharedStore(filled, Reader("operator")).stations().set_index("source").loc["tidy"]
    assert exact["lat"] == 41.123456
    assert seen(filled, Reader("operator")) == ALL


def test_a_delay_as_of_a_moment_is_for_ever_the_same(filled: Store, told, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    told(rule(delay=24 * 60))
    first = SharedStore(filled).measurements("tashkent", as_of=NOW)
    monkeypatch.setenv("CLEANAIR_NOW", (NOW + timedelta(days=30)).isoformat())
    pd.testing.assert_frame_equal(first, SharedStore(filled).measurements("tashkent", as_of=NOW))
    assert len(SharedStore(filled).measurements("tashkent")) > len(first)


def test_figures_everybody_sees_leave_out_what_may_not_enter_them(filled: Store, told) -> None:  # type: ignore[no-untyped-def]
    told(rule(derive=False))
    assert seen(filled, purpose="derive") == {("demo", "pm25")}


def test_a_view_writes_nothing(filled: Store) -> None:
    view = SharedStore(filled)
    for write in (lambda: view.append(hourly([1.0])), lambda: view.replace("x", pd.DataFrame({"a": [1]})),
                  lambda: view.extend("x", pd.DataFrame({"a": [1]}))):  # fmt: skip
        with pytest.raises(StoreError, match="view"):
            write()


def test_readers_never_share_a_cache(filled: Store) -> None:
    views = [SharedStore(filled, Reader(r), p) for r in sharing.ROLES for p in ("see", "download")]  # type: ignore[arg-type]
    assert len({v.version() for v in views}) == len(views)


def test_what_was_kept_under_older_rules_is_not_shown_under_newer(filled: Store, told) -> None:  # type: ignore[no-untyped-def]
    told(rule(see="public"))
    before = SharedStore(filled).version()
    told(rule(see="nobody"))
    assert SharedStore(filled).version() != before


def test_an_export_says_what_was_left_out_by_which_rule(filled: Store, told) -> None:  # type: ignore[no-untyped-def]
    told(rule(download="nobody"))
    asked = request.Request(city="tashkent", start=NOW - timedelta(days=9), end=NOW, as_of=NOW)
    made = request.plan(SharedStore(filled, PUBLIC, "download"), asked)
    assert made.sources["source"].tolist() == ["demo"]
    assert made.left_out.to_dict("records") == [
        {"source": "tidy", "rows": 96, "why": "rule of sharing (indicative): an agreement"}
    ]
    told(rule(see="admin", download="admin"))
    hidden = request.plan(SharedStore(filled, PUBLIC, "download"), asked).left_out
    assert hidden["source"].tolist() == [""]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (rule(see="everybody"), "see must be"),
        (rule(colour="red"), "colour"),
        (rule(withhold=["gold"]), "gold"),
        (rule(delay=-1), "delay"),
        (rule(decimals=9), "decimals"),
        ("[[rule", "is no TOML"),
        ('[[rule]]\nsource = "x"\n', "are needed"),
    ],
)
def test_a_wrong_row_is_named(told, text: str, says: str) -> None:  # type: ignore[no-untyped-def]
    told(text)
    with pytest.raises(SharingError, match=says):
        sharing.rules()


def test_the_last_rule_fits_everything(told) -> None:  # type: ignore[no-untyped-def]
    told(rule(), last="")
    with pytest.raises(SharingError, match="last rule"):
        sharing.rules()


def test_the_shipped_rules_stand() -> None:
    assert {r.status for r in sharing.rules()} <= {"verified", "indicative"}
    assert not sharing.rule("waqi", "UZ").allows(Reader("admin"), "download")
    assert sharing.rule("openaq", "KZ").allows(PUBLIC, "download")
