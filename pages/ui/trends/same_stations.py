"""Years, dust and cities on equal terms: the same stations or the same days beside each other, or not comparable."""

import pandas as pd
import streamlit as st

from data.standards.coverage import MIN_COVERAGE
from models.limits.in_force import applicable
from models.trends.dust import DustApart, yearly_apart
from models.trends.matched import LEAST_DAYS, Matched, same_days
from models.trends.stated import SAME
from pages.ui.page import downloads
from pages.ui.page import frame as page_frame
from pages.ui.reader import language
from pages.ui.reader.language import law_name, level, number, t, t_unit
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


def dust_years(shown: View) -> list[DustApart]:
    """The chosen years that have dust days, each with them and without."""
    at = pd.DatetimeIndex(shown.record["day"]).year
    rows = shown.record[at.isin(list(shown.years))]
    held = applicable(shown.city.law, shown.parameter, averaging="24h") if shown.basis == "mean" else ()
    return yearly_apart(rows, shown.without, shown.end, [x for x in held if x.law])


def with_and_without(shown: View) -> None:
    """What dust days do to a year, at stations that measured on them and on the others."""
    found = dust_years(shown)
    if not found:
        return
    st.markdown(f"**{t('trends.dust_title')}**")
    st.dataframe(dust_table(found, shown), hide_index=True, width="stretch")
    page_frame.caption(t("trends.dust_caption"))
    downloads.offer(pd.DataFrame([_flat(one) for one in found]), f"{shown.stem}-dust", of=shown.station)


def dust_table(found: list[DustApart], shown: View) -> pd.DataFrame:
    """Years in words, the newest first."""
    newest, law = found[::-1], law_name(shown.city.law)
    return pd.DataFrame(
        {
            t("trends.column.year"): [str(one.last.year) for one in newest],
            f"{t('trends.column.dust_both')}, {t_unit(shown.unit)}": [both_means(one) for one in newest],
            t("trends.column.dust_over", law=law): [both_counts(one) for one in newest],
            t("trends.column.dust_days"): [t("trends.of", over=one.dust, n=one.dust_of) for one in newest],
            t("trends.column.dust_stations"): [t("trends.of", over=one.stations, n=one.of) for one in newest],
        }
    )


def both_means(one: DustApart) -> str:
    """`30.1 → 27.4`, or that the two cannot be compared."""
    if not one.comparable or one.full is None or one.without is None:
        return t("trends.not_comparable", both=one.stations, n=one.of)
    return f"{level(one.full.value, 1)} → {level(one.without.value, 1)}"


def both_counts(one: DustApart) -> str:
    """Days over the own limit with dust days and without; a dash where there is no limit."""
    counts = [None if part is None or not one.comparable else part.over for part in (one.full, one.without)]
    return language.MISSING if None in counts else " → ".join(number(n) for n in counts)


def _flat(one: DustApart) -> dict[str, object]:
    """A year as a row of the file."""
    said = one.comparable
    parts = {"with_dust": one.full if said else None, "without_dust": one.without if said else None}
    return {
        "first": one.first, "last": one.last, "comparable": said, "stations": one.stations, "stations_of": one.of,
        "dust_days": one.dust, "dust_days_of": one.dust_of,
        **{f"mean_{name}": part.value if part else None for name, part in parts.items()},
        **{f"days_{name}": part.days if part else None for name, part in parts.items()},
        **{f"over_{name}": part.over if part else None for name, part in parts.items()},
    }  # fmt: skip


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
