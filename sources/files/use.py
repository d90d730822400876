"""What becomes of each column of a handed-over table: a value, a label of values, or left out by name."""

from collections.abc import Mapping
from dataclasses import dataclass, field

FEW = 20  # different cells of a column that may be units


@dataclass(frozen=True, kw_only=True)
class Use:
    """
    Columns of one table by what is made of them; every column stands in exactly one of the three.

    Attributes
    ----------
    values : tuple of str
        Each cell is one measurement that is read.
    labels : tuple of str
        Cells that say of which moment, station, unit or quality a value is.
    left_out : mapping of str to str
        Column → why nothing is made of it: ``unknown_column``, ``unit_unknown``, ….
    """

    values: tuple[str, ...]
    labels: tuple[str, ...]
    left_out: Mapping[str, str] = field(default_factory=dict)
