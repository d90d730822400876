"""One station: what it says now, its hours and days, its courses, its flags, its wind, its neighbours."""

from datetime import timedelta

import pandas as pd
import streamlit as st

from data import checks, reasons
from data.city import City
from data.clock import local_date
from data.parameters import POLLUTANTS
from jobs.statements.answer import Asked
from models.trends.trends import Refused
from models.wind.roses import pollution_rose, wind_rose
from pages.ui.city import advice
from pages.ui.city import tables as city_tables
from pages.ui.city.city import STANDARDS, times
from pages.ui.look import charts as look_charts
from pages.ui.look import heatmaps
from pages.ui.look import roses as look_roses
from pages.ui.look.palette import FRESHNESS, KINDS
from pages.ui.page import downloads, made_from
from pages.ui.page import frame as page_frame
from pages.ui.reader import choices, language
from pages.ui.reader.language import law_name, markdown, number, t, t_unit
from pages.ui.station import charts as station_charts
from pages.ui.station import theirs
from pages.ui.station import verdicts as station_verdicts
from pages.ui.station.order import worst_first
from pages.ui.station.state import Place
from pages.ui.station.tables import place

PERIODS = {"72h": timedelta(hours=72), "7d": timedelta(days=7), "30d": timedelta(days=30)}
DAYS_SHOWN = 12  # months of the calendar


def named(row: pd.Series) -> str:
    """A station's name in the reader's language, where the network gave one."""
    own = row.get(f"name_{language.language()}") or row.get("name")
    return str(own or row["station"])


def names(city: City) -> dict[str, str]:
    """Names of the city's stations by id; two of one name are told apart by the end of their ids."""
    rows = city_tables.stations(city.key).drop_duplicates("station")
    found = {str(row["station"]): named(row) for _, row in rows.iterrows()}
    twice = {n for n in found.values() if list(found.values()).count(n) > 1}
    return {k: f"{n} ({k.rsplit(':', 1)[-1]})" if n in twice else n for k, n in found.items()}


def chosen(city: City, called: dict[str, str], columns: list) -> tuple[str, str] | None:
    """Station and parameter; None where the city has no station."""
    spans = city_tables.spans(city.key)
    spans = spans[spans["parameter"].isin(POLLUTANTS) & (spans["first"] <= city_tables.now())]
    if not len(spans):
        return None
    options = worst_first(spans, city_tables.latest(city.key, list(POLLUTANTS)), called, city_tables.now())
    station = choices.station(options, called, columns[0])
    known = set(spans.loc[spans["station"] == station, "parameter"])
    return station, choices.parameter([p for p in POLLUTANTS if p in known], columns[1])


def daily(city: City, station: str, parameter: str) -> bool:
    """Whether a station delivers nothing shorter than days."""
    spans = city_tables.spans(city.key)
    mine = spans[(spans["station"] == station) & (spans["parameter"] == parameter)]
    return bool((mine["minutes"] >= 1440).all())


def value_words(shown: Place) -> str:
    """The newest value that speaks, with its moment, or since when the station is silent."""
    lead = shown.lead
    if lead.value is None:
        if shown.heard is None and not shown.newest:
            return t("station.silent_year")
        last = shown.heard if shown.heard is not None else shown.newest["end"]
        return t("station.silent", moment=language.at(last.to_pydatetime(), shown.city.zone))
    key = {"1h": "newest_hour", "daily_median": "newest_median"}.get(lead.averaging, "newest_day")
    moment = language.at(lead.end.to_pydatetime(), shown.city.zone)  # type: ignore[union-attr]
    return t(f"station.{key}", value=language.amount(lead.value, shown.unit, digits(lead.value)), moment=moment)


def law_words(shown: Place) -> str:
    """The day held to the 24-h limit, or why that cannot be; and what is newer and flagged."""
    if shown.kind == "model":
        return t("station.modelled")
    said = [_day_words(shown)] if shown.lead.value is not None else []
    if shown.doubted:
        row = shown.newest
        amount = language.amount(row["value"], shown.unit, digits(row["value"]))
        moment = language.at(row["end"].to_pydatetime(), shown.city.zone)
        said.append(t("station.newest_flagged", value=amount, moment=moment, flag=t(f"quantity.flag.{row['flag']}")))
    return " ".join(said)


def _day_words(shown: Place) -> str:
    day, held = shown.day, shown.day.held
    if day.averaging == "daily_median":
        return t("station.median_not_held")
    if day.value is None:
        return t("station.no_day")
    said = language.amount(day.value, shown.unit, digits(day.value))
    if held.limit is None or held.ratio is None:
        return t("station.day_free", value=said)
    key = "station.day_held_indicative" if held.indicative else "station.day_held"
    words = t(key, value=said, ratio=times(held.ratio), limit=number(held.limit.concentration),
              law=law_name(shown.city.law))  # fmt: skip
    if day.interval != "humidity":
        return words
    return f"{words} {t('station.day_corrected', lower=number(day.lower), upper=number(day.upper))}"


def digits(value: float | None) -> int:
    """Decimals that a value deserves."""
    return 1 if value is not None and abs(value) < 10 else 0


def chips(shown: Place) -> list[page_frame.Chip]:
    """Age, coverage of the last day, kind, class, clock."""
    lead, heard = shown.lead, shown.heard
    age = (pd.Timestamp(shown.now) - heard).total_seconds() / 60 if heard is not None else None
    made: list[page_frame.Chip] = [
        page_frame.freshness(lead.freshness, age) if age is not None else (t("station.silent_year"), "red")
    ]
    if shown.minutes == 60:
        sound = shown.since(timedelta(hours=24))
        made.append(t("station.coverage_day", n=24, reporting=min(24, int((sound["flag"] == "ok").sum()))))
    kind = shown.kind or str(shown.about.get("kind") or "reference")
    words = f"{KINDS[kind]} {t(f'quantity.kind.{kind}')}"
    made.append((words, "violet") if kind in ("model", "simulated") else words)
    made.append(t(f"quantity.station_class.{shown.about.get('station_class') or 'unknown'}"))
    made.append(page_frame.zone_chip(shown.city.zone, shown.now))
    return made


def facts(shown: Place) -> None:
    """Who runs it, where it stands, under which licence."""
    from sources import credit_words

    row = shown.about
    source = str(row.get("source") or (shown.rows["source"].iloc[0] if len(shown.rows) else ""))
    one = credit_words.said(source, language.language()) if source else None
    licence = credit_words.licence(str(row.get("licence") or ""), language.language()) or (one.licence if one else "")
    place_words = t("station.no_place")
    if pd.notna(row.get("lat")):
        quality = row.get("coord_quality")
        near = f" ({t(f'station.place_quality.{quality}')})" if quality in ("rounded", "generic") else ""
        place_words = f"{number(row['lat'], 4)}, {number(row['lon'], 4)}{near}"
    cells = {
        "owner": row.get("owner") or "–", "place": place_words, "licence": licence or "–",
        "network": one.text if one else "–", "id": row["station"], "same_as": row.get("same_as") or "",
    }  # fmt: skip
    said = [f"{t(f'station.fact.{k}')}: **{markdown(v)}**" for k, v in cells.items() if v]
    said += theirs.index(shown)
    st.markdown(" · ".join(said))
    if downloads.kept_in(row["station"]):
        st.caption(f":material/lock: {t('station.kept_in')}")


def hours(shown: Place, back: timedelta) -> None:
    """The hours of the period, and raw beside corrected where both are known."""
    rows = shown.since(back)
    daily = shown.minutes >= 1440
    st.subheader(t("station.days_title" if daily else "station.hours_title"), anchor=False)
    if not len(rows):
        st.info(t("station.none_in_period"), icon=":material/inbox:")
        return
    lines = ()
    if shown.limit is not None and not shown.medians:
        words = t("situation.limit_line", limit=number(shown.limit.concentration), law=law_name(shown.city.law))
        lines = (look_charts.Line(shown.limit.concentration, words),)
    running = shown.running[shown.running["start"] >= pd.Timestamp(shown.now - back)]
    drawn = station_charts.hours(
        rows, running, zone=shown.city.zone, unit=shown.unit, minutes=shown.minutes, lines=lines,
        simulated=city_tables.simulated(),
    )  # fmt: skip
    st.plotly_chart(drawn, key="station.hours", config=look_charts.CONFIG, alt=value_words(shown))
    expected = int(back / timedelta(minutes=shown.minutes)) if shown.minutes else 0
    sound = int((rows["flag"] == "ok").sum())
    key = "station.caption_median" if shown.medians else "station.caption_day" if daily else "station.caption_hour"
    caption = t(key, parameter=label(shown), sound=number(sound), n=number(expected))
    left, right = st.columns([4, 1], vertical_alignment="top")
    left.caption(caption)
    with right:
        downloads.offer(_given(rows), f"{stem(shown)}-rows", of=shown.about["station"])
    wet(shown, back)
    flags(shown, back)


def _given(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows as a file has them: with the text `reason` of releases before 0.3, and the fields it is made of."""
    told = rows.assign(reason=reasons.series(rows), checks=checks.texts(rows["checks"]))
    return told[["station", "parameter", "start", "minutes", "value", "flag", "reason", "kind", "source", "statistic",
                 "checks", "note"]]  # fmt: skip


def wet(shown: Place, back: timedelta) -> None:
    """Raw and corrected values of a low-cost sensor, or why there is no correction."""
    kind = shown.kind
    if kind != "indicative" or shown.parameter not in ("pm1", "pm25", "pm10"):
        return
    st.subheader(t("station.wet_title"), anchor=False)
    pairs = shown.dried
    pairs = pairs[pairs["start"] >= pd.Timestamp(shown.now - back)] if len(pairs) else pairs
    if shown.minutes >= 1440:
        st.caption(t("station.wet_daily"))
    elif not len(pairs):
        st.caption(t("station.wet_none"))
    else:
        drawn = station_charts.dried(pairs, zone=shown.city.zone, unit=shown.unit, simulated=city_tables.simulated())
        st.plotly_chart(drawn, key="station.wet", config=look_charts.CONFIG, alt=t("station.wet_title"))
        own = number(100 * float((pairs["humidity_from"] == "station").mean()))
        st.caption(t("station.wet_caption", own=own, method=pairs["method"].iloc[0]))
        downloads.offer(pairs, f"{stem(shown)}-corrected", of=shown.about["station"])


def flags(shown: Place, back: timedelta) -> None:
    """Flags by check, with counts."""
    found = shown.flags(back)
    if not len(found):
        st.caption(f"✓ {t('station.no_flags')}")
        return
    table = pd.DataFrame(
        {
            t("station.column.flag"): [t(f"quantity.flag.{f}") for f in found["flag"]],
            t("station.column.check"): [check_name(c) for c in found["check"]],
            t("station.column.rows"): found["rows"],
        }
    )
    with st.expander(t("station.flags", n=int((shown.since(back)["flag"] != "ok").sum())), icon=":material/flag:"):
        st.dataframe(table, hide_index=True, width="stretch")
        downloads.offer(found, f"{stem(shown)}-flags", of=shown.about["station"])


def check_name(check: str) -> str:
    """A check in words; one that the catalogs do not know by its own name."""
    key = f"station.check.{check or 'unnamed'}"
    return t(key) if language.has(key) else check


def days(shown: Place) -> None:
    """The last twelve months, day by day."""
    st.subheader(t("station.calendar_title"), anchor=False)
    if not len(shown.days):
        st.info(t("station.none_in_year"), icon=":material/inbox:")
        return
    limit = shown.limit.concentration if shown.limit is not None and not shown.medians else None
    today = local_date(shown.now, shown.city.zone)
    drawn = heatmaps.calendar(shown.days, shown.unit, limit, until=today, months=DAYS_SHOWN, theme=choices.theme())
    st.plotly_chart(drawn, key="station.calendar", config=look_charts.CONFIG, alt=t("station.calendar_title"))
    what = t("station.calendar_median" if shown.medians else "station.calendar_mean")
    colour = t("station.calendar_limit", limit=number(limit), law=law_name(shown.city.law)) if limit else ""
    st.caption(" ".join(x for x in (what, t("station.calendar_says"), colour) if x))
    downloads.offer(shown.days, f"{stem(shown)}-days", of=shown.about["station"])


def courses(shown: Place) -> None:
    """Hours of the week."""
    st.subheader(t("station.profile_title"), anchor=False)
    if shown.minutes >= 1440:
        st.caption(t("station.profile_daily"))
    elif not len(shown.profile):
        st.caption(t("station.profile_none"))
    else:
        drawn = heatmaps.week(shown.profile, shown.unit, theme=choices.theme())
        st.plotly_chart(drawn, key="station.week", config=look_charts.CONFIG, alt=t("station.profile_title"))
        st.caption(t("station.profile_says", n=number(int(shown.profile["n"].sum()))))
        downloads.offer(shown.profile, f"{stem(shown)}-week", of=shown.about["station"])


def roses(shown: Place, called: dict[str, str]) -> None:
    """Wind rose and pollution rose, or why there are none."""
    st.subheader(t("station.roses_title"), anchor=False)
    if shown.wind is None:
        st.caption(t("station.roses_daily" if shown.minutes >= 1440 else "station.roses_none"))
        return
    try:
        pair = (
            (wind_rose(shown.wind.wide, sector=30), "m/s", "station.rose_wind"),
            (pollution_rose(shown.wind.wide, "value", sector=30), shown.unit, "station.rose_pollution"),
        )
    except Refused:
        st.caption(t("station.roses_none"))
        return
    for column, (found, unit, title) in zip(st.columns(2), pair, strict=True):
        with column:
            st.markdown(f"**{t(title, parameter=label(shown))}**")
            st.plotly_chart(look_roses.rose(found, unit), key=title, config=look_charts.CONFIG, alt=t(title,
                            parameter=label(shown)))  # fmt: skip
            if not downloads.kept_in(shown.wind.station):
                part = title.rsplit("_", 1)[-1]
                downloads.offer(found.table, f"{stem(shown)}-{part}-rose", of=shown.about["station"])
    own = shown.wind.station == shown.about["station"]
    other = called.get(shown.wind.station, shown.wind.station)
    whose = t("station.wind_own") if own else t("station.wind_other", station=other)
    kind = t(f"quantity.kind.{shown.wind.kind}")
    st.caption(t("station.roses_say", whose=markdown(whose), kind=kind, n=number(len(shown.wind.wide)),
                 calm=number(pair[0][0].calm)))  # fmt: skip


def around(shown: Place, called: dict[str, str]) -> None:
    """The nearest stations with their newest value."""
    st.subheader(t("station.neighbours_title", parameter=label(shown)), anchor=False)
    rows = shown.neighbours
    if not len(rows):
        st.caption(t("station.neighbours_none"))
        return
    current = rows["freshness"] != "grey"
    table = pd.DataFrame(
        {
            t("situation.column_station"): [called.get(s, s) for s in rows["station"]],
            t("station.column.distance"): [number(d, 1) for d in rows["distance"]],
            f"{t('station.column.newest')}, {t_unit(shown.unit)}": [
                language.level(v, digits(v)) if ok else language.MISSING
                for v, ok in zip(rows["value"], current, strict=True)
            ],
            t("station.column.averaged"): [averaged(m) for m in rows["minutes"]],
            t("situation.column_age"): [
                f"{FRESHNESS[f]} {language.age(None if pd.isna(a) else 60 * a)}"
                for f, a in zip(rows["freshness"], rows["age"], strict=True)
            ],
            t("situation.column_kind"): [f"{KINDS[k]} {t(f'quantity.kind.{k}')}" if k else "" for k in rows["kind"]],
        }
    )
    st.dataframe(table, hide_index=True, width="stretch")
    downloads.offer(rows, f"{stem(shown)}-neighbours", of=shown.about["station"])


def averaged(minutes: int) -> str:
    """The length of an interval in words."""
    return t("station.averaged.day") if minutes >= 1440 else t("station.averaged.minutes", n=int(minutes))


def label(shown: Place) -> str:
    """The parameter in words."""
    return t(f"quantity.parameter.{shown.parameter}")


def stem(shown: Place) -> str:
    """Name of a file with this station's figures."""
    plain = "".join(c if c.isalnum() else "-" for c in str(shown.about["station"]))
    return f"{plain}-{shown.parameter}"


@page_frame.live()
def page() -> None:
    """The page; looks again every minute."""
    if city_tables.empty():
        page_frame.head(t("frame.page.station"))
        page_frame.nothing()
        return
    top = st.container()
    columns = st.columns([1.3, 2.2, 1.2, 1.5], vertical_alignment="bottom")
    city = choices.city(columns[0])
    called = names(city)
    picked = chosen(city, called, columns[1:])
    offered = ["30d"] if picked and daily(city, *picked) else list(PERIODS)
    back = choices.pick(
        "period", offered, t("frame.period"), show=lambda k: t(f"frame.periods.{k}"),
        widget=columns[3].segmented_control, required=True,
    )  # fmt: skip
    if picked is None:
        with top:
            page_frame.head(t("frame.page.station"), t("station.no_station", city=city.name(language.language())))
        return
    shown = place(city.key, *picked)
    period = max(PERIODS[back], timedelta(days=30)) if shown.minutes >= 1440 else PERIODS[back]
    with top:
        law = law_words(shown)
        name = markdown(called.get(picked[0], picked[0]))
        answer = t("station.answer", station=name, parameter=label(shown), value=value_words(shown))
        page_frame.head(name, f"{answer} {law}".strip(), chips(shown))
        facts(shown)
        station_verdicts.draw(shown)
    advice.of_index(shown.hour.indices.get(STANDARDS[0]))
    hours(shown, period)
    days(shown)
    courses(shown)
    roses(shown, called)
    around(shown, called)
    wanted = Asked(city, shown.now, station=picked[0], parameters=(picked[1],))
    made_from.offer(lambda: (shown.hour, shown.day), city, wanted, f"{stem(shown)}-now", called)


page()
