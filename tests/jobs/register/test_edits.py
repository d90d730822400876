"""Edits of a register: proposed by one, reviewed by another, laid over the files, never overwritten."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import pytest

from data.city import LANGUAGES
from data.facts import Lack, lacking
from data.store import Store, open_store
from data.store.shared import SharedStore
from data.store.storage.errors import StoreError
from jobs.access.operators import OPERATORS, Operator
from jobs.access.roles import VARIABLE as MEMBERS
from jobs.register import kept, overlay, read, registers
from jobs.register.edits import LONGEST, propose, review
from jobs.register.figures import of_rows
from jobs.register.registers import Register, RegisterError

AIGUL, BOTIR = Operator("Aigul"), Operator("Botir")
SEED = [{"key": "lorries", "name": "Lorry ban", "status": "announced", "checked": "2026-01-01"}, {"key": "belt"}]
MOMENT = datetime(2026, 12, 1, 6, tzinfo=UTC)
NASTY = ("<img src=x onerror=alert(1)>", "=HYPERLINK(1)", "'; DROP TABLE x; --", "a" * LONGEST, "{n} {0} %s")


def check(row: registers.Row) -> tuple[Lack, ...]:
    return lacking("plans", row["key"], [("name", row["name"])])


@pytest.fixture(autouse=True)
def plans(monkeypatch: pytest.MonkeyPatch) -> Register:
    """A made-up register beside the real one: another one is one row of the table."""
    made = Register("plans", "key", ("key", "name", "status", "checked", "review_by"), lambda: [dict(r) for r in SEED],
                    check, choices={"status": ("announced", "in_force")})  # fmt: skip
    monkeypatch.setattr(registers, "REGISTERS", MappingProxyType({**registers.REGISTERS, "plans": made}))
    for name in (OPERATORS, MEMBERS):
        monkeypatch.delenv(name, raising=False)
    return made


def change(store: Store, who: Operator = AIGUL, **cells: object) -> kept.Edit:
    return propose(store, who, "plans", "change", "lorries", cells or {"status": "in_force"}, "read in the act")


def row(store: Store, key: str = "lorries", at: datetime | None = None) -> dict[str, str] | None:
    return next((r for r in read(store, "plans", at) if r["key"] == key), None)


def refused(work: Callable[[], object]) -> RegisterError:
    with pytest.raises(RegisterError) as caught:
        work()
    for language in LANGUAGES:
        assert caught.value.sentence(language)
    return caught.value


def test_nothing_shows_before_somebody_else_has_published_it(store: Store) -> None:
    edit = change(store)
    assert row(store)["status"] == "announced"
    assert [e.id for e in kept.waiting(store, "plans")] == [edit.id]
    done = review(store, BOTIR, edit.id, "published")
    assert (done.state, done.reviewed_by) == ("published", "Botir")
    assert row(store) == {**SEED[0], "status": "in_force", "review_by": ""}
    assert kept.waiting(store, "plans") == []
    assert [r["key"] for r in read(store, "plans")] == ["lorries", "belt"]


def test_a_rejected_edit_changes_nothing_and_stays_in_the_history(store: Store) -> None:
    edit = change(store)
    assert refused(lambda: review(store, BOTIR, edit.id, "rejected")).key == "register.edit.why"
    review(store, BOTIR, edit.id, "rejected", "no such act")
    assert row(store)["status"] == "announced"
    last = overlay.history(store, "plans", "lorries")[-1]
    assert (last.edit.state, last.edit.review_note, last.changed) == (
        "rejected", "no such act", (("status", "announced", "in_force"),))  # fmt: skip


def test_the_proposer_publishes_nothing_but_may_take_it_back(store: Store) -> None:
    edit = change(store)
    for name in ("Aigul", " aigul "):
        error = refused(lambda name=name: review(store, Operator(name), edit.id, "published", "fine"))
        assert (error.key, error.status) == ("register.edit.own", 403)
    assert review(store, AIGUL, edit.id, "rejected", "a slip").state == "rejected"


@pytest.mark.parametrize(
    ("operators", "members", "may"),
    [("Aigul:1", "", True), ("Aigul:1;Botir:2", "", False), ("", "", False), ("Aigul:1", "members.toml", False)],
)
def test_only_where_there_is_one_operator_that_one_may_publish_and_says_why(
    store: Store, monkeypatch: pytest.MonkeyPatch, operators: str, members: str, may: bool
) -> None:
    monkeypatch.setenv(OPERATORS, operators)
    monkeypatch.setenv(MEMBERS, members)
    edit = change(store)
    if not may:
        assert refused(lambda: review(store, AIGUL, edit.id, "published", "alone")).key == "register.edit.own"
        return
    assert refused(lambda: review(store, AIGUL, edit.id, "published")).key == "register.edit.why"
    assert review(store, AIGUL, edit.id, "published", "alone on shift").review_note == "alone on shift"


def test_of_two_reviewers_at_once_one_wins(store: Store) -> None:
    edit = change(store)

    def decide(name: str, verdict: str) -> str:
        try:
            return review(open_store(store.uri), Operator(name), edit.id, verdict, "why").reviewed_by
        except RegisterError as error:
            return error.key

    with ThreadPoolExecutor(4) as pool:
        asked = [(f"R{n}", "published" if n % 2 else "rejected") for n in range(4)]
        told = list(pool.map(lambda pair: decide(*pair), asked))
    winners = [name for name in told if name != "register.edit.settled"]
    assert len(winners) == 1
    (stored,) = kept.edits(open_store(store.uri), "plans")
    assert stored.reviewed_by == winners[0]


def test_two_proposals_at_once_are_both_kept(store: Store) -> None:
    with ThreadPoolExecutor(3) as pool:
        made = list(pool.map(lambda n: change(open_store(store.uri), Operator(f"P{n}"), name=f"Ban {n}"), range(3)))
    waits = kept.waiting(open_store(store.uri), "plans")
    assert {e.id for e in waits} == {e.id for e in made}
    assert len({e.proposed_at for e in waits}) == 3


def test_what_was_made_on_an_older_row_is_not_laid_over_a_newer_one(store: Store) -> None:
    first, second = change(store), change(store, name="Ban of lorries")
    review(store, BOTIR, first.id, "published")
    error = refused(lambda: review(store, BOTIR, second.id, "published"))
    assert (error.key, error.status) == ("register.edit.overtaken", 409)
    assert row(store)["status"] == "in_force"
    review(store, BOTIR, second.id, "rejected", "anew, please")


def test_every_version_stands_in_the_history_and_as_of_gives_the_old_one(store: Store) -> None:
    for n, cells in enumerate(({"status": "in_force"}, {"name": "Ban"}, {"review_by": "2027-01-01"})):
        edit = propose(store, AIGUL, "plans", "change", "lorries", cells, f"step {n}", now=MOMENT + timedelta(days=n))
        review(store, BOTIR, edit.id, "published", now=MOMENT + timedelta(days=n, hours=1))
    found = overlay.history(store, "plans", "lorries")
    assert [v.edit.reason if v.edit else "seed" for v in found] == ["seed", "step 0", "step 1", "step 2"]
    assert [v.changed for v in found[1:]] == [
        (("status", "announced", "in_force"),), (("name", "Lorry ban", "Ban"),), (("review_by", "", "2027-01-01"),)
    ]  # fmt: skip
    assert row(store, at=MOMENT)["status"] == "announced"
    assert row(store, at=MOMENT + timedelta(hours=2))["status"] == "in_force"
    assert row(store, at=MOMENT + timedelta(days=1, hours=2))["name"] == "Ban"
    assert row(store, at=MOMENT + timedelta(days=1, hours=2))["review_by"] == ""


def test_a_row_is_added_and_withdrawn_and_may_come_back(store: Store) -> None:
    for action, cells, there in (
        ("add", {"name": "Kilns"}, True),
        ("withdraw", {}, False),
        ("add", {"name": "K"}, True),
    ):
        edit = propose(store, AIGUL, "plans", action, "kilns", cells, "because")
        review(store, BOTIR, edit.id, "published")
        assert bool(row(store, "kilns")) is there
    assert [v.edit.action for v in overlay.history(store, "plans", "kilns")] == ["add", "withdraw", "add"]
    assert read(store, "plans")[-1]["name"] == "K"


def test_the_clock_never_puts_a_later_edit_before_an_earlier_one(store: Store) -> None:
    one = propose(store, AIGUL, "plans", "add", "a", {"name": "A"}, "x", now=MOMENT)
    review(store, BOTIR, one.id, "published", now=MOMENT + timedelta(hours=5))
    two = propose(store, AIGUL, "plans", "change", "a", {"name": "B"}, "x", now=MOMENT)
    review(store, BOTIR, two.id, "published", now=MOMENT)
    assert row(store, "a")["name"] == "B"


def test_another_seed_below_an_edit_is_told(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    review(store, BOTIR, change(store).id, "published")
    assert overlay.moved(store, "plans") == []
    monkeypatch.setitem(SEED[0], "name", "Lorries over 10 t")
    assert overlay.moved(store, "plans") == ["lorries"]
    assert row(store)["name"] == "Lorry ban"


def test_a_column_that_an_edit_did_not_know_is_the_seeds(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    review(store, BOTIR, change(store).id, "published")
    book = registers.REGISTERS["plans"]
    wider = Register(**{**vars(book), "columns": (*book.columns, "area")})
    monkeypatch.setattr(registers, "REGISTERS", MappingProxyType({"plans": wider}))
    monkeypatch.setitem(SEED[0], "area", "Tashkent")
    assert row(store)["area"] == "Tashkent"
    assert row(store)["status"] == "in_force"


@pytest.mark.parametrize(
    ("asked", "key"),
    [
        (("lorry-plans", "change", "lorries", {}, "x"), "register.edit.no_register"),
        (("plans", "burn", "lorries", {}, "x"), "register.edit.no_action"),
        (("plans", "change", "../lorries", {}, "x"), "register.edit.key"),
        (("plans", "add", "a" * 81, {"name": "x"}, "x"), "register.edit.key"),
        (("plans", "change", "lorries", {"colour": "red"}, "x"), "register.edit.column"),
        (("plans", "change", "lorries", {"name": 7}, "x"), "register.edit.no_text"),
        (("plans", "change", "lorries", {"name": None}, "x"), "register.edit.no_text"),
        (("plans", "change", "lorries", {"name": ["a"]}, "x"), "register.edit.no_text"),
        (("plans", "change", "lorries", {"name": "a\u202eb"}, "x"), "register.edit.sign"),
        (("plans", "change", "lorries", {"name": "a\x00b"}, "x"), "register.edit.sign"),
        (("plans", "change", "lorries", {"name": "a" * (LONGEST + 1)}, "x"), "register.edit.long"),
        (("plans", "change", "lorries", {"status": "forgotten"}, "x"), "register.edit.choice"),
        (("plans", "change", "lorries", {"name": " "}, "x"), "register.edit.lacks"),
        (("plans", "change", "lorries", {"key": "other"}, "x"), "register.edit.renamed"),
        (("plans", "change", "lorries", {"name": "Lorry ban"}, "x"), "register.edit.same"),
        (("plans", "change", "nothing", {"name": "x"}, "x"), "register.edit.absent"),
        (("plans", "withdraw", "nothing", {}, "x"), "register.edit.absent"),
        (("plans", "add", "lorries", {"name": "x"}, "x"), "register.edit.there"),
        (("plans", "change", "lorries", {"name": "x"}, "  "), "register.edit.why"),
        (("plans", "change", "lorries", {"name": "x"}, "a" * (LONGEST + 1)), "register.edit.long"),
        (("inventory", "change", "tashkent-tpp", {"lat": "north"}, "x"), "register.edit.cell"),
        (("inventory", "change", "tashkent-tpp", {"lat": "69.2", "lon": "41.3"}, "x"), "register.edit.cell"),
        (("inventory", "change", "tashkent-tpp", {"from": "soon"}, "x"), "register.edit.cell"),
        (("inventory", "change", "tashkent-tpp", {"city": "atlantis"}, "x"), "register.edit.refused"),
        (("inventory", "change", "tashkent-tpp", {"name_uz": ""}, "x"), "register.edit.lacks"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence_and_nothing_is_kept(
    store: Store, asked: tuple[object, ...], key: str
) -> None:
    error = refused(lambda: propose(store, AIGUL, *asked))  # type: ignore[arg-type]
    assert error.key == key
    assert error.parameter
    assert len(str(error)) < 900
    assert not len(store.table(kept.NAME))


@pytest.mark.parametrize("text", NASTY)
def test_what_somebody_writes_is_kept_as_text(store: Store, text: str) -> None:
    edit = change(store, name=text, review_by="2027-01-01")
    review(store, BOTIR, edit.id, "published", text)
    assert row(store)["name"] == text
    assert overlay.history(store, "plans", "lorries")[-1].edit.review_note == text


def test_a_cell_of_several_lines_keeps_them_and_no_other_does(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    book = registers.REGISTERS["plans"]
    lined = Register(**{**vars(book), "lines": frozenset({"name"})})
    monkeypatch.setattr(registers, "REGISTERS", MappingProxyType({"plans": lined}))
    edit = change(store, name=" one \r\n\n two  words\n", review_by="2027\n01")
    assert (edit.fields["name"], edit.fields["review_by"]) == ("one\ntwo words", "2027 01")


def test_unknown_edits_and_verdicts_are_sentences(store: Store) -> None:
    assert refused(lambda: review(store, BOTIR, "nothing", "published")).key == "register.edit.no_edit"
    assert refused(lambda: review(store, BOTIR, change(store).id, "perhaps")).key == "register.edit.no_verdict"
    assert refused(lambda: propose(store, Operator(" "), "plans", "change", "lorries", {"name": "x"}, "x")).key == (
        "register.edit.nobody"
    )


def test_no_reader_gets_what_nobody_has_reviewed(store: Store) -> None:
    change(store)
    for purpose in ("see", "download"):
        with pytest.raises(StoreError):
            SharedStore(store, purpose=purpose).table(kept.NAME)  # type: ignore[arg-type]
    assert len(read(SharedStore(store, purpose="derive"), "plans")) == len(SEED)


def test_a_row_is_due_by_its_own_day_or_a_year_after_it_was_checked(plans: Register) -> None:
    rows = [{"key": k, "name": k, **cells} for k, cells in {
        "own": {"review_by": "2026-12-01", "checked": "2026-11-30"}, "later": {"review_by": "2026-12-02"},
        "old": {"checked": "2025-12-01"}, "fresh": {"checked": "2025-12-02"}, "never": {},
        "no-day": {"checked": "soon"},
    }.items()]  # fmt: skip
    found = of_rows(plans, rows, MOMENT.date())
    assert [d.row for d in found.due] == ["own", "old", "never", "no-day"]
    assert (found.rows, found.lacks) == (6, ())
