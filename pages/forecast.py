"""The next 72 hours with their interval, tomorrow's probability, yesterday's forecast against what came, the skill."""

from datetime import timedelta

import pandas as pd
import streamlit as st

from data.city import City
from data.times import interval_end
from jobs.forecast.export import forecast_csv
from models.trends.scores import band_coverage, model_stats
from pages.ui.city import tables as city_tables
from pages.ui.forecast import charts as forecast_charts
from pages.ui.forecast import tables as forecast_tables
from pages.ui.forecast.tables import BASELINES, METHODS, Day, Outlook
from pages.ui.forecast.words import likelihood, methods, percent
from pages.ui.look import cards as look_cards
from pages.ui.look import charts as look_charts
from pages.ui.page import frame as page_frame
from pages.ui.reader import choices, language
from pages.ui.reader.language import law_name, markdown, number, t, t_unit

BACK = pd.Timedelta(hours=48)
LEADS = (1, 3, 6, 12, 24, 36, 48, 60, 72)
SWITCH = "baselines"


def date_words(day: Day, city: City) -> str:
    """`Mon 23 Nov`."""
    moment = pd.Timestamp(day.day, tz=city.zone).to_pydatetime()
    return f"{language.weekday(moment, city.zone)} {language.day(moment, city.zone, year=False)}"


def chosen(city: City, columns: list) -> tuple[str, str]:
    """Pollutant, and a station or the city."""
    parameter = choices.parameter(forecast_tables.parameters(city.key), columns[0])
    rows = city_tables.stations(city.key).drop_duplicates("station").set_index("station")
    known = forecast_tables.stations(city.key, parameter)
    called = {s: str(rows["name"].get(s) or s) for s in known}
    picked = choices.pick(
        "place", ["city", *known], t("forecast.place"), widget=columns[1].selectbox,
        show=lambda k: t("forecast.city_figure") if k == "city" else f"{called[k]} ({k.rsplit(':', 1)[-1]})",
    )  # fmt: skip
    return parameter, "" if picked == "city" else picked


def switch(container: object) -> bool:
    """Whether the baselines are drawn; kept in the URL."""
    key = f"choice.{SWITCH}"

    def turned() -> None:
        st.query_params[SWITCH] = "1" if st.session_state[key] else "0"

    st.session_state[key] = st.query_params.get(SWITCH, "0") == "1"
    return bool(container.toggle(t("forecast.baselines"), key=key, on_change=turned, help=t("forecast.baselines_help")))


def answer(shown: Outlook, city: City, station: str) -> str:
    """Tomorrow in a sentence, with the methods it rests on; or why there is none."""
    name, label = city.name(language.language()), t(f"quantity.parameter.{shown.parameter}")
    if shown.refused:
        reason = t(f"forecast.reason.{shown.refused}")
        return t("forecast.answer_refused", city=name, parameter=label, reason=reason)
    said = [tomorrow_words(shown, city, name, label)]
    if station:
        said.append(t("forecast.station_only"))
    return " ".join([*said, t("forecast.shown_methods", parts=methods(shown.hours))])


def tomorrow_words(shown: Outlook, city: City, name: str, label: str) -> str:
    """Probability and interval of tomorrow, else the range of the hours."""
    day, unit, law = shown.tomorrow, t_unit(shown.unit), law_name(city.law)
    if day is None or day.value is None:
        until = language.at(interval_end(shown.hours["start"].max(), 60).to_pydatetime(), city.zone)
        low, high = number(shown.hours["value"].min()), number(shown.hours["value"].max())
        return t("forecast.answer_hours", city=name, parameter=label, until=until, lowest=low, highest=high, unit=unit)
    numbers = {"value": number(day.value), "lower": number(day.lower), "upper": number(day.upper)}
    said = {"city": name, "day": date_words(day, city), "parameter": label, "unit": unit, **numbers}
    if day.probability is None or day.limit is None:
        return t("forecast.answer_free", why=t("forecast.no_limit", law=law), **said)
    law = f"{law}, {t('frame.indicative')}" if day.indicative else law
    return t("forecast.answer", likelihood=t(f"forecast.likelihood.{likelihood(day.probability)}"),
             probability=percent(day.probability), limit=number(day.limit), law=law, **said)  # fmt: skip


def chips(shown: Outlook, city: City, measured: pd.DataFrame) -> list[page_frame.Chip]:
    """Age of the issue and of the newest hour, what went in, how honest the band was, clock."""
    made: list[page_frame.Chip] = []
    if shown.issued is not None:
        made.append(t("forecast.issued", age=language.age(shown.age)))
    known = measured.dropna(subset=["hour"])
    if len(known):
        age = (pd.Timestamp(city_tables.now()) - known["start"].max()) / pd.Timedelta(minutes=1) - 60
        made.append(t("forecast.newest", age=language.age(age)))
    if not shown.refused:
        made.append(t("forecast.with_weather") if shown.weather else (t("forecast.without_weather"), "orange"))
        made.append(t("forecast.with_cams") if shown.cams else t("forecast.without_cams"))
    return [*made, page_frame.zone_chip(city.zone)]


def limit_lines(shown: Outlook, city: City) -> tuple[look_charts.Line, ...]:
    """The 24-h limit of the city's own law."""
    day = next((d for d in shown.days if d.limit is not None), None)
    if day is None or day.limit is None:
        return ()
    words = t("situation.limit_line", limit=number(day.limit), law=law_name(city.law))
    return (look_charts.Line(day.limit, f"{words}, {t('frame.indicative')}" if day.indicative else words),)


def means(shown: Outlook, city: City) -> list[forecast_charts.Mean]:
    """The means of the coming days."""
    made = []
    for day in shown.days:
        start, end = (pd.Timestamp(day.day + timedelta(days=n), tz=city.zone).tz_convert("UTC") for n in (0, 1))
        if day.value is not None and day.lower is not None and day.upper is not None:
            above = day.limit is not None and day.value > day.limit
            made.append(forecast_charts.Mean(start, end, day.value, day.lower, day.upper, above))
    return made


def curve(shown: Outlook, city: City, station: str, measured: pd.DataFrame, *, beside: bool) -> None:
    """Measured and coming hours."""
    now = pd.Timestamp(city_tables.now())
    st.subheader(t("forecast.chart"), anchor=False)
    recent = measured[measured["start"] >= now - BACK]
    hour, running = (recent[["start", c]].rename(columns={c: "value"}).dropna() for c in ("hour", "day"))
    drawn = forecast_charts.coming(
        hour, running, shown.hours, now=now, zone=city.zone, unit=shown.unit, lines=limit_lines(shown, city),
        means=means(shown, city), baselines=BASELINES if beside else (), simulated=city_tables.simulated(),
    )  # fmt: skip
    st.plotly_chart(drawn, key="forecast.hours", config=look_charts.CONFIG, alt=t("forecast.chart"))
    methods_shown = list(dict.fromkeys(shown.hours["method"]))
    drawn_beside = [m for m in BASELINES if beside and m not in methods_shown and shown.hours[m].notna().any()]
    days = ["day"] if shown.days else []
    st.html(forecast_charts.key(["hour", "running", *methods_shown, "band", *days, *drawn_beside], bold=methods_shown))
    place = station or t("forecast.city_figure")
    key = "forecast.caption_station" if station else "forecast.caption"
    page_frame.caption(t(key, parameter=t(f"quantity.parameter.{shown.parameter}"), place=markdown(place)))
    left, right = st.columns([1, 2], vertical_alignment="center")
    store = city_tables.taken()
    left.download_button(
        t("forecast.take"), data=lambda: forecast_csv(store, city.key), mime="text/csv", on_click="ignore",
        file_name=f"forecast-{city.key}.csv", key="forecast.take", icon=":material/download:", type="tertiary",
    )  # fmt: skip
    right.caption(t("forecast.api", address=f"/api/v1/forecast.csv?city={city.key}"))


def coming_days(shown: Outlook, city: City) -> None:
    """A card per day: probability, mean with its interval."""
    st.subheader(t("forecast.days_title"), anchor=False)
    known = [(n, shown.day(n)) for n in range(3)]
    there = [(n, day) for n, day in known if day is not None and day.value is not None]
    for column, (n, day) in zip(st.columns(max(len(there), 1)), there, strict=False):
        with column.container(border=True):
            st.html(card(t(f"forecast.day.{n}"), day, shown, city))
    page_frame.caption(t("forecast.days_says"))


def card(title: str, day: Day, shown: Outlook, city: City) -> str:
    """One day's card as HTML."""
    word = likelihood(day.probability)
    look = "unknown" if day.probability is None else "above" if day.probability >= 0.5 else "within"
    detail = t("forecast.no_probability")
    if day.probability is not None:
        key = "forecast.probability_indicative" if day.indicative else "forecast.probability"
        detail = t(key, probability=percent(day.probability), limit=number(day.limit), law=law_name(city.law))
    interval = t("forecast.expected", lower=number(day.lower), upper=number(day.upper))
    return (
        f'<div class="ca-card"><div class="ca-name"><b>{language.html(title)}</b>'
        f'<span class="ca-soft">{language.html(date_words(day, city))}</span></div><div class="ca-line">'
        f"{look_cards.state(look, t(f'forecast.above.{word}'), detail)}"
        f"{look_cards.big(day.value, t_unit(shown.unit), interval)}</div></div>"
    )


def yesterday(city: City, parameter: str, measured: pd.DataFrame) -> None:
    """The kept issue of about 24 h ago, and how wrong it was."""
    st.subheader(t("forecast.yesterday_title"), anchor=False)
    issue = forecast_tables.yesterday(city.key, parameter)
    if not len(issue):
        st.info(t("forecast.yesterday_none"), icon=":material/history:")
        return
    since = issue["start"].min() - pd.Timedelta(hours=12)
    now, unit = pd.Timestamp(city_tables.now()), forecast_tables.unit(parameter)
    came = measured[measured["start"] >= since][["start", "hour"]].rename(columns={"hour": "value"}).dropna()
    near = issue[issue["start"] < now + pd.Timedelta(hours=24)]
    drawn = forecast_charts.came(near, came, now=now, zone=city.zone, unit=unit, simulated=city_tables.simulated())
    st.plotly_chart(drawn, key="forecast.came", config=look_charts.CONFIG, alt=t("forecast.yesterday_title"))
    st.html(forecast_charts.key(["said", "band", "came"]))
    st.markdown(errors_words(issue, came, unit))
    said = [t("forecast.yesterday_says", issued=language.at(issue["issued"].iloc[0].to_pydatetime(), city.zone))]
    if forecast_tables.in_hindsight(issue):
        said.append(t("forecast.yesterday_hindsight"))
    page_frame.caption(" ".join(said))


def errors_words(issue: pd.DataFrame, came: pd.DataFrame, unit: str) -> str:
    """Error figures of an issue, beside persistence's."""
    both = issue.merge(came.rename(columns={"value": "measured"}), on="start").dropna(subset=["value", "measured"])
    if not len(both):
        return t("forecast.yesterday_early")
    ours, banded = model_stats(both["value"], both["measured"]), both.dropna(subset=["lower", "upper"])
    inside = band_coverage(banded["measured"], banded["lower"], banded["upper"]) if len(banded) else float("nan")
    said = [t("forecast.yesterday_errors", n=len(both), rmse=number(ours["RMSE"], 1), unit=t_unit(unit),
              bias=number(ours["MB"], 1), inside=number(100 * inside))]  # fmt: skip
    if both["persistence"].notna().any() and (both["method"] != "persistence").any():
        plain = model_stats(both["persistence"].astype(float), both["measured"])
        said.append(t("forecast.yesterday_beaten", rmse=number(plain["RMSE"], 1), unit=t_unit(unit)))
    return " ".join(said)


def skill(city: City, parameter: str) -> None:
    """Errors by lead of every method."""
    st.subheader(t("forecast.skill_title"), anchor=False)
    rows, unit = forecast_tables.skill(city.key, parameter), forecast_tables.unit(parameter)
    if not len(rows):
        st.info(t("forecast.skill_none"), icon=":material/hourglass_empty:")
        return
    drawn = forecast_charts.errors(rows, unit=unit, simulated=city_tables.simulated())
    st.plotly_chart(drawn, key="forecast.errors", config=look_charts.CONFIG, alt=t("forecast.skill_title"))
    st.html(forecast_charts.key([m for m in METHODS if m in set(rows["method"])]))
    st.dataframe(skill_table(rows), hide_index=True, width="stretch", height="content")
    first, last = (language.day(rows[c].iloc[0].to_pydatetime(), city.zone) for c in ("first", "last"))
    said = [t("forecast.skill_says", unit=t_unit(unit), first=first, last=last)]
    if rows["weather"].any():
        said.append(t("forecast.skill_weather"))
    page_frame.caption(" ".join(said))


def skill_table(rows: pd.DataFrame) -> pd.DataFrame:
    """A line per lead: RMSE of each method, the shown one marked, its coverage and cases."""
    leads = [lead for lead in LEADS if lead in set(rows["lead"])] or sorted(set(rows["lead"]))
    known = [m for m in METHODS if rows.loc[rows["method"] == m, "rmse"].notna().any()]
    lines = []
    for lead in leads:
        mine = rows[rows["lead"] == lead].set_index("method")
        best = mine[mine["shown"]]
        line = {t("forecast.column.lead"): str(lead)}
        for name in known:
            value = number(mine["rmse"].get(name), 1)
            line[t(f"forecast.method.{name}")] = f"● {value}" if name in best.index else value
        inside = float(best["coverage"].iloc[0]) if len(best) else float("nan")
        line[t("forecast.inside")] = f"{number(100 * inside)} %" if inside == inside else language.MISSING
        line[t("forecast.cases")] = number(float(best["n"].iloc[0])) if len(best) else language.MISSING
        lines.append(line)
    return pd.DataFrame(lines)


def went_in(shown: Outlook, city: City) -> None:
    """What the forecast rests on and what it lacks."""
    st.subheader(t("forecast.went_in"), anchor=False)
    status = forecast_tables.status(city.key)
    said = []
    if pd.notna(status.get("first")):
        first = language.day(pd.Timestamp(status["first"]).to_pydatetime(), city.zone)
        said.append(t("forecast.went_history", first=first, n=int(status["stations"])))
    weather = (
        ("forecast.went_weather_demo" if city_tables.simulated() else "forecast.went_weather") if shown.weather else ""
    )
    said += [
        t(weather or "forecast.went_no_weather"),
        t("forecast.went_cams" if shown.cams else "forecast.went_no_cams"),
    ]
    if status.get("method"):
        age = (pd.Timestamp(city_tables.now()) - pd.Timestamp(status["computed_at"])) / pd.Timedelta(minutes=1)
        said.append(t("forecast.went_version", version=markdown(status["method"]), age=language.age(age)))
    st.markdown("\n".join(f"- {words}" for words in said))


@page_frame.live()
def page() -> None:
    """The page; looks again every minute."""
    if city_tables.empty():
        page_frame.head(t("frame.page.forecast"))
        page_frame.nothing()
        return
    top = st.container()
    columns = st.columns([1.3, 1, 2.2, 1.5], vertical_alignment="bottom")
    city = choices.city(columns[0])
    parameter, station = chosen(city, columns[1:])
    beside = switch(columns[3])
    shown = forecast_tables.outlook(city.key, parameter, station)
    measured = forecast_tables.measured(city.key, parameter, station)
    with top:
        title = t("forecast.title", city=city.name(language.language()))
        page_frame.head(title, answer(shown, city, station), chips(shown, city, measured))
    if not shown.refused:
        with st.container(border=True):
            curve(shown, city, station, measured, beside=beside)
        if shown.days:
            with st.container(border=True):
                coming_days(shown, city)
    whole = forecast_tables.measured(city.key, parameter, "") if station else measured
    left, right = st.columns(2)
    with left.container(border=True):
        yesterday(city, parameter, whole)
    with right.container(border=True):
        skill(city, parameter)
    if not shown.refused:
        with st.container(border=True):
            went_in(shown, city)


page()
