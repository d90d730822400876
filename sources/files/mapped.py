"""A mapping laid over the header of one table: which column is what, in which unit, and which is left out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from zoneinfo import ZoneInfo

from sources.files.headers import Tail, plain, split
from sources.files.stamps import zone_in
from sources.files.use import Use

UNKNOWN, UNIT_UNKNOWN = "unknown_column", "unit_unknown"
TIMES = ("time", "date", "clock")
MINUTES: Mapping[str, float] = {
    "": 1.0, "мин": 1.0, "минут": 1.0, "min": 1.0, "minutes": 1.0, "daqiqa": 1.0, "минут.": 1.0,
    "ч": 60.0, "час": 60.0, "часов": 60.0, "h": 60.0, "hours": 60.0, "soat": 60.0, "сағ": 60.0, "сағат": 60.0,
    "с": 1 / 60, "сек": 1 / 60, "s": 1 / 60, "sec": 1 / 60, "seconds": 1 / 60,
}  # fmt: skip
# Words behind the header of a time that say how it is written, not when it is.
WRITTEN = frozenset(
    {"дд.мм.гггг", "дд.мм.гг", "чч:мм", "чч:мм:сс", "дд.мм.гггг чч:мм", "dd.mm.yyyy", "hh:mm", "hh:mm:ss", "kk.oo.yyyy",
     "dd.mm.yyyy hh:mm", "yyyy-mm-dd", "yyyy-mm-dd hh:mm", "ч", "час", "часы", "h", "hour", "soat", "сағ", "сағат",
     "местное", "местное время", "local", "local time", "mahalliy", "mahalliy vaqt", "жергілікті", "жергілікті уақыт"}
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Plan:
    """
    Columns of one table.

    Attributes
    ----------
    found : mapping of str to str
        Our word for a label → its header; ``value`` where each line holds one.
    wide : mapping of str to (str, str)
        Header → parameter and the unit it states, "" where it states none.
    left_out : mapping of str to str
        Header → why: `UNKNOWN` or `UNIT_UNKNOWN`.
    value_unit : str
        That the header of ``value`` states.
    zone : tzinfo or None
        That the header of the time states.
    minutes : float
        Unit of the column ``minutes``. [min]
    """

    found: Mapping[str, str]
    wide: Mapping[str, tuple[str, str]]
    left_out: Mapping[str, str]
    value_unit: str = ""
    zone: tzinfo | None = None
    minutes: float = 1.0

    @property
    def long(self) -> bool:
        """Whether a line holds one value."""
        return {"parameter", "value"} <= set(self.found)


@dataclass
class _Label:
    """What a header says as a label, before it is known whether it is the one that counts."""

    word: str
    rank: int
    header: str
    tail: Tail = field(default_factory=Tail)
    zone: tzinfo | None = None
    minutes: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Mapped:
    """A mapping file as read: its columns by alias in plain spelling, its values by parameter and unit."""

    file: str
    name: str
    source: str
    kind: str
    unit: str
    zone: str
    stamps: str
    minutes: float
    missing: frozenset[str]
    station: str
    owner: str
    columns: Mapping[str, tuple[str, ...]]
    times: tuple[str, ...]
    values: Mapping[str, tuple[str, str]]
    parameters: Mapping[str, str]

    def plan(self, header: Iterable[str]) -> Plan:
        """The mapping laid over a header."""
        labels: dict[str, _Label] = {}
        wide: dict[str, tuple[str, str]] = {}
        left: dict[str, str] = {}
        for column in dict.fromkeys(map(str, header)):
            label = self._label(column)
            if label and (label.word not in labels or label.rank < labels[label.word].rank):
                left |= {labels[label.word].header: UNKNOWN} if label.word in labels else {}
                labels[label.word] = label
            elif label:
                left[column] = UNKNOWN
            else:
                wide |= self._wide(column, left)
        return self._laid(labels, wide, left)

    def _laid(self, labels: dict[str, _Label], wide: dict[str, tuple[str, str]], left: dict[str, str]) -> Plan:
        """A plan in which a table is either long or wide."""
        value = labels.get("value")
        if value and value.tail.unread:
            left[labels.pop("value").header] = UNIT_UNKNOWN
        if not {"parameter", "value"} <= set(labels):
            left |= {labels.pop(word).header: UNKNOWN for word in ("parameter", "value") if word in labels}
        else:
            left |= dict.fromkeys(wide, UNKNOWN)
            wide = {}
        times = [labels[word] for word in TIMES if word in labels]
        return Plan(
            found={word: label.header for word, label in labels.items()},
            wide=wide,
            left_out=left,
            value_unit=value.tail.unit if value and "value" in labels else "",
            zone=next((t.zone for t in times if t.zone), None),
            minutes=labels["minutes"].minutes if "minutes" in labels else 1.0,
        )

    def _label(self, column: str) -> _Label | None:
        """What a header is as a label, by an alias and words behind it that change nothing."""
        known = {alias: (word, rank) for word, names in self.columns.items() for rank, alias in enumerate(names)}
        base, tail = split(column, known)
        if not base:
            return None
        word, rank = known[base]
        rest = plain(column)[len(base) :].strip(" ,;:()[]")
        if word in TIMES:
            zone = zone_in(column)
            return _Label(word, rank, column, zone=zone) if zone or not rest or rest in WRITTEN else None
        if word == "minutes":
            return _Label(word, rank, column, minutes=MINUTES[rest]) if rest in MINUTES else None
        if word == "value":
            return None if tail.other else _Label(word, rank, column, tail)
        return _Label(word, rank, column) if not rest or (word in ("lat", "lon") and tail.unit) else None

    def _wide(self, column: str, left: dict[str, str]) -> dict[str, tuple[str, str]]:
        """Parameter and unit of a header of values; else why it is left out."""
        base, tail = split(column, {k: parameter for k, (parameter, _) in self.values.items()})
        if not base or tail.other or tail.unread:
            left[column] = UNIT_UNKNOWN if tail.unread else UNKNOWN
            return {}
        return {column: (self.values[base][0], tail.unit)}

    def found(self, header: Iterable[str]) -> Mapping[str, str]:
        """Our word for a label → the header that stands for it."""
        return self.plan(header).found

    def wide(self, header: Iterable[str]) -> dict[str, tuple[str, str]]:
        """Header → parameter and unit, of columns that hold values; the header's own unit counts first."""
        return {h: (p, unit or self.usual(h)) for h, (p, unit) in self.plan(header).wide.items()}

    def usual(self, header: str) -> str:
        """The unit of a column of values whose header states none."""
        base, _ = split(header, self.values)
        return (self.values[base][1] if base else "") or self.unit

    def use(self, header: Sequence[str]) -> Use:
        """
        What becomes of each column.

        Returns
        -------
        Use
            Every column is in one of the three: values, labels, or left out as `UNKNOWN` or `UNIT_UNKNOWN`.
        """
        plan = self.plan(header)
        values = (plan.found["value"],) if plan.long else tuple(plan.wide)
        labels = tuple(h for word, h in plan.found.items() if word != "value")
        return Use(values=values, labels=labels, left_out=plan.left_out)

    def clock(self, city: tzinfo) -> tzinfo:
        """The zone of stamps that name none."""
        return ZoneInfo(self.zone) if self.zone else city
