"""What an import made of a spoilt table, beside what the sound table says."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from unittest.mock import patch

import pandas as pd

from data.store import Store
from jobs.ingest import files as ingest
from sources.files import ImportFileError
from tests.hostile.corruption.files import FORMATS
from tests.hostile.corruption.sheet import CITIES, Sheet, drawn
from tests.hostile.corruption.spoil import WAYS, spoilt

NOISE = 1e-6  # of a value that went through a conversion [µg/m³]


@dataclass
class Verdict:
    """
    How one file ended.

    Attributes
    ----------
    stored : int
        Rows that the sound table has, each under its own post, parameter and moment.
    wrong : list of str
        Rows that it has not.
    refused : str
        The sentence, where the file was refused.
    sums : bool
        Whether both sums of the account hold.
    """

    stored: int = 0
    wrong: list[str] = field(default_factory=list)
    refused: str = ""
    sums: bool = True


@contextmanager
def kept_aside(rows: list[pd.DataFrame]) -> Iterator[None]:
    """Imports whose conforming rows are put into a list instead of a store."""

    def flush(batch: ingest.Batch, *_: object) -> None:
        rows.extend(batch.rows)
        batch.rows.clear()
        batch.judged.clear()
        batch.count = 0

    with patch.object(ingest, "_flush", flush), patch.object(ingest, "_describe", lambda *_: None):
        yield


def judged(sheet: Sheet, path: Path, store: Store) -> Verdict:
    """Import the file of a table and compare every row with what the table truly says."""
    rows: list[pd.DataFrame] = []
    with kept_aside(rows):
        try:
            done = ingest.run([path], sheet.profile, CITIES[sheet.profile], store)
        except ImportFileError as error:
            return Verdict(refused=str(error))
    verdict = Verdict()
    left = sum(entry["cells"] for entry in done["left_out"])
    verdict.sums = done["cells"] == done["read"] + left + done["labels"]
    for row in pd.concat(rows).itertuples() if rows else ():
        told = (str(row.station).partition(":")[2], row.parameter, row.start.tz_localize(None).to_pydatetime())
        tenths = round(row.value * 10)
        true = sheet.truth.get(tenths) if abs(row.value * 10 - tenths) < NOISE * 10 else None
        if told == true:
            verdict.stored += 1
        else:
            verdict.wrong.append(f"{told} = {row.value} {row.raw_unit} (truly {true})")
    return verdict


def draw(seed: int, folder: Path, store: Store, way: str = "", file: str = "") -> tuple[Sheet, Path, Verdict]:
    """One random table, spoilt in some ways (or in one), written in some form (or in one) and imported."""
    random = Random(seed)
    sheet = drawn(random)
    if way:
        WAYS[way](sheet, random)
        sheet.done.append(way)
    else:
        spoilt(sheet, random)
    told = "doubled_header" in sheet.done and random.choice(("csv", "xlsx"))  # the others cannot hold two of one name
    path = FORMATS[file or told or random.choice(sorted(FORMATS))](sheet, random, folder)
    return sheet, path, judged(sheet, path, store)


def many(seeds: range, folder: Path, store: Store) -> tuple[Counter[str], list[str]]:
    """How many files ended in which way, and every row that was wrong, with the seed that makes it again."""
    ended: Counter[str] = Counter()
    faults: list[str] = []
    for seed in seeds:
        try:
            sheet, path, verdict = draw(seed, folder, store)
        except Exception as error:
            ended["crash"] += 1
            faults.append(f"seed {seed}: {type(error).__name__} {error}")
            continue
        ended["refused" if verdict.refused else "read"] += 1
        ended["rows"] += verdict.stored
        if verdict.wrong or not verdict.sums or re.search(r"[Tt]raceback|Error\b", verdict.refused):
            ended["fault"] += 1
            said = verdict.wrong[:2] or verdict.refused or "the sums do not hold"
            faults.append(f"seed {seed} ({path.suffix}, {', '.join(sheet.done)}): {said}")
    return ended, faults
