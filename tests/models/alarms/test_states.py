"""The states of an alarm: what is allowed when, that nothing is lost, and what a shift is asked."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from data.city import LANGUAGES
from models.alarms.rates import chattering, floods, handover, rates, stale
from models.alarms.states import STATES, STEPS, Entry, NotPossible, State, entries, fold, frame, step

AT = datetime(2026, 1, 10, tzinfo=UTC)
KEY = ("pm25-24h-kz", "astana")


def entry(action: str, minutes: float = 0, by: str = "Aigul", **more: object) -> Entry:
    plain = {"note": "because", "occurrence": "ring"} | more
    return Entry(AT + timedelta(minutes=minutes), *KEY, action, by=by, **plain)  # type: ignore[arg-type]


SHELF = {"until": AT + timedelta(hours=2)}
# Where each action leads from each state; None = it is refused.
TABLE: dict[str, dict[str, str | None]] = {
    "normal": {"raised": "unacknowledged", "rang_again": None, "returned": None, "acknowledged": None,
               "shelved": "shelved", "unshelved": None, "out_of_service": "out_of_service", "in_service": None},
    "unacknowledged": {"raised": None, "rang_again": None, "returned": "returned", "acknowledged": "acknowledged",
                       "shelved": "shelved", "unshelved": None, "out_of_service": "out_of_service",
                       "in_service": None},
    "acknowledged": {"raised": None, "rang_again": None, "returned": "normal", "acknowledged": None,
                     "shelved": "shelved", "unshelved": None, "out_of_service": "out_of_service", "in_service": None},
    "returned": {"raised": None, "rang_again": "unacknowledged", "returned": None, "acknowledged": "normal",
                 "shelved": "shelved", "unshelved": None, "out_of_service": "out_of_service", "in_service": None},
}  # fmt: skip
WAY = {"normal": [], "unacknowledged": ["raised"], "acknowledged": ["raised", "acknowledged"],
       "returned": ["raised", "returned"]}  # fmt: skip


def reached(*actions: str) -> State:
    state = State()
    for place, action in enumerate(actions):
        state = step(state, entry(action, place, **(SHELF if action == "shelved" else {})))
    return state


@pytest.mark.parametrize(("before", "action"), [(b, a) for b, row in TABLE.items() for a in row])
def test_transition_table(before: str, action: str) -> None:
    state, after = reached(*WAY[before]), TABLE[before][action]
    assert state.name == before
    asked = entry(action, 10, **(SHELF if action == "shelved" else {}))
    if after is None:
        with pytest.raises(NotPossible) as refused:
            step(state, asked)
        assert (refused.value.who, refused.value.status) == ("asker", 409)
        for language in LANGUAGES:
            said = refused.value.sentence(language)
            assert said.endswith(".")
            assert "\n" not in said
    else:
        assert step(state, asked).name == after


def test_what_was_held_asks_again_if_it_still_stands() -> None:
    assert reached("raised", "acknowledged", "shelved", "unshelved").name == "unacknowledged"
    assert reached("raised", "out_of_service", "in_service").name == "unacknowledged"
    assert reached("raised", "shelved", "returned").name == "shelved"
    assert reached("raised", "shelved", "returned", "unshelved").name == "normal"
    assert reached("raised", "shelved", "out_of_service", "in_service").name == "unacknowledged"
    with pytest.raises(NotPossible, match="cannot be raised anew"):
        reached("shelved", "raised")


def test_a_shelf_ends_by_itself() -> None:
    log = [entry("raised"), entry("shelved", 1, **SHELF)]
    for minutes, name in ((2, "shelved"), (119, "shelved"), (120, "unacknowledged")):
        assert fold(log, AT + timedelta(minutes=minutes))[KEY].name == name
    over = fold(log, AT + timedelta(minutes=130))[KEY]
    assert (over.over, over.since, over.by) == (True, SHELF["until"], "centre")
    assert not fold([*log, entry("unshelved", 130, by="centre")], AT + timedelta(minutes=131))[KEY].over


@pytest.mark.parametrize(
    ("action", "more", "said"),
    [
        ("shelved", {}, "needs an end that lies ahead"),
        ("shelved", {"until": AT - timedelta(minutes=1)}, "needs an end that lies ahead"),
        ("shelved", {"until": AT + timedelta(days=3)}, "at most 24 hours"),
        ("shelved", {**SHELF, "note": "  "}, "Say why it is shelved"),
        ("out_of_service", {"note": ""}, "Say why it goes out of service"),
        ("comment", {"note": ""}, "Say something"),
        ("comment", {"note": "x" * 2001}, "at most 2000 characters"),
        ("dance", {}, "There is no action 'dance'"),
    ],
)
def test_what_an_action_needs(action: str, more: dict[str, object], said: str) -> None:
    with pytest.raises(NotPossible, match=said):
        step(State(), entry(action, **more))


def test_the_second_is_told_who_was_first_and_the_order_of_the_log_decides() -> None:
    log = [entry("raised"), entry("acknowledged", 5, by="Botir"), entry("acknowledged", 5, by="Aigul")]
    assert fold(log, AT + timedelta(hours=1))[KEY].by == "Botir"
    with pytest.raises(NotPossible, match=r"Botir was first and acknowledged it at 2026-01-10 00:05 UTC"):
        step(fold(log[:2], AT + timedelta(hours=1))[KEY], log[2])


def test_what_stands_instead_is_a_field_and_is_said_in_each_language() -> None:
    with pytest.raises(NotPossible) as refused:
        step(reached("raised", "acknowledged", "shelved"), entry("acknowledged", 10))
    standing = refused.value.fields()["words"]["standing"]
    assert (standing["key"], standing["words"]["at"]) == ("models.alarms.is_shelved", "2026-01-10 02:00 UTC")
    assert str(refused.value).startswith("There is nothing to acknowledge: ")
    assert "она отложена до 2026-01-10 02:00 UTC" in refused.value.sentence("ru")


def test_rows_after_the_moment_do_not_count() -> None:
    log = frame([entry("raised"), entry("acknowledged", 30)])
    assert fold(log, AT + timedelta(minutes=29))[KEY].name == "unacknowledged"
    assert fold(log, AT + timedelta(minutes=30))[KEY].name == "acknowledged"
    assert fold(frame([]), AT) == {}


def test_a_frame_and_its_entries_say_the_same() -> None:
    log = [entry("raised", value=7.0), entry("shelved", 1, **SHELF), entry("comment", 2)]
    back = entries(frame(log))
    assert [(e.at, e.action, e.by, e.note, e.until) for e in back] == [
        (e.at, e.action, e.by, e.note, e.until) for e in log
    ]


class Shift(RuleBasedStateMachine):
    """Operators and the centre act in any order; the log keeps every entry that was taken and no state is unknown."""

    def __init__(self) -> None:
        super().__init__()
        self.log: list[Entry] = []
        self.now = AT
        self.stands = False

    @property
    def state(self) -> State:
        return fold(self.log, self.now).get(KEY, State())

    def take(self, action: str, **more: object) -> bool:
        asked = Entry(self.now, *KEY, action, "ring", **{"by": "Aigul", "note": "because", **more})  # type: ignore[arg-type]
        before = self.state
        try:
            after = step(before, asked)
        except NotPossible:
            return False
        self.log.append(asked)
        assert self.state == after
        return True

    @rule(minutes=st.integers(1, 200))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(action=st.sampled_from(sorted(set(STEPS) - {"raised", "returned", "rang_again", "shelved"})))
    def an_operator_acts(self, action: str) -> None:
        self.now += timedelta(microseconds=1)
        self.take(action)

    @rule(minutes=st.integers(-10, 2000))
    def an_operator_shelves(self, minutes: int) -> None:
        self.now += timedelta(microseconds=1)
        taken = self.take("shelved", until=self.now + timedelta(minutes=minutes))
        assert not taken or 0 < minutes <= 24 * 60

    @rule()
    def the_condition_begins(self) -> None:
        self.stands = True

    @rule()
    def the_condition_ends(self) -> None:
        self.stands = False

    @rule()
    def the_centre_looks(self) -> None:
        self.now += timedelta(microseconds=1)
        state = self.state
        if state.over:
            assert self.take("unshelved", by="centre")
        if state.active and not self.stands:
            assert self.take("returned", by="centre")
        if self.stands and not state.active and not state.held:
            assert self.take("raised" if state.seen else "rang_again", by="centre")
        after = self.state
        assert after.held or after.active == self.stands

    @invariant()
    def the_state_is_known_and_no_entry_is_lost(self) -> None:
        state = self.state
        assert state.name in STATES
        assert (state.held == "shelved") == (state.until is not None)
        assert state.active <= bool(state.occurrence)

    @invariant()
    def nobody_is_left_out(self) -> None:
        if self.state.name == "unacknowledged":
            assert not self.state.seen
        if self.state.held == "":
            assert self.state.why == ""

    def teardown(self) -> None:
        kept = frame(self.log)
        assert len(kept) == len(self.log) == len(entries(kept))
        assert fold(kept, self.now) == fold(self.log, self.now)


Shift.TestCase.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
TestShift = Shift.TestCase


def rung(*minutes: float, rule_key: str = "r") -> pd.DataFrame:
    return frame([Entry(AT + timedelta(minutes=m), rule_key, "astana", "raised", f"{rule_key}:{m}") for m in minutes])


def test_rates_count_rings_of_quiet_hours_too() -> None:
    made = rates(rung(0, 1, 2, 600, 1500), AT, AT + timedelta(days=10), ZoneInfo("Asia/Tashkent"))
    assert (made.rings, made.worst_ten, made.worst_day, made.worst_shift) == (5, 3, 4, 3)
    assert made.per_day == pytest.approx(0.5)
    assert made.per_ten == pytest.approx(5 / 1440)
    assert made.within_target
    assert made.by_rule == {"r": 5}
    nothing = rates(frame([]), AT, AT + timedelta(days=1), ZoneInfo("UTC"))
    assert (nothing.rings, nothing.worst_day, nothing.floods) == (0, 0, ())


def test_a_flood_begins_above_ten_and_ends_below_five() -> None:
    rising = [float(m) / 2 for m in range(12)]  # twelve in six minutes
    going_on = [11.0, 12, 13, 14, 15, 16]
    late = [60.0, 61]
    (flood,) = floods(pd.DatetimeIndex(rung(*rising, *going_on, *late)["at"]))
    assert flood.rings >= 16
    assert flood.end <= pd.Timestamp(AT) + pd.Timedelta(minutes=16)
    assert floods(pd.DatetimeIndex(rung(*range(10))["at"])) == ()


def test_chattering_and_stale_alarms_are_named() -> None:
    log = rung(0, 100, 200)
    assert chattering(log, AT + timedelta(minutes=201)) == (("r", "astana", 3),)
    assert chattering(log, AT + timedelta(hours=7)) == ()
    table = pd.DataFrame({"rule": ["r"], "city": ["astana"], "state": ["acknowledged"], "occurrence": ["r:200"]})
    assert stale(table, log, AT + timedelta(hours=20)) == ()
    ((_, _, hours),) = stale(table, log, AT + timedelta(hours=30))
    assert hours == pytest.approx(30 - 200 / 60)


def test_a_hand_over_lists_what_stands_and_what_happened_since_the_last() -> None:
    general = {"rule": "", "city": "", "by": "Aigul", "note": "quiet"}
    log = frame(
        [
            entry("raised"),
            Entry(AT + timedelta(minutes=5), action="handover", **general),
            entry("acknowledged", 6),
            Entry(AT + timedelta(minutes=7), "other", "astana", "shelved", by="Botir", note="works", **SHELF),
        ]
    )
    made = handover(log, AT + timedelta(minutes=10))
    assert (made.last_by, made.last_note, made.counts) == ("Aigul", "quiet", {"acknowledged": 1, "shelved": 1})
    assert [(rule, state.name) for rule, _, state in made.standing] == [
        ("other", "shelved"), ("pm25-24h-kz", "acknowledged"),
    ]  # fmt: skip
    first = handover(log, AT + timedelta(minutes=1))
    assert (first.since, [state.name for *_, state in first.standing]) == (None, ["unacknowledged"])
    assert handover(frame([]), AT).standing == ()
