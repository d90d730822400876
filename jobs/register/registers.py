"""The registers that are edited on a page: name, key, columns, seed and check of each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from data.cases import cases
from data.city import LANGUAGES
from data.errors import CentreError
from data.facts import Lack
from data.inventory import reviews
from data.inventory import rows as inventory_rows
from data.inventory.parties import parties
from data.measures import measures, techniques
from jobs.register import sites

Row = Mapping[str, str]


class RegisterError(CentreError, ValueError):
    """An edit of a register cannot be; the person who made it must change it."""

    who, status, exit_status = "asker", 400, 2


@dataclass(frozen=True)
class Register:
    """
    One register.

    Attributes
    ----------
    name : str
        As in the table `register_edits`.
    key : str
        Column that tells its rows apart.
    columns : tuple of str
        In their order; a cell of another column is refused.
    seed : callable
        The rows of the files, as text.
    check : callable
        Row → what it must state and does not.
    fits : callable
        Raises a `CentreError` at a cell that is wrong; nothing by default.
    choices : mapping of str to tuple of str
        Columns whose cells are of a closed list.
    lines : frozenset of str
        Columns whose cells hold several lines, a sentence each.
    """

    name: str
    key: str
    columns: tuple[str, ...]
    seed: Callable[[], list[dict[str, str]]]
    check: Callable[[Row], tuple[Lack, ...]]
    fits: Callable[[Row], None] = lambda _: None
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lines: frozenset[str] = frozenset()


_INVENTORY = Register(
    name=sites.NAME,
    key=sites.KEY,
    columns=sites.COLUMNS,
    seed=sites.seed,
    check=reviews.check,
    fits=sites.fits,
    choices={
        "category": inventory_rows.CATEGORIES,
        "subtype": tuple(inventory_rows.SUBTYPES),
        "coord_quality": inventory_rows.QUALITIES,
        "status": inventory_rows.STATUSES,
        "read": inventory_rows.READ,
        "owner": tuple(parties()),
        "ask": tuple(parties()),
        "emission_unit": tuple(inventory_rows.UNITS),
    },
)
_MEASURES = Register(
    name="measures",
    key="measure",
    columns=measures.COLUMNS,
    seed=measures.seed,
    check=measures.check,
    choices={
        "kind": measures.KINDS,
        "status": measures.STATUSES,
        "says": measures.SAYS,
        "sure": measures.SURE,
        "observed_why_not": measures.WHY_NOT,
    },
)
_TECHNIQUES = Register(
    name="techniques",
    key="technique",
    columns=techniques.COLUMNS,
    seed=techniques.seed,
    check=techniques.check,
    choices={
        "source_type": techniques.SOURCE_TYPES,
        "basis": techniques.BASES,
        "unit": techniques.UNITS,
        "status": techniques.STATUSES,
    },
)
_CASES = Register(
    name=cases.REGISTER,
    key=cases.KEY,
    columns=cases.COLUMNS,
    seed=cases.seed,
    check=cases.check,
    choices={"state": cases.STATES, "read": cases.READ, "appeal_read": cases.READ},
    lines=frozenset(f"{text}_{code}" for text in ("about", "unknown") for code in LANGUAGES),
)
REGISTERS: Mapping[str, Register] = MappingProxyType(
    {one.name: one for one in (_INVENTORY, _MEASURES, _TECHNIQUES, _CASES)}
)
"""By name, in the order in which they are shown; another register is another row."""


def named(name: str) -> Register:
    """
    The register of a name.

    Raises
    ------
    RegisterError
        When there is none; names those there are.
    """
    if name not in REGISTERS:
        raise RegisterError("register.edit.no_register", parameter="register", name=name[:40], known=list(REGISTERS))
    return REGISTERS[name]
