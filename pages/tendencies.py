"""Years: levels and days against limits of their own averaging, how complete they are, trends with intervals."""

from datetime import datetime, time

import pandas as pd
import streamlit as st

from data.city import City, cities
from data.parameters import POLLUTANTS
from models.kz_indices import EXPONENTS
from models.trends import Refused, Trend
from pages.ui import charts, choices, frame, load, load_trends, sheets, take, text, trend_charts
from pages.ui.text import markdown, number, t, t_unit
from pages.ui.trend_view import (
    LEVELS,
    View,
    annual_limits,
    bases,
    counted,
    law_name,
    limit_name,
    lines,
    view,
    zone_changed,
)  # fmt: skip

MODES = ("raw", "deseason", "weather")
LAWS = ("both", "own", "all")
MUCH = 0.75  # share of a year's days from which the year may speak in the head line


def asked(city: City) -> tuple[View, str] | None:
    """What the reader chose, and which limits to show; None where the city has no rows yet."""
    spans = load.spans(city.key)
    spans = spans[(spans["kind"] != "model") & spans["parameter"].isin(POLLUTANTS) & (spans["first"] <= load.now())]
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
    law = choices.pick("law", LAWS, t("trends.law"), show=lambda k: t(f"trends.laws.{k}", law=law_name(city)),
                       widget=row[0].segmented_control, required=True)  # fmt: skip
    both = bases(load_trends.days(city, parameter, station))
    basis = None
    if len(both) > 1:
        basis = choices.pick("basis", both, t("trends.basis"), show=lambda k: t(f"trends.basis_short.{k}"),
                             widget=row[1].segmented_control, required=True)  # fmt: skip
    known = load_trends.dusty(city) if parameter in load_trends.PARTICLES else None
    out = row[2].toggle(t("trends.dust_out"), key="trends.dust", disabled=known is None,
                        help=t("trends.dust_help" if known is not None else "trends.dust_unknown"))  # fmt: skip
    return view(city, parameter, station, basis, low, high, dust_out=bool(out and known)), law


def where(city: City, stations: list[str], container: object) -> str:
    """The city's median, or one station."""
    rows = load.stations(city.key).drop_duplicates("station").set_index("station")
    called = {s: str(rows["name"].get(s) or s) for s in stations}
    shown = {s: f"{n} ({s.rsplit(':', 1)[-1]})" for s, n in called.items()}
    picked = choices.pick("place", ["city", *stations], t("trends.place"), widget=container.selectbox,
                          show=lambda k: t("trends.median_of_city") if k == "city" else shown[k])  # fmt: skip
    return "" if picked == "city" else picked


def span_of_years(city: City, spans: pd.DataFrame) -> list[str]:
    """Years that hold rows."""
    first = spans["first"].min().tz_convert(city.zone).year
    last = min(spans["last"].max(), pd.Timestamp(load.now())).tz_convert(city.zone).year
    return [str(y) for y in range(first, max(first, last) + 1)]


def level_words(years: pd.DataFrame, shown: View) -> str:
    """The last complete year, else that there is none."""
    whole = years[years["complete"]]
    if not len(whole):
        return t("trends.answer_no_year", city=shown.name, parameter=shown.label)
    row = whole.iloc[-1]
    said = {"city": shown.name, "parameter": shown.label, "year": int(row["year"]), "days": int(row["days"])}
    value = text.amount(row["mean"], shown.unit, 1)
    return t(f"trends.answer_year_{shown.basis}", value=value, of=int(row["of"]), **said)


def trend_words(found: load_trends.Course, shown: View) -> str:
    """The trend with its interval, or why there is none."""
    if found.trend is None:
        return t(f"trends.refused.{found.refused}")
    return slope_words(found.trend, shown)


def slope_words(trend: Trend, shown: View) -> str:
    """`Falls by 1.2 (0.4 to 2.1) a year`; no direction where the interval holds zero."""
    clear = trend.lower > 0 or trend.upper < 0
    key = ("rises" if trend.slope > 0 else "falls") if clear else "unclear"
    key = "stations" if clear and replaced(shown) else key
    return t(
        f"trends.slope_{key}", slope=number(trend.slope, 2), lower=number(trend.lower, 2), upper=number(trend.upper, 2),
        unit=t_unit(shown.unit), n=trend.n, percent=number(trend.percent, 1),
    )  # fmt: skip


def replaced(shown: View) -> bool:
    """Whether no station measured in both the first and the last year: then a change may be theirs, not the air's."""
    if shown.station:
        return False
    return load_trends.lasting(shown.city, shown.parameter, shown.basis, shown.first, shown.last) == 0


def days_words(counts: pd.DataFrame, shown: View) -> str:
    """Days over the own 24-h limit in the last year with any check; medians are not checked."""
    mine = counts[counts["standard"] == shown.city.law].sort_values("year")
    law = law_name(shown.city)
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
    key = "trends.days_answer_indicative" if row["indicative"] else "trends.days_answer"
    return t(key, year=int(row["year"]), limit=number(row["limit"]), law=law, over=int(row["days_over"]),
             checked=int(row["days_checked"]), days=int(row["days"]))  # fmt: skip


def fullest(rows: pd.DataFrame, shares: pd.Series) -> pd.Series:
    """The newest line of a year that is known well enough and over, else the newest of all."""
    good = rows[(shares >= MUCH) & (rows["days"] >= 365 * MUCH)]
    return (good if len(good) else rows).iloc[-1]


def chips(shown: View) -> list[frame.Chip]:
    """Basis, completeness, stations, kinds, clock."""
    ends = sum(1 for _ in shown.years)
    first = pd.Timestamp(shown.first, 1, 1)
    possible = (min(pd.Timestamp(shown.until), pd.Timestamp(shown.last + 1, 1, 1)) - first).days
    known = len(shown.series.dropna())
    made: list[frame.Chip] = [
        (t(f"trends.basis_long.{shown.basis}"), "orange" if shown.basis == "median" else "gray"),
        t("trends.known_days", n=max(possible, known), days=known, years=ends),
    ]
    if len(shown.days):
        low, high = int(shown.days["stations"].min()), int(shown.days["stations"].max())
        made.append(t("trends.stations", low=low, high=high))
        made.append(t("trends.low_cost", share=number(100 * shown.share_low_cost())))
    if shown.without:
        made.append((t("trends.dust_chip", n=len(shown.without)), "orange"))
    made.append(frame.zone_chip(shown.city.zone))
    return made


def levels(shown: View, years: pd.DataFrame, law: str) -> None:
    """Years and their limits."""
    st.subheader(t("trends.years_title"), anchor=False)
    held = annual_limits(shown, law) if shown.basis == "mean" else []
    drawn = trend_charts.years(years, shown.unit, lines=lines(held, shown.city), simulated=load.simulated())
    st.plotly_chart(drawn, key="trends.years", config=charts.CONFIG, alt=t("trends.years_title"))
    said = [t(f"trends.years_caption_{shown.basis}")]
    if shown.basis == "mean" and not any(x.law for x in annual_limits(shown, "own")):
        said.append(t("trends.no_annual_law", law=law_name(shown.city)))
    partial = years[~years["complete"]]
    said += [partial_words(row, shown) for row in partial.itertuples()]
    said += [gap_words(row) for row in years[years["complete"] & (years["missing"] != "")].itertuples()]
    frame.caption(" ".join(said))
    take.offer(years, f"{shown.stem}-years", of=shown.station)


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
        st.info(t("trends.days_free", law=law_name(shown.city)), icon=":material/rule:")
        return
    own = rows[(rows["standard"] == shown.city.law) & (rows["days_checked"] > 0)].sort_values("year")
    if len(own):
        drawn = trend_charts.counts(own.drop_duplicates("year", keep="last"), simulated=load.simulated())
        st.plotly_chart(drawn, key="trends.counts", config=charts.CONFIG, alt=t("trends.days_title"))
    st.dataframe(days_table(rows, shown), hide_index=True, width="stretch")
    said = [t("trends.days_caption")]
    if shown.without:
        said.append(t("trends.days_dust"))
    frame.caption(" ".join(said))
    left, right = st.columns(2)
    with left:
        take.offer(rows, f"{shown.stem}-days-over", of=shown.station)
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
                text.MISSING if pd.isna(r.indicative_of) else t("trends.of", over=int(r.indicative_over),
                                                                n=int(r.indicative_of)) for r in ordered.itertuples()
            ],
        }
    )  # fmt: skip


def whose(row: object, shown: View) -> str:
    """Law or yardstick of a line."""
    own = row.standard == shown.city.law  # type: ignore[attr-defined]
    name = law_name(shown.city) if own else t(f"trends.level.{row.level}")  # type: ignore[attr-defined]
    return f"{name}, {t('frame.indicative')}" if row.indicative else name  # type: ignore[attr-defined]


def verdict(row: object) -> str:
    """`12 of 340`, `none of 340`, or that nothing was checked and why."""
    if row.days_checked == 0:  # type: ignore[attr-defined]
        return t("trends.unchecked_medians" if pd.notna(row.indicative_of) else "trends.unchecked")  # type: ignore[attr-defined]
    if row.days_over == 0:  # type: ignore[attr-defined]
        return t("trends.none_of", n=int(row.days_checked))  # type: ignore[attr-defined]
    return t("trends.of", over=int(row.days_over), n=int(row.days_checked))  # type: ignore[attr-defined]


def station_days(shown: View) -> None:
    """The ledger: station-days, worst station and day."""
    rows = load_trends.station_days(shown.city, shown.parameter, shown.first, shown.last)
    if len(rows):
        st.dataframe(
            rows[["standard", "level", "limit", "from", "to", "result", "exceeded", "checked", "not_checked",
                  "completeness", "indicative_exceeded", "indicative_of", "stations", "worst_station", "worst_value",
                  "worst_start", "status"]],
            hide_index=True, width="stretch",
        )  # fmt: skip
        take.offer(rows, f"{shown.stem}-ledger", of=shown.station)


def completeness(shown: View, months: pd.DataFrame) -> None:
    """How much of every month is known."""
    st.subheader(t("trends.complete_title"), anchor=False)
    drawn = trend_charts.strip(months, list(shown.years), shown.until, choices.theme())
    st.plotly_chart(drawn, key="trends.strip", config=charts.CONFIG, alt=t("trends.complete_title"))
    frame.caption(t("trends.complete_caption"))


def trend(shown: View, months: pd.DataFrame) -> None:
    """The trend under the chosen adjustment, with measures marked."""
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    left.subheader(t("trends.trend_title"), anchor=False)
    mode = choices.pick("mode", MODES, t("trends.mode_label"), show=lambda k: t(f"trends.mode.{k}"),
                        default="deseason", widget=right.segmented_control, required=True)  # fmt: skip
    raw = months["value"] if len(months) else pd.Series(dtype=float)
    marks = [trend_charts.Mark(m.day, m.names.get(text.language(), m.names["en"])) for m in shown.measures()]
    effect = {}
    if mode == "weather":
        found, effect = weathered(shown, raw)
    else:
        found = load_trends.course(raw, mode == "deseason")
    st.markdown(trend_words(found, shown) if found.refused != "weather" else t("trends.raw_instead"))
    table = pd.DataFrame({"value": found.months})
    adjusted = mode != "raw" and found.trend is not None
    drawn = trend_charts.months(
        table, shown.unit, trend=found.trend, name=t(f"trends.mode.{mode}") if adjusted else "",
        observed=raw if adjusted else None, marks=marks, model=adjusted and mode == "weather",
        simulated=load.simulated(),
    )  # fmt: skip
    st.plotly_chart(drawn, key="trends.trend", config=charts.CONFIG, alt=t("trends.trend_title"))
    frame.caption(f"{t(f'trends.months_caption_{shown.basis}')} {t('trends.trend_caption')}")
    out = months.assign(shown=found.months.reindex(months.index)).rename_axis("month").reset_index()
    if found.trend is not None:
        out = out.join(found.trend.at(pd.DatetimeIndex(months.index)).reset_index(drop=True))
    take.offer(out, f"{shown.stem}-months-{mode}", of=shown.station)
    measures(shown, effect)


def weathered(shown: View, raw: pd.Series) -> tuple[load_trends.Course, dict[str, str]]:
    """The weather-normalised months, or the raw ones under the sentence that refuses."""
    from models.weather_normalised import LEAST_HOURS, LEAST_R2

    where_and_when = (shown.city, shown.parameter, shown.station, shown.first, shown.last)
    hours = load_trends.windy_hours(*where_and_when)
    nothing = load_trends.Course(raw, None, "weather")
    if hours < LEAST_HOURS:
        st.warning(t("trends.weather_hours", least=number(LEAST_HOURS), hours=number(hours)), icon=":material/air:")
        return nothing, {}
    bar = st.progress(0.0, t("trends.weather_runs"))
    try:
        made = load_trends.normalised(*where_and_when, lambda share: bar.progress(share, t("trends.weather_runs")))
        found = load_trends.Course(made.months(), made.trend())  # type: ignore[attr-defined]
    except Refused:
        st.warning(t("trends.weather_r2", least=number(100 * LEAST_R2)), icon=":material/air:")
        return nothing, {}
    finally:
        bar.empty()
    frame.caption(t("trends.weather_says", r2=number(100 * made.r2), hours=number(made.hours),  # type: ignore[attr-defined]
                    weather=", ".join(made.weather)))  # type: ignore[attr-defined]  # fmt: skip
    return found, effects(shown, made)


def effects(shown: View, made: object) -> dict[str, str]:
    """Before and after each measure, as far as a year on both sides allows."""
    from models.before_after import before_after

    said = {}
    for one in shown.measures():
        day = pd.Timestamp(datetime.combine(one.day, time(), shown.city.zone))
        try:
            found = before_after(made, day)  # type: ignore[arg-type]
        except Refused:
            said[one.key] = t("trends.effect_refused")
            continue
        key = {"fell": "fell", "rose": "rose"}.get(found.verdict, "unclear")
        said[one.key] = t(f"trends.effect_{key}", change=number(found.change, 1), lower=number(found.lower, 1),
                          upper=number(found.upper, 1), unit=t_unit(shown.unit), n=len(found.placebos))  # fmt: skip
    return said


def measures(shown: View, effect: dict[str, str]) -> None:
    """Dated measures with their source; no claim that they worked."""
    if not shown.measures():
        frame.caption(t("trends.no_measures"))
        return
    st.markdown(f"**{t('trends.measures')}**")
    for place, one in enumerate(shown.measures(), 1):
        name = one.names.get(text.language(), one.names["en"])
        moment = text.day(datetime.combine(one.day, time(12), shown.city.zone), shown.city.zone)
        st.markdown(f"{place}. {moment}: {markdown(name)} ({markdown(one.source)}). {effect.get(one.key, '')}")
    if not effect:
        frame.caption(t("trends.measures_caveat"))


def calendar(shown: View) -> None:
    """A year, day by day."""
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    left.subheader(t("trends.calendar_title"), anchor=False)
    options = [str(y) for y in shown.years]
    series = shown.series
    known = series.dropna().groupby(pd.DatetimeIndex(series.dropna().index).year).size()
    usual = next((str(y) for y in reversed(known.index) if known[y] >= 365 * MUCH), options[-1])
    year = int(choices.pick("year", options, t("trends.column.year"), default=usual, widget=right.selectbox))
    mine = series[pd.DatetimeIndex(series.index).year == year]
    if mine.dropna().empty:
        st.info(t("trends.no_days"), icon=":material/inbox:")
        return
    table = pd.DataFrame({"day": pd.DatetimeIndex(mine.index).date, "value": mine.to_numpy(), "coverage": 1.0})
    held = [x for x in load_trends.applicable(shown.city.law, shown.parameter, pd.Timestamp(year, 12, 31).date(),
                                              averaging="24h") if x.law]  # fmt: skip
    limit = held[0].concentration if held and shown.basis == "mean" else None
    last = min(pd.Timestamp(year, 12, 31), pd.Timestamp(shown.until) - pd.Timedelta(days=1)).date()
    drawn = sheets.calendar(table, shown.unit, limit, until=last, months=last.month, theme=choices.theme())
    st.plotly_chart(drawn, key="trends.calendar", config=charts.CONFIG, alt=t("trends.calendar_title"))
    colour = t("station.calendar_limit", limit=number(limit), law=limit_name(held[0], shown.city)) if limit else ""
    frame.caption(f"{t(f'trends.calendar_caption_{shown.basis}')} {colour}".strip())
    take.offer(table[["day", "value"]], f"{shown.stem}-calendar-{year}", of=shown.station)


def weeks(shown: View) -> None:
    """Hours of the week, in and out of the heating season."""
    st.subheader(t("trends.weeks_title"), anchor=False)
    found = load_trends.weeks(shown.city, shown.parameter, shown.station, shown.first, shown.last, shown.without)
    if not found:
        st.caption(t("trends.weeks_none"))
        return
    top = max(float(part["mean"].max()) for part in found.values())
    for column, (season, part) in zip(st.columns(2), found.items(), strict=False):
        with column:
            st.markdown(f"**{t(f'trends.season.{season}')}**")
            drawn = sheets.week(part, shown.unit, top=top, theme=choices.theme())
            st.plotly_chart(drawn, key=f"trends.week.{season}", config=charts.CONFIG, alt=t(f"trends.season.{season}"))
            take.offer(part, f"{shown.stem}-week-{season}", of=shown.station)
    (a, b), (c, d) = shown.city.heating
    if shown.basis == "median":
        frame.caption(t("trends.weeks_other"))
    frame.caption(t("trends.weeks_caption", first=f"{b:02d}.{a:02d}", last=f"{d:02d}.{c:02d}"))


def compare(shown: View) -> None:
    """The other city under the same rules, and what cannot be compared."""
    others = [c for k, c in cities().items() if k != shown.city.key]
    if not others or not st.toggle(t("trends.compare"), key="trends.compare"):
        return
    other = others[0]
    if len(others) > 1:
        key = choices.pick("with", [c.key for c in others], t("trends.compare_with"),
                           show=lambda k: cities()[k].name(text.language()))  # fmt: skip
        other = cities()[key]
    pair = [same_rules(c, shown) for c in (shown.city, other)]
    if any(one.days.empty for one in pair):
        missing = ", ".join(one.name for one in pair if one.days.empty)
        st.info(t("trends.compare_nothing", city=missing, parameter=shown.label), icon=":material/inbox:")
        return
    tables = {one.name: (load_trends.months_of(one.series), one.basis) for one in pair}
    st.plotly_chart(trend_charts.two(tables, shown.unit, simulated=load.simulated()), key="trends.two",
                    config=charts.CONFIG, alt=t("trends.compare"))  # fmt: skip
    frame.caption(t("trends.compare_rules", parameter=shown.label))
    st.warning(f"**{t('trends.limits_of')}**\n\n" + "\n".join(f"- {x}" for x in incomparable(*pair)),
               icon=":material/balance:")  # fmt: skip
    years = [load_trends.yearly(one.series, one.until).assign(city=one.city.key, basis=one.basis) for one in pair]
    table = pd.concat(years, ignore_index=True)
    st.dataframe(years_table(table, pair), hide_index=True, width="stretch")
    take.offer(table[["city", "basis", "year", "mean", "days", "of", "complete", "missing"]],
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
    return pd.DataFrame(
        {
            t("trends.column.year"): table["year"].astype(int).astype(str),
            t("frame.city"): table["city"].map(names),
            t("trends.basis"): [t(f"trends.basis_short.{b}") for b in table["basis"]],
            f"{t('trends.column.mean')}, {t_unit(pair[0].unit)}": [number(v, 1) for v in table["mean"]],
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


def indices(shown: View) -> None:
    """СИ, НП and ИЗА5; outside Kazakhstan computed by us."""
    home = shown.city.law == "kz"
    st.subheader(t("trends.indices_title" if home else "trends.indices_title_ours"), anchor=False)
    left, right = st.columns([2, 2], vertical_alignment="bottom")
    if not left.toggle(t("trends.indices_show"), key="trends.indices"):
        return
    chosen = choices.pick("exponents", list(EXPONENTS), t("trends.exponents"), widget=right.selectbox)
    with st.spinner(t("trends.indices_wait")):
        months, years = load_trends.indices(shown.city, chosen, shown.first, shown.last)
    if not len(months) or months["si"].isna().all():
        st.info(t("trends.indices_none"), icon=":material/inbox:")
        return
    known = months.dropna(subset=["si"]).sort_values("month", ascending=False)
    left, right = st.columns([3, 2])
    with left:
        st.dataframe(months_of_indices(known), hide_index=True, width="stretch", height=300)
        take.offer(months, f"{shown.city.key}-si-np-{shown.first}-{shown.last}")
    with right:
        st.dataframe(
            pd.DataFrame(
                {
                    t("trends.column.year"): years["year"].astype(str),
                    t("trends.iza5"): [number(v, 1) for v in years["iza5"]],
                    t("trends.grade_label"): [
                        grade(g) if done or not g else t("trends.at_least", grade=grade(g))
                        for g, done in zip(years["grade"], years["complete"], strict=True)
                    ],
                    t("trends.parts"): years["parts"],
                    t("trends.left_out"): years["left_out"],
                }
            ),
            hide_index=True, width="stretch",
        )  # fmt: skip
        take.offer(years, f"{shown.city.key}-iza5-{shown.first}-{shown.last}")
    frame.caption(t("trends.indices_caption", exponents=chosen))
    if not home:
        st.warning(t("trends.indices_ours"), icon=":material/edit_note:")


def months_of_indices(known: pd.DataFrame) -> pd.DataFrame:
    """СИ and НП by month, in words."""
    return pd.DataFrame(
        {
            t("trends.column.month"): known["month"],
            t("trends.si"): [number(v, 1) for v in known["si"]],
            t("trends.si_of"): [t(f"quantity.parameter.{p}") for p in known["si_parameter"]],
            t("trends.np"): [number(v, 1) for v in known["np"]],
            t("trends.np_of"): [
                t(f"quantity.parameter.{p}") if isinstance(p, str) and p else text.MISSING
                for p in known.get("np_parameter", pd.Series("", index=known.index))
            ],
            t("trends.grade_label"): [grade(g) for g in known["grade"]],
        }
    )


def grade(key: str) -> str:
    """A grade in words."""
    return t(f"trends.grade.{key}") if key else text.MISSING


def page() -> None:
    """The page."""
    top = st.container()
    city = choices.city()
    chosen = asked(city)
    if chosen is None or chosen[0].days.empty:
        with top:
            words = t("trends.nothing", city=city.name(text.language()))
            frame.head(t("frame.page.trends"), words, [frame.zone_chip(city.zone)])
        return
    shown, law = chosen
    years = load_trends.yearly(shown.series, shown.until)
    months = load_trends.months_of(shown.series)
    counts = counted(load_trends.over(city, shown.parameter, shown.station), shown)
    with top:
        found = load_trends.course(months["value"], True)
        found = found if found.trend is not None else load_trends.course(months["value"], False)
        said = [level_words(years, shown), trend_words(found, shown)]
        answer = " ".join(x for x in (*said, days_words(counts, shown)) if x)
        frame.head(f"{t('frame.page.trends')}: {shown.name}", answer, chips(shown))
    left, right = st.columns(2)
    with left:
        levels(shown, years, law)
    with right:
        completeness(shown, months)
    days_over(shown, counts, law)
    trend(shown, months)
    calendar(shown)
    weeks(shown)
    compare(shown)
    indices(shown)


if load.empty():
    frame.head(t("frame.page.trends"))
    frame.nothing()
else:
    page()
