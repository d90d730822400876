"""A post that follows the air on another scale, and one that does not see the air at all."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.quality.spans.deaf import deaf
from models.quality.spans.network import Floats, Network, laid, network
from models.quality.spans.scale_break import scale_break
from tests.models.quality.spans.conftest import ZONE, Real, daily

RANDOM = np.random.default_rng(11)
FIRST = pd.Timestamp("2024-01-01")
DAYS = 540


def city(stations: int = 4, noise: float = 0.2) -> tuple[pd.DataFrame, Floats]:
    """Daily means of stations in air that the wind carries away, and the wind."""
    wind = np.clip(3 + np.cumsum(RANDOM.normal(0, 0.5, DAYS)) % 5, 0.5, None)
    air = 4.2 - 0.25 * wind + RANDOM.normal(0, 0.2, DAYS)
    parts = [
        pd.DataFrame(
            {
                "day": pd.date_range(FIRST, periods=DAYS).date,
                "station": f"s{n}",
                "value": np.exp(air + RANDOM.normal(0, noise, DAYS)),
                "coverage": 1.0,
            }
        )
        for n in range(stations)
    ]
    return pd.concat(parts, ignore_index=True), wind


def at(days: pd.DataFrame) -> pd.Series:
    return (pd.to_datetime(days["day"]) - FIRST).dt.days


def built(days: pd.DataFrame) -> Network:
    return network(days, pd.DataFrame({"station": sorted(set(days["station"])), "lat": np.nan, "lon": np.nan}))


def broken(days: pd.DataFrame, wind: Floats) -> pd.DataFrame:
    net = built(days)
    return scale_break(net, net.level, wind, "pm25", ZONE)


def test_a_change_of_scale_is_suspect_until_it_is_changed_back() -> None:
    days, wind = city()
    days.loc[(days["station"] == "s1") & at(days).between(200, 379), "value"] /= 8
    (found,) = broken(days, wind).itertuples()
    assert (found.check, found.station) == ("scale_break", "s1")
    assert found.figure == pytest.approx(1 / 8, rel=0.2)
    assert abs(found.start - (FIRST + pd.Timedelta(days=200)).tz_localize(ZONE)) <= pd.Timedelta(days=10)
    assert abs(found.until - (FIRST + pd.Timedelta(days=380)).tz_localize(ZONE)) <= pd.Timedelta(days=50)


def test_one_that_was_not_changed_back_still_stands() -> None:
    days, wind = city()
    days.loc[(days["station"] == "s1") & (at(days) >= 300), "value"] *= 5
    (found,) = broken(days, wind).itertuples()
    assert pd.isna(found.until)


def test_a_cleaner_year_of_the_whole_city_is_no_break() -> None:
    days, wind = city()
    days.loc[at(days) >= 250, "value"] /= 6
    assert broken(days, wind).empty


def test_a_repair_is_no_break() -> None:
    days, wind = city()
    days.loc[(days["station"] == "s2") & (at(days) < 250), "value"] /= 7
    assert broken(days, wind).empty


def test_a_post_that_went_silent_in_its_own_noise_has_not_changed_its_scale() -> None:
    days, wind = city()
    gone = (days["station"] == "s1") & (at(days) >= 200)
    days.loc[gone, "value"] = 4 + RANDOM.random(int(gone.sum()))
    assert broken(days, wind).empty
    assert set(deaf(built(days), wind, "pm25", ZONE)["station"]) == {"s1"}


def test_a_post_of_noise_is_deaf_and_the_others_are_not() -> None:
    days, wind = city()
    mine = days["station"] == "s3"
    days.loc[mine, "value"] = np.exp(RANDOM.normal(3, 0.5, int(mine.sum())))
    (found,) = deaf(built(days), wind, "pm25", ZONE).itertuples()
    assert found.station == "s3"
    assert abs(found.figure) < 0.2
    assert pd.isna(found.until)


def test_without_wind_nobody_is_called_deaf() -> None:
    days, _ = city()
    mine = days["station"] == "s3"
    days.loc[mine, "value"] = np.exp(RANDOM.normal(3, 0.5, int(mine.sum())))
    assert deaf(built(days), np.full(DAYS, np.nan), "pm25", ZONE).empty
    still_air = 3 + RANDOM.random(DAYS)  # nothing follows it
    assert deaf(built(days), still_air, "pm25", ZONE).empty


@pytest.fixture(scope="module")
def astana(airdata: Real, shared: Path) -> tuple[Network, Network, Floats]:
    """PM2.5 of Astana from 2021 on as published, its sound part by the centre's own control, and Meteostat's wind."""
    from models.quality.quality import flag

    rows = airdata("astana", "pm25")
    rows = rows[(rows["start"] >= "2021-03-01") & (rows["value"] >= 0)]
    plain = {"kind": "reference", "statistic": "mean", "city": "astana", "note": "", "raw_value": rows["value"],
             "raw_unit": "", "checks": [()] * len(rows)}  # fmt: skip
    rows = flag(rows.assign(**plain).reset_index(drop=True))
    whole = built(daily(rows[rows["flag"] != "invalid"]))
    sound = laid(whole, daily(rows[rows["flag"] == "ok"]))
    path = shared / "data" / "astana-meteostat-daily" / "astana_meteostat_daily_2021-12_2024-12.csv.gz"
    wind = pd.read_csv(path, parse_dates=["date"]).set_index("date")["wspd_kmh"] / 3.6
    return whole, Network(sound, whole.weight, whole.days, whole.stations), wind.reindex(whole.days).to_numpy(float)


def test_the_post_of_astana_that_changed_its_scale(astana: tuple[Network, Network, Floats]) -> None:
    whole, sound, wind = astana
    found = scale_break(whole, sound.level, wind, "pm25", ZONE)
    (mine,) = found[found["station"].str.endswith("kgmt_7")].itertuples()
    assert pd.Timestamp("2023-08-15", tz=ZONE) <= mine.start <= pd.Timestamp("2023-11-15", tz=ZONE)
    assert mine.until > pd.Timestamp("2024-12-01", tz=ZONE)
    assert 0.05 < mine.figure < 0.3


def test_the_post_of_astana_that_does_not_see_the_air(astana: tuple[Network, Network, Floats]) -> None:
    whole, _, wind = astana
    found = deaf(whole, wind, "pm25", ZONE)
    assert {s.rpartition("_")[2] for s in found["station"]} == {"9"}
    assert sum((u - s).days for s, u in zip(found["start"], found["until"], strict=True)) > 300
