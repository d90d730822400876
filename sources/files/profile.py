"""What an import profile is: the layouts of one publisher's files, and how each becomes rows."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from data.city import City
from data.errors import CentreError
from sources.files import numbers
from sources.files.use import Use

# Beyond these years a stamp is a typing error; `data.schema.conform` draws the same line.
FIRST_DAY, LAST_DAY = pd.Timestamp("1970-01-02"), pd.Timestamp("2199-12-30")


class ImportFileError(CentreError, ValueError):
    """A file cannot be imported; ``parameter`` is the column, the line of a mapping or the argument, where one is."""

    who = "asker"
    status = 400


@dataclass(frozen=True, kw_only=True)
class Options:
    """
    What a layout may need beside the rows.

    Attributes
    ----------
    city : City
        Whose data these are; its zone reads naive local times.
    name : str
        File name, without folder.
    stamps : str
        ``end`` or ``start``: which end of the hour a stamp of AirData.kz names.
    places : DataFrame or None
        The publisher's station list, every column text, where one was found.
    beside : mapping of str to tuple of str
        Column without a name → its different cells, where they are few.
    every : bool
        Nobody said whose data these are: each row is of the city that it names itself.
    """

    city: City
    name: str = ""
    stamps: str = "end"
    places: pd.DataFrame | None = None
    beside: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    every: bool = False


Rows = Callable[[pd.DataFrame, Options], pd.DataFrame]


@dataclass(frozen=True, kw_only=True)
class Layout:
    """
    One shape of file.

    Attributes
    ----------
    name : str
        Key of what a person calls it, in the catalog ``files``; of a mapping, the name that it gives itself.
    columns : frozenset of str
        It is recognised by these.
    use : callable
        (column names) → what becomes of each; `used` makes it of lists of names.
    parse : callable
        (table of text, `Options`) → table for `data.schema.conform`. A row with words in the column ``reject``
        is not imported, and the words are counted as its reason.
    stations : callable or None
        (table of text, `Options`) → table for `data.schema.conform_stations`.
    places : bool
        The file lists stations and holds no measurements.
    names : mapping of str to str
        Column as written → as `columns` has it.
    """

    name: str
    columns: frozenset[str]
    use: Callable[[Sequence[str]], Use]
    parse: Rows
    stations: Rows | None = None
    places: bool = False
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Profile:
    """
    A format of `cleanair import`.

    Attributes
    ----------
    key : str
        As typed after ``--format``; also the source key of its rows.
    layouts : sequence of Layout
        The first that fits a file's columns reads it.
    home : callable
        Table of text → key of the city the rows are of, "" where the file does not say.
    homes : callable or None
        Table of text → keys of all cities that its rows name, where each row names its own.
    assessed : bool
        Flags in the file are a centre's own: such rows are asked only whether they are possible at all. Rows whose
        ``flag`` is missing are checked like any other.
    describes : bool
        Its stations replace what the store knows of them.
    binary : bool
        Excel and Parquet are accepted beside CSV.
    typed : bool
        Numbers and moments of Parquet keep their types; else every cell is text.
    encodings : sequence of str
        In which a CSV may be written; the first that fits.
    """

    key: str
    layouts: Sequence[Layout]
    home: Callable[[pd.DataFrame], str]
    homes: Callable[[pd.DataFrame], frozenset[str]] | None = None
    assessed: bool = False
    describes: bool = True
    binary: bool = False
    typed: bool = False
    encodings: Sequence[str] = ("utf-8",)

    def recognise(self, columns: Sequence[str], name: str) -> Layout:
        """
        The layout of a file.

        Parameters
        ----------
        columns : sequence of str
            Its header.
        name : str
            File name, for the message.

        Returns
        -------
        Layout
            The first whose columns are all there.

        Raises
        ------
        ImportFileError
            When none fits; names what the nearest one lacks.
        """
        lacking = []
        for layout in self.layouts:
            missing = layout.columns - {layout.names.get(c, c) for c in columns}
            if not missing:
                return layout
            lacking.append((layout.places, len(missing) / len(layout.columns), layout, sorted(missing)))
        _, _, nearest, missing_columns = min(lacking, key=lambda item: item[:2])
        raise ImportFileError(
            "files.format.unrecognised",
            parameter=missing_columns[0],
            n=len(missing_columns),
            file=name,
            format=self.key,
            layout=CentreError(nearest.name),
            columns=missing_columns,
            lacking=missing_columns,
            needed=len(nearest.columns),
        )


def used(
    values: Collection[str],
    labels: Collection[str],
    names: Mapping[str, str] | None = None,
    left_out: Mapping[str, str] | None = None,
) -> Callable[[Sequence[str]], Use]:
    """
    What becomes of the columns of a layout that is written in code.

    Parameters
    ----------
    values, labels : collection of str
        Columns whose cells are measurements, and those that say of what.
    names : mapping of str to str
        Column as written → as these lists have it.
    left_out : mapping of str to str
        Column that is known and not read → why; any other is an ``unknown_column``.

    Examples
    --------
    >>> used(("pm25",), ("date",))(["date", "pm25", "remark"]).left_out
    {'remark': 'unknown_column'}
    """
    known, told = names or {}, left_out or {}

    def use(header: Sequence[str]) -> Use:
        own = {name: known.get(name, name) for name in header}
        rest = [name for name in header if own[name] not in values and own[name] not in labels]
        return Use(
            values=tuple(name for name in header if own[name] in values),
            labels=tuple(name for name in header if own[name] in labels and own[name] not in values),
            left_out={name: told.get(own[name], "unknown_column") for name in rest},
        )

    return use


def local(texts: pd.Series, options: Options, pattern: str) -> tuple[pd.Series, pd.Series]:
    """
    Naive local stamps as moments.

    Parameters
    ----------
    texts : Series of str
        As written.
    options : Options
        Whose city's zone they are in.
    pattern : str
        Of `strptime`.

    Returns
    -------
    (Series, Series)
        Aware moments in UTC, NaT where there is none; and the reason where it is the clock's fault: an hour that
        came twice or never when the zone changed.

    Notes
    -----
    Astana's hour before midnight of 2024-03-01 came twice: nothing in a naive stamp tells which is meant.
    """
    naive = pd.to_datetime(texts, format=pattern, errors="coerce")
    naive = naive.where((naive > FIRST_DAY) & (naive < LAST_DAY)).astype("datetime64[us]")
    aware = naive.dt.tz_localize(options.city.zone, ambiguous="NaT", nonexistent="NaT").dt.tz_convert("UTC")
    lost = naive.notna() & aware.isna()
    return aware, pd.Series("", index=texts.index, dtype="str").mask(lost, "local hour came twice or never")


def number(texts: pd.Series) -> pd.Series:
    """Text as numbers, NaN where it is none or a bound: for what is no measurement (`sources.files.numbers.read`)."""
    found = numbers.read(texts)
    return found.value.mask(found.bound)


def melt(table: pd.DataFrame, fixed: pd.DataFrame, columns: Mapping[str, tuple[str, str]]) -> pd.DataFrame:
    """
    A wide table as rows, one per cell.

    Parameters
    ----------
    table : DataFrame
        One column per parameter.
    fixed : DataFrame
        What every cell of a line shares: start, station, ….
    columns : mapping of str to (str, str)
        Column → parameter and delivered unit; columns that are not there are passed over.

    Returns
    -------
    DataFrame
        With ``parameter``, ``raw_value``, ``raw_unit``, and of the number ``reject``, ``flag`` and ``checks``. An empty
        cell is a row without a value, which the door counts.
    """
    there = {column: said for column, said in columns.items() if column in table}
    beside = numbers.roles(table[column] for column in there)
    lost = fixed["reject"] if "reject" in fixed else pd.Series("", index=fixed.index, dtype="str")
    parts = [
        fixed.assign(parameter=parameter, raw_unit=unit, **numbers.read(table[column], beside=beside).columns(lost))
        for column, (parameter, unit) in there.items()
    ]
    return pd.concat(parts, ignore_index=True)


__all__ = ["ImportFileError", "Layout", "Options", "Profile", "Use", "local", "melt", "number", "used"]
