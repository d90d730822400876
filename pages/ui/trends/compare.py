"""Two cities side by side, where their rules allow it."""

import pandas as pd
import streamlit as st

from data.city import City, cities
from models.trends.years import yearly
from pages.ui.city import tables as city_tables
from pages.ui.look import charts as look_charts
from pages.ui.page import downloads
from pages.ui.page import frame as page_frame
from pages.ui.reader import choices, language
from pages.ui.reader.language import level, number, t, t_unit
from pages.ui.trends import charts as trends_charts
from pages.ui.trends import tables as trends_tables
from pages.ui.trends.same_stations import both_know
from pages.ui.trends.view import (
    View,
    view,
    zone_changed,
)  # fmt: skip


def compare(shown: View) -> None:
    """The other city under the same rules, and what cannot be compared."""
    others = [c for k, c in cities().items() if k != shown.city.key]
    if not others or not st.toggle(t("trends.compare"), key="trends.compare"):
        return
    other = others[0]
    if len(others) > 1:
        key = choices.pick("with", [c.key for c in others], t("trends.compare_with"),
                           show=lambda k: cities()[k].name(language.language()))  # fmt: skip
        other = cities()[key]
    pair = [same_rules(c, shown) for c in (shown.city, other)]
    if any(one.days.empty for one in pair):
        missing = ", ".join(one.name for one in pair if one.days.empty)
        st.info(t("trends.compare_nothing", city=missing, parameter=shown.label), icon=":material/inbox:")
        return
    tables = {one.name: (trends_tables.months_of(one.series), one.basis) for one in pair}
    st.plotly_chart(trends_charts.two(tables, shown.unit, simulated=city_tables.simulated()), key="trends.two",
                    config=look_charts.CONFIG, alt=t("trends.compare"))  # fmt: skip
    page_frame.caption(t("trends.compare_rules", parameter=shown.label))
    st.warning(f"**{t('trends.limits_of')}**\n\n" + "\n".join(f"- {x}" for x in incomparable(*pair)),
               icon=":material/balance:")  # fmt: skip
    years = [yearly(one.series, one.until).assign(city=one.city.key, basis=one.basis) for one in pair]
    table = pd.concat(years, ignore_index=True)
    st.dataframe(years_table(table, pair), hide_index=True, width="stretch")
    downloads.offer(table[["city", "basis", "year", "mean", "days", "of", "complete", "missing"]],
               f"{shown.city.key}-{other.key}-{shown.parameter}")  # fmt: skip


def same_rules(city: City, shown: View) -> View:
    """
    A city as the view looks at it.

    On the same basis of days, unless that leaves less than half of what the city has: then on its own, and the box
    beside says so.
    """

    def of(basis: str | None) -> View:
        return view(city, shown.parameter, "", basis, shown.first, shown.last, dust_out=bool(shown.without))

    alike, fullest_one = of(shown.basis), of(None)
    return alike if 2 * len(alike.days) >= len(fullest_one.days) else fullest_one


def years_table(table: pd.DataFrame, pair: list[View]) -> pd.DataFrame:
    """Years of both cities side by side, each with its completeness."""
    names = {one.city.key: one.name for one in pair}
    alike = {int(year): dict(zip(names, both_know(pair, int(year)), strict=True)) for year in set(table["year"])}
    return pd.DataFrame(
        {
            t("trends.column.year"): table["year"].astype(int).astype(str),
            t("frame.city"): table["city"].map(names),
            t("trends.basis"): [t(f"trends.basis_short.{b}") for b in table["basis"]],
            f"{t('trends.column.mean')}, {t_unit(pair[0].unit)}": [level(v, 1) for v in table["mean"]],
            f"{t('trends.column.same_days')}, {t_unit(pair[0].unit)}": [
                alike[int(y)][c] for y, c in zip(table["year"], table["city"], strict=True)
            ],
            t("trends.column.days"): [t("trends.of", over=int(d), n=int(n)) for d, n in zip(table["days"], table["of"],
                                                                                            strict=True)],
            t("trends.column.complete"): [t("trends.complete" if c else "trends.partial") for c in table["complete"]],
        }
    ).sort_values(t("trends.column.year"), ascending=False, kind="stable")  # fmt: skip


def incomparable(one: View, two: View) -> list[str]:
    """What equal rules do not make equal."""
    said = []
    if one.basis != two.basis:
        said.append(t("trends.not.basis", mean=(one if one.basis == "mean" else two).name,
                      median=(one if one.basis == "median" else two).name))  # fmt: skip
    elif one.basis == "median":
        said.append(t("trends.not.medians"))
    shares = (one.share_low_cost(), two.share_low_cost())
    if abs(shares[0] - shares[1]) > 0.2:
        said.append(t("trends.not.kinds", a=one.name, b=two.name, share_a=number(100 * shares[0]),
                      share_b=number(100 * shares[1])))  # fmt: skip
    said.append(t("trends.not.stations", a=one.name, b=two.name, low_a=int(one.days["stations"].min()),
                  high_a=int(one.days["stations"].max()), low_b=int(two.days["stations"].min()),
                  high_b=int(two.days["stations"].max())))  # fmt: skip
    if one.city.law != two.city.law:
        said.append(t("trends.not.laws", a=one.name, b=two.name))
    said += [t("trends.not.clock", city=v.name) for v in (one, two) if zone_changed(v)]
    return said
