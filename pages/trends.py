"""Years: levels and days against limits of their own averaging, how complete they are, trends with intervals."""

from datetime import date

import pandas as pd
import streamlit as st

from data.city import City
from data.parameters import POLLUTANTS
from data.standards.coverage import least
from jobs.statements.answer import Asked
from models.trends.trends import Refused
from models.trends.years import with_range, yearly
from pages.ui.city import tables as city_tables
from pages.ui.look import charts as look_charts
from pages.ui.look import heatmaps
from pages.ui.page import downloads, made_from
from pages.ui.page import frame as page_frame
from pages.ui.reader import choices, language
from pages.ui.reader.language import law_name, number, t, t_unit
from pages.ui.trends import charts as trends_charts
from pages.ui.trends import heating, stated
from pages.ui.trends import measures as trends_measures
from pages.ui.trends import tables as trends_tables
from pages.ui.trends import weather as trends_weather
from pages.ui.trends.compare import compare
from pages.ui.trends.indices import indices
from pages.ui.trends.same_stations import same_stations, with_and_without
from pages.ui.trends.view import (
    LEVELS,
    View,
    annual_limits,
    bases,
    counted,
    limit_name,
    lines,
    view,
)  # fmt: skip
from pages.ui.trends.words import course_words, days_words, gap_words, level_words, partial_words, verdict, whose

MODES = ("raw", "deseason", "weather")
LAWS = ("both", "own", "all")


def asked(city: City) -> tuple[View, str] | None:
    """What the reader chose, and which limits to show; None where the city has no rows yet."""
    spans = city_tables.spans(city.key)
    spans = spans[
        (spans["kind"] != "model") & spans["parameter"].isin(POLLUTANTS) & (spans["first"] <= city_tables.now())
    ]
    if not len(spans):
        return None
    top = st.columns([1, 1.7, 0.8, 0.8])
    parameter = choices.parameter([p for p in POLLUTANTS if p in set(spans["parameter"])], top[0])
    mine = spans[spans["parameter"] == parameter]
    station = where(city, sorted(set(mine["station"])), top[1])
    years = span_of_years(city, mine)
    first = choices.pick("since", years, t("trends.since"), widget=top[2].selectbox)
    last = choices.pick("through", years, t("trends.through"), default=years[-1], widget=top[3].selectbox)
    low, high = sorted((int(first), int(last)))
    row = st.columns([1.7, 1.7, 1.2], vertical_alignment="bottom")
    law = choices.pick("law", LAWS, t("trends.law"), show=lambda k: t(f"trends.laws.{k}", law=law_name(city.law)),
                       widget=row[0].segmented_control, required=True)  # fmt: skip
    both = bases(trends_tables.days(city, parameter, station))
    basis = None
    if len(both) > 1:
        basis = choices.pick("basis", both, t("trends.basis"), show=lambda k: t(f"trends.basis_short.{k}"),
                             widget=row[1].segmented_control, required=True)  # fmt: skip
    known = trends_tables.dusty(city) if parameter in trends_tables.PARTICLES else None
    out = row[2].toggle(t("trends.dust_out"), key="trends.dust", disabled=known is None,
                        help=t("trends.dust_help" if known is not None else "trends.dust_unknown"))  # fmt: skip
    return view(city, parameter, station, basis, low, high, dust_out=bool(out and known)), law


def where(city: City, stations: list[str], container: object) -> str:
    """The city's median, or one station."""
    rows = city_tables.stations(city.key).drop_duplicates("station").set_index("station")
    called = {s: str(rows["name"].get(s) or s) for s in stations}
    shown = {s: f"{n} ({s.rsplit(':', 1)[-1]})" for s, n in called.items()}
    picked = choices.pick("place", ["city", *stations], t("trends.place"), widget=container.selectbox,
                          show=lambda k: t("trends.median_of_city") if k == "city" else shown[k])  # fmt: skip
    return "" if picked == "city" else picked


def span_of_years(city: City, spans: pd.DataFrame) -> list[str]:
    """Years that hold rows."""
    first = spans["first"].min().tz_convert(city.zone).year
    last = min(spans["last"].max(), pd.Timestamp(city_tables.now())).tz_convert(city.zone).year
    return [str(y) for y in range(first, max(first, last) + 1)]


def chips(shown: View) -> list[page_frame.Chip]:
    """Basis, completeness, stations, kinds, clock."""
    ends = sum(1 for _ in shown.years)
    first = pd.Timestamp(shown.first, 1, 1)
    possible = (min(pd.Timestamp(shown.until), pd.Timestamp(shown.last + 1, 1, 1)) - first).days
    known = len(shown.series.dropna())
    made: list[page_frame.Chip] = [
        (t(f"trends.basis_long.{shown.basis}"), "orange" if shown.basis == "median" else "gray"),
        t("trends.known_days", n=max(possible, known), days=known, years=ends),
    ]
    if len(shown.days):
        low, high = int(shown.days["stations"].min()), int(shown.days["stations"].max())
        made.append(t("trends.stations", low=low, high=high, typical=number(shown.days["stations"].median())))
        made.append(t("trends.low_cost", share=number(100 * shown.share_low_cost())))
    if shown.without:
        made.append((t("trends.dust_chip", n=len(shown.without)), "orange"))
    made.append(page_frame.zone_chip(shown.city.zone))
    return made


def levels(shown: View, years: pd.DataFrame, law: str) -> None:
    """Years and their limits."""
    st.subheader(t("trends.years_title"), anchor=False)
    held = annual_limits(shown, law) if shown.basis == "mean" else []
    drawn = trends_charts.years(years, shown.unit, lines=lines(held, shown.city), simulated=city_tables.simulated())
    st.plotly_chart(drawn, key="trends.years", config=look_charts.CONFIG, alt=t("trends.years_title"))
    said = [t(f"trends.years_caption_{shown.basis}")]
    if shown.basis == "mean" and not any(x.law for x in annual_limits(shown, "own")):
        said.append(t("trends.no_annual_law", law=law_name(shown.city.law)))
    partial = years[~years["complete"]]
    said += [partial_words(row, shown) for row in partial.itertuples()]
    said += [gap_words(row) for row in years[years["complete"] & (years["missing"] != "")].itertuples()]
    page_frame.caption(" ".join(said))
    downloads.offer(years, f"{shown.stem}-years", of=shown.station)
    with_and_without(shown)


def days_over(shown: View, counts: pd.DataFrame, law: str) -> None:
    """Days over each 24-h limit by year: n of m, not checked, medians beside."""
    st.subheader(t("trends.days_title"), anchor=False)
    rows = counts[
        [
            ("law" if s == shown.city.law else v) in LEVELS[law]
            for s, v in zip(counts["standard"], counts["level"], strict=True)
        ]
    ]
    if not len(rows):
        st.info(t("trends.days_free", law=law_name(shown.city.law)), icon=":material/rule:")
        return
    own = rows[(rows["standard"] == shown.city.law) & (rows["days_checked"] > 0)].sort_values("year")
    if len(own):
        drawn = trends_charts.counts(own.drop_duplicates("year", keep="last"), simulated=city_tables.simulated())
        st.plotly_chart(drawn, key="trends.counts", config=look_charts.CONFIG, alt=t("trends.days_title"))
    st.dataframe(days_table(rows, shown), hide_index=True, width="stretch")
    said = [t("trends.days_caption")]
    if shown.without:
        said.append(t("trends.days_dust"))
    page_frame.caption(" ".join(said))
    left, right = st.columns(2)
    with left:
        downloads.offer(rows, f"{shown.stem}-days-over", of=shown.station)
    with right, st.expander(t("trends.station_days"), icon=":material/fact_check:"):
        station_days(shown)


def days_table(rows: pd.DataFrame, shown: View) -> pd.DataFrame:
    """Counts in words; none and not checked never look alike."""
    ordered = rows.sort_values(["year", "standard", "limit"], ascending=[False, True, True])
    said = [verdict(row) for row in ordered.itertuples()]
    return pd.DataFrame(
        {
            t("trends.column.year"): [
                f"{y} · {t('trends.partial')}" if y == shown.until.year else str(y) for y in ordered["year"].astype(int)
            ],
            f"{t('trends.column.limit')}, {t_unit(shown.unit)}": [number(v, int(v % 1 > 0)) for v in ordered["limit"]],
            t("trends.column.whose"): [whose(row, shown) for row in ordered.itertuples()],
            t("trends.column.over"): said,
            t("trends.column.any"): [number(None if pd.isna(v) else v) for v in ordered["days_over_any"]],
            t("trends.column.unchecked"): [number(d - c) for d, c in zip(ordered["days"], ordered["days_checked"],
                                                                         strict=True)],
            t("trends.column.completeness"): [f"{number(100 * v)} %" for v in ordered["completeness"]],
            t("trends.column.medians"): [
                language.MISSING if pd.isna(r.indicative_of) else t("trends.of", over=int(r.indicative_over),
                                                                n=int(r.indicative_of)) for r in ordered.itertuples()
            ],
        }
    )  # fmt: skip


def station_days(shown: View) -> None:
    """The ledger: station-days, worst station and day."""
    rows = trends_tables.ledger_days(shown.city, shown.parameter, shown.first, shown.last)
    if len(rows):
        st.dataframe(
            rows[["standard", "level", "limit", "from", "to", "result", "exceeded", "exceeded_if_real", "checked",
                  "not_checked", "completeness", "indicative_exceeded", "indicative_of", "stations", "worst_station",
                  "worst_value", "worst_start", "status"]],
            hide_index=True, width="stretch",
        )  # fmt: skip
        page_frame.caption(t("trends.if_real_caption"))
        downloads.offer(rows, f"{shown.stem}-ledger", of=shown.station)


def completeness(shown: View, months: pd.DataFrame) -> None:
    """How much of every month is known."""
    st.subheader(t("trends.complete_title"), anchor=False)
    drawn = trends_charts.strip(months, list(shown.years), shown.until, choices.theme())
    st.plotly_chart(drawn, key="trends.strip", config=look_charts.CONFIG, alt=t("trends.complete_title"))
    page_frame.caption(t("trends.complete_caption"))


def trend(shown: View, months: pd.DataFrame) -> None:
    """The trend under the chosen adjustment, with measures marked."""
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    left.subheader(t("trends.trend_title"), anchor=False)
    mode = choices.pick("mode", MODES, t("trends.mode_label"), show=lambda k: t(f"trends.mode.{k}"),
                        default="deseason", widget=right.segmented_control, required=True)  # fmt: skip
    raw = months["value"] if len(months) else pd.Series(dtype=float)
    effect: dict[str, str] = {}
    made = stated.trend(shown)
    found = trends_tables.Course(made.shown, made.trend)
    if mode == "raw":
        found = trends_tables.course(made.months)
        st.markdown(course_words(found, shown))
    elif mode == "weather":
        found, effect = weathered(shown, raw)
        st.markdown(course_words(found, shown) if found.refused != "weather" else t("trends.raw_instead"))
    st.markdown(stated.trend_sentences(shown))
    table = pd.DataFrame({"value": found.months})
    adjusted = mode != "raw" and found.trend is not None
    drawn = trends_charts.months(
        table, shown.unit, trend=found.trend, name=t(f"trends.mode.{mode}") if adjusted else "",
        observed=raw if adjusted or len(raw) > len(table) else None,
        marks=trends_measures.marks(shown.measures()), model=adjusted and mode == "weather",
        simulated=city_tables.simulated(),
    )  # fmt: skip
    st.plotly_chart(drawn, key="trends.trend", config=look_charts.CONFIG, alt=t("trends.trend_title"))
    page_frame.caption(f"{t(f'trends.months_caption_{shown.basis}')} {t('trends.trend_caption')}")
    out = months.assign(shown=found.months.reindex(months.index)).rename_axis("month").reset_index()
    if found.trend is not None:
        out = out.join(found.trend.at(pd.DatetimeIndex(months.index)).reset_index(drop=True))
    downloads.offer(out, f"{shown.stem}-months-{mode}", of=shown.station)
    same_stations(shown)
    trends_measures.told(shown.measures(), effect, shown.city, shown.until)


def weathered(shown: View, raw: pd.Series) -> tuple[trends_tables.Course, dict[str, str]]:
    """The weather-normalised months, or the raw ones under the sentence that refuses."""
    from models.trends.weather_normalised import LEAST_DAYS, LEAST_HOURS, LEAST_R2

    where_and_when = (shown.city, shown.parameter, shown.station, shown.first, shown.last)
    hours = trends_weather.windy_hours(*where_and_when)
    nothing = trends_tables.Course(raw, None, "weather")
    wide = trends_weather.days_with_weather(shown.city, shown.parameter, shown.series, shown.first, shown.last)
    days = trends_weather.windy(wide, shown.parameter)
    if hours < LEAST_HOURS and days < LEAST_DAYS:
        said = t("trends.weather_hours", least=number(LEAST_HOURS), hours=number(hours), least_days=number(LEAST_DAYS),
                 days=number(days))  # fmt: skip
        st.warning(said, icon=":material/air:")
        return nothing, {}
    bar = st.progress(0.0, t("trends.weather_runs"))
    try:
        made = (
            trends_weather.normalised(*where_and_when, lambda share: bar.progress(share, t("trends.weather_runs")))
            if hours >= LEAST_HOURS
            else trends_weather.normalised_days(
                wide, shown.parameter, lambda share: bar.progress(share, t("trends.weather_runs"))
            )
        )
        found = trends_tables.Course(made.months(), made.trend())  # type: ignore[attr-defined]
    except Refused:
        st.warning(t("trends.weather_r2", least=number(100 * LEAST_R2)), icon=":material/air:")
        return nothing, {}
    finally:
        bar.empty()
    key = "trends.weather_says_days" if made.daily else "trends.weather_says"  # type: ignore[attr-defined]
    count = number(made.values)  # type: ignore[attr-defined]
    page_frame.caption(t(key, r2=number(100 * made.r2), hours=count, days=count,  # type: ignore[attr-defined]
                    weather=", ".join(made.weather)))  # type: ignore[attr-defined]  # fmt: skip
    return found, trends_measures.effects(shown, made)


def calendar(shown: View) -> None:
    """A year, day by day."""
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    left.subheader(t("trends.calendar_title"), anchor=False)
    options = [str(y) for y in shown.years]
    series = shown.series
    known = series.dropna().groupby(pd.DatetimeIndex(series.dropna().index).year).size()
    usual = next((str(y) for y in reversed(known.index) if known[y] >= least(365)), options[-1])
    year = int(choices.pick("year", options, t("trends.column.year"), default=usual, widget=right.selectbox))
    mine = series[pd.DatetimeIndex(series.index).year == year]
    if mine.dropna().empty:
        st.info(t("trends.no_days"), icon=":material/inbox:")
        return
    table = pd.DataFrame({"day": pd.DatetimeIndex(mine.index).date, "value": mine.to_numpy(), "coverage": 1.0})
    held = [x for x in trends_tables.applicable(shown.city.law, shown.parameter, pd.Timestamp(year, 12, 31).date(),
                                              averaging="24h") if x.law]  # fmt: skip
    limit = held[0].concentration if held and shown.basis == "mean" else None
    last = min(pd.Timestamp(year, 12, 31), pd.Timestamp(shown.until) - pd.Timedelta(days=1)).date()
    drawn = heatmaps.calendar(table, shown.unit, limit, until=last, months=last.month, theme=choices.theme())
    st.plotly_chart(drawn, key="trends.calendar", config=look_charts.CONFIG, alt=t("trends.calendar_title"))
    colour = t("station.calendar_limit", limit=number(limit), law=limit_name(held[0], shown.city)) if limit else ""
    page_frame.caption(f"{t(f'trends.calendar_caption_{shown.basis}')} {colour}".strip())
    downloads.offer(table[["day", "value"]], f"{shown.stem}-calendar-{year}", of=shown.station)


def weeks(shown: View) -> None:
    """Hours of the week, in and out of the heating season."""
    st.subheader(t("trends.weeks_title"), anchor=False)
    found = trends_tables.weeks(shown.city, shown.parameter, shown.station, shown.first, shown.last, shown.without)
    if not found:
        st.caption(t("trends.weeks_none"))
        return
    top = max(float(part["mean"].max()) for part in found.values())
    for column, (season, part) in zip(st.columns(2), found.items(), strict=False):
        with column:
            st.markdown(f"**{t(f'trends.season.{season}')}**")
            drawn = heatmaps.week(part, shown.unit, top=top, theme=choices.theme())
            st.plotly_chart(
                drawn, key=f"trends.week.{season}", config=look_charts.CONFIG, alt=t(f"trends.season.{season}")
            )
            downloads.offer(part, f"{shown.stem}-week-{season}", of=shown.station)
    if shown.basis == "median":
        page_frame.caption(t("trends.weeks_other"))
    page_frame.caption(t("trends.weeks_caption"))
    heating.seasons(shown.city, shown.first, shown.last)


def page() -> None:
    """The page."""
    top = st.container()
    city = choices.city()
    chosen = asked(city)
    if chosen is None or chosen[0].days.empty:
        with top:
            words = t("trends.nothing", city=city.name(language.language()))
            page_frame.head(t("frame.page.trends"), words, [page_frame.zone_chip(city.zone)])
        return
    shown, law = chosen
    years = with_range(yearly(shown.series, shown.until), shown.rows)
    months = trends_tables.months_of(shown.series)
    counts = counted(trends_tables.over(city, shown.parameter, shown.station), shown)
    with top:
        said = [level_words(years, shown), stated.trend_sentences(shown)]
        answer = " ".join(x for x in (*said, days_words(counts, shown)) if x)
        page_frame.head(f"{t('frame.page.trends')}: {shown.name}", answer, chips(shown))
    left, right = st.columns(2)
    with left:
        levels(shown, years, law)
    with right:
        completeness(shown, months)
    days_over(shown, counts, law)
    trend(shown, months)
    calendar(shown)
    weeks(shown)
    opened(shown)
    compare(shown)
    indices(shown)


def opened(shown: View) -> None:
    """The station-days behind the level of the years shown."""
    first, after = (trends_tables.midnight(shown.city, day) for day in (date(shown.first, 1, 1), shown.end))
    wanted = Asked(shown.city, city_tables.now(), shown.station, (shown.parameter,), first, after)
    made_from.of_period(shown.city, wanted, f"{shown.stem}-made-from", city_tables.names(shown.city.key))


if city_tables.empty():
    page_frame.head(t("frame.page.trends"))
    page_frame.nothing()
else:
    page()
