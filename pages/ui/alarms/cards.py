"""Alarms for the screen: cards, tables and the chart of rings; all text from outside is escaped."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import pandas as pd
import plotly.graph_objects as go

from data.city import City, cities, city_files
from data.clock import local_date
from data.rules.alarms import Rule, Rules
from data.rules.triggers import Trigger
from data.times import local_days
from models.alarms.rates import Rates, floods, rings
from models.alarms.text import COLUMNS, NUMBERS, SHORT
from pages.ui.alarms.board import PRIORITIES
from pages.ui.look.palette import ALARM, CALM, GROUND, INK, WARN
from pages.ui.reader import language
from pages.ui.reader.language import html, number, t

COLOURS: Mapping[str, str] = {"critical": ALARM, "high": ALARM, "medium": WARN, "low": CALM}
NOTES = ("comment", "shelved", "out_of_service", "acknowledged")
SHOWN = 3  # newest notes on a card


def place(key: str) -> str:
    """Name of a city, a word for all of them where none is named."""
    known = city_files()
    return known[key].name(language.language()) if key in known else t("alarms.everywhere")


def zone(key: str) -> ZoneInfo:
    """The clock of a city, of the first where none is named."""
    known = city_files()
    return known[key].zone if key in known else next(iter(cities().values())).zone


def title(rule: str, book: Rules) -> str:
    """What a rule is called; its key where it was removed since."""
    found = next((one for one in book.rules if one.key == rule), None)
    return found.text[language.language()] if found else rule


def priority(key: str) -> str:
    """Symbol and word."""
    return f"{PRIORITIES.get(key, '●')} {t(f'alarms.priority.{key}')}" if key in PRIORITIES else key


def card(row: Mapping[str, object], log: pd.DataFrame, book: Rules, now: datetime) -> str:
    """
    One alarm: priority, place and title, numbers, state with its age, who may act, what operators noted.

    Parameters
    ----------
    row : mapping
        Of the table `alarms`.
    log : DataFrame
        `alarm_log`; entries of the same occurrence are shown.
    """
    level, key = str(row["priority"]), str(row["city"])
    head = f"{place(key)}: {title(str(row['rule']), book)}"
    mine = log[log["occurrence"] == row["occurrence"]] if row["occurrence"] else log.iloc[:0]
    silent, colour = (" silent", GROUND) if row["no_data"] else ("", COLOURS.get(level, CALM))
    return (
        f'<div class="ca-ring {html(row["state"])}{silent}" style="--ca:{colour}">'
        f'<em><i aria-hidden="true">{PRIORITIES.get(level, "●")}</i> {html(t(f"alarms.priority.{level}"))}</em>'
        f'<b>{html(head)}</b><span class="said">{html(_numbers(row))}</span>'
        f'<span class="soft">{html(_state(row, mine, now))}</span>{_act(row, book, now)}{_notes(mine, key)}</div>'
    )


def _numbers(row: Mapping[str, object]) -> str:
    """What the evaluation says, without the title and the triggers, which stand by themselves."""
    reader = language.language()
    if not row.get(SHORT[reader]):  # a row of a release before 0.3: its text as it is
        return str(row.get(COLUMNS[reader]) or row.get("text") or "")
    return str(row.get(NUMBERS[reader]) or "")


def _triggers(row: Mapping[str, object], book: Rules, now: datetime) -> Sequence[Trigger]:
    rule = next((one for one in book.rules if one.key == row["rule"]), None)
    city = city_files().get(str(row["city"]))
    return book.triggers_of(rule, city, local_date(now, city.zone)) if rule and city else ()


def _act(row: Mapping[str, object], book: Rules, now: datetime) -> str:
    """Who may act today, with the act behind it; what has ended is not shown."""
    lines = (t("alarms.act", who=_trigger(trigger)) for trigger in _triggers(row, book, now))
    return "".join(f'<span class="soft">{html(line)}</span>' for line in lines)


def _trigger(trigger: Trigger) -> str:
    reader = language.language()
    return f"{trigger.text[reader]} ({trigger.cited(reader)})"


def _state(row: Mapping[str, object], mine: pd.DataFrame, now: datetime) -> str:
    rung, city = row["rang_at"], str(row["city"])
    if pd.isna(rung):  # a row of a release before 0.3, or one held since it was over
        rung = rings(mine)["at"].max() if len(mine) else pd.NaT
    parts = [t(f"alarms.state.{row['state']}")]
    if pd.notna(rung):
        parts.append(t("alarms.rings_since", moment=moment(rung, city), age=_age(rung, now)))
    parts += _rests_on(row, city)
    by, since = str(row.get("by") or ""), row.get("since")
    if by and by != "centre" and pd.notna(since):
        parts.append(t("alarms.by", name=by, age=_age(since, now)))
    if pd.notna(row.get("until")):
        parts.append(t("alarms.until", moment=moment(row["until"], str(row["city"]))))
    return " · ".join(parts)


def _rests_on(row: Mapping[str, object], city: str) -> list[str]:
    """From when to when the value was measured, or since when there is none; and when the calendar ends it."""
    told = []
    if pd.notna(row["no_data_since"]):
        told.append(t("alarms.silent_since", moment=moment(row["no_data_since"], city)))
    elif pd.notna(row["rests_on_to"]):
        begin, end = (moment(row[name], city) for name in ("rests_on_from", "rests_on_to"))
        told.append(t("alarms.rests_on", begin=begin, end=end))
    if pd.notna(row["expires"]):
        told.append(t("alarms.expires", moment=moment(row["expires"], city)))
    return told


def _notes(mine: pd.DataFrame, key: str) -> str:
    if not len(mine):
        return ""
    said = mine[mine["action"].isin(NOTES) & (mine["note"].fillna("") != "")].tail(SHOWN)
    return "".join(
        f"<blockquote>{html(moment(n.at, key))} {html(n.by)}: {html(n.note)}</blockquote>" for n in said.itertuples()
    )


def moment(at: object, key: str) -> str:
    """Day and time on the city's clock."""
    when = pd.Timestamp(at).to_pydatetime()  # type: ignore[arg-type]
    return f"{language.day(when, zone(key), year=False)} {language.clock(when, zone(key))}"


def _age(at: object, now: datetime) -> str:
    return language.age((pd.Timestamp(now) - pd.Timestamp(at)).total_seconds() / 60)  # type: ignore[arg-type]


def log_table(log: pd.DataFrame, book: Rules) -> pd.DataFrame:
    """The log in the reader's words, newest first."""
    rows = log.sort_values("at", ascending=False, kind="stable")
    return pd.DataFrame(
        {
            t("alarms.column.at"): [
                language.at(pd.Timestamp(r.at).to_pydatetime(), zone(r.city)) for r in rows.itertuples()
            ],
            t("alarms.column.city"): [place(c) for c in rows["city"]],
            t("alarms.column.action"): [t(f"alarms.action.{a}") for a in rows["action"]],
            t("alarms.column.rule"): [title(r, book) for r in rows["rule"]],
            t("alarms.column.by"): [t("alarms.centre") if b == "centre" else b for b in rows["by"].fillna("")],
            t("alarms.column.note"): rows["note"].fillna("").tolist(),
            t("alarms.column.value"): [number(v, 1) for v in rows["value"].astype(float)],
        }
    )


def rule_table(book: Rules, now: datetime) -> pd.DataFrame:
    """Every rule with its delays, and who may act by it today."""
    rows = []
    for rule in book.rules:
        where = [city for city in cities().values() if rule.acts_in(city)]
        rows.append(
            {
                t("alarms.column.rule"): rule.text[language.language()],
                t("alarms.column.city"): ", ".join(city.name(language.language()) for city in where),
                t("alarms.column.priority"): priority(rule.priority).replace(" ", "\N{NO-BREAK SPACE}"),
                t("alarms.column.rings_at"): _threshold(rule),
                t("alarms.column.needs"): _needs(rule),
                t("alarms.column.on"): _short(rule.on_delay),
                t("alarms.column.off"): _short(rule.off_delay),
                t("alarms.column.deadband"): _short(rule.deadband),
                t("alarms.column.act"): "; ".join(_stands_for(rule, where, book, now)),
            }
        )
    return pd.DataFrame(rows)


def _short(value: float) -> str:
    return number(value, 0 if float(value).is_integer() else 1)


def _threshold(rule: Rule) -> str:
    if rule.steps:
        said = [
            t("pollution.step" if hours <= 1 else "pollution.step_for", times=_short(times), hours=_short(hours))
            for times, hours in rule.steps
        ]
        return t("pollution.threshold", steps=", ".join(said))
    named = f"alarms.threshold.{rule.what or rule.kind}"
    given = {"category": rule.category, "share": number(100 * (rule.probability or rule.confidence))}
    averaging = t(f"alarms.averaging.{rule.averaging}") if rule.averaging else ""
    return t(named, averaging=averaging, **given)


def _needs(rule: Rule) -> str:
    if not rule.stations:
        return t("pollution.needs", n=rule.references) if rule.references else language.MISSING
    stations = t("alarms.stations", n=rule.stations)
    return f"{stations} {t('alarms.or_reference', n=rule.references)}" if rule.references else stations


def _stands_for(rule: Rule, where: Sequence[City], book: Rules, now: datetime) -> list[str]:
    days = {city.key: local_date(now, city.zone) for city in where}
    found = {one.key: one for city in where for one in book.triggers_of(rule, city, days[city.key])}
    return [_trigger(one) for one in found.values()]


def frequent(found: Rates, book: Rules) -> pd.DataFrame:
    """Which rules rang most often."""
    by_key = {rule.key: rule.priority for rule in book.rules}
    total = max(found.rings, 1)
    return pd.DataFrame(
        {
            t("alarms.column.rule"): [title(rule, book) for rule in found.by_rule],
            t("alarms.column.priority"): [priority(by_key.get(rule, "low")) for rule in found.by_rule],
            t("alarms.column.rings"): list(found.by_rule.values()),
            t("alarms.column.share"): [f"{number(100 * n / total)} %" for n in found.by_rule.values()],
        }
    )


def per_day(log: pd.DataFrame, start: datetime, end: datetime, clock: ZoneInfo) -> go.Figure:
    """Rings a day as bars; a day with a flood in the colour of alarm, and it says so."""
    at = pd.DatetimeIndex(rings(log)["at"])
    days = pd.date_range(local_date(start, clock), local_date(end, clock))
    counts = local_days(at, clock).value_counts().reindex(days, fill_value=0)
    flooded = set(local_days([f.start for f in floods(at.sort_values())], clock))
    figure = go.Figure(
        go.Bar(
            x=days,
            y=counts.to_numpy(),
            marker_color=[ALARM if day in flooded else INK for day in days],
            text=[t("alarms.flood") if day in flooded else "" for day in days],
            textposition="outside",
            hovertemplate="%{x|%d.%m} · <b>%{y}</b><extra></extra>",
        )
    )
    figure.update_layout(
        height=230,
        margin={"l": 44, "r": 8, "t": 12, "b": 30},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        bargap=0.25,
        showlegend=False,
    )
    figure.update_xaxes(tickformat="%d.%m", showgrid=False)
    figure.update_yaxes(gridcolor=GROUND, rangemode="tozero", title=t("alarms.column.rings"), tickformat="d")
    if not len(counts) or counts.max() < 5:
        figure.update_yaxes(dtick=1, range=[0, 5])  # whole rings, on an axis that does not make one look like many
    return figure
