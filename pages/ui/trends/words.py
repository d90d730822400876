"""What the trends page says in words: levels, slopes, days over limits, and what is missing."""

import pandas as pd

from data.standards.coverage import MIN_COVERAGE, least
from models.trends.trends import Trend
from pages.ui.reader import language
from pages.ui.reader.language import law_name, number, t, t_unit
from pages.ui.trends import stated
from pages.ui.trends import tables as trends_tables
from pages.ui.trends.view import View


def headline_year(years: pd.DataFrame) -> int | None:
    """The last complete year; None where there is none."""
    whole = years[years["complete"]]
    return int(whole["year"].iloc[-1]) if len(whole) else None


def level_words(years: pd.DataFrame, shown: View) -> str:
    """The last complete year with how sure its level is, else that there is none."""
    year = headline_year(years)
    if year is None:
        return t("trends.answer_no_year", city=shown.name, parameter=shown.label)
    row = years[years["year"] == year].iloc[0]
    said = {"city": shown.name, "parameter": shown.label, "year": year, "days": int(row["days"])}
    value = language.amount(row["mean"], shown.unit, 1)
    made = t(f"trends.answer_year_{shown.basis}", value=value, of=int(row["of"]), **said)
    return f"{made} {stated.level_words(shown, year)}".strip()


def course_words(found: trends_tables.Course, shown: View) -> str:
    """The slope of the months as drawn, with its interval, or why there is none; no statement about the air."""
    if found.trend is None:
        return t(f"trends.refused.{found.refused}")
    return slope_words(found.trend, shown)


def slope_words(trend: Trend, shown: View) -> str:
    """`Falls by 1.2 (0.4 to 2.1) a year`; no direction where the interval holds zero."""
    clear = trend.lower > 0 or trend.upper < 0
    key = ("rises" if trend.slope > 0 else "falls") if clear else "unclear"
    return t(
        f"trends.slope_{key}", slope=number(trend.slope, 2), lower=number(trend.lower, 2), upper=number(trend.upper, 2),
        unit=t_unit(shown.unit), n=trend.n, percent=number(trend.percent, 1),
    )  # fmt: skip


def days_words(counts: pd.DataFrame, shown: View) -> str:
    """Days over the own 24-h limit in the last year with any check; medians are not checked."""
    mine = counts[counts["standard"] == shown.city.law].sort_values("year")
    law = law_name(shown.city.law)
    if not len(mine):
        return t("trends.days_free", law=law)
    checked, medians = mine[mine["days_checked"] > 0], mine[mine["indicative_of"].fillna(0) > 0]
    if not len(checked):
        if not len(medians):
            return t("trends.days_none_checked", law=law)
        row = fullest(medians, medians["indicative_of"] / medians["days"])
        return t("trends.days_medians", year=int(row["year"]), limit=number(row["limit"]), law=law,
                 over=int(row["indicative_over"]), of=int(row["indicative_of"]))  # fmt: skip
    row = fullest(checked, checked["completeness"])
    if row["verdict"] == "unknown":
        return t("trends.days_too_few", year=int(row["year"]), limit=number(row["limit"]), law=law,
                 over=int(row["days_over"]), checked=int(row["days_checked"]), days=int(row["days"]))  # fmt: skip
    key = "trends.days_answer_indicative" if row["indicative"] else "trends.days_answer"
    return t(key, year=int(row["year"]), limit=number(row["limit"]), law=law, over=int(row["days_over"]),
             checked=int(row["days_checked"]), days=int(row["days"]))  # fmt: skip


def fullest(rows: pd.DataFrame, shares: pd.Series) -> pd.Series:
    """The newest line of a year that is known well enough and over, else the newest of all."""
    good = rows[(shares >= MIN_COVERAGE) & (rows["days"] >= least(365))]
    return (good if len(good) else rows).iloc[-1]


def partial_words(row: object, shown: View) -> str:
    """What a year that may not be called annual lacks."""
    if not row.days:  # type: ignore[attr-defined]
        return t("trends.empty_year", year=row.year)  # type: ignore[attr-defined]
    months = [t(f"station.month.{int(m)}") for m in str(row.missing).split()]  # type: ignore[attr-defined]
    if row.year == shown.until.year:  # type: ignore[attr-defined]
        return t("trends.partial_running", year=row.year, days=row.days)  # type: ignore[attr-defined]
    return t("trends.partial_words", year=row.year, days=row.days, of=row.of, months=", ".join(months))  # type: ignore[attr-defined]


def gap_words(row: object) -> str:
    """Months of which a year that counts as annual knows too little."""
    months = [t(f"station.month.{int(m)}") for m in str(row.missing).split()]  # type: ignore[attr-defined]
    return t("trends.gap_words", year=row.year, days=row.days, of=row.of, months=", ".join(months))  # type: ignore[attr-defined]


def whose(row: object, shown: View) -> str:
    """Law or yardstick of a line."""
    own = row.standard == shown.city.law  # type: ignore[attr-defined]
    name = law_name(shown.city.law) if own else t(f"trends.level.{row.level}")  # type: ignore[attr-defined]
    return f"{name}, {t('frame.indicative')}" if row.indicative else name  # type: ignore[attr-defined]


def verdict(row: object) -> str:
    """`12 of 340`, `none of 340`, with too few days said, or that nothing was checked and why."""
    if row.days_checked == 0:  # type: ignore[attr-defined]
        return t("trends.unchecked_medians" if pd.notna(row.indicative_of) else "trends.unchecked")  # type: ignore[attr-defined]
    said = t("trends.none_of", n=int(row.days_checked))  # type: ignore[attr-defined]
    if row.days_over:  # type: ignore[attr-defined]
        said = t("trends.of", over=int(row.days_over), n=int(row.days_checked))  # type: ignore[attr-defined]
    return t("trends.too_few", said=said) if row.verdict == "unknown" else said  # type: ignore[attr-defined]
