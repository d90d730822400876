"""What every network adapter offers, whom it credits, and the ways it may fail."""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar, ParamSpec, Protocol, TypeVar, runtime_checkable

import pandas as pd

from data.city import City
from data.errors import CentreError
from sources.redaction import redacted


@dataclass(frozen=True)
class Credit:
    """
    Whose data these are and what may be done with them.

    Attributes
    ----------
    text : str
        The credit as it is shown.
    url : str
        Where the publisher or its terms are found.
    licence : str
        Its short name, or what is known where none is stated.
    may_redistribute : bool
        Whether the data may leave the centre in a file.
    """

    text: str
    url: str
    licence: str
    may_redistribute: bool


@dataclass(frozen=True)
class Quota:
    """
    How many requests a network allows within how long.

    Attributes
    ----------
    requests : int
        At most so many.
    per : timedelta
        Within any stretch of this length.
    also : tuple of Quota
        Further limits that hold at the same time.

    Examples
    --------
    >>> hour = Quota(2000, timedelta(hours=1))
    >>> [limit.requests for limit in Quota(60, timedelta(minutes=1), (hour,)).limits]
    [60, 2000]
    """

    requests: int
    per: timedelta
    also: "tuple[Quota, ...]" = ()

    @property
    def limits(self) -> "tuple[Quota, ...]":
        """Every limit that holds, this one first."""
        return (self, *(one for further in self.also for one in further.limits))


class SourceError(CentreError):
    """
    A network could not be read.

    Parameters
    ----------
    key : str
        Of the sentence, in the catalog ``sources``.
    **said : Any
        As for `CentreError`; every text among it is kept without keys. What stands as ``parameter`` is also
        the word ``setting`` of the sentence.
    """

    who = "developer"
    status = 502

    def __init__(self, key: str, /, **said: Any) -> None:
        if said.get("parameter"):
            said.setdefault("setting", said["parameter"])
        super().__init__(key, **{name: redacted(value) for name, value in said.items()})


class Unavailable(SourceError):
    """The network did not answer; time mends it."""

    who = "nobody"
    status = 503


class Unreached(Unavailable):
    """Not even a connection could be made: the network is away, or this machine reaches none."""


class Late(Unavailable):
    """A connection was made and no answer came in time."""


class TooMuch(Unavailable):
    """The network gave up on the question; a smaller one may be answered."""


class RateLimited(Unavailable):
    """
    The network asks for patience.

    Attributes
    ----------
    retry_after : float
        How long. [s]
    """

    def __init__(self, key: str, /, *, retry_after: float = 60.0, **said: Any) -> None:
        super().__init__(key, **said)
        self.retry_after = retry_after


class Denied(SourceError):
    """The network refuses us, or cannot be asked yet; ``parameter`` names the key or setting that a person must set."""

    who = "operator"


class Gone(SourceError):
    """What was asked for is not there any more; a person takes it out of the city file."""

    who = "operator"


class BadPayload(SourceError):
    """The network answered something we do not understand; the adapter must change."""


@dataclass(frozen=True)
class Failure:
    """
    A part of a network that did not come: a station, a series, a file.

    Attributes
    ----------
    part : str
        Its name, the same at every asking.
    error : SourceError
        Why.
    since : datetime or None
        Start of what is lost; None = all that was asked of it.
    """

    part: str
    error: SourceError
    since: datetime | None = None


@dataclass(frozen=True)
class Answer:
    """
    What came of a network, and what did not.

    Attributes
    ----------
    rows : DataFrame
        For `data.schema.conform`.
    failed : tuple of Failure
        Parts that did not come, or not wholly; each once.
    asked : int
        Parts there are; 0 where the network answers in one piece.
    tables : mapping of str to DataFrame
        What came that is no measurement, by the table of the store that keeps it.
    """

    rows: pd.DataFrame
    failed: tuple[Failure, ...] = ()
    asked: int = 0
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)


P = ParamSpec("P")
T = TypeVar("T")
MISUNDERSTOOD = (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError)


def understood(network: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """
    Make a parser refuse an answer of another shape as `BadPayload`, whatever it stumbles over.

    Parameters
    ----------
    network : str
        Key of the network, for the message.

    Examples
    --------
    >>> @understood("someone")
    ... def parse(payload):
    ...     return payload["hourly"]["time"]
    >>> parse({"hourly": 3})
    Traceback (most recent call last):
    sources.base.BadPayload: someone: the answer has another shape (TypeError in parse); the adapter must change
    """

    def decorate(parse: Callable[P, T]) -> Callable[P, T]:
        @functools.wraps(parse)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> T:
            try:
                return parse(*args, **kwargs)
            except MISUNDERSTOOD as error:
                raise BadPayload(
                    "sources.answer.other_shape", network=network, error=type(error).__name__, where=parse.__name__
                ) from error

        return guarded

    return decorate


@runtime_checkable
class Source(Protocol):
    """
    One network.

    Attributes
    ----------
    name : str
        Key in `SOURCES`.
    credit : Credit
        Shown wherever its data are.
    every : timedelta
        How often it publishes; it is never polled faster.
    revises : timedelta
        How far back it corrects itself; read again each time.
    first : timedelta
        How far back the very first reading goes.
    ahead : timedelta
        How far into the future its values reach; zero for measurements.
    reach : timedelta or None
        How far back it can be asked at all; None = to its beginning.
    span : timedelta
        The longest stretch asked for at once.
    quota : Quota
        What it allows.
    key : str
        Environment variable that holds its key; empty for a keyless network.
    table : str
        Where the store keeps what it delivers: ``measurements``, but for what is none.
    """

    name: ClassVar[str]
    credit: ClassVar[Credit]
    every: ClassVar[timedelta]
    revises: ClassVar[timedelta]
    first: ClassVar[timedelta]
    ahead: ClassVar[timedelta]
    reach: ClassVar[timedelta | None]
    span: ClassVar[timedelta]
    quota: ClassVar[Quota]
    key: ClassVar[str]
    table: ClassVar[str]

    def missing(self) -> Denied | None:
        """What a person must set before the network can be asked, as the error it would be; None when ready."""
        ...

    def reachable(self) -> bool:
        """Whether its host answers at all."""
        ...

    def stations(self, city: City) -> pd.DataFrame:
        """Stations of the city, for `data.schema.conform_stations`."""
        ...

    def fetch(self, city: City, since: datetime, until: datetime) -> pd.DataFrame:
        """Rows for `data.schema.conform` whose interval starts in [since, until)."""
        ...

    def hurry(self) -> None:
        """From now on give what comes soon rather than wait for all: somebody waits."""
        ...

    def ask(self, city: City, since: datetime, until: datetime, behind: Mapping[str, datetime]) -> Answer:
        """As `fetch`, with the parts that failed; those named in `behind` are asked from that moment on."""
        ...
