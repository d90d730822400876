"""What weakens an attribution, as codes: one list for every screen and sheet that shows its shares."""

from collections.abc import Iterable, Sequence

# Said in bold beside the shares themselves; the rest of the codes stands below them.
FOREMOST = ("prior", "mostly_prior", "wide_prior")


def weaknesses(notes: Sequence[str], levels: Iterable[str]) -> list[str]:
    """
    Codes of what weakens some shares, the words for which are `reason` of the catalog `attribution`.

    Parameters
    ----------
    notes : sequence of str
        Codes that hold for the whole answer, as the table `attribution_status` keeps them.
    levels : iterable of str
        ``data_level`` of the rows shown: what was measured besides PM2.5.

    Returns
    -------
    list of str
        First that PM2.5 alone was measured where it was so in any of the rows, unless nothing was measured at all.

    Examples
    --------
    >>> weaknesses(["no_weather"], ["gases", "pm25"])
    ['mostly_prior', 'no_weather']
    >>> weaknesses(["prior"], ["pm25"])
    ['prior']
    """
    alone = "pm25" in set(levels) and "prior" not in notes
    return list(dict.fromkeys([*(["mostly_prior"] if alone else []), *notes]))
