"""`cleanair brief`: one page for a city and period, written as a file."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Any

from data.city import LANGUAGES
from data.store import Store
from jobs.brief.facts import BriefError, checksum, gather


def run(
    store: Store, city_key: str, start: datetime, end: datetime, lang: str, out: Path, *, now: datetime
) -> dict[str, Any]:
    """
    Write the brief of a city and period as PDF.

    Parameters
    ----------
    store : Store
    city_key : str
        Key of a city file.
    start, end : datetime
        Half-open; aware.
    lang : str
        ``en``, ``ru``, ``uz`` or ``kk``.
    out : Path
        Replaced only when all went well.
    now : datetime
        Stands on the page as the moment it was made; days after it are not counted.

    Returns
    -------
    dict
        ``file, pages, bytes, checksum, city, from, to, lang, simulated``.

    Raises
    ------
    BriefError
        The period is empty, too long or has not begun, or there is no such language; `exit_status` 2.
    """
    from jobs.brief.page import draw

    if lang not in LANGUAGES:
        raise BriefError("jobs.brief.language", parameter="lang", text=lang[:40], known=LANGUAGES)
    facts = gather(store, city_key, start, end, now)
    page = draw(facts, lang, now)
    _write(page, Path(out))
    return {
        "file": str(out),
        "pages": 1,
        "bytes": len(page),
        "checksum": checksum(facts),
        "city": city_key,
        "from": start.isoformat(),
        "to": end.isoformat(),
        "lang": lang,
        "simulated": facts["simulated"],
    }


def _write(page: bytes, out: Path) -> None:
    part = out.with_name(f".{out.name}.part")
    out.parent.mkdir(parents=True, exist_ok=True)
    try:
        part.write_bytes(page)
        os.replace(part, out)
    finally:
        part.unlink(missing_ok=True)
