"""What a signed-in operator does to a register: propose an edit, review those of others."""

from collections.abc import Mapping

import streamlit as st

from data.city import cities
from data.errors import CentreError
from data.store import Store
from jobs.access.operators import Operator
from jobs.register import kept, overlay, read, rights
from jobs.register.edits import LONGEST, propose, review
from jobs.register.kept import Edit
from jobs.register.overlay import Version
from jobs.register.registers import REGISTERS, Register
from pages.ui.reader.errors import told
from pages.ui.reader.language import markdown, t
from pages.ui.registry import history, words

DONE, TURN = "registry.done", "registry.turn"
LONG = ("note", "reference", "emission_source", "verified_by", "expected_basis", "says", "source")


def confirmed() -> None:
    """Say once that what was asked is kept."""
    if said := st.session_state.pop(DONE, None):
        st.toast(said, icon=":material/check:")


def proposal(store: Store, who: Operator) -> None:
    """Choose a row, change its cells, say why."""
    st.subheader(t("registry.propose.title"), anchor=False)
    st.caption(t("registry.propose.say"))
    which, what, where = st.columns([1, 1, 2], vertical_alignment="bottom")
    names = list(REGISTERS)
    name = which.selectbox(t("registry.which"), names, format_func=words.register, key="edit.register")
    action = what.selectbox(t("registry.propose.action"), kept.ACTIONS, index=1, key="edit.action",
                            format_func=lambda a: t(f"registry.verb.{a}"))  # fmt: skip
    book = REGISTERS[name]
    rows = {row[book.key]: row for row in read(store, name)}
    if action == kept.ADD:
        key = where.text_input(t("registry.propose.key"), key=f"edit.key.{name}", max_chars=80).strip()
        row: Mapping[str, str] = {}
    else:
        key = where.selectbox(t("registry.propose.row"), sorted(rows), key=f"edit.row.{name}",
                              format_func=lambda k: f"{words.name(rows[k], book.key)} ({k})")  # fmt: skip
        row = rows.get(key or "", {})
    _cells(store, who, book, action, key or "", row)


def _cells(store: Store, who: Operator, book: Register, action: str, key: str, row: Mapping[str, str]) -> None:
    """The form itself; its fields begin anew when the row is another, has changed, or was sent."""
    mark = f"{book.name}.{action}.{key if action != kept.ADD else ''}.{kept.digest(row)[:8]}"
    mark = f"{mark}.{st.session_state.get(TURN, 0)}"
    with st.form(f"edit.{mark}", border=True):
        cells: dict[str, str] = {}
        if action != kept.WITHDRAW:
            left, right = st.columns(2)
            for n, name in enumerate(column for column in book.columns if column != book.key):
                with (left, right)[n % 2]:
                    cells[name] = _field(book, name, row.get(name, ""), f"{mark}.{name}")
        reason = st.text_area(t("registry.propose.reason"), key=f"{mark}:why", max_chars=LONGEST)
        sent = st.form_submit_button(t("registry.propose.send"), icon=":material/send:", type="primary")
    if sent:
        _send(store, who, book, action, key, cells, reason)


def _field(book: Register, name: str, text: str, key: str) -> str:
    """One cell: a list where the column has one, a line or a box of text else."""
    known = tuple(cities()) if name == "city" else book.choices.get(name, ())
    if known:
        options = list(dict.fromkeys(["", text, *known]))
        empty = t("registry.propose.empty")
        return str(st.selectbox(words.column(name), options, index=options.index(text), key=key,
                                format_func=lambda k: words.cell(name, k) if k else empty))  # fmt: skip
    widget = st.text_area if name in LONG or name in book.lines else st.text_input
    return str(widget(words.column(name), text, key=key, max_chars=LONGEST))


def _send(
    store: Store, who: Operator, book: Register, action: str, key: str, cells: Mapping[str, str], reason: str
) -> None:
    try:
        propose(store, who, book.name, action, key, cells, reason)
    except CentreError as error:
        st.warning(markdown(told(error)), icon=":material/block:")
        return
    st.session_state[TURN] = st.session_state.get(TURN, 0) + 1
    _again(t("registry.propose.sent"))


def queue(store: Store, who: Operator) -> None:
    """The edits that wait, each with before and after, and the form of its review."""
    st.subheader(t("registry.queue.title"), anchor=False)
    waits = [(book, edit) for name, book in REGISTERS.items() for edit in kept.waiting(store, name)]
    if not waits:
        st.caption(t("registry.queue.none"))
        return
    st.caption(t("registry.queue.alone" if rights.alone() else "registry.queue.say"))
    for book, edit in waits:
        _waiting(store, who, book, edit)


def _waiting(store: Store, who: Operator, book: Register, edit: Edit) -> None:
    stands = {row[book.key]: row for row in read(store, book.name)}.get(edit.row, {})
    changed = overlay.changes(book, stands, edit)
    title = f"{words.register(book.name)}: {words.name(edit.fields, book.key)} ({edit.row})"
    st.markdown(f"**{markdown(title)}**")
    st.html(history.card(Version(edit, edit.fields, changed)))
    own = rights.same(who.name, edit.proposed_by)
    verdicts = [kept.REJECTED] if own and not rights.alone() else [kept.PUBLISHED, kept.REJECTED]
    if own and not rights.alone():
        st.caption(t("registry.queue.own"))
    with st.form(f"review.{edit.id}", border=False):
        what, why, send = st.columns([1, 3, 1], vertical_alignment="bottom")
        verdict = what.selectbox(t("registry.queue.verdict"), verdicts, key=f"verdict.{edit.id}",
                                 format_func=lambda v: t(f"registry.verdict.{v}"))  # fmt: skip
        note = why.text_input(t("registry.queue.note"), key=f"note.{edit.id}", max_chars=LONGEST)
        sent = send.form_submit_button(t("registry.queue.send"), width="stretch")
    if sent:
        try:
            done = review(store, who, edit.id, verdict, note)
        except CentreError as error:
            st.warning(markdown(told(error)), icon=":material/block:")
            return
        _again(t("registry.queue.done", state=t(f"registry.state.{done.state}")))


def _again(said: str) -> None:
    st.session_state[DONE] = said
    st.rerun()
