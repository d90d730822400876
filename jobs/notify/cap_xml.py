"""CAP 1.2 and Atom as XML: alerts in four languages, with area and codes, and the feed that lists them."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from data import advice
from data.city import LANGUAGES, City, cities
from data.clock import iso
from data.words import Words
from jobs.alarms.reports import Report, figure, moment, named, spoken, subject, where, who, zone_of
from jobs.notify.cap import OVER, STANDS, WITHDRAWN, Message, Situation
from jobs.notify.channels import page

CAP = "urn:oasis:names:tc:emergency:cap:1.2"
ATOM = "http://www.w3.org/2005/Atom"
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, production 2


class Manner(NamedTuple):
    """What a kind of rule is in CAP's words."""

    categories: tuple[str, ...]
    certainty: str
    urgency: str  # empty: by priority


MANNERS: Mapping[str, Manner] = {
    "limit": Manner(("Env", "Health"), "Observed", ""),
    "index": Manner(("Env", "Health"), "Observed", ""),
    "event": Manner(("Env", "Met"), "Likely", ""),  # inferred by the centre, not seen
    "forecast": Manner(("Env", "Health"), "Likely", "Future"),
}


# OASIS Event Terms 1.2: by kind of event, else air quality.
TERMS: Mapping[str, str] = {"dust_storm": "OET-066", "stagnation": "OET-006", "smoke": "OET-059"}
AIR_QUALITY = "OET-004"


class Weight(NamedTuple):
    """What a priority is in CAP's words."""

    urgency: str
    severity: str
    response: str
    instruction: str


AVOID = "avoid"  # the instruction whose words are those of `data.advice`

# Extreme is left to authorities that may give orders.
WEIGHTS: Mapping[str, Weight] = {
    "critical": Weight("Immediate", "Severe", "Avoid", AVOID),
    "high": Weight("Immediate", "Moderate", "Avoid", AVOID),
    "medium": Weight("Expected", "Minor", "Monitor", "monitor"),
    "low": Weight("Expected", "Minor", "Monitor", "monitor"),
}
ENDED: Mapping[str, tuple[Weight, str]] = {
    OVER: (Weight("Past", "Minor", "AllClear", "none"), "Observed"),
    WITHDRAWN: (Weight("Unknown", "Unknown", "None", "monitor"), "Unknown"),
}
NOTES: Mapping[str, str] = {STANDS: "cap.renewed", OVER: "cap.over", WITHDRAWN: "cap.withdrawn"}


def alert(message: Message, sender: str, *, exercise: bool) -> bytes:
    """
    One message.

    Parameters
    ----------
    message : Message
    sender : str
    exercise : bool
        Status ``Exercise``: simulated values or a replay.

    Returns
    -------
    bytes
        UTF-8.
    """
    root = _head(message.identifier, message.sent, message.kind, sender, exercise, zone_of(message.report))
    if message.phase in NOTES:
        _add(root, "note", spoken("en").say(NOTES[message.phase]))
    _references(root, sender, message.references, zone_of(message.report))
    _add(root, "incidents", message.report.occurrence)
    for language in LANGUAGES:
        _info(root, message, spoken(language), exercise)
    return _bytes(root)


def bulletin(state: Situation, sender: str, *, exercise: bool) -> bytes:
    """Everything that stands, as one message; without anything it is a message between systems."""
    zone = next(iter(cities().values())).zone
    root = _head(state.identifier, state.sent, state.kind, sender, exercise, zone, system=not state.parts)
    if not any(part.live for part in state.parts):
        _add(root, "note", spoken("en").say("cap.calm_now" if state.parts else "cap.calm"))
    _references(root, sender, (state.before,) if state.before else (), zone)
    if state.parts:
        _add(root, "incidents", " ".join(dict.fromkeys(part.report.occurrence for part in state.parts)))
    for part in state.parts:
        for language in LANGUAGES:
            _info(root, part, spoken(language), exercise)
    return _bytes(root)


def feed(found: Sequence[Message], sender: str, base: str, language: str, now: datetime, *, exercise: bool) -> bytes:
    """
    The messages as an Atom feed (RFC 4287) whose entries link to them.

    Parameters
    ----------
    found : sequence of Message
        Newest first.
    base : str
        Address of the API, without a slash at its end.
    language : str
        Of the titles; the messages themselves hold all four.
    """
    said = spoken(language)
    root = ET.Element("feed", {"xmlns": ATOM, "xml:lang": language})
    _add(root, "id", f"{base}/alarms.atom")
    _add(root, "title", said.say("cap.feed"))
    _add(root, "updated", iso(found[0].sent if found else now.replace(minute=0, second=0, microsecond=0), "seconds"))
    ET.SubElement(root, "link", rel="self", type="application/atom+xml", href=f"{base}/alarms.atom")
    _add(ET.SubElement(root, "author"), "name", said.say("centre.name"))
    for message in found:
        entry = ET.SubElement(root, "entry")
        link = f"{base}/alarms/{message.identifier}.cap"
        _add(entry, "id", link)
        _add(entry, "title", _headline(message, said, exercise))
        _add(entry, "updated", iso(message.sent, "seconds"))
        _add(entry, "published", iso(message.sent, "seconds"))
        ET.SubElement(entry, "link", rel="alternate", type="application/cap+xml", href=link)
        ET.SubElement(entry, "category", term=message.kind)
        _add(entry, "summary", _description(message, said))
    return _bytes(root)


def _head(
    identifier: str, sent: datetime, kind: str, sender: str, exercise: bool, zone: ZoneInfo, system: bool = False
) -> ET.Element:
    root = ET.Element("alert", xmlns=CAP)
    _add(root, "identifier", identifier)
    _add(root, "sender", sender)
    _add(root, "sent", stamp(sent, zone))
    _add(root, "status", "Exercise" if exercise else "System" if system else "Actual")
    _add(root, "msgType", kind)
    _add(root, "scope", "Public")
    return root


def _references(root: ET.Element, sender: str, earlier: Sequence[tuple[str, datetime]], zone: ZoneInfo) -> None:
    if earlier:
        _add(root, "references", " ".join(f"{sender},{name},{stamp(sent, zone)}" for name, sent in earlier))


def _info(root: ET.Element, message: Message, said: Words, exercise: bool) -> None:
    """One language; the order of the elements is the schema's."""
    report, info = message.report, ET.SubElement(root, "info")
    manner, zone = MANNERS[report.kind], zone_of(report)
    weight, certainty = ENDED.get(message.phase, (WEIGHTS[report.priority], manner.certainty))
    urgency = manner.urgency if message.live and manner.urgency else weight.urgency
    _add(info, "language", said.language)
    for category in manner.categories:
        _add(info, "category", category)
    _add(info, "event", report.text(said.language))
    _add(info, "responseType", weight.response)
    for name, value in (("urgency", urgency), ("severity", weight.severity), ("certainty", certainty)):
        _add(info, name, value)
    events = report.definition.events if report.definition else ()
    _pair(info, "eventCode", "OET:v1.2", next((TERMS[e] for e in events if e in TERMS), AIR_QUALITY))
    _pair(info, "eventCode", "cleanair:rule", report.rule)
    for name, when in (("effective", message.sent), ("onset", message.onset), ("expires", message.expires)):
        _add(info, name, stamp(when, zone))
    _add(info, "senderName", said.say("centre.name"))
    _add(info, "headline", _headline(message, said, exercise))
    _add(info, "description", _description(message, said))
    _add(info, "instruction", _instruction(report, weight.instruction, said))
    if page():
        _add(info, "web", f"{page()}?lang={said.language}")
    for name, text in _facts(report).items():
        _pair(info, "parameter", f"cleanair:{name}", text)
    _area(info, report, said)


def _instruction(report: Report, key: str, said: Words) -> str:
    """What people should do: advice of health where there is something to avoid, then whom to listen to."""
    if key != AVOID:
        return said.say(f"cap.{key}")
    events = report.definition.events if report.definition else ()
    return f"{advice.of_alarm(said.language, events, report.parameter)} {said.say('cap.monitor')}"


def _headline(message: Message, said: Words, exercise: bool) -> str:
    action = {OVER: "returned", WITHDRAWN: "out_of_service"}.get(message.phase, message.report.action)
    words = named(said, "action", action)
    line = subject(message.report, said).replace(named(said, "action", message.report.action), words, 1)
    return f"{said.say('message.exercise')}: {line}" if exercise else line


def _description(message: Message, said: Words) -> str:
    report = message.report
    since = said.say("message.raised", moment=moment(message.onset, zone_of(report), said))
    told = [said.say(NOTES[message.phase])] if message.phase in NOTES else []
    told += [f"{figure(report, said)}."] if figure(report, said) else []
    told += [since] if message.live else []
    told += [f"{said.say('message.act', who=who(one, said))}." for one in report.triggers if message.live]
    return " ".join([*told, said.say("cap.disclaimer")])


def _facts(report: Report) -> dict[str, str]:
    """What machines want to read without parsing a sentence."""
    facts = {"priority": report.priority, "kind": report.kind, "parameter": report.parameter}
    facts |= {"averaging": report.averaging, "unit": report.unit if report.value is not None else ""}
    facts |= {"value": _plain(report.value), "limit": _plain(report.limit.concentration if report.limit else None)}
    begin, end = report.rests_on or (None, None)
    facts |= {
        "rests_on_from": iso(begin, "seconds") if begin else "",
        "rests_on_to": iso(end, "seconds") if end else "",
    }
    return {name: text for name, text in facts.items() if text}


def _plain(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _area(info: ET.Element, report: Report, said: Words) -> None:
    for city in [report.place] if report.place else list(cities().values()):
        area = ET.SubElement(info, "area")
        _add(area, "areaDesc", where(report, said) if report.place else city.name(said.language))
        _add(area, "polygon", polygon(city))
        for name, code in {
            **city.extra.get("geocode", {}),
            "ISO3166-1": city.country,
            "cleanair:city": city.key,
        }.items():
            _pair(area, "geocode", name, code)


def polygon(city: City) -> str:
    """
    The city's box, counter-clockwise and closed, as CAP writes it: latitude, longitude.

    Examples
    --------
    >>> from data.city import city
    >>> polygon(city("tashkent"))
    '41.05,68.9 41.05,69.75 41.55,69.75 41.55,68.9 41.05,68.9'
    """
    south, west, north, east = city.box
    corners = ((south, west), (south, east), (north, east), (north, west), (south, west))
    return " ".join(f"{lat:g},{lon:g}" for lat, lon in corners)


def stamp(moment: datetime, zone: ZoneInfo) -> str:
    """
    Date and time as CAP wants it: whole seconds, an offset in figures, UTC as ``-00:00``.

    Examples
    --------
    >>> at = datetime(2026, 1, 10, 6, 30, tzinfo=ZoneInfo("UTC"))
    >>> stamp(at, ZoneInfo("Asia/Tashkent")), stamp(at, ZoneInfo("UTC"))
    ('2026-01-10T11:30:00+05:00', '2026-01-10T06:30:00-00:00')
    """
    local = moment.astimezone(zone)
    text = local.replace(microsecond=0).isoformat()
    return text.replace("+00:00", "-00:00") if not local.utcoffset() else text


def _pair(parent: ET.Element, tag: str, name: str, value: str) -> None:
    pair = ET.SubElement(parent, tag)
    _add(pair, "valueName", name)
    _add(pair, "value", value)


def _add(parent: ET.Element, tag: str, text: str) -> None:
    ET.SubElement(parent, tag).text = _ILLEGAL.sub("\ufffd", text)


def _bytes(root: ET.Element) -> bytes:
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))
