"""Data taken while somebody worked at an instrument: invalid by a note, as before where the note is withdrawn."""

import re

import numpy as np
import pandas as pd

from data.standards.coverage import MIN_COVERAGE
from data.times import interval_end

CHECK = "maintenance"
# "maintenance: why [note m-1a2b3c, was ok]": the flag before stands in the reason, so that it can be given back.
PART = re.compile(r"maintenance: (?P<why>[^;]*) \[note (?P<id>[\w-]+), was (?P<was>ok|suspect|invalid)\]")
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
    ...     "kind": "reference", "flag": "ok", "reason": ""})
    >>> note = pd.DataFrame({"id": ["m-1"], "city": "astana", "station": "x:1", "parameter": "",
    ...     "why": "filter changed", "start": [hour], "end": [hour + pd.Timedelta("2h")]})
    >>> marked(rows, note)["reason"].tolist()
    ['maintenance: filter changed [note m-1, was ok]']
    """
    if not len(notes) or not len(rows):
        return rows
    rows = rows.assign(flag=rows["flag"].astype("str"), reason=rows["reason"].astype("str"))
    for note in notes.sort_values("id", kind="stable").itertuples():
        hit = covered(rows, note) & ~rows["reason"].str.contains(f"[note {note.id},", regex=False)
        if not hit.any():
            continue
        mark = f"{CHECK}: {plain(note.why)} [note {note.id}, was " + rows.loc[hit, "flag"] + "]"
        before = rows.loc[hit, "reason"]
        rows.loc[hit, "reason"] = np.where(before == "", mark, before + "; " + mark)
        rows.loc[hit, "flag"] = "invalid"
    return rows


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
        With ``flag`` and ``reason``.

    Returns
    -------
    DataFrame
        The flag is what it was before the first mark; doubts that came after it make it at least ``suspect``.

    Examples
    --------
    >>> rows = pd.DataFrame({"flag": ["invalid"], "reason": ["maintenance: x [note m-1, was ok]; spike: 90 among 10"]})
    >>> bare(rows).values.tolist()
    [['suspect', 'spike: 90 among 10']]
    """
    told = [_bare(str(flag), str(reason)) for flag, reason in zip(rows["flag"], rows["reason"], strict=True)]
    flags, reasons = zip(*told, strict=True) if told else ((), ())
    return rows.assign(
        flag=pd.Series(flags, index=rows.index, dtype="str"), reason=pd.Series(reasons, index=rows.index, dtype="str")
    )


def _bare(flag: str, reason: str) -> tuple[str, str]:
    parts = reason.split("; ")
    marks = [PART.fullmatch(part) for part in parts]
    first = next((i for i, mark in enumerate(marks) if mark), None)
    if first is None:
        return flag, reason
    was = str(marks[first]["was"])  # type: ignore[index]
    later = [part for part, mark in zip(parts[first:], marks[first:], strict=True) if not mark]
    left = [part for part, mark in zip(parts, marks, strict=True) if not mark]
    return (max(was, "suspect", key=SEVERITY.__getitem__) if later else was), "; ".join(left)


def plain(why: str) -> str:
    r"""
    Words that can stand in a reason: one line, no sign that divides reasons.

    Examples
    --------
    >>> plain("filter;  [new]\nfan")
    'filter, (new) fan'
    """
    return " ".join(str(why).translate(str.maketrans(";[]", ",()")).split())
