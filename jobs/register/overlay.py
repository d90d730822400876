"""A register as it stands: the rows of its files with the published edits over them, and how each row came to be so."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from data.store.reader import StoreReader
from jobs.register import kept
from jobs.register.kept import PUBLISHED, WITHDRAW, Edit
from jobs.register.registers import Register, named

SEED = "seed"


@dataclass(frozen=True)
class Version:
    """
    A row at one step of its history.

    Attributes
    ----------
    edit : Edit or None
        What was proposed; None for the row of the files.
    fields : mapping of str to str
        The whole row after it.
    changed : tuple of (str, str, str)
        Column, text before and after, against what stood when it was published (while it waits: what stands now).
    """

    edit: Edit | None
    fields: Mapping[str, str]
    changed: tuple[tuple[str, str, str], ...] = ()


def read(store: StoreReader, register: str, at: datetime | None = None) -> list[dict[str, str]]:
    """
    The rows of a register, published edits over the seed.

    Parameters
    ----------
    store : StoreReader
        The whole one, or a view of the work that derives; what a reader sees does not hold the edits.
    register : str
        Its name.
    at : datetime, optional
        Aware: only edits published by then. The seed beneath is that of this release.

    Returns
    -------
    list of dict of str to str
        Every column of the register in its order; rows of the seed first, in its order, then those that were added.

    Raises
    ------
    RegisterError
        When there is no such register.
    CentreError
        When its files cannot be read.
    """
    book = named(register)
    return list(over(book, kept.published(store, register, at)).values())


def over(book: Register, edits: list[Edit]) -> dict[str, dict[str, str]]:
    """Rows by their key after edits, in the order of those; a column that an edit did not know stays as it was."""
    rows = {row[book.key]: _whole(book, row) for row in book.seed()}
    seeds = dict(rows)
    for edit in edits:
        if edit.action == WITHDRAW:
            rows.pop(edit.row, None)
        else:
            rows[edit.row] = _whole(book, {**seeds.get(edit.row, {}), **edit.fields})
    return rows


def _whole(book: Register, row: Mapping[str, str]) -> dict[str, str]:
    return {name: row.get(name, "") for name in book.columns}


def history(store: StoreReader, register: str, row: str) -> list[Version]:
    """
    Everything that was ever proposed for a row, the seed first.

    Returns
    -------
    list of Version
        In the order of the proposals; empty where there is no such row.
    """
    book = named(register)
    edits = [e for e in kept.edits(store, register) if e.row == row]
    stands = kept.published(store, register)
    seeds = over(book, [])
    found = [Version(None, seeds[row])] if row in seeds else []
    for edit in edits:
        before = stands[: stands.index(edit)] if edit.state == PUBLISHED else stands
        found.append(Version(edit, edit.fields, changes(book, over(book, before).get(row, {}), edit)))
    return found


def changes(book: Register, before: Mapping[str, str], edit: Edit) -> tuple[tuple[str, str, str], ...]:
    """Column, text before and text after of every cell that an edit touches; of one withdrawn, what goes."""
    after = {} if edit.action == WITHDRAW else edit.fields
    names = (name for name in book.columns if name in edit.fields)
    pairs = ((name, before.get(name, ""), after.get(name, "")) for name in names)
    return tuple(pair for pair in pairs if pair[1] != pair[2])


def moved(store: StoreReader, register: str) -> list[str]:
    """
    Keys of rows whose edits were made on another seed than this release brings: somebody must look at both.

    Only the first published edit of a row rests on the seed itself.
    """
    book = named(register)
    seeds = over(book, [])
    first: dict[str, Edit] = {}
    for edit in kept.published(store, register):
        first.setdefault(edit.row, edit)
    return [key for key, e in first.items() if e.base != (kept.digest(seeds[key]) if key in seeds else "")]
