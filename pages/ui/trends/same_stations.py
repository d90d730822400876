"""Years and cities on equal terms: the same stations or the same days beside each other, or not comparable."""

import pandas as pd
import streamlit as st

from data.standards.coverage import MIN_COVERAGE
from models.trends.matched import LEAST_DAYS, Matched, same_days
from models.trends.stated import SAME
from pages.ui.page import downloads
from pages.ui.page import frame as page_frame
from pages.ui.reader import language
from pages.ui.reader.language import number, t, t_unit
from pages.ui.trends import stated
from pages.ui.trends.view import View


def same_stations(shown: View) -> None:
    """Each year against the one before at the stations that measured in both, on the same days."""
    found = stated.steps(shown)
    if not found:
        return
    st.markdown(f"**{t('trends.matched_title')}**")
    st.dataframe(matched_table(found, shown), hide_index=True, width="stretch")
    page_frame.caption(t("trends.matched_caption"))
    downloads.offer(pd.DataFrame([vars(one) for one in found]), f"{shown.stem}-same-stations", of=shown.station)


def matched_table(found: list[Matched], shown: View) -> pd.DataFrame:
    """Comparisons in words, the newest first."""
    newest = found[::-1]
    unit = t_unit(shown.unit)
    return pd.DataFrame(
        {
            t("trends.column.years"): [f"{one.last.year - one.years} → {one.last.year}" for one in newest],
            t("trends.column.change"): [change(one) for one in newest],
            f"{t('trends.column.then_now')}, {unit}": [
                f"{number(one.before, 1)} → {number(one.after, 1)}" if one.comparable else language.MISSING
                for one in newest
            ],
            t("trends.column.stations_both"): [t("trends.of", over=one.stations, n=one.of) for one in newest],
            t("trends.column.pairs"): [number(one.pairs) for one in newest],
            t("trends.column.days"): [number(one.days) for one in newest],
        }
    )


def change(one: Matched) -> str:
    """`−28 % (−62 to +35)`, without an interval where there is none, or that the years cannot be compared."""
    if not one.comparable:
        return t("trends.not_comparable", both=one.stations, n=one.of)
    said = f"{signed(one.percent(one.ratio))} %"
    if one.lower is None or one.upper is None:
        return said
    ends = [signed(one.percent(end)) for end in (one.lower, one.upper)]
    return t("trends.change_interval", change=said, lower=ends[0], upper=ends[1])


def signed(value: float | None) -> str:
    """A change with its sign. [%]"""
    said = number(value)
    return said if value is None or value <= 0 else f"+{said}"


def both_know(pair: list[View], year: int) -> list[str]:
    """Means of two cities over the days of a year that both know, or that these are too few."""
    parts = [one.series[pd.DatetimeIndex(one.series.index).year == year] for one in pair]
    if pair[0].basis != pair[1].basis:
        return [t("trends.not_comparable_basis")] * len(pair)
    one, two, days = same_days(*parts)
    if days < min(LEAST_DAYS, MIN_COVERAGE * max(len(part.dropna()) for part in parts)) or not days:
        return [t("trends.not_comparable_days", n=days)] * len(pair)
    return [t("trends.on_days", value=number(value, 1), n=days) for value in (one, two)]


def moved(shown: View, day: pd.Timestamp) -> str:
    """Why a year before and a year after a date cannot be compared; empty where enough stations measured in both."""
    if shown.station:
        return ""
    year = pd.Timedelta(days=365)
    at = shown.record["day"]
    before, after = (
        set(shown.record.loc[at.between(a, b), "station"]) for a, b in ((day - year, day), (day, day + year))
    )
    both, either = len(before & after), len(before | after)
    return "" if both >= SAME * either else t("trends.effect_stations", both=both, n=either)
