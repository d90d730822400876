"""The channels that alarms leave by, read from the environment."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NamedTuple

from data.city import LANGUAGES
from data.errors import CentreError
from data.rules.alarms import PRIORITIES

PREFIX = "CLEANAIR_NOTIFY_"
EXERCISE = PREFIX + "EXERCISE"
PUBLIC_URL = "CLEANAIR_PUBLIC_URL"


class Kind(NamedTuple):
    """A kind of channel: the variable that switches it on, those it also needs, its others, and which are secret."""

    switch: str
    needs: tuple[str, ...]
    others: Mapping[str, str]  # with what stands where it is not set
    secrets: tuple[str, ...]


KINDS: Mapping[str, Kind] = {
    "webhook": Kind("WEBHOOK_URL", ("WEBHOOK_SECRET",), {}, ("WEBHOOK_URL", "WEBHOOK_SECRET")),
    "email": Kind(
        "SMTP_HOST",
        ("SMTP_FROM", "SMTP_TO"),
        {"SMTP_PORT": "587", "SMTP_TLS": "starttls", "SMTP_USER": "", "SMTP_PASSWORD": ""},
        ("SMTP_PASSWORD",),
    ),
    "telegram": Kind(
        "TELEGRAM_TOKEN",
        ("TELEGRAM_CHAT",),
        {"TELEGRAM_URL": "https://api.telegram.org"},
        ("TELEGRAM_TOKEN", "TELEGRAM_URL"),
    ),
}
LEAST = {"webhook": "low", "email": "medium", "telegram": "high"}  # a machine is told all, a telephone what cannot wait


class ChannelError(CentreError, ValueError):
    """A channel is not set up rightly; whoever runs the server must set the variable that is named."""


class Later(CentreError, RuntimeError):
    """The channel does not work just now; it is tried again by itself, not before `wait`."""

    who = "nobody"

    def __init__(self, key: str, /, *, wait: timedelta = timedelta(0), **said: Any) -> None:
        super().__init__(key, **said)
        self.wait = wait


class Stop(CentreError, RuntimeError):
    """No repetition will mend it; the sentence says who must act."""


@dataclass(frozen=True)
class Channel:
    """
    One way out.

    Attributes
    ----------
    key : str
        Of `KINDS`.
    priority : str
        The lowest it is told.
    language : str
        Of its texts.
    settings : mapping
        By the variable's name without `PREFIX`.
    """

    key: str
    priority: str
    language: str
    settings: Mapping[str, str] = field(repr=False)

    def secrets(self) -> tuple[str, ...]:
        """Values that no log, error or table may hold."""
        return tuple(self.settings[name] for name in KINDS[self.key].secrets if self.settings.get(name))

    def check(self) -> None:
        """
        Refuse a channel that is only half set up.

        Raises
        ------
        ChannelError
            Names the variable.
        """
        for name in KINDS[self.key].needs:
            if not self.settings.get(name):
                variable = PREFIX + name
                raise ChannelError("jobs.notify.not_set", parameter=variable, channel=self.key, variable=variable)
        if self.priority not in PRIORITIES:
            raise none_of(self.key, f"{self.key.upper()}_PRIORITY", PRIORITIES)
        if self.language not in LANGUAGES:
            raise none_of(self.key, f"{self.key.upper()}_LANG", LANGUAGES)


def none_of(channel: str, name: str, known: Sequence[str]) -> ChannelError:
    """A setting, named without `PREFIX`, that is none of those there are."""
    variable = PREFIX + name
    return ChannelError("jobs.notify.none_of", parameter=variable, channel=channel, variable=variable, known=known)


def channels() -> tuple[Channel, ...]:
    """
    Every channel that the environment switches on.

    Examples
    --------
    >>> [c.key for c in channels()]
    []
    """
    return tuple(_channel(key, kind) for key, kind in KINDS.items() if _set(kind.switch))


def _channel(key: str, kind: Kind) -> Channel:
    own = {name: _set(name) or kind.others.get(name, "") for name in (kind.switch, *kind.needs, *kind.others)}
    least = _set(f"{key.upper()}_PRIORITY") or LEAST[key]
    return Channel(key, least, _set(f"{key.upper()}_LANG") or "en", own)


def _set(name: str) -> str:
    return os.environ.get(PREFIX + name, "").strip()


def exercising() -> bool:
    """Whether replays and the demo world may send, marked as an exercise."""
    return os.environ.get(EXERCISE, "") == "1"


def page() -> str:
    """Address of the alarm page for readers elsewhere; empty where `CLEANAIR_PUBLIC_URL` is not set."""
    base = os.environ.get(PUBLIC_URL, "").strip().rstrip("/")
    return f"{base}/alarms" if base else ""
