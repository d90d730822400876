"""How programs read the open API: short working examples, one a program, for any address of a CSV."""

from collections.abc import Callable, Mapping


def _curl(url: str) -> str:
    return f"curl --fail --silent --show-error --compressed --output air.csv '{url}'"


def _pandas(url: str) -> str:
    return f'''import pandas as pd

air = pd.read_csv(
    "{url}",
    parse_dates=["time_start_utc", "time_end_utc", "known_at_utc"],
)
sound = air[air["flag"] == "ok"]
print(sound.groupby(["parameter", "unit"])["value"].describe())'''


def _duckdb(url: str) -> str:
    return f'''import urllib.request

import duckdb

urllib.request.urlretrieve("{url}", "air.csv")
print(duckdb.sql("""
    SELECT station_name, parameter, unit, averaging_minutes, count(*) AS rows, round(avg(value), 1) AS mean
    FROM 'air.csv' WHERE flag = 'ok' GROUP BY ALL ORDER BY ALL
"""))'''


def _r(url: str) -> str:
    return f'''air <- read.csv("{url}", encoding = "UTF-8")
air$time_start_utc <- as.POSIXct(air$time_start_utc, format = "%Y-%m-%dT%H:%M:%SZ", tz = "UTC")
sound <- subset(air, flag == "ok")
print(aggregate(value ~ parameter + unit, data = sound, FUN = mean))'''


def _power_query(url: str) -> str:
    return f'''let
    Source = Csv.Document(Web.Contents("{url}"), [Delimiter = ",", Encoding = 65001, QuoteStyle = QuoteStyle.Csv]),
    Named = Table.PromoteHeaders(Source, [PromoteAllScalars = true]),
    Types = {{{{"value", type number}}, {{"time_start_utc", type datetimezone}}}},
    Typed = Table.TransformColumnTypes(Named, Types, "en-US"),
    Sound = Table.SelectRows(Typed, each [flag] = "ok")
in
    Sound'''


# Name as it stands over the example → (what writes it, language for its colours).
SNIPPETS: Mapping[str, tuple[Callable[[str], str], str]] = {
    "curl": (_curl, "bash"),
    "Python · pandas": (_pandas, "python"),
    "Python · DuckDB": (_duckdb, "python"),
    "R": (_r, "r"),
    "Excel · Power Query": (_power_query, "text"),
}


def snippets(url: str) -> dict[str, str]:
    """
    Every example for an address.

    Parameters
    ----------
    url : str
        Of a CSV of measurements, without quotation marks.

    Returns
    -------
    dict of str to str
        Name to text.

    Raises
    ------
    ValueError
        When the address could leave its quotation marks.

    Examples
    --------
    >>> snippets("http://127.0.0.1/a.csv?city=astana")["curl"]
    "curl --fail --silent --show-error --compressed --output air.csv 'http://127.0.0.1/a.csv?city=astana'"
    """
    if any(mark in url for mark in "'\"\\\n\r` "):
        raise ValueError("the address must be written with its special characters encoded")
    return {name: write(url) for name, (write, _) in SNIPPETS.items()}
