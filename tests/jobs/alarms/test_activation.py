"""When an alarm rang, whatever is done about it; when it ends by the calendar; and what it says without data."""

import re
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pandas as pd
import pytest

from data.city import city
from data.rules.alarms import rules
from data.store import Store
from jobs.access.operators import Operator
from jobs.alarms.evaluate import act, evaluate, log_of
from jobs.alarms.reports import lines, reports, spoken
from jobs.notify import cap, cap_xml
from jobs.notify.channels import Channel
from jobs.notify.content import compose
from pages.ui.alarms import board, cards
from pages.ui.reader import language
from pages.ui.wall import frame
from tests.conftest import hourly

START = datetime(2026, 1, 8, tzinfo=UTC)
RULE, PLACE = "pm25-single-kz", "astana"
WHO = Operator("Aigul")
RANG = START + timedelta(hours=3)  # 08:00 on the clock of Astana


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def row(store: Store, rule: str = RULE) -> pd.Series:
    table = store.table("alarms")
    return table[(table["rule"] == rule) & (table["city"] == PLACE)].iloc[0]


@pytest.fixture
def rung(store: Store) -> Store:
    for number, kind in enumerate(("reference", "indicative", "indicative")):
        store.append(hourly([300.0 + number] * 20, city=PLACE, station=f"post:{number}", kind=kind))
    evaluate(store, RANG)
    return store


def wall(store: Store, now: datetime) -> str:
    """The alarms of the wall's foot."""
    picture = SimpleNamespace(city=city(PLACE), name="Astana", now=now)
    with language.using("en"):
        return frame._alarms([picture], board.alarms(store.table("alarms"), [PLACE], now), 9)  # type: ignore[list-item]


def onset(store: Store, now: datetime) -> set[str]:
    known = cap.messages(reports(store.table("alarm_log"), store.table("alarms")), now)
    mine = [m for m in known if m.report.rule == RULE]
    body = cap_xml.alert(mine[-1], cap.sender(), exercise=False)
    return {one.text or "" for one in ET.fromstring(body).iter(f"{{{cap_xml.CAP}}}onset")}


STEPS: list[tuple[str, dict[str, object]]] = [
    ("acknowledged", {}),
    ("comment", {"note": "seen on site"}),
    ("shelved", {"note": "works", "until": at(6)}),
    ("unshelved", {}),
    ("acknowledged", {}),
    ("out_of_service", {"note": "calibration"}),
    ("in_service", {}),
    ("handover", {"note": "all told"}),
]


def test_no_action_moves_the_time_at_which_it_rang(rung: Store) -> None:
    for minutes, (action, more) in enumerate(STEPS, start=25):
        now = RANG + timedelta(minutes=minutes)
        act(rung, WHO, action, RULE, PLACE, now=now, **more)  # type: ignore[arg-type]
        for _ in range(2):  # as the action left it, and as the next look writes it
            found = row(rung)
            assert found["rang_at"] == RANG, action
            assert onset(rung, now) == {"2026-01-08T08:00:00+05:00"}, action
            if found["state"] not in board.ASIDE:
                assert "08:00 Astana: PM2.5 above the single-maximum limit" in wall(rung, now), action
            with language.using("en"):
                card = cards.card(found.to_dict(), log_of(rung), rules(), now)
            assert re.search(r"rang [^·]*08:00", card), action
            evaluate(rung, now + timedelta(seconds=30))
    assert row(rung)["since"] > RANG
    told = reports(rung.table("alarm_log"), rung.table("alarms"))
    mine = [one for one in told if one.rule == RULE]
    assert {one.rang_at for one in mine} == {RANG}
    channel = Channel("webhook", "low", "en", "https://example.org")
    body = compose("x", mine[:1], channel, exercise=False).payload()
    assert body["alarms"][0]["rang_at"] == "2026-01-08T03:00:00Z"


def test_a_ring_after_a_return_is_a_ring_of_its_own(store: Store) -> None:
    store.append(hourly([300.0] * 3 + [10.0] * 5 + [300.0] * 4, city=PLACE))
    for hour in range(1, 13):
        evaluate(store, at(hour))
    log = log_of(store)
    assert log[log["rule"] == RULE]["action"].tolist() == ["raised", "returned", "rang_again"]
    assert row(store)["rang_at"].floor("s") == at(10)


def warning(day: str, issued: datetime, probability: float = 0.9) -> pd.DataFrame:
    return pd.DataFrame([{"city": PLACE, "parameter": "pm25", "day": day, "probability": probability, "limit": 35.0,
                          "averaging": "24h", "standard": "kz", "status": "verified", "value": 44.0, "lower": 30.0,
                          "upper": 60.0, "issued": pd.Timestamp(issued)}])  # fmt: skip


def test_an_alarm_for_tomorrow_ends_when_its_day_begins(store: Store) -> None:
    """Rung on the 18th at 20:00 for the 19th, looked at again on the 21st at 08:00, as a replay does."""
    evening = datetime.fromisoformat("2026-01-18T20:00+05:00")
    store.append(hourly([10.0] * 30, city=PLACE, first="2026-01-17 12:00"))
    store.replace("forecast_warnings", warning("2026-01-19", evening))
    evaluate(store, evening)
    found = row(store, "forecast-24h")
    midnight = pd.Timestamp("2026-01-19T00:00+05:00")
    assert (found["state"], found["expires"], found["rests_on_from"]) == ("unacknowledged", midnight, midnight)
    evaluate(store, (midnight - pd.Timedelta(1, "min")).to_pydatetime())
    assert row(store, "forecast-24h")["state"] == "unacknowledged"
    later = datetime.fromisoformat("2026-01-21T08:00+05:00")
    assert not len(board.alarms(store.table("alarms"), [PLACE], later).standing.query("rule == 'forecast-24h'"))
    evaluate(store, later)
    found = row(store, "forecast-24h")
    assert (found["state"], pd.isna(found["rang_at"]), pd.isna(found["expires"])) == ("normal", True, True)
    known = cap.messages(reports(store.table("alarm_log"), store.table("alarms")), later)
    ends = {m.expires for m in known if m.report.rule == "forecast-24h"}
    assert ends == {midnight.to_pydatetime()}


def test_a_warning_for_the_next_day_rings_anew(store: Store) -> None:
    evening = datetime.fromisoformat("2026-01-18T20:00+05:00")
    store.append(hourly([10.0] * 48, city=PLACE, first="2026-01-17 12:00"))
    store.replace("forecast_warnings", warning("2026-01-19", evening))
    evaluate(store, evening)
    act(store, WHO, "acknowledged", "forecast-24h", PLACE, now=evening + timedelta(minutes=1))
    later = datetime.fromisoformat("2026-01-19T00:05+05:00")
    store.replace("forecast_warnings", warning("2026-01-20", later - timedelta(minutes=3)))
    evaluate(store, later)
    log = log_of(store)
    mine = log[log["rule"] == "forecast-24h"]
    assert mine["action"].tolist() == ["raised", "acknowledged", "expired", "raised"]
    assert mine["occurrence"].nunique() == 2
    assert row(store, "forecast-24h")["rang_at"].floor("s") == later


def test_without_data_an_alarm_stands_but_not_as_current(rung: Store) -> None:
    evaluate(rung, at(20))
    assert board.alarms(rung.table("alarms"), [PLACE], at(20)).hold() is not None
    for hours in (27, 28, 60):
        evaluate(rung, at(hours))
    found = row(rung)
    assert (found["state"], found["no_data"], found["no_data_since"]) == ("unacknowledged", True, at(20))
    assert found["rang_at"] == RANG
    log = log_of(rung)
    assert log[log["rule"] == RULE]["action"].tolist() == ["raised", "silent"]
    table = rung.table("alarms")
    shown = board.alarms(table[table["rule"] == RULE], [PLACE], at(60))
    assert (len(shown.standing), len(shown.current), shown.hold()) == (1, 0, None)
    text = wall(rung, at(60))
    line = next(part for part in text.split('<div class="alarm ') if "single-maximum" in part)
    assert line.startswith("unacknowledged silent")
    assert "no data since 9 Jan 01:00" in line
    with language.using("en"):
        card = cards.card(found.to_dict(), log, rules(), at(60))
    assert 'class="ca-ring unacknowledged silent"' in card
    assert "no data since" in card
    known = cap.messages(reports(rung.table("alarm_log"), table), at(200))
    assert max(m.sent for m in known if m.report.rule == RULE) <= at(27)  # not said again while nobody knows
    rung.append(hourly([300.0] * 3, city=PLACE, station="post:0", first="2026-01-10 10:00"))
    evaluate(rung, at(61))
    assert log_of(rung)[lambda t: t["rule"] == RULE]["action"].tolist() == ["raised", "silent", "heard"]


def test_current_alarms_stand_before_older_and_graver_ones(store: Store) -> None:
    rows = pd.DataFrame(
        {
            "rule": ["a", "b", "c"], "city": PLACE, "state": "unacknowledged", "view": "map",
            "priority": ["critical", "medium", "low"], "no_data": [True, False, False], "rang_at": pd.Timestamp(RANG),
        }
    )  # fmt: skip
    store.replace("alarms", rows)
    made = board.alarms(store.table("alarms"), [PLACE])
    assert made.standing["rule"].tolist() == ["b", "c", "a"]


def test_an_alarm_names_the_rows_it_rests_on(rung: Store) -> None:
    found = row(rung)
    begin, end = found["rests_on_from"], found["rests_on_to"]
    assert (begin, end) == (at(2), at(3))
    assert (found["value"], found["rank"], found["n"], found["of"]) == (301.0, 2, 2, 3)
    stated = pd.read_json(pd.io.common.StringIO(found["rests_on"]))
    rows = rung.measurements(PLACE, [found["parameter"]], begin.to_pydatetime(), end.to_pydatetime())
    again = rows.set_index("station")["value"].sort_values(ascending=False)
    assert list(zip(stated["station"], stated["value"], strict=True)) == list(again.items())
    assert again.iloc[found["rank"] - 1] == found["value"]
    assert "2nd highest of 3 stations 301 µg/m³" in found["short"]
    assert "2-я по величине из 3 станций 301 мкг/м³" in found["short_ru"]
    assert "3 stansiya ichida yuqoridan 2-oʻrin 301 mkg/m³" in found["short_uz"]
    assert "3 станция ішінде жоғарыдан 2-орын 301 мкг/м³" in found["short_kk"]


def test_what_rests_on_a_day_names_it_and_no_index_goes_beyond_its_scale(store: Store) -> None:
    for number in (1, 2):
        days = hourly([900.0], city="tashkent", station=f"post:{number}", first="2026-01-16 19:00", minutes=1440)
        store.append(days)
    evaluate(store, datetime.fromisoformat("2026-01-18T20:00+05:00"))
    table = store.table("alarms")
    found = table[(table["rule"] == "index-hazardous") & (table["city"] == "tashkent")].iloc[0]
    assert (found["state"], found["value"], found["rests_on_to"]) == (
        "unacknowledged", 500.0, pd.Timestamp("2026-01-17T19:00Z"),
    )  # fmt: skip
    assert "US AQI 500+, from the mean of 17 January, PM2.5" in found["short"]
    assert "AQI США 500+, по среднему PM2.5 за 17 января" in found["short_ru"]
    told = reports(store.table("alarm_log"), table)
    assert {one.value for one in told if one.rule == "index-hazardous"} == {500.0}
    one = next(r for r in told if r.rule == "index-hazardous")
    for tongue, said in (("en", "US AQI 500+ from PM2.5, daily value of 2026-01-17"), ("ru", "за 2026-01-17")):
        assert said in " ".join(lines(one, spoken(tongue)))
    known = cap.messages(told, datetime.fromisoformat("2026-01-18T20:01+05:00"))
    body = cap_xml.alert(next(m for m in known if m.report is one), cap.sender(), exercise=False).decode()
    assert "<valueName>cleanair:rests_on_to</valueName><value>2026-01-17T19:00:00Z</value>" in re.sub(
        r">\s+<", "><", body
    )
    assert not re.search(r"AQI [5-9]\d\d(?!\+)|AQI \d{4,}", " ".join(table["text"]))
