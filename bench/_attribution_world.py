"""Small simulated cities with known sources, for the intervals and the tests of the attribution.

Deliberately unlike the model: first-order memory instead of steady plumes, other activity shapes, fingerprints and
inventory that are wrong at random, a prior that is wrong at random. Never shown as measurements.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from data import attribution as tables

CATEGORIES = ("heating", "traffic", "industry", "dust", "regional", "fire")
PARAMETERS = ("pm25", "pm10", "so2", "no2", "co")


@dataclass
class World:
    """The input tables of one simulated city, and the truth."""

    measurements: pd.DataFrame
    weather: pd.DataFrame
    stations: pd.DataFrame
    sources: pd.DataFrame
    fingerprints: pd.DataFrame
    hotspots: pd.DataFrame
    prior: pd.DataFrame
    zone: str
    truth: np.ndarray  # hours × stations × categories [µg/m³]
    truth_sites: pd.Series
    hours: pd.DatetimeIndex
    extra: dict[str, float] = field(default_factory=dict)

    def tables(self) -> dict[str, pd.DataFrame]:
        """What `SourceAttributor.fit` takes."""
        names = ("measurements", "weather", "stations", "sources", "fingerprints", "hotspots", "prior")
        return {name: getattr(self, name) for name in names}


def red(rng: np.random.Generator, hours: int, memory: float, width: int = 1) -> np.ndarray:
    """Unit red noise with a memory in hours; (hours, width)."""
    keep = np.exp(-1 / memory)
    noise = rng.standard_normal((hours, width)) * np.sqrt(1 - keep**2)
    out = np.empty_like(noise)
    state = rng.standard_normal(width)
    for row in range(hours):
        state = keep * state + noise[row]
        out[row] = state
    return out


def weather(rng: np.random.Generator, hours: pd.DatetimeIndex, normals: np.ndarray, zone: str) -> pd.DataFrame:
    """Hourly weather with synoptic memory, a daily cycle and calm nights."""
    local = hours.tz_convert(zone)
    clock, count = local.hour.to_numpy(), len(hours)
    place = (local.month.to_numpy() - 1 + (local.day.to_numpy() - 15) / 30) % 12
    mean = np.interp(place, np.arange(-1, 13), np.r_[normals[-1], normals, normals[0]])
    sun = np.clip(np.sin((clock - 6) / 12 * np.pi), 0, None)
    synoptic = red(rng, count, 60.0, 4)
    temperature = mean + 4.5 * synoptic[:, 0] + 5 * (sun - 0.32)
    median = rng.uniform(1.3, 3.2)
    speed = median * np.exp(0.55 * synoptic[:, 1] + 0.25 * red(rng, count, 3.0)[:, 0]) * (0.8 + 0.45 * sun)
    drift = np.cumsum(rng.standard_normal(count)) * 6 + 70 * synoptic[:, 2] + rng.uniform(0, 360)
    breeze = rng.uniform(0, 70) * np.sin((clock - rng.uniform(8, 16)) / 24 * 2 * np.pi)
    direction = np.round((drift + breeze) / 10) * 10 % 360
    layer = (90 + 130 * speed**0.7 + rng.uniform(500, 1100) * sun * np.clip((temperature + 15) / 35, 0.15, 1)) * np.exp(
        0.3 * red(rng, count, 8.0)[:, 0]
    )
    wet = synoptic[:, 3] > 1.4
    rain = np.where(wet & (rng.random(count) < 0.4), rng.exponential(0.6, count), 0.0)
    humid = np.clip(62 - 1.1 * (temperature - 8) + 16 * synoptic[:, 3] - 14 * sun, 12, 99)
    calm = speed < 0.6
    return pd.DataFrame(
        {
            "start": hours,
            "wind_speed": np.where(calm, 0.0, speed.round(1)),
            "wind_direction": np.where(calm, np.nan, direction),
            "temperature": temperature.round(1),
            "relative_humidity": humid.round(),
            "precipitation": rain.round(2),
            "boundary_layer_height": layer.round(),
        }
    )


def sites(rng: np.random.Generator, lat: float, lon: float) -> pd.DataFrame:
    """Five heating and five industrial sites around a centre, true emission beside the published one."""
    kinds = [("heating", "chp", 120)] * 3 + [("heating", "chp", 50)] * 2
    kinds += [
        ("industry", "smelter", 100),
        ("industry", "kiln", 15),
        ("industry", "cement", 60),
        ("industry", "metal", 30),
        ("industry", "kiln", 10),
    ]
    angle, far = rng.uniform(0, 2 * np.pi, len(kinds)), rng.uniform(2, 14, len(kinds))
    true = np.array([k[2] for k in kinds]) ** 0.5 * rng.lognormal(0, 0.9, len(kinds))
    true[rng.integers(5, len(kinds))] = 0.0
    return pd.DataFrame(
        {
            "site": [f"{category}-{number}" for number, (category, _, _) in enumerate(kinds)],
            "category": [k[0] for k in kinds],
            "subtype": [k[1] for k in kinds],
            "lat": lat + far * np.cos(angle) / 111.2,
            "lon": lon + far * np.sin(angle) / 111.2 / np.cos(np.deg2rad(lat)),
            "stack_m": [k[2] for k in kinds],
            "true_gps": true,
            "pm25_gps": np.where(true > 0, true, 3.0) * rng.lognormal(0, 0.7, len(kinds)),
        }
    )


def carry(sky: pd.DataFrame, site: pd.DataFrame, stations: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """Unit plumes with memory and a turning wind; (sites, hours, stations)."""
    turned = np.deg2rad(sky["wind_direction"].ffill().bfill().to_numpy() + 12 * red(rng, len(sky), 2.0)[:, 0])
    speed = np.maximum(sky["wind_speed"].to_numpy(), 0.4)
    layer = sky["boundary_layer_height"].to_numpy()
    out = np.empty((len(site), len(sky), len(stations)))
    for number, row in enumerate(site.itertuples()):
        north = (stations["lat"].to_numpy() - row.lat) * 111.2
        east = (stations["lon"].to_numpy() - row.lon) * 111.2 * np.cos(np.deg2rad(row.lat))
        far = np.maximum(np.hypot(north, east), 0.3)
        off = np.angle(np.exp(1j * (np.arctan2(east, north)[None] - (turned[:, None] + np.pi))))
        width = 0.22 + 0.5 * np.exp(-speed)[:, None]
        lofted = np.clip(layer[:, None] / (row.stack_m * 4.0), 0.15, 1) * np.exp(-row.stack_m / 60 / far)
        raw = (
            90
            * np.exp(-0.5 * (off / width) ** 2)
            / (width * far**1.3 * speed[:, None] * (layer[:, None] / 400) ** 0.5)
            * lofted
        )
        lag = np.exp(-speed[:, None] * 3.6 / far)
        state = raw[0]
        for hour in range(len(sky)):
            state = lag[hour] * state + (1 - lag[hour]) * raw[hour]
            out[number, hour] = state
    return out


def area(rng: np.random.Generator, sky: pd.DataFrame, local: pd.DatetimeIndex) -> dict[str, np.ndarray]:
    """City-wide sources before scaling: stoves, traffic, dust, regional; each (hours,)."""
    clock, weekend = local.hour.to_numpy(), local.day_of_week.to_numpy() >= 5
    warmth, speed = sky["temperature"].rolling(18, min_periods=1).mean().to_numpy(), sky["wind_speed"].to_numpy()
    box = (
        (speed + rng.uniform(0.4, 1.0)) * sky["boundary_layer_height"].to_numpy() ** rng.uniform(0.3, 0.7)
    ) ** -rng.uniform(0.45, 0.8)
    box /= box.mean()
    base, hump = rng.uniform(12, 17), rng.uniform(0.3, 0.9)
    stoves = (
        (rng.uniform(0.02, 0.1) + np.maximum(base - warmth, 0) / 12)
        * (1 + hump * np.cos((clock - 21) / 24 * 2 * np.pi))
        * box
    )
    rush = np.exp(-0.5 * ((clock - 8.5) / 1.8) ** 2) + np.exp(-0.5 * ((clock - 18.5) / 2.4) ** 2)
    traffic = (0.35 + rush) * np.where(weekend, rng.uniform(0.6, 0.9), 1.0) * box
    dry = np.exp(-sky["precipitation"].rolling(30, min_periods=1).sum().to_numpy() / 1.5) / (
        1 + np.exp(-(warmth - 1) / 2)
    )
    storm = np.maximum(red(rng, len(sky), 10.0)[:, 0] - 2.0, 0) * 25 * (speed > np.median(speed))
    dust = dry * (0.3 + (speed / 3) ** rng.uniform(1.0, 2.0) + storm) * np.exp(0.5 * red(rng, len(sky), 12.0)[:, 0])
    side = np.deg2rad(sky["wind_direction"].ffill().bfill().to_numpy() - rng.uniform(0, 360))
    smooth = pd.DataFrame({"c": np.cos(side)}).rolling(24, min_periods=1).mean()["c"].to_numpy()
    regional = np.exp(rng.uniform(0.2, 0.6) * smooth + 0.35 * red(rng, len(sky), 50.0)[:, 0])
    return {"stove": stoves, "traffic": traffic, "dust": dust, "regional": regional, "industry": box}


def fires(rng: np.random.Generator, hours: pd.DatetimeIndex, stations: pd.DataFrame) -> tuple[np.ndarray, pd.DataFrame]:
    """Smoke (hours, stations) of fires of some hours, and the 60 % of them a satellite sees."""
    smoke, rows = np.zeros((len(hours), len(stations))), []
    for _ in range(rng.poisson(len(hours) / 24 / 4)):
        start, length = int(rng.integers(0, len(hours))), int(rng.integers(3, 12))
        lat = stations["lat"].mean() + rng.normal(0, 0.12)
        lon = stations["lon"].mean() + rng.normal(0, 0.15)
        power = rng.lognormal(2.2, 0.9)
        far = np.hypot((stations["lat"] - lat) * 111, (stations["lon"] - lon) * 80).to_numpy()
        smoke[start : start + length] += power * np.exp(-far / 7)
        if rng.random() < 0.6:
            rows.append((hours[start].isoformat(), lat, lon, power))
    return smoke, pd.DataFrame(rows, columns=["time", "lat", "lon", "frp_mw"])


def sensors(rng: np.random.Generator, value: np.ndarray, kind: np.ndarray, name: str, humid: np.ndarray) -> np.ndarray:
    """What instruments make of the truth: gain, noise, humidity, dust blindness, gaps, stuck and spiking hours."""
    count = value.shape[1]
    low = kind == "indicative"
    gain = np.where(low, rng.lognormal(0, 0.15, count), rng.lognormal(0, 0.04, count))
    noise = np.where(low, 0.15, 0.06) * rng.standard_normal(value.shape)
    wet = 1 + np.where(low, 0.5, 0.0) * np.clip((humid - 70) / 30, 0, 1)[:, None] * (name == "pm25")
    read = np.maximum(value * gain * wet * (1 + noise), 0) + rng.exponential(0.5, value.shape)
    for column in range(count):
        for _ in range(3):
            start = int(rng.integers(0, len(value)))
            read[start : start + int(rng.integers(5, 40)), column] = np.nan
        start = int(rng.integers(0, len(value)))
        read[start : start + 12, column] = read[start, column]
        for hour in rng.integers(0, len(value), 6):
            read[hour, column] *= rng.uniform(5, 20)
    return read


def simulate(
    seed: int,
    *,
    place: tuple[float, float, str] = (41.31, 69.28, "Asia/Tashkent"),
    start: str = "2024-10-01",
    days: int = 120,
    stations: int = 10,
    cut: dict[str, float] | None = None,
    unlisted: float = 0.0,
    prior_error: float = 0.25,
) -> World:
    """
    One city: true shares drawn about the published ones, tables as an analyst would have them.

    `cut` multiplies the truth of categories; `unlisted` puts a source of that strength [µg/m³ at its own station
    downwind] beside station S00; `prior_error` is the log-standard deviation of the prior's own error.
    """
    rng = np.random.default_rng(seed)
    lat, lon, zone = place
    hours = pd.date_range(pd.Timestamp(start, tz=zone).tz_convert("UTC"), periods=24 * days, freq="h")
    local = hours.tz_convert(zone)
    spots = pd.DataFrame(
        {
            "station": [f"S{i:02d}" for i in range(stations)],
            "kind": np.where(np.arange(stations) < max(1, stations // 4), "reference", "indicative"),
            "lat": lat + rng.normal(0, 0.05, stations),
            "lon": lon + rng.normal(0, 0.07, stations),
        }
    )
    year = pd.date_range("2023-01-01", periods=8760, freq="h", tz="UTC")
    normals = tables.normals(lat, lon)
    state = rng.bit_generator.state
    sky, full = weather(rng, hours, normals, zone), None
    rng.bit_generator.state = state
    full = weather(rng, year, normals, zone)
    shape_state = np.random.default_rng(seed + 7)
    whole = area(shape_state, full, year.tz_convert(zone))
    now = area(np.random.default_rng(seed + 7), sky, local)
    site = sites(rng, lat, lon)
    plume = carry(sky, site, spots, rng)
    share = dict(zip(CATEGORIES, np.array([0.30, 0.15, 0.13, 0.2, 0.18, 0.04]) * rng.lognormal(0, 0.3, 6), strict=True))
    total = rng.uniform(22, 45)
    cold = 0.15 + np.maximum(15 - sky["temperature"].to_numpy(), 0) / 9
    point = plume * site["true_gps"].to_numpy()[:, None, None]
    heat, industry = site["category"].eq("heating").to_numpy(), site["category"].eq("industry").to_numpy()
    point[heat] *= cold[None, :, None]
    for chosen, name in ((heat, "heating"), (industry, "industry")):
        point[chosen] *= 0.45 * share[name] * total / max(point[chosen].mean(axis=(1, 2)).sum(), 1e-9)
        # The season is kept: heating sites follow the cold of the period, not of the year.
        point[chosen] *= np.mean(cold) / 0.9 if name == "heating" else 1.0
    stove_part = rng.dirichlet([3, 2])
    local_factor = rng.lognormal(0, 0.35, (stations, 3))
    mass = np.zeros((len(hours), stations, 10))
    noise = [np.exp(0.35 * red(rng, len(hours), 6.0, stations)) for _ in range(3)]
    for column, key in enumerate(("stove", "traffic", "industry")):
        fraction = 0.55 if key != "traffic" else 1.0
        name = {"stove": "heating"}.get(key, key)
        level = now[key] / whole[key].mean() * share[name] * total * fraction
        mass[..., (1, 2, 4)[column]] = level[:, None] * local_factor[:, column] * noise[column]
    mass[..., 0] += point[heat].sum(axis=0)
    order = {"smelter": 3, "kiln": 4, "cement": 5, "metal": 6}
    for number in np.nonzero(industry)[0]:
        mass[..., order[site.loc[number, "subtype"]]] += point[number]
    mass[..., 7] = (now["dust"] / whole["dust"].mean() * share["dust"] * total)[:, None] * rng.lognormal(
        0, 0.25, stations
    )
    smoke, spots_seen = fires(rng, hours, spots)
    mass[..., 8] = smoke / max(smoke.mean(), 1e-9) * share["fire"] * total
    mass[..., 9] = (now["regional"] / whole["regional"].mean() * share["regional"] * total)[:, None]
    kinds = ("chp", "stove", "traffic", "smelter", "kiln", "cement", "metal", "dust", "fire", "regional")
    group = (
        "heating",
        "heating",
        "traffic",
        "industry",
        "industry",
        "industry",
        "industry",
        "dust",
        "fire",
        "regional",
    )
    mass[..., 1] *= 2 * stove_part[0] / (stove_part[0] + 0.6)
    for name, factor in (cut or {}).items():
        mass[..., [i for i, g in enumerate(group) if g == name]] *= factor
    prints = tables.fingerprints().drop(columns="reference")
    ratio = prints.set_index("subtype").loc[list(kinds), ["pm10", "so2", "nox", "co"]].to_numpy(float)
    real = (
        ratio
        * rng.lognormal(0, 0.35, ratio.shape)
        * np.r_[1, rng.uniform(0.4, 1.1), rng.uniform(0.5, 1.1), rng.uniform(0.8, 1.3)]
    )
    real[:, 0] = np.maximum(real[:, 0], 1.05)
    hidden = np.zeros((len(hours), stations))
    if unlisted:
        toward = np.deg2rad(sky["wind_direction"].to_numpy())
        hidden[:, 0] = unlisted * np.nan_to_num(np.cos(toward - rng.uniform(0, 2 * np.pi)) > 0.8).astype(float)
    truth = np.stack([mass[..., [i for i, g in enumerate(group) if g == c]].sum(axis=-1) for c in CATEGORIES], axis=-1)
    gas = mass @ real
    nox = gas[..., 2]
    no2 = nox * rng.uniform(0.1, 0.2) + (1 - np.exp(-0.8 * nox / 60)) * rng.uniform(35, 60)
    values = {
        "pm25": truth.sum(axis=-1) + hidden,
        "pm10": gas[..., 0] + hidden,
        "so2": gas[..., 1],
        "no2": no2,
        "co": gas[..., 3] + rng.uniform(60, 150),
    }
    humid, frames = sky["relative_humidity"].to_numpy(), []
    for name in PARAMETERS:
        read = sensors(rng, values[name], spots["kind"].to_numpy(), name, humid)
        keep = np.arange(stations) if name in ("pm25", "pm10") else np.nonzero(spots["kind"].eq("reference"))[0]
        row, column = np.nonzero(np.isfinite(read[:, keep]))
        frames.append(
            pd.DataFrame(
                {
                    "station": spots["station"].to_numpy()[keep][column],
                    "parameter": name,
                    "start": hours[row],
                    "minutes": 60,
                    "value": read[:, keep][row, column].round(4),
                }
            )
        )
    stated = np.array([share[c] for c in CATEGORIES]) * rng.lognormal(0, prior_error, 6)
    listed = site.drop(columns="true_gps")
    return World(
        pd.concat(frames, ignore_index=True),
        sky,
        spots,
        listed,
        prints,
        spots_seen,
        pd.DataFrame({"category": CATEGORIES, "share": stated / stated.sum()}),
        zone,
        truth,
        pd.Series(point.mean(axis=(1, 2)), index=site["site"]),
        hours,
        {"hidden": float(hidden.mean())},
    )


def true_days(world: World) -> pd.DataFrame:
    """True network shares per local day. [0–1]"""
    day = pd.Index(world.hours.tz_convert(world.zone).date)
    mass = pd.DataFrame(world.truth.mean(axis=1), columns=list(CATEGORIES)).groupby(day).sum()
    return mass.div(mass.sum(axis=1), axis=0)
