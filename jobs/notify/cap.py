"""Alarms as messages of the Common Alerting Protocol 1.2, derived from the log alone: same entry, same message."""

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby

from data.errors import CentreError
from jobs.alarms.reports import Report

SENDER = "CLEANAIR_CAP_SENDER"
NOBODY = "clean-air-situation-centre.invalid"  # RFC 2606: can be nobody's address
LASTS = timedelta(hours=24)  # what a message says is good for so long
RENEWED = timedelta(hours=12)  # and is said again before that
CLOSES = timedelta(hours=1)  # an all-clear is good for so long
FEED = timedelta(hours=48)  # messages stay in the feeds for so long
KINDS = ("limit", "index", "event", "forecast")  # data rules speak of our instruments: no warning to the public
KEEP_SHELVED = ("comment", "acknowledged", "silent", "heard")  # what a shelf outlives
RINGS, STANDS, OVER, WITHDRAWN = "rings", "stands", "over", "withdrawn"


class SenderError(CentreError, ValueError):
    """`CLEANAIR_CAP_SENDER` cannot be used; whoever runs the server must mend it."""

    status = 503


@dataclass(frozen=True)
class Message:
    """
    One CAP message.

    Attributes
    ----------
    identifier : str
        Unique for the sender and the same for ever.
    sent : datetime
        UTC, whole seconds.
    kind : str
        ``Alert``, ``Update`` or ``Cancel``.
    phase : str
        ``rings``, ``stands`` (said again), ``over`` (all-clear) or ``withdrawn``.
    onset : datetime
        When the alarm rang.
    report : Report
        The ring it speaks of.
    references : tuple of (str, datetime)
        Identifier and `sent` of earlier messages that this one replaces.
    """

    identifier: str
    sent: datetime
    kind: str
    phase: str
    onset: datetime
    report: Report
    references: tuple[tuple[str, datetime], ...] = ()

    @property
    def live(self) -> bool:
        """Whether it says that something stands."""
        return self.phase in (RINGS, STANDS)

    @property
    def expires(self) -> datetime:
        """Until when it is good: a warning for tomorrow until that day begins."""
        if not self.live:
            return self.sent + CLOSES
        ends = self.report.ends
        return self.sent + LASTS if ends is None else min(self.sent + LASTS, ends)


def sender() -> str:
    """
    Who sends: `CLEANAIR_CAP_SENDER`, by the standard without spaces, commas, ``<`` and ``&``.

    Raises
    ------
    SenderError
        When it has such a character.

    Examples
    --------
    >>> sender()
    'clean-air-situation-centre.invalid'
    """
    name = os.environ.get(SENDER, "").strip() or NOBODY
    if re.search(r"[\s,<&]", name):
        raise SenderError("jobs.notify.cap_sender", parameter=SENDER, variable=SENDER, example="air@city.example")
    return name


def public(report: Report) -> bool:
    """Whether the public is told: not of our own instruments and networks."""
    return report.kind in KINDS and report.definition is not None and report.definition.view != "health"


def messages(log: Sequence[Report], now: datetime) -> list[Message]:
    """
    Every message that the log gave rise to, oldest first.

    Parameters
    ----------
    log : sequence of Report
        By time.
    now : datetime
        UTC; a standing alarm is said again every 12 hours until then.

    Returns
    -------
    list of Message
        A ring is an Alert; a ring again and what still stands are Updates; a return is an Update with the all-clear;
        a rule taken out of service is a Cancel. What is shelved or has no data is not said again; what has data again
        is. A warning for tomorrow needs no all-clear: its messages are good until that day begins.

    Examples
    --------
    >>> from data.rules.alarms import rules
    >>> rule = next(r for r in rules().rules if r.key == "dust-storm")
    >>> at = datetime(2026, 1, 10, 6, 30, tzinfo=UTC)
    >>> ring = Report(at, rule.key, "astana", "dust-storm:astana:2026-01-10T06:30:00Z", "raised", rule)
    >>> [(m.identifier, m.kind) for m in messages([ring], at + timedelta(hours=13))]
    [('dust-storm-astana-2026-01-10T06-30-00Z.1', 'Alert'), ('dust-storm-astana-2026-01-10T06-30-00Z.2', 'Update')]
    """
    told = sorted((r for r in log if public(r) and r.occurrence and r.at <= now), key=lambda r: r.occurrence)
    chains = (_chain(list(part), now) for _, part in groupby(told, key=lambda r: r.occurrence))
    return sorted((m for chain in chains for m in chain), key=lambda m: (m.sent, m.identifier))


def _chain(entries: list[Report], now: datetime) -> list[Message]:
    """Messages of one occurrence, which a shelf silences and a rule's return to service may open anew."""
    made: list[Message] = []
    ring: Report | None = None
    open_, shelved, silent = False, False, False
    for entry, following in zip(entries, [*entries[1:], None], strict=True):
        live = bool(made) and made[-1].live
        if entry.action in ("raised", "rang_again"):
            ring, open_, silent = entry, True, False
            _say(made, entry, ring, "Update" if live else "Alert", RINGS)
        elif entry.action == "in_service" and ring and open_ and not live and not _over(ring, entry.at):
            _say(made, entry, ring, "Alert", RINGS)
        elif entry.action == "returned" and ring:
            open_ = False
            if live:
                _say(made, entry, ring, "Update", OVER)
        elif entry.action == "out_of_service" and live and ring:
            _say(made, entry, ring, "Cancel", WITHDRAWN)
        elif entry.action == "expired":
            break
        shelved = entry.action == "shelved" or (shelved and entry.action in KEEP_SHELVED)
        heard = silent and entry.action == "heard"
        silent = (silent or entry.action == "silent") and not heard
        if heard and live and ring and not shelved and not _over(ring, entry.at):
            _say(made, entry, ring, "Update", STANDS)
        if made and made[-1].live and not shelved and not silent:
            _renew(made, following.at if following else now)
    return made


def _over(ring: Report, moment: datetime) -> bool:
    """Whether what rang is over by the calendar."""
    return ring.ends is not None and ring.ends <= moment


def _renew(made: list[Message], until: datetime) -> None:
    while (again := made[-1].sent + RENEWED) < until and not _over(made[-1].report, again):
        _say(made, replace(made[-1].report, at=again), made[-1].report, "Update", STANDS)


def _say(made: list[Message], entry: Report, ring: Report, kind: str, phase: str) -> None:
    """Add a message; it refers to those that are still good, to the last one at least."""
    sent = entry.at.astimezone(UTC).replace(microsecond=0)
    earlier = [] if kind == "Alert" else [m for m in made if m.live and m.expires > sent] or made[-1:]
    name = f"{re.sub(r'[^A-Za-z0-9.]+', '-', ring.occurrence).strip('-')}.{len(made) + 1}"
    made.append(Message(name, sent, kind, phase, ring.at, ring, tuple((m.identifier, m.sent) for m in earlier)))


def recent(known: Iterable[Message], now: datetime) -> list[Message]:
    """What belongs into a feed: messages of the last 48 hours, newest first."""
    return [m for m in sorted(known, key=lambda m: m.sent, reverse=True) if m.sent > now - FEED]


@dataclass(frozen=True)
class Situation:
    """
    All that stands, as one message, which replaces the one before.

    Attributes
    ----------
    identifier : str
        From the moment of its newest part.
    kind : str
        ``Alert`` where nothing stood before, else ``Update``.
    parts : tuple of Message
        What stands, and what has just ended.
    before : (str, datetime) or None
        The situation it replaces.
    """

    identifier: str
    sent: datetime
    kind: str
    parts: tuple[Message, ...]
    before: tuple[str, datetime] | None


def situation(known: Sequence[Message], now: datetime, scope: str = "") -> Situation:
    """
    The newest situation.

    Parameters
    ----------
    known : sequence of Message
        As `messages` gives them, of one city or of all.
    now : datetime
        UTC.
    scope : str
        City key; it becomes part of the identifier.

    Returns
    -------
    Situation
        Without parts where nothing was said for 48 hours: then it is a message between systems only.
    """
    stem = f"situation-{scope}" if scope else "situation"
    moments = [m for m in _moments(known) if m > now - FEED]
    if not moments:
        hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        return Situation(f"{stem}.calm.{_stamp(hour)}", hour, "Alert", (), None)
    sent = moments[-1]
    earlier = [m for m in _moments(known) if m < sent]
    before = earlier[-1] if earlier and any(_standing(known, earlier[-1])) else None
    ended = [m for m in known if m.sent == sent and not m.live]
    return Situation(
        f"{stem}.{_stamp(sent)}", sent, "Update" if before else "Alert", (*_standing(known, sent), *ended),
        (f"{stem}.{_stamp(before)}", before) if before else None,
    )  # fmt: skip


def _moments(known: Sequence[Message]) -> list[datetime]:
    return sorted({m.sent for m in known})


def _standing(known: Sequence[Message], moment: datetime) -> Iterator[Message]:
    """The last message of each occurrence that stood at a moment, the most urgent first."""
    last = {m.report.occurrence: m for m in known if m.sent <= moment}  # in order of time: the last one stays
    order = {"critical": 0, "high": 1, "medium": 2, "low": 3}
    live = [m for m in last.values() if m.live and m.expires > moment]
    yield from sorted(live, key=lambda m: (order.get(m.report.priority, 1), m.sent))


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y%m%dT%H%M%SZ}"
