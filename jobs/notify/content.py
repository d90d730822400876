"""What a notification holds: the same content for webhook, e-mail and Telegram."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from data.clock import iso
from jobs.alarms import reports as alarms_reports
from jobs.alarms.reports import Report, spoken
from jobs.notify.channels import Channel, page

LISTED = 12  # entries of a flood that are named; the rest is counted


@dataclass(frozen=True)
class Content:
    """
    A message ready to leave.

    Attributes
    ----------
    id : str
        The same at every try.
    kind : str
        ``alarm.raised``, ``alarm.rang_again``, ``alarm.returned``, ``alarm.out_of_service``, ``alarm.summary`` or
        ``alarm.test``.
    at : datetime
        Of the newest entry in it.
    thread : str
        Occurrence that it belongs to; empty for a summary.
    """

    id: str
    kind: str
    at: datetime
    exercise: bool
    language: str
    subject: str
    lines: tuple[str, ...]
    reports: tuple[Report, ...] = ()
    thread: str = ""

    def text(self) -> str:
        """Subject and lines as plain text."""
        return "\n".join((self.subject, "", *self.lines))

    def payload(self) -> dict[str, Any]:
        """For machines; every key is in the data dictionary."""
        return {
            "id": self.id,
            "type": self.kind,
            "timestamp": iso(self.at, "seconds"),
            "exercise": self.exercise,
            "language": self.language,
            "subject": self.subject,
            "text": "\n".join(self.lines),
            "url": page() or None,
            "alarms": [_record(report) for report in self.reports],
        }


def compose(id: str, told: Sequence[Report], channel: Channel, *, exercise: bool) -> Content:
    """
    The content of one entry, or of many in a summary.

    Parameters
    ----------
    id : str
        Of the letter.
    told : sequence of Report
        Oldest first, at least one.
    channel : Channel
        Gives the language.
    exercise : bool
        Mark it as an exercise, first thing in the subject.
    """
    said, one = spoken(channel.language), told[0]
    if len(told) == 1:
        subject, lines = alarms_reports.subject(one, said), alarms_reports.lines(one, said)
        kind, thread = f"alarm.{one.action}", one.occurrence
    else:
        subject, lines = alarms_reports.summary(told, said), _listed(told, said)
        kind, thread = "alarm.summary", ""
    if exercise:
        subject = f"{said.say('message.exercise')}: {subject}"
        lines = [said.say("message.exercise_says"), *lines]
    return Content(
        id, kind, max(e.at for e in told), exercise, channel.language, subject, (*lines, *_foot(id, said)),
        tuple(told), thread,
    )  # fmt: skip


def trial(channel: Channel, now: datetime, *, exercise: bool) -> Content:
    """A message that a person sends to see whether a channel works."""
    said, id = spoken(channel.language), f"test:{now.astimezone(UTC):%Y%m%dT%H%M%SZ}:{channel.key}"
    subject = said.say("message.test", channel=channel.key)
    lines = (said.say("message.test_says"), *_foot(id, said))
    return Content(id, "alarm.test", now, exercise, channel.language, subject, lines)


def _listed(told: Sequence[Report], said: Any) -> list[str]:
    ranked = sorted(told, key=lambda e: (alarms_reports.rank(e.priority), e.at))
    named = [alarms_reports.summary_line(one, said) for one in ranked[:LISTED]]
    more = len(ranked) - LISTED
    return [*named, *([said.say("message.summary_more", n=more)] if more > 0 else [])]


def _foot(id: str, said: Any) -> list[str]:
    told = [said.say("message.see", url=page())] if page() else []
    return [*told, said.say("message.repeat", id=id)]


def _record(report: Report) -> Mapping[str, Any]:
    return {
        "occurrence": report.occurrence,
        "action": report.action,
        "at": iso(report.at, "seconds"),
        "rang_at": iso(report.rang_at, "seconds") if report.rang_at else None,
        "rests_on_from": iso(report.rests_on[0], "seconds") if report.rests_on else None,
        "rests_on_to": iso(report.rests_on[1], "seconds") if report.rests_on else None,
        "rule": report.rule,
        "city": report.city,
        "priority": report.priority,
        "kind": report.kind or None,
        "parameter": report.parameter or None,
        "averaging": report.averaging or None,
        "value": report.value,
        "unit": report.unit or None,
        "limit": report.limit.concentration if report.limit else None,
        "limit_indicative": report.limit.indicative if report.limit else None,
        "simulated": report.simulated,
        "text": dict(report.definition.text) if report.definition else {},
    }
