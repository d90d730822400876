"""The centre's own files, so that what one centre exports another can import unchanged: CSV, Excel, Parquet."""

import pandas as pd

from data import checks, reasons
from data.city import city_files
from data.column_names import ALIASES
from data.licences import terms
from data.parameters import UnitError, conversion
from data.schema import CONTROL, KINDS, STATION_CLASSES
from data.times import OFFSET
from sources.files import numbers
from sources.files.described import best
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


# Columns by which a table is an export of a centre: it says whose a value is, its flag and what doubted it.
EXPORT = frozenset({"source", "kind", "flag"})
OWN = ("checks", "reason")  # one of them; the latter in releases before 0.3
ANYBODYS = {KEY, "demo"}  # sources that are no network's: nobody else's rows can be revised under them
NO_TIME = "no start time with its zone"
UNKNOWN_CITIES = 5  # of a table, that are named


def parse(table: pd.DataFrame, options: Options) -> pd.DataFrame:
    """
    Rows of an export, or of any table that has `NEEDED`.

    Notes
    -----
    Of an export of a centre (`EXPORT`, ``checks`` or ``reason``, and ``known_at`` or a network we know), each row that
    says its flag keeps both flag and source. Any other row is ``assessed`` False: it goes through quality control,
    which raises the flag it brings where there is cause, and it is not taken for a row of one of our networks: a source
    of that name becomes ``tidy``, with its station ``tidy:<station>``. Checks, notes and kinds are kept as they stand
    in the file; of a file without ``checks`` they are read from ``reason``. Without a column ``source`` the rows are of
    the source ``tidy`` and their kind, unless
    stated, is ``indicative``: nobody vouches for more.
    """
    table = table.rename(columns=dict(NAMES))
    rows = _named(table, options)
    beside = numbers.roles(table[n] for n in NUMBERS if n in table)
    cells = numbers.read(table["value"], beside=beside)
    rows["minutes"], rows["value"] = number(table["minutes"]), cells.value
    rows = _bounded(rows.assign(**_doubts(table, rows)), cells)
    if {"raw_value", "raw_unit"} <= set(table):
        rows["raw_value"] = numbers.read(table["raw_value"], beside=beside).value
        rows["value"] = rows["value"].mask(_converted(rows))
    elif "unit" in rows:
        rows["raw_value"], rows["raw_unit"] = rows.pop("value"), rows["unit"]
    wrong = rows["reject"] != ""
    return rows.drop(columns="unit", errors="ignore").assign(reject=rows["reject"].where(wrong, cells.reject))


def _named(table: pd.DataFrame, options: Options) -> pd.DataFrame:
    """Texts of the rows, their moment, whose they are, and why a row is of no station or moment of ours."""
    rows = pd.DataFrame({n: _unguarded(table[n]) for n in TEXT if n in table}, index=table.index)
    flag = rows["flag"] if "flag" in rows else pd.Series(pd.NA, index=rows.index, dtype="str")
    rows["flag"] = flag.where(flag.str.strip() != "")
    rows["start"] = _moments(table["start"])
    rows["assessed"] = rows["flag"].notna() & _exported(table)
    rows["source"] = rows["source"].fillna(KEY) if "source" in rows else KEY
    rows["kind"] = rows["kind"].fillna("indicative") if "kind" in rows else "indicative"
    ids = rows["station"].where(rows["station"].str.contains(":") | rows["station"].isna(), f"{KEY}:" + rows["station"])
    posing = ~_exported(table) & rows["source"].isin(set(terms()) - ANYBODYS)
    rows["station"] = ids.mask(posing, f"{KEY}:" + ids)
    rows["source"] = rows["source"].mask(posing, KEY)
    city = rows["city"] if "city" in rows else pd.Series(pd.NA, index=rows.index, dtype="str")
    lost = _elsewhere(city, options)
    several = options.every and len(_cities(city)) > 1
    rows["city"] = city if several else city.fillna(options.city.key)
    return rows.assign(reject=lost.mask(rows["start"].isna(), NO_TIME))


def _exported(table: pd.DataFrame) -> pd.Series:
    """Rows that a centre has given away: they say when it learned them, or at least are of a network it knows."""
    if not (set(table) >= EXPORT and set(OWN) & set(table)):
        return pd.Series(False, index=table.index)
    if "known_at" not in table:
        return _unguarded(table["source"]).isin(set(terms()) - ANYBODYS)
    return table["known_at"].notna() & (table["known_at"].astype("str").str.strip() != "")


def _cities(column: pd.Series) -> list[str]:
    """Cities that rows name and that have a file, in the order met."""
    return [str(name) for name in column.dropna().unique() if name in city_files()]


def _elsewhere(city: pd.Series, options: Options) -> pd.Series:
    """Why a row is of no city that is asked for; empty where it is of one."""
    why = pd.Series("", index=city.index, dtype="str")
    if not options.every:
        return why.mask(city.notna() & (city != options.city.key), f"row is not of {options.city.name()}")
    strange = [str(name) for name in city.dropna().unique() if name not in city_files()]
    for name in strange[:UNKNOWN_CITIES]:
        why = why.mask(city == name, f"no city file for '{CONTROL.sub(' ', name)[:40]}'")
    why = why.mask(city.isin(strange[UNKNOWN_CITIES:]), "no city file for the city that is named")
    return why.mask(city.isna(), "row names no city") if len(_cities(city)) > 1 else why


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
    """Stations a table describes, one per id: the newest that its rows say (`described.best`)."""
    table = table.rename(columns=dict(NAMES)).dropna(subset=["station"])
    rows = _named(table, options)[["source", "station", "city", "kind", "start", "reject"]]
    for name in ABOUT:
        if name in table:
            column = table[name]
            rows[name] = number(column) if name in ("lat", "lon") else _unguarded(column).fillna("").str.strip()
    rows = rows.rename(columns={"station_name": "name"})
    if "station_class" in rows:
        rows["station_class"] = rows["station_class"].where(rows["station_class"].isin(STATION_CLASSES), "")
    return best(rows[rows["kind"].isin(KINDS) & (rows.pop("reject") == "")])


def homes(table: pd.DataFrame) -> frozenset[str]:
    """Cities that the rows name."""
    return frozenset(_cities(table["city"])) if "city" in table else frozenset()


def home(table: pd.DataFrame) -> str:
    """The first city that a row names and that has a file."""
    return next(iter(_cities(table["city"])), "") if "city" in table else ""


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
    homes=homes,
    assessed=True,
    describes=False,
    binary=True,
    typed=True,
    encodings=("utf-8", "cp1251"),
)
