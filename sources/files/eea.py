"""Files of the EEA's download service: Parquet, one per sampling point, as European networks report to it."""

from collections.abc import Callable, Mapping
from typing import TypeVar

import pandas as pd

from data import checks
from data.times import whole_minutes
from sources.files.profile import Layout, Options, Profile, number, used
from sources.validity import judged

KEY = "eea"
# Code of the vocabulary aq/pollutant → our key.
POLLUTANTS: Mapping[int, str] = {
    1: "so2", 5: "pm10", 7: "o3", 8: "no2", 9: "nox", 10: "co", 11: "h2s", 35: "nh3", 38: "no", 4: "tsp", 6001: "pm25",
}  # fmt: skip
ZONE = "Etc/GMT-1"  # by convention UTC+1, summer and winter: the sign of these names is turned
MISSING = -900.0  # -999 is no value
# Code of aq/observationverification → note.
VERIFIED: Mapping[int, str] = {1: "", 2: "network: preliminary", 3: "network: not verified"}
Meaning = TypeVar("Meaning")
COLUMNS = ("Samplingpoint", "Pollutant", "Start", "End", "Value", "Unit", "Validity", "Verification")


def parse(table: pd.DataFrame, options: Options) -> pd.DataFrame:
    """
    Rows of a file.

    Notes
    -----
    ``Start`` and ``End`` are the interval, without zone and by convention at UTC+1. ``Validity`` becomes the flag;
    a code that the vocabulary did not have yet is named there. What is not verified yet says so in ``note``.
    """
    start, end = (_moment(table[name]) for name in ("Start", "End"))
    value = number(_plain(table["Value"]))
    code = number(_plain(table["Pollutant"]))
    verdicts = _each(number(_plain(table["Validity"])), judged)
    told = _each(number(_plain(table["Verification"])), _verified)
    notes = ["; ".join(filter(None, (v[2], seen))) for v, seen in zip(verdicts, told, strict=True)]
    return pd.DataFrame(
        {
            "start": start,
            "station": f"{KEY}:" + _plain(table["Samplingpoint"]).str.replace("/", "-", regex=False),
            "parameter": _each(code, _pollutant),
            "minutes": whole_minutes(start, end),
            "raw_value": value.where(value > MISSING),
            "raw_unit": _plain(table["Unit"]),
            "flag": [v[0] for v in verdicts],
            "checks": checks.column([v[1] for v in verdicts], table.index),
            "note": notes,
        }
    ).assign(source=KEY, city=options.city.key, kind="reference")


def _each(codes: pd.Series, meaning: Callable[[float], Meaning]) -> list[Meaning]:
    """What every code means, looked up once for every distinct one."""
    given = codes.astype("float64").tolist()
    known, unsaid = {code: meaning(code) for code in set(given) if code == code}, meaning(float("nan"))
    return [known[code] if code == code else unsaid for code in given]


def _pollutant(code: float) -> str | None:
    """Our key; a code that we do not keep is named, and the door rejects it."""
    if code != code:
        return None
    return POLLUTANTS.get(int(code) if code.is_integer() else 0, f"code {code:g}")


def _verified(code: float) -> str:
    """State of the verification; one that is not known is named by its number."""
    if code != code:
        return ""
    return VERIFIED.get(int(code) if code.is_integer() else 0, f"network: verification code {code:g}")


def _plain(column: pd.Series) -> pd.Series:
    """Text of a column, whether it came from CSV or, typed, from Parquet."""
    if pd.api.types.is_numeric_dtype(column):
        return column
    return column.where(column.isna(), column.astype("str"))


def _moment(column: pd.Series) -> pd.Series:
    stamps = (
        column
        if pd.api.types.is_datetime64_any_dtype(column)
        else pd.to_datetime(column.astype("str"), format="ISO8601", errors="coerce")
    )
    if isinstance(stamps.dtype, pd.DatetimeTZDtype):
        return stamps.dt.tz_convert("UTC")
    inside = stamps.where((stamps.dt.year > 1970) & (stamps.dt.year < 2200))
    return inside.astype("datetime64[us]").dt.tz_localize(ZONE).dt.tz_convert("UTC")


def stations(table: pd.DataFrame, options: Options) -> pd.DataFrame:
    """Sampling points of a file; their places stand in the service's metadata, not here."""
    points = _plain(table["Samplingpoint"]).dropna().drop_duplicates()
    return pd.DataFrame({"station": f"{KEY}:" + points.str.replace("/", "-", regex=False), "name": points}).assign(
        source=KEY, city=options.city.key, kind="reference", owner="reported to the EEA", licence="CC BY 4.0"
    )


PROFILE = Profile(
    key=KEY,
    layouts=(
        Layout(
            name="files.layout.eea",
            columns=frozenset(COLUMNS),
            use=used(("Value",), tuple(c for c in COLUMNS if c != "Value")),
            parse=parse,
            stations=stations,
        ),
    ),
    home=lambda table: "",
    binary=True,
    typed=True,
)
