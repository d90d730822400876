"""The register of acts: as it was read, and saying of every day whether an act holds, does not, or is unknown."""

import re
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from data.standards.acts import COLUMNS, ActError, acts, check, review, seed

# What was read: key → number, own day, entry into force or the day by which it was certain, last day.
READ = {
    "uz-up-229-2025": ("УП-229", "2025-11-24", None, "2025-11-28", None),
    "uz-pf-46-2026": ("PF-46", "2026-03-25", None, "2026-05-01", None),
    "uz-pq-343-2025": ("PQ-343", "2025-11-18", None, "2026-03-01", None),
    "uz-pf-217-2025": ("PF-217", "2025-11-18", None, "2026-03-01", None),
    "uz-pp-338-2024": ("ПП-338", "2024-09-24", None, "2025-01-01", None),
    "uz-eco-sticker-2025": ("unknown", "2025-11-28", None, "2026-01-01", None),
    "uz-orq-1143-2026": ("OʻRQ-1143", "2026-05-04", None, None, None),
    "uz-cm-194-2014": ("194", "2014-07-15", None, None, None),
    "uz-notice-2024": ("unknown", None, "2024-03-01", None, None),
    "sanqvan-0053-23": ("0053-23", "2024-05-27", None, "2024-08-01", None),
    "sanpin-0293-11": ("0293-11", None, None, "2012-01-01", None),
    "dsm-70-2022": ("ҚР ДСМ-70", "2022-08-02", None, "2023-02-03", None),
    "order-168-2015": ("168", "2015-02-28", None, "2015-11-13", None),
    "order-10-2025": ("10", "2025-02-18", None, "2025-08-20", None),
    "kz-astana-heat-2014": ("249/36-V", "2014-06-27", None, None, None),
    "kz-env-code-2021": ("400-VI", "2021-01-02", None, "2024-01-01", None),
    "kz-karaganda-249-2024": ("249", "2024-12-26", "2025-03-01", None, None),
    "kz-nmu-rules": ("unknown", None, None, None, None),
    "eu-2008-50": ("2008/50/EC", "2008-05-21", None, "2010-01-01", "2026-12-11"),
    "eu-2024-2881": ("(EU) 2024/2881", None, "2026-12-12", None, None),
    "who-2021": ("ISBN 978-92-4-003422-8", None, None, "2021-12-31", None),
    "us-epa-2024": ("EPA-454/B-24-002", None, None, "2024-06-01", None),
    "rd-52-04-186-89": ("РД 52.04.186-89", None, None, None, None),
    "declaration-2026": ("unknown", None, None, "2026-04-30", None),
}
# Act → days on which it does not hold, on which nobody here knows, on which it holds.
STANDS = {
    "uz-up-229-2025": ("2025-11-23", "2026-04-01", "2026-01-19"),
    "uz-pf-46-2026": ("2026-03-24", "2026-04-01", "2026-05-01"),
    "dsm-70-2022": ("2022-08-01", "2022-09-01", "2023-02-03"),
    "order-168-2015": ("2023-02-03", "2022-09-01", "2022-08-01"),
    "order-10-2025": ("2025-02-17", "2025-02-18", "2025-08-20"),
}


def text(day: date | None) -> str | None:
    return None if day is None else str(day)


def test_every_act_is_entered_as_it_was_read() -> None:
    found = {key: (a.number, text(a.signed), text(a.entry), text(a.by), text(a.until)) for key, a in acts().items()}
    assert found == READ


@pytest.mark.parametrize("key", STANDS)
def test_an_act_holds_does_not_or_is_unknown(key: str) -> None:
    days = [date.fromisoformat(day) for day in STANDS[key]]
    assert [acts()[key].stands(day) for day in days] == [False, None, True]


def test_the_directives_change_hands_in_one_night() -> None:
    old, new = acts()["eu-2008-50"], acts()["eu-2024-2881"]
    eve, day = date(2026, 12, 11), date(2026, 12, 12)
    assert [(a.stands(eve), a.stands(day)) for a in (old, new)] == [(True, False), (False, True)]


def test_nothing_is_surer_than_it_was_read() -> None:
    assert {a.read for a in acts().values()} <= {"secondary", "not_read"}  # no primary text was opened
    assert {key for key, a in acts().items() if a.read == "not_read"} == {"order-168-2015", "kz-nmu-rules"}
    assert all(a.sure == "C" for a in acts().values() if a.read == "not_read")
    vague = [
        key for key, a in acts().items() if a.entry is None and not re.search("(?i)read|known|held|published", a.note)
    ]
    assert vague == []  # a day that is not known says why


def test_names_are_written_in_each_language() -> None:
    for key, act in acts().items():
        assert len(set(act.names.values())) == 4, key
        assert not re.search(r"['‘’]", act.names["uz"]), key
        assert all(re.search("[а-я]", act.names[language]) for language in ("ru", "kk")), key
        assert not re.search("[а-я]", act.names["uz"] + act.names["en"]), key


def written(folder: Path, **cells: str) -> Path:
    path = folder / "acts.csv"
    rows = [{**seed()[1], **cells}, {**seed()[1], "act": "other", "successor": ""}]
    pd.DataFrame(rows)[list(COLUMNS)].to_csv(path, index=False)
    return path


WRONG = [
    ({"address": ""}, "column address"), ({"name_kk": ""}, "column name_kk"), ({"sure": "D"}, "column sure"),
    ({"in_force_from": "soon"}, "column in_force_from"), ({"review_by": ""}, "column review_by"),
    ({"act": "other"}, "stands twice"), ({"successor": "nobody"}, "'nobody'"), ({"act": "a", "successor": "a"}, "'a'"),
]  # fmt: skip


@pytest.mark.parametrize(("cells", "says"), WRONG)
def test_a_wrong_cell_is_one_sentence(tmp_path: Path, cells: dict[str, str], says: str) -> None:
    assert len(acts(written(tmp_path))) == 2
    (tmp_path / "wrong").mkdir()
    with pytest.raises(ActError) as refused:
        acts(written(tmp_path / "wrong", **cells))
    assert says in str(refused.value)
    with pytest.raises(ActError, match=r"none\.csv"):
        acts(tmp_path / "none.csv")


def test_the_review_names_lacks_and_what_is_due(tmp_path: Path) -> None:
    today = review(date(2026, 12, 1))
    assert (today.rows, today.lacks) == (len(READ), ())
    assert {one.row for one in review(date(2026, 12, 12)).due} == {"eu-2008-50"}
    broken = review(date(2026, 12, 1), written(tmp_path, address="", checked="never"))
    assert [(one.row, one.what) for one in broken.lacks] == [("uz-pf-46-2026", "address"), ("uz-pf-46-2026", "checked")]
    assert all(check(row) == () for row in seed())
