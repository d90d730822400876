"""The demo world as files, so that the attribution command can run on it and be scored against its truth."""

import json
from pathlib import Path

import pandas as pd

from data.city import city as city_of
from data.demo.places import CATEGORIES
from data.demo.world import MAST, Demo
from data.times import iso_texts

TABLES = Path(__file__).resolve().parents[1] / "attribution"
WEATHER = [name for name in MAST.values() if name != "pressure"]


def write_run(demo: Demo, city: str, folder: str | Path) -> Path:
    """
    Write one city of a demo world in the file contract of ``cleanair attribute``, with the truth beside it.

    Parameters
    ----------
    demo : Demo
        From `build`.
    city : str
        Key of one of its cities.
    folder : path
        Made if needed; files of these names are replaced.

    Returns
    -------
    Path
        The folder: ``measurements.csv.gz weather.csv.gz stations.csv sources.csv fingerprints.csv hotspots.csv
        prior.csv meta.json`` are inputs, ``truth_categories.csv.gz truth_sites.csv truth_faults.csv`` for scoring only.

    Raises
    ------
    ValueError
        When the world does not hold the city.
    """
    place = Path(folder)
    rows = demo.measurements[demo.measurements["city"] == city]
    if rows.empty:
        raise ValueError(f"the demo world holds no {city!r}; build it with cities=[{city!r}]")
    place.mkdir(parents=True, exist_ok=True)
    mast = rows["station"] == f"demo:{city}-weather"
    air = rows.loc[~mast, ["station", "parameter", "start", "minutes", "value"]]
    _write(air, place / "measurements.csv.gz")
    wide = rows[mast].pivot_table(index="start", columns="parameter", values="value").reindex(columns=WEATHER)
    _write(wide.reset_index(), place / "weather.csv.gz")
    _write(_stations(demo, city), place / "stations.csv")
    for name in ("sources", "hotspots", "true_sites"):
        table = getattr(demo, name)
        stem = name.replace("true_", "truth_")
        _write(table[table["city"] == city].drop(columns="city"), place / f"{stem}.csv")
    truth = demo.truth[demo.truth["city"] == city].drop(columns="city")
    _write(truth, place / "truth_categories.csv.gz")
    zone = city_of(city).zone.key
    _write(_faults(demo, city, zone), place / "truth_faults.csv")
    _tables(city, place)
    days = round((truth["start"].max() - truth["start"].min()) / pd.Timedelta(days=1))
    meta = {"city": city, "days": days, "stations": int(truth["station"].nunique()), "simulated": True}
    meta |= {"start": str(truth["start"].min().date()), "categories": list(CATEGORIES), "clock": zone}
    (place / "meta.json").write_text(json.dumps(meta, indent=1), "utf-8")
    return place


def _write(table: pd.DataFrame, path: Path) -> None:
    text = table.copy()
    for name in text.columns:
        if isinstance(text[name].dtype, pd.DatetimeTZDtype):
            text[name] = iso_texts(text[name])
    packing = {"method": "gzip", "compresslevel": 1, "mtime": 0} if path.suffix == ".gz" else None
    text.to_csv(path, index=False, compression=packing, float_format="%.6g")


def _stations(demo: Demo, city: str) -> pd.DataFrame:
    posts = demo.stations[(demo.stations["city"] == city) & (demo.stations["station_class"] != "")]
    kind = posts["owner"].str.contains("reference").map({True: "reference", False: "indicative"})
    return posts.assign(kind=kind)[["station", "kind", "lat", "lon"]]


def _faults(demo: Demo, city: str, zone: str) -> pd.DataFrame:
    table = demo.faults[demo.faults["city"] == city].rename(columns={"parameter": "pollutant"})
    for name in ("start", "end"):
        table[name] = pd.to_datetime(table[name], utc=True).dt.tz_convert(zone).dt.strftime("%Y-%m-%d %H:%M:%S")
    return table[["station", "kind", "pollutant", "start", "end"]]


def _tables(city: str, place: Path) -> None:
    fingerprints = pd.read_csv(TABLES / "fingerprints.csv").drop(columns="reference")
    _write(fingerprints, place / "fingerprints.csv")
    priors = pd.read_csv(TABLES / "priors.csv")
    known = priors["place"] == (city if city in set(priors["place"]) else "anywhere")
    _write(priors.loc[known, ["category", "share"]], place / "prior.csv")
