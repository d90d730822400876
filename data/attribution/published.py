"""What stands beside our own attribution: published studies of the region, and our score on known truth."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd

HERE = Path(__file__).parent
COMMAND = "python -m bench.attribution"
"""Gives the score again (`bench/results/attribution.json`); it needs the runs with known truth."""


@cache
def _read(name: str) -> pd.DataFrame:
    file = HERE / name
    return pd.read_csv(file, keep_default_na=False) if file.is_file() else pd.DataFrame()


def studies(city: str) -> pd.DataFrame:
    """
    Published shares of a city and of its neighbours: place, study, year, part, category, low, high [%], season, status.

    An empty `url` means that no address is known that opens; a home page is none.

    Examples
    --------
    >>> studies("astana").query("status == 'disputed'")["high"].tolist()
    [53.0, 48.0]
    """
    table = _read("studies.csv")
    kept = table[table["city"].isin([city, ""])]
    return kept.assign(low=kept["low"].astype(float), high=kept["high"].astype(float)).reset_index(drop=True)


def unread(city: str) -> pd.DataFrame:
    """
    Studies of a city that are known to exist and were not read: city, study, year, url; the last two may be empty.

    Examples
    --------
    >>> unread("astana")["year"].tolist()
    ['', '2022', '']
    """
    table = _read("unread.csv")
    return table[table["city"].eq(city)].reset_index(drop=True)


def score(data_level: str) -> dict[str, float]:
    """
    Error and coverage of the shares on runs with known truth, for what is measured; empty where it was not tested.

    Parameters
    ----------
    data_level : str
        `gases`, `pm10` or `pm25`; `wrong_prior` for all pollutants with a deliberately wrong prior.

    Returns
    -------
    dict
        ``net_day_mae`` [percentage points], ``coverage`` of the 90 % intervals [0–1], and further figures of the bench.

    Examples
    --------
    >>> score("nothing")
    {}
    """
    table = _read("score.csv")
    if not len(table):
        return {}
    mine = table[table["data_level"] == data_level]
    return {str(name): float(value) for name, value in zip(mine["figure"], mine["value"], strict=True)}
