"""Proposing an edit of a register, and reviewing it: nothing is overwritten, and of two reviewers one is first."""

import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from data import clock
from data.errors import CentreError, phrase
from data.store import Store
from jobs.access.operators import Operator
from jobs.register import kept, rights
from jobs.register.kept import ACTIONS, ADD, CHANGE, NAME, PROPOSED, PUBLISHED, REJECTED, WITHDRAW, Edit
from jobs.register.overlay import over
from jobs.register.registers import Register, RegisterError, named

LOCK, WAIT = "register.lock", 30.0  # for another edit that is being kept [s]
LONGEST = 2000  # of a cell or a reason [characters]
KEY, KEY_LONGEST = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*"), 80
VERDICTS = (PUBLISHED, REJECTED)


def propose(
    store: Store,
    who: Operator,
    register: str,
    action: str,
    row: str,
    fields: Mapping[str, object],
    reason: str,
    *,
    now: datetime | None = None,
) -> Edit:
    """
    An edit, kept until somebody else reviews it.

    Parameters
    ----------
    store : Store
        The real one: facts about places are no part of the demo world.
    who : Operator
        Who proposes.
    register : str
        One of `jobs.register.registers.REGISTERS`.
    action : str
        ``add``, ``change`` or ``withdraw``.
    row : str
        Key of the row; a new one for ``add``.
    fields : mapping
        Column and text of what is to stand there; columns that are not named stay as they are. None are needed to
        withdraw a row.
    reason : str
        Why; it is shown beside the row for ever.
    now : datetime, optional
        Aware; the machine's own time, also in a replay.

    Returns
    -------
    Edit
        As it was kept, in the state ``proposed``.

    Raises
    ------
    RegisterError
        When a column is unknown, a cell is wrong or missing, nothing changes, or the row is (not) there.
    StoreError
        When the store cannot be written.
    """
    book = named(register)
    if action not in ACTIONS:
        raise RegisterError("register.edit.no_action", parameter="action", name=str(action)[:40], known=ACTIONS)
    key = str(row).strip()
    if not KEY.fullmatch(key) or len(key) > KEY_LONGEST:
        raise RegisterError("register.edit.key", parameter=book.key, name=key[:KEY_LONGEST], most=KEY_LONGEST)
    given = cells(book, key, fields)
    why = _said(reason, "reason")
    if not who.name.strip():
        raise RegisterError("register.edit.nobody", parameter="by")
    with _alone(store):
        before = over(book, kept.published(store, register)).get(key)
        after = _after(book, action, key, before, given)
        if action != WITHDRAW:
            _sound(book, after)
        edit = Edit(
            id=secrets.token_hex(6), register=register, row=key, action=action, fields=after,
            base=kept.digest(before) if before else "", proposed_by=who.name.strip(),
            proposed_at=_moment(store, register, now), reason=why,
        )  # fmt: skip
        store.extend(NAME, kept.frame(edit))
    return edit


def review(
    store: Store, who: Operator, edit: str, verdict: str, note: str = "", *, now: datetime | None = None
) -> Edit:
    """
    Publish a proposed edit or reject it, once.

    Parameters
    ----------
    store : Store
        Where it was proposed.
    who : Operator
        Another one than who proposed it; the proposer may only take it back. Where `rights.alone` says that there is
        but one operator, that one may publish, and says why.
    edit : str
        Its id.
    verdict : str
        ``published`` or ``rejected``.
    note : str
        Needed where it is rejected or published by its own proposer.
    now : datetime, optional
        Aware; the machine's own time.

    Returns
    -------
    Edit
        In its new state.

    Raises
    ------
    RegisterError
        When there is no such edit, another was first, the row has changed since, or the reviewer may not.
    StoreError
        When the store cannot be written.
    """
    if verdict not in VERDICTS:
        raise RegisterError("register.edit.no_verdict", parameter="verdict", name=str(verdict)[:40], known=VERDICTS)
    with _alone(store):
        found = _found(store, edit)
        own = rights.same(who.name, found.proposed_by)
        if own and verdict == PUBLISHED and not rights.alone():
            raise RegisterError("register.edit.own", status=403, parameter="by", name=found.proposed_by)
        said = _said(note, "note") if note.strip() or own or verdict == REJECTED else ""
        if verdict == PUBLISHED:
            _still(store, found)
        moment = _moment(store, found.register, now)
        done = replace(found, state=verdict, reviewed_by=who.name.strip(), reviewed_at=moment, review_note=said)
        store.replace(NAME, kept.frame(done), key=("id",))
    return done


@contextmanager
def _alone(store: Store) -> Iterator[None]:
    with store.place.held(LOCK, WAIT):
        yield


def cells(book: Register, key: str, fields: Mapping[str, object]) -> dict[str, str]:
    """
    Cells as they are kept: known columns, text of one line (or of lines where the column has several).

    Raises
    ------
    RegisterError
        When a column is unknown, a cell is no text, too long or holds signs that cannot be seen, or the key changes.
    """
    made = {}
    for name, cell in fields.items():
        if name not in book.columns:
            raise RegisterError("register.edit.column", parameter=str(name)[:40], name=str(name)[:40],
                                known=book.columns)  # fmt: skip
        made[str(name)] = _text(cell, str(name), book.lines)
    if made.get(book.key, key) != key:
        raise RegisterError("register.edit.renamed", parameter=book.key, name=key)
    return made


def _text(cell: object, name: str, lines: frozenset[str] = frozenset()) -> str:
    """A cell in one line, or in lines where its column has several."""
    if not isinstance(cell, str):
        raise RegisterError("register.edit.no_text", parameter=name, name=name)
    parts = [" ".join(line.split()) for line in (cell.splitlines() if name in lines else [cell])]
    text = "\n".join(part for part in parts if part)
    if not text.replace("\n", "").isprintable():
        raise RegisterError("register.edit.sign", parameter=name, name=name)
    if len(text) > LONGEST:
        raise RegisterError("register.edit.long", parameter=name, name=name, most=LONGEST)
    return text


def _said(text: str, name: str) -> str:
    line = _text(text, name)
    if not line:
        raise RegisterError("register.edit.why", parameter=name)
    return line


def _after(
    book: Register, action: str, key: str, before: Mapping[str, str] | None, given: Mapping[str, str]
) -> dict[str, str]:
    """The whole row after an edit."""
    if action == ADD and before is not None:
        raise RegisterError("register.edit.there", parameter=book.key, name=key)
    if action != ADD and before is None:
        raise RegisterError("register.edit.absent", parameter=book.key, name=key)
    if action == WITHDRAW:
        return dict(before or {})
    after = {name: (before or {}).get(name, "") for name in book.columns} | dict(given) | {book.key: key}
    if action == CHANGE and after == before:
        raise RegisterError("register.edit.same", parameter=book.key, name=key)
    return after


def _sound(book: Register, row: Mapping[str, str]) -> None:
    """Refuse a row with a cell outside of its list, with a cell that cannot be, or without what it must state."""
    for name, known in book.choices.items():
        if row[name] and row[name] not in known:
            raise RegisterError("register.edit.choice", parameter=name, name=name, text=row[name][:40], known=known)
    try:
        book.fits(row)
    except CentreError as error:
        name = error.parameter
        if "fault" in error.words:  # of one cell; the line of a file means nothing here
            raise RegisterError("register.edit.cell", parameter=name, name=name, fault=error.words["fault"]) from error
        raise RegisterError("register.edit.refused", parameter=name, cause=error) from error
    lacks = [lack.what for lack in book.check(row)]
    if lacks:
        raise RegisterError("register.edit.lacks", parameter=lacks[0], name=row[book.key], columns=lacks)


def _found(store: Store, edit: str) -> Edit:
    rows = store.table(NAME)
    register = next(iter(rows.loc[rows["id"] == edit, "register"]), "")
    found = next((e for e in kept.edits(store, register) if e.id == edit), None) if register else None
    if found is None:
        raise RegisterError("register.edit.no_edit", parameter="id", name=edit[:40])
    if found.state != PROPOSED:
        key = "register.word.published" if found.state == PUBLISHED else "register.word.rejected"
        raise RegisterError("register.edit.settled", status=409, parameter="id", name=found.reviewed_by,
                            state=phrase(key))  # fmt: skip
    return found


def _still(store: Store, edit: Edit) -> None:
    """Refuse what was made on a row that is another one now, and what this release would not take."""
    book = named(edit.register)
    stands = over(book, kept.published(store, edit.register)).get(edit.row)
    if (kept.digest(stands) if stands else "") != edit.base:
        raise RegisterError("register.edit.overtaken", status=409, parameter="id", name=edit.row)
    if edit.action != WITHDRAW:
        _sound(book, {name: edit.fields.get(name, "") for name in book.columns})


def _moment(store: Store, register: str, now: datetime | None) -> datetime:
    """Now, and after everything that was kept before, so that the order of edits is never in doubt."""
    known = [m for e in kept.edits(store, register) for m in (e.proposed_at, e.reviewed_at) if m is not None]
    return max([now or clock.machine(), *(m + timedelta(microseconds=1) for m in known)])
