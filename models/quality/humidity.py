"""Water on particles: low-cost PM corrected for humidity, beside the raw value and never instead of it."""

import numpy as np
import numpy.typing as npt
import pandas as pd

PARTICLES = ("pm1", "pm25", "pm10")
KAPPA, KAPPA_RANGE = 0.3, (0.2, 0.4)  # continental aerosol, mean and one standard deviation
DENSITY = 1.65  # of dry particles, relative to water
WETTEST = 95.0  # above it the growth factor runs away [%]
METHOD = f"kappa-Koehler growth, kappa {KAPPA} ({KAPPA_RANGE[0]}-{KAPPA_RANGE[1]}), Crilley et al. 2018"

Floats = npt.NDArray[np.float64]


def dry(value: npt.ArrayLike, relative_humidity: npt.ArrayLike, kappa: float = KAPPA) -> Floats:
    """
    PM mass without the water that an optical sensor counts with it.

    Parameters
    ----------
    value : array_like
        PM1, PM2.5 or PM10 of an optical low-cost sensor. [µg/m³]
    relative_humidity : array_like
        Of the outside air. [%]
    kappa : float
        Hygroscopicity of the particles.

    Returns
    -------
    ndarray
        ``value / C`` with ``C = 1 + (kappa / 1.65) / (100 / RH − 1)``; NaN where the humidity is missing, negative or
        above 95 %. [µg/m³]

    Notes
    -----
    Growth form of Crilley et al. 2018 [2]_ with the κ of continental aerosol [1]_. Mineral dust takes up almost no
    water (κ about 0.03), so that PM10 of dust in damp air is corrected too far; dust storms are dry.

    References
    ----------
    .. [1] Andreae and Rosenfeld 2008, Earth-Science Reviews 89, DOI 10.1016/j.earscirev.2008.03.001.
    .. [2] Crilley et al. 2018, Atmospheric Measurement Techniques 11, DOI 10.5194/amt-11-709-2018.

    Examples
    --------
    >>> dry([50.0, 50.0, 50.0], [0.0, 80.0, 97.0]).round(1).tolist()
    [50.0, 28.9, nan]
    """
    humidity = np.asarray(relative_humidity, dtype=np.float64)
    known = (humidity >= 0) & (humidity <= WETTEST)
    activity = np.where(known, humidity, 0.0) / 100
    growth = 1 + kappa / DENSITY * activity / (1 - activity)
    return np.asarray(np.where(known, np.asarray(value, dtype=np.float64) / growth, np.nan), dtype=np.float64)


def corrected(rows: pd.DataFrame, weather: pd.DataFrame) -> pd.DataFrame:
    """
    Corrected values beside raw ones, or the reason why there is none.

    Parameters
    ----------
    rows : DataFrame
        Measurement rows; only PM of kind ``indicative`` is corrected.
    weather : DataFrame
        Measurement rows that hold ``relative_humidity`` [%] of any kind; that of the sensor's own station and hour is
        preferred, else the median of the city's stations and models in that hour. Invalid rows do not count.

    Returns
    -------
    DataFrame
        On the labels of `rows`: ``raw`` (the value as measured), ``corrected``, ``corrected_low`` and
        ``corrected_high`` (κ of 0.4 and 0.2) [µg/m³], ``relative_humidity`` [%], ``humidity_from`` (``station``,
        ``city`` or empty), ``method`` (empty where not corrected) and ``refused`` (why not, else empty).
    """
    humidity, origin = _humidity(rows, weather)
    value = rows["value"].to_numpy(np.float64)
    reason = _refusals(rows, humidity)
    usable = np.where(reason == "", humidity, np.nan)
    low, high = (dry(value, usable, kappa) for kappa in KAPPA_RANGE[::-1])
    return pd.DataFrame(
        {
            "raw": value,
            "corrected": dry(value, usable),
            "corrected_low": low,
            "corrected_high": high,
            "relative_humidity": humidity,
            "humidity_from": origin,
            "method": np.where(reason == "", METHOD, ""),
            "refused": reason,
        },
        index=rows.index,
    )


def _refusals(rows: pd.DataFrame, humidity: Floats) -> npt.NDArray[np.object_]:
    checks = (
        ("not a low-cost sensor", (rows["kind"] != "indicative").to_numpy(np.bool_)),
        ("not particulate matter", ~rows["parameter"].isin(list(PARTICLES)).to_numpy(np.bool_)),
        ("humidity not known", ~(humidity >= 0)),
        (f"humidity above {WETTEST:.0f} %", humidity > WETTEST),
    )
    reasons = np.full(len(rows), "", dtype=object)
    for text, failed in reversed(checks):
        reasons[failed] = text
    return reasons


def _humidity(rows: pd.DataFrame, weather: pd.DataFrame) -> tuple[Floats, npt.NDArray[np.object_]]:
    """Humidity of each row's hour and where it was measured."""
    known = weather[(weather["parameter"] == "relative_humidity") & (weather["value"] >= 0)]
    known = known[known["flag"] != "invalid"] if "flag" in known else known
    known = known.assign(hour=known["start"].dt.floor("h"))
    keys = rows[["source", "station", "city"]].assign(hour=rows["start"].dt.floor("h"))
    own = _looked_up(keys, known, ["source", "station", "hour"], "mean")
    town = _looked_up(keys, known, ["city", "hour"], "median")
    origin = np.where(~np.isnan(own), "station", np.where(~np.isnan(town), "city", ""))
    return np.where(np.isnan(own), town, own), origin.astype(object)


def _looked_up(keys: pd.DataFrame, known: pd.DataFrame, by: list[str], how: str) -> Floats:
    table = known.groupby(by, observed=True)["value"].agg(how).rename("found").reset_index()
    return np.asarray(keys.merge(table, on=by, how="left")["found"].to_numpy(np.float64), dtype=np.float64)
