"""The centre's own files, so that what one centre exports another can import unchanged: CSV, Excel, Parquet."""

import pandas as pd

from data import checks, reasons
from data.city import city_files
from data.columns import ALIASES
from data.parameters import UnitError, conversion
from data.schema import KINDS, STATION_CLASSES
from data.times import OFFSET
from sources.files import numbers
from sources.files.profile import Layout, Options, Profile, number, used

KEY = "tidy"
NAMES = ALIASES  # of columns of an export → column of the table; both are read
NEEDED = ("station", "parameter", "start", "minutes", "value")
NUMBERS = ("value", "raw_value", "lat", "lon")  # together they show how an export writes its numbers
TEXT = ("station", "parameter", "flag", "statistic", "note", "kind", "raw_unit", "source", "city", "unit")
LABELS = (*TEXT, "start", "minutes", "checks", "reason", "raw_value", "station_name", "lat", "lon", "coord_quality",
          "station_class", "licence")  # fmt: skip
# Columns of our own exports that this centre works out for itself.
KNOWN = ("known_at", "known_until_utc", "known_until", "age_minutes")
ABOUT = ("station_name", "lat", "lon", "coord_quality", "station_class", "licence")


def parse(table: pd.DataFrame, options: Options) -> pd.DataFrame:
    """
    Rows of an export, or of any table that has `NEEDED`.

    Notes
    -----
    Flags, checks, notes and kinds are kept as they stand in the file, a blank flag is none; of a file without
    ``checks``, such as an export of a release before 0.3, they are read from ``reason``. Without a column ``source``
    the rows are of the source ``tidy`` and their kind, unless stated, is ``indicative``: nobody vouches for more.
    """
    table = table.rename(columns=dict(NAMES))
    rows = pd.DataFrame({n: _unguarded(table[n]) for n in TEXT if n in table}, index=table.index)
    flag = rows["flag"] if "flag" in rows else pd.Series(pd.NA, index=rows.index, dtype="str")
    rows["flag"] = flag.where(flag.str.strip() != "")
    rows["start"] = _moments(table["start"])
    beside = numbers.roles(table[n] for n in NUMBERS if n in table)
    cells = numbers.read(table["value"], beside=beside)
    rows["minutes"], rows["value"] = number(table["minutes"]), cells.value
    rows["source"] = rows["source"].fillna(KEY) if "source" in rows else KEY
    rows["kind"] = rows["kind"].fillna("indicative") if "kind" in rows else "indicative"
    rows["city"] = rows["city"].fillna(options.city.key) if "city" in rows else options.city.key
    rows = _bounded(rows.assign(**_doubts(table, rows)), cells)
    rows["station"] = rows["station"].where(
        rows["station"].str.contains(":") | rows["station"].isna(), f"{KEY}:" + rows["station"]
    )
    if {"raw_value", "raw_unit"} <= set(table):
        rows["raw_value"] = numbers.read(table["raw_value"], beside=beside).value
        rows["value"] = rows["value"].mask(_converted(rows))
    elif "unit" in rows:
        rows["raw_value"], rows["raw_unit"] = rows.pop("value"), rows["unit"]
    reject = cells.reject.mask(rows["start"].isna(), "no start time with its zone")
    return rows.drop(columns="unit", errors="ignore").assign(
        reject=reject.mask(rows["city"] != options.city.key, f"row is not of {options.city.name()}")
    )


def _bounded(rows: pd.DataFrame, cells: numbers.Numbers) -> pd.DataFrame:
    """Rows whose value is a bound are suspect, unless the file's flag says worse, and say which bound."""
    bound = cells.bound
    if not bound.any():
        return rows
    own = rows["checks"] if "checks" in rows else checks.none(rows.index)
    both = [(*a, *(e for e in b if e not in a)) for a, b in zip(own, cells.checks, strict=True)]
    flag = rows["flag"].mask(bound & (rows["flag"].fillna("ok") == "ok"), "suspect")
    return rows.assign(flag=flag, checks=checks.column(both, rows.index))


def _doubts(table: pd.DataFrame, rows: pd.DataFrame) -> dict[str, pd.Series]:
    """Checks of the rows; of an older file, the statistic and the note too."""
    if "checks" in table:
        cells = _unguarded(table["checks"])
        return {"checks": checks.column(cells.map(checks.divided, na_action="ignore"), table.index)}
    if "reason" not in table:
        return {}
    flag = rows["flag"].fillna("ok") if "flag" in rows else pd.Series("ok", index=rows.index)
    old = reasons.fields(rows.assign(flag=flag, reason=_unguarded(table["reason"])))
    said = {n: rows[n].where(rows[n].fillna("") != "", old[n]) for n in ("statistic", "note") if n in rows}
    return {"checks": old["checks"], "statistic": old["statistic"], "note": old["note"], **said}


def _converted(rows: pd.DataFrame) -> pd.Series:
    """
    Where the value is but the delivered one in our unit: the door then converts it again, to the last digit.

    Excel keeps 15 to 16 of the 17 digits a number may need.
    """
    told = pd.Series(False, index=rows.index)
    for (parameter, unit), part in rows.groupby(["parameter", "raw_unit"], sort=False):
        try:
            factor, offset = conversion(str(parameter), str(unit))
        except (UnitError, KeyError):
            continue
        told.loc[part.index] = (part["raw_value"] * factor + offset - part["value"]).abs() <= 1e-14 * part[
            "value"
        ].abs()
    return told


def stations(table: pd.DataFrame, options: Options) -> pd.DataFrame:
    """Stations an export describes, one per id."""
    table = table.rename(columns=dict(NAMES)).dropna(subset=["station"]).drop_duplicates("station", keep="last")
    rows = parse(table, options)[["source", "station", "city", "kind", "reject"]]
    for name in ABOUT:
        if name in table:
            column = table[name]
            rows[name] = number(column) if name in ("lat", "lon") else _unguarded(column).fillna("")
    rows = rows.rename(columns={"station_name": "name"})
    if "station_class" in rows:
        rows["station_class"] = rows["station_class"].where(rows["station_class"].isin(STATION_CLASSES), "")
    return rows[rows["kind"].isin(KINDS) & (rows.pop("reject") == "")]


def home(table: pd.DataFrame) -> str:
    """City the first row names."""
    named = table["city"].dropna() if "city" in table else pd.Series(dtype="str")
    return str(named.iloc[0]) if len(named) and named.iloc[0] in city_files() else ""


def _moments(column: pd.Series) -> pd.Series:
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return column.dt.tz_convert("UTC")
    texts = column.astype("str")
    parsed = pd.to_datetime(texts, format="ISO8601", utc=True, errors="coerce")
    return parsed.where(texts.str.contains(OFFSET, na=False))


def _unguarded(column: pd.Series) -> pd.Series:
    """Text without the apostrophe that our exports put before what a spreadsheet would run."""
    text = column.astype("str")
    return text.str.replace(r"^'(?=\s*[=+\-@＝＋－＠])", "", regex=True)


PROFILE = Profile(
    key=KEY,
    layouts=(
        Layout(
            name="files.layout.tidy",
            columns=frozenset(NEEDED),
            use=used(("value",), LABELS, NAMES, dict.fromkeys(KNOWN, "not_kept")),
            parse=parse,
            stations=stations,
            names=NAMES,
        ),
    ),
    home=home,
    assessed=True,
    describes=False,
    binary=True,
    typed=True,
    encodings=("utf-8", "cp1251"),
)
