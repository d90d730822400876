"""The attribution on simulated cities: sums, determinism, intervals, refusals, evidence, unlisted sources."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from bench._attribution_world import World, simulate
from models.attribution import CATEGORIES, InputError, SourceAttributor


@cache
def world(unlisted: float = 0.0) -> World:
    return simulate(5, days=45, stations=8, unlisted=unlisted)


@cache
def model() -> SourceAttributor:
    return SourceAttributor(zone=world().zone).fit(**world().tables())


def without(*parameters: str) -> SourceAttributor:
    tables = world().tables()
    tables["measurements"] = tables["measurements"][~tables["measurements"]["parameter"].isin(parameters)]
    return SourceAttributor(zone=world().zone).fit(**tables)


def few(hours: int, stations: int = 8) -> SourceAttributor:
    tables = world().tables()
    table = tables["measurements"]
    names = tables["stations"]["station"].tolist()[:stations]
    kept = table[(table["start"] < world().hours[hours]) & table["station"].isin(names)]
    return SourceAttributor(zone=world().zone).fit(**{**tables, "measurements": kept})


def test_contributions_add_up_to_every_observation_that_is_answered():
    said = model().transform()
    total = said.groupby(["station", "start"], observed=True)["contribution"].sum()
    seen = world().measurements.query("parameter == 'pm25'").set_index(["station", "start"])["value"]
    seen.index = seen.index.set_levels(seen.index.levels[0].astype(str), level=0)
    pairs = pd.concat(
        [total.rename("said").reset_index().astype({"station": str}).set_index(["station", "start"]), seen], axis=1
    )
    both = pairs.dropna()
    assert len(both) > 0.95 * len(seen)
    np.testing.assert_allclose(both["said"], both["value"], rtol=1e-9)
    assert (said["contribution"] >= 0).all()


def test_the_same_input_gives_the_same_answer():
    again = SourceAttributor(zone=world().zone).fit(**world().tables())
    pd.testing.assert_frame_equal(again.transform(), model().transform())
    pd.testing.assert_frame_equal(again.sites_, model().sites_)


def test_daily_shares_sum_to_one_inside_their_intervals():
    daily = model().daily_.dropna(subset=["share"])
    assert daily.groupby("day")["share"].sum().round(6).eq(1).all()
    assert ((daily["lower"] <= daily["share"]) & (daily["share"] <= daily["upper"])).all()
    assert set(CATEGORIES) <= set(daily["category"])


@pytest.mark.parametrize("gone", [("so2",), ("so2", "no2", "co"), ("pm10", "so2", "no2", "co")])
def test_an_interval_widens_when_a_pollutant_is_withheld(gone: tuple[str, ...]):
    def relative(fitted: SourceAttributor) -> float:
        daily = fitted.daily_.dropna(subset=["share"])
        daily = daily[daily["category"].isin(CATEGORIES)]
        reach = np.sqrt(daily["share"] * (1 - daily["share"]) + 0.01)
        open_ended = daily["lower"].gt(0) & daily["upper"].lt(1)
        return float(((daily["upper"] - daily["lower"]) / reach)[open_ended].mean())

    assert relative(without(*gone)) > relative(model())


def test_a_live_hour_is_answered_by_the_fitted_model():
    last = world().hours[-1]
    tables = world().tables()
    past = tables["measurements"][tables["measurements"]["start"] < last]
    fitted = SourceAttributor(zone=world().zone).fit(**{**tables, "measurements": past})
    now = tables["measurements"][tables["measurements"]["start"].eq(last)]
    said = fitted.transform(now, tables["weather"].tail(1))
    assert set(said["start"]) == {last}
    total = said.groupby("station", observed=True)["contribution"].sum()
    seen = now.query("parameter == 'pm25'").set_index("station")["value"]
    np.testing.assert_allclose(total.to_numpy(), seen.loc[list(total.index)].to_numpy())


def test_an_unlisted_source_is_called_undetermined_and_not_given_a_wrong_name():
    hidden = world(unlisted=120.0)
    found = SourceAttributor(zone=hidden.zone).fit(**hidden.tables())
    assert "S00" in set(found.unlisted_["station"])
    assert found.shares()["undetermined"] > 0.03
    assert "undetermined" not in model().shares()
    assert "undetermined" in set(found.status_.query("station == 'S00'")["status"])
    known = found.parts_[:, list(found.panel_.stations["station"]).index("S00")]
    innocent = model().parts_[:, 0]
    swollen = np.nanmean(known, axis=0) - np.nanmean(innocent, axis=0)
    assert swollen.max() < 0.5 * hidden.extra["hidden"] * 8


def test_without_wind_there_are_categories_but_no_sites():
    tables = world().tables()
    calm = tables["weather"].drop(columns=["wind_speed", "wind_direction"])
    found = SourceAttributor(zone=world().zone).fit(**{**tables, "weather": calm})
    assert found.ranking_.refused == "no_wind"
    assert not len(found.sites_)
    assert found.daily_["share"].notna().any()


def test_pm25_alone_is_said_to_be_mostly_the_prior():
    found = without("pm10", "so2", "no2", "co")
    assert {"mostly_prior", "no_pm10"} <= set(found.notes_)
    assert set(found.transform()["status"]) == {"mostly_prior"}


def test_little_data_is_refused_with_a_reason():
    assert few(24 * 20).ranking_.refused == "few_days"
    assert few(24 * 40, stations=4).ranking_.refused == "few_stations"
    alone = few(24 * 40, stations=1)
    assert alone.ranking_.refused == "single_station"
    assert "single_station" in alone.notes_
    short = few(60)
    assert "prior" in short.notes_
    assert set(short.transform()["status"]) == {"prior"}
    assert few(10).daily_["share"].isna().all()


def test_own_tables_stand_in_for_missing_files():
    tables = world().tables()
    found = SourceAttributor(zone=world().zone).fit(tables["measurements"], tables["weather"], tables["stations"], None)
    assert "no_hotspots" in found.notes_
    assert "wide_prior" not in found.notes_  # a study of Tashkent is published
    moved = tables["stations"].assign(lat=tables["stations"]["lat"] + 9.8)
    far = SourceAttributor(zone=world().zone).fit(tables["measurements"], tables["weather"], moved, None)
    assert "wide_prior" in far.notes_
    reach = [f.daily_.query("category == 'heating'").eval("upper - lower").mean() for f in (found, far)]
    assert reach[1] > reach[0]


def test_evidence_has_a_key_numbers_and_a_sentence():
    measured = [model().panel_.observed[name][:, 0] for name in ("pm25", "pm10", "so2")]
    row = int(np.argmax(np.isfinite(measured).all(axis=0)))
    lines = model().explain("S00", model().panel_.hours[row])
    keys = {line.key for line in lines}
    assert {"ratio_pm10", "ratio_so2", "cold", "hour", "regional", "prior"} <= keys
    assert keys & {"calm", "wind"}
    assert keys & {"hotspots", "no_hotspots"}
    assert all(line.text.endswith(".") for line in lines)
    with pytest.raises(InputError, match="not in the fitted period"):
        model().explain("S99", world().hours[0])


def test_a_stuck_sensor_is_not_attributed():
    tables = world().tables()
    table = tables["measurements"].copy()
    stuck = (
        table["station"].eq("S03")
        & table["parameter"].eq("pm25")
        & table["start"].between(world().hours[200], world().hours[230])
    )
    table.loc[stuck, "value"] = 33.3
    found = SourceAttributor(zone=world().zone).fit(**{**tables, "measurements": table})
    said = found.transform()
    hours = said[said["station"].eq("S03")]["start"]
    assert not hours.between(world().hours[200], world().hours[230]).any()


def test_the_share_beyond_the_border_follows_the_wind():
    everywhere = ({"country": "UZ", "from": 0, "to": 0},)
    found = SourceAttributor(zone=world().zone, neighbours=everywhere).fit(**world().tables())
    row = found.transboundary_.iloc[0]
    regional = found.shares()["regional"]
    assert row["share"] == pytest.approx(regional, rel=0.25)
    assert row["lower"] <= row["share"] <= row["upper"]
    still = world().weather.assign(wind_speed=0.0, wind_direction=np.nan)
    calm = SourceAttributor(zone=world().zone, neighbours=everywhere).fit(**{**world().tables(), "weather": still})
    assert calm.transboundary_["status"].tolist() == ["not identifiable"]
    assert calm.ranking_.refused in ("calm", "no_wind")


@pytest.mark.parametrize(
    ("table", "change", "words"),
    [
        ("measurements", lambda t: t.drop(columns="value"), "no column value"),
        ("measurements", lambda t: t.assign(start=t["start"].dt.tz_localize(None)), "without a zone"),
        ("measurements", lambda t: t[t["parameter"].ne("pm25")], "needs PM2.5"),
        ("stations", lambda t: t.iloc[:0], "No stations"),
        ("sources", lambda t: t.assign(category="volcano"), "volcano"),
        ("prior", lambda t: t.head(2), "lacks the categories"),
        ("prior", lambda t: t.assign(share=-1.0), "negative"),
        ("fingerprints", lambda t: t[t["category"].ne("dust")], "dust"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(table: str, change, words: str):
    tables = world().tables()
    with pytest.raises(InputError, match=words):
        SourceAttributor(zone=world().zone).fit(**{**tables, table: change(tables[table])})
