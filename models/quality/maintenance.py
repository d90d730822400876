"""Data taken while somebody worked at an instrument: invalid by a note, as before where the note is withdrawn."""

import pandas as pd

from data import checks, reasons
from data.checks import Entries
from data.standards.coverage import MIN_COVERAGE
from data.times import interval_end

CHECK = "maintenance"  # its figures: id of the note, flag of the row before it, what was done
SHORT = 60  # an interval up to this is marked when any of it lies in the span [min]
SHARE = 1 - MIN_COVERAGE  # of a longer interval must lie in the span: more is missing than a mean may lack
SEVERITY = {"ok": 0, "suspect": 1, "invalid": 2}


def marked(rows: pd.DataFrame, notes: pd.DataFrame) -> pd.DataFrame:
    """
    Rows with the flag ``invalid`` where a note covers them.

    Parameters
    ----------
    rows : DataFrame
        Conforming, with the flags of quality control.
    notes : DataFrame
        Notes that stand: ``id, city, station, parameter`` ("" = all)``, start, end, why``.

    Returns
    -------
    DataFrame
        The same rows in the same order. A row that carries a note's mark already keeps it once. Rows of models are
        left alone: nobody works at them.

    Examples
    --------
    >>> hour = pd.Timestamp("2026-01-01T10:00Z")
    >>> rows = pd.DataFrame({"city": "astana", "station": "x:1", "parameter": "pm25", "start": [hour], "minutes": 60,
    ...     "kind": "reference", "flag": "ok", "checks": [()]})
    >>> note = pd.DataFrame({"id": ["m-1"], "city": "astana", "station": "x:1", "parameter": "",
    ...     "why": "filter changed", "start": [hour], "end": [hour + pd.Timedelta("2h")]})
    >>> marked(rows, note)["checks"].tolist()
    [('maintenance:m-1,ok,filter changed',)]
    """
    if not len(notes) or not len(rows):
        return rows
    flags, told = rows["flag"].astype("str").to_numpy(object).copy(), rows["checks"].to_numpy(object).copy()
    for note in notes.sort_values("id", kind="stable").itertuples():
        for at in covered(rows, note).to_numpy().nonzero()[0].tolist():
            if note.id not in _noted(told[at]):
                told[at] = (*told[at], checks.make(CHECK, note.id, flags[at], plain(note.why)))
                flags[at] = "invalid"
    return rows.assign(
        flag=pd.Series(flags, index=rows.index, dtype="str"), checks=pd.Series(told, index=rows.index, dtype=object)
    )


def _noted(entries: Entries) -> list[str]:
    """Ids of the notes whose mark a row carries."""
    return [checks.figures(e)[0] for e in entries if checks.name(e) == CHECK and checks.figures(e)]


def covered(rows: pd.DataFrame, note: object) -> pd.Series:
    """Rows that a note is about: its station and parameter, measured, and enough of the interval within its span."""
    begin, end = pd.Timestamp(note.start), pd.Timestamp(note.end)  # type: ignore[attr-defined]
    stop = interval_end(rows["start"], rows["minutes"])
    length = stop - rows["start"]
    inside = (stop.clip(upper=end) - rows["start"].clip(lower=begin)).clip(lower=pd.Timedelta(0))
    here = (
        (rows["city"].astype("str") == note.city)  # type: ignore[attr-defined]
        & (rows["station"].astype("str") == note.station)  # type: ignore[attr-defined]
        & (rows["kind"].astype("str") != "model")
    )
    if note.parameter:  # type: ignore[attr-defined]
        here &= rows["parameter"].astype("str") == note.parameter  # type: ignore[attr-defined]
    moment = (rows["minutes"] == 0) & (rows["start"] >= begin) & (rows["start"] < end)
    some = (inside > pd.Timedelta(0)) & ((rows["minutes"] <= SHORT) | (inside > SHARE * length))
    return here & (moment | some)


def bare(rows: pd.DataFrame) -> pd.DataFrame:
    """
    Rows as quality control left them: without the mark of any note.

    Parameters
    ----------
    rows : DataFrame
        With ``flag``, ``checks`` and ``note``.

    Returns
    -------
    DataFrame
        The flag is what it was before the first mark; doubts that came after it make it at least ``suspect``. A note
        that is the text of an older release loses its marks too.

    Examples
    --------
    >>> rows = pd.DataFrame({"flag": ["invalid"], "checks": [("maintenance:m-1,ok,fan", "spike:90,10")], "note": [""]})
    >>> bare(rows).values.tolist()
    [['suspect', ('spike:90,10',), '']]
    """
    cells = zip(rows["flag"], rows["checks"], rows["note"], strict=True)
    told = [_bare(str(flag), found, str(note)) for flag, found, note in cells]
    flags, entries, notes = zip(*told, strict=True) if told else ((), (), ())
    return rows.assign(
        flag=pd.Series(flags, index=rows.index, dtype="str"), checks=checks.column(entries, rows.index),
        note=pd.Series(notes, index=rows.index, dtype="str"),
    )  # fmt: skip


def _bare(flag: str, entries: Entries, note: str) -> tuple[str, Entries, str]:
    marks = [checks.name(e) == CHECK and len(checks.figures(e)) > 1 for e in entries]
    if True not in marks:
        return flag, entries, note
    first = marks.index(True)
    was = checks.figures(entries[first])[1]
    was = was if was in SEVERITY else "suspect"  # a mark of somebody else's file
    later = [e for e, mark in zip(entries[first:], marks[first:], strict=True) if not mark]
    left = tuple(e for e, mark in zip(entries, marks, strict=True) if not mark)
    return (max(was, "suspect", key=SEVERITY.__getitem__) if later else was), left, reasons.bare(note, _noted(entries))


def plain(why: str) -> str:
    r"""
    Words that can stand beside a value: one line, no sign that divided the texts of releases before 0.3.

    Examples
    --------
    >>> plain("filter;  [new]\nfan")
    'filter, (new) fan'
    """
    return " ".join(str(why).translate(str.maketrans(";[]", ",()")).split())
