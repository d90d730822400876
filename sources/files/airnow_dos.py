"""AirNow's files of the monitors at US embassies ("DOS" layout), hourly, on the site's own clock."""

from collections.abc import Mapping

import pandas as pd

from data.checks import NONE, make
from data.city import city_files
from sources.files import numbers
from sources.files.profile import Layout, Options, Profile, local, used

KEY = "airnow-dos"
LABELS = ("Site", "Parameter", "Date (LT)", "Conc. Unit", "Duration", "QC Name")
# Parts of the date, and what AirNow makes of the concentrations.
COMPUTED = ("Year", "Month", "Day", "Hour", "NowCast Conc.", "AQI", "AQI Category")
HOUR = pd.Timedelta("1h")
# First words of the column Parameter, lower case → our key.
PARAMETERS: Mapping[str, str] = {
    "pm2.5": "pm25",
    "pm10": "pm10",
    "ozone": "o3",
    "o3": "o3",
    "no2": "no2",
    "so2": "so2",
    "co": "co",
}
MINUTES: Mapping[str, int] = {"1 hr": 60, "1hr": 60, "60 min": 60, "24 hr": 1440}
# QC Name, lower case → flag and what the check `network` says.
QUALITY: Mapping[str, tuple[str, str]] = {
    "valid": ("ok", ""),
    "suspect": ("suspect", "qc_suspect"),
    "invalid": ("invalid", "qc_invalid"),
    "missing": ("invalid", "qc_missing"),
}
UNREAD = ("suspect", "qc_unknown")
MISSING = -900.0  # -999 and -999.0 stand for "no value"; nothing real lies near
# Sites whose name is not the city's present one.
FORMERLY: Mapping[str, str] = {"nur-sultan": "astana", "nursultan": "astana"}


def parse(table: pd.DataFrame, options: Options) -> pd.DataFrame:
    """
    Rows of a file.

    Notes
    -----
    The stamp is the END of the hour: it equals the stamp OpenAQ gives the same value, on 9,496 of 9,496 common hours
    at Bishkek, and OpenAQ's stamps end the hour. Values are preliminary; the publisher's own word on a value
    (``QC Name``) becomes its flag.
    """
    stamp, lost = local(table["Date (LT)"], options, "%Y-%m-%d %I:%M %p")
    read = numbers.read(table["Raw Conc."])
    value = read.value
    gone = value <= MISSING
    known = table["Site"].map(_of(table["Site"])) == options.city.key
    unread = read.reject.mask(read.bound, numbers.UNREADABLE)  # for what is doubtful the file has words of its own
    reject = lost.where(lost != "", unread).mask(gone, "no value (-999)")
    reject = reject.mask(~known.fillna(False), f"site is not {options.city.name()}")
    word = table["QC Name"].fillna("").str.lower()
    judged = {w: QUALITY.get(w, UNREAD) for w in word.unique()}
    minutes = table["Duration"].fillna("").str.lower().map(MINUTES)
    return pd.DataFrame(
        {
            "start": stamp - pd.to_timedelta(minutes.fillna(60), unit="min"),
            "station": f"{KEY}:" + table["Site"].fillna("").str.casefold().str.replace(r"\s+", "-", regex=True),
            "parameter": table["Parameter"].fillna("").str.lower().str.split().str[0].map(PARAMETERS),
            "minutes": minutes,
            "raw_value": value,
            "raw_unit": table["Conc. Unit"],
            "flag": word.map({w: j[0] for w, j in judged.items()}),
            "checks": word.map({w: (make("network", j[1]),) if j[1] else NONE for w, j in judged.items()}),
            "reject": reject,
            "source": KEY,
            "city": options.city.key,
            "kind": "reference",
        }
    )


def stations(table: pd.DataFrame, options: Options) -> pd.DataFrame:
    """One station per site; the files carry no coordinates."""
    of = _of(table["Site"])
    sites = [s for s in of if of[s] == options.city.key]
    return pd.DataFrame(
        {
            "station": [f"{KEY}:" + "-".join(s.casefold().split()) for s in sites],
            "name": [f"US Embassy, {s}" for s in sites],
            "source": KEY,
            "city": options.city.key,
            "kind": "reference",
            "owner": "U.S. Department of State",
            "licence": "US Public Domain",
            "same_as": SAME.get(options.city.key, ""),
        }
    )


SAME: Mapping[str, str] = {"astana": "openaq:7094", "tashkent": "openaq:8881"}


def _of(sites: pd.Series) -> dict[str, str]:
    """Site → key of its city, "" where no city file has that name."""
    names = {n.casefold(): key for key, city in city_files().items() for n in (key, *city.names.values())}
    return {s: {**FORMERLY, **names}.get(s.strip().casefold(), "") for s in sites.dropna().astype("str").unique()}


def home(table: pd.DataFrame) -> str:
    """City of the first site that has a city file."""
    return next((key for key in _of(table["Site"]).values() if key), "")


PROFILE = Profile(
    key=KEY,
    layouts=(
        Layout(
            name="files.layout.airnow_dos",
            columns=frozenset({"Site", "Parameter", "Date (LT)", "Raw Conc.", "Conc. Unit", "Duration", "QC Name"}),
            use=used(("Raw Conc.",), LABELS, left_out=dict.fromkeys(COMPUTED, "computed")),
            parse=parse,
            stations=stations,
        ),
    ),
    home=home,
)
