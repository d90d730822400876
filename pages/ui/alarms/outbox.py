"""Notifications as an operator needs them: which have not left, why, and when they are tried again."""

import pandas as pd
import streamlit as st

from data.rules.alarms import Rules
from data.store import Store
from jobs.alarms.reports import reports
from jobs.notify import outbox
from jobs.notify.channels import channels
from pages.ui.alarms import cards
from pages.ui.city import tables as city_tables
from pages.ui.reader import errors, language
from pages.ui.reader.language import number, t

ORDER = ("refused", "waiting", "sent")
SHOWN = 200  # rows; the command lists all


def section(store: Store, book: Rules) -> None:
    """
    The outbox for who is signed in as an operator; call it for nobody else.

    Parameters
    ----------
    store : Store
        The whole one: no reader's view gives this table.
    """
    st.subheader(t("outbox.title"), anchor=False)
    box = outbox.read(store)
    state = outbox.standing(box)
    count = {name: number(int((state == name).sum())) for name in ORDER}
    if not len(box):
        st.caption(t("outbox.none" if channels() else "outbox.no_channel"))
        return
    st.markdown(t("outbox.answer", **count))
    st.table(table(box, store, book), border="horizontal", hide_index=True)
    waits = int((state != "sent").sum())
    if waits and st.button(t("outbox.retry", n=waits), key="outbox.retry", icon=":material/refresh:"):
        due = outbox.retry(store, city_tables.now())
        st.toast(t("outbox.due", n=due), icon=":material/check:")
    st.caption(t("outbox.says"))


def table(box: pd.DataFrame, store: Store, book: Rules) -> pd.DataFrame:
    """Rows in words, what nobody tries any more first, then what waits, the newest first in each."""
    told = {(one.occurrence, one.action): one for one in reports(store.table("alarm_log"), store.table("alarms"))}
    rows = box.assign(state=outbox.standing(box))
    rows = rows.assign(rank=rows["state"].map(ORDER.index)).sort_values(["rank", "at"], ascending=[True, False])
    zone = cards.zone("")

    def moment(value: object) -> str:
        return language.MISSING if pd.isna(value) else language.at(pd.Timestamp(value).to_pydatetime(), zone)  # type: ignore[arg-type,call-overload]

    def what(row: object) -> str:
        name = str(row.id)  # type: ignore[attr-defined]
        one = next((r for (ring, action), r in told.items() if name.startswith(f"{ring}:{action}")), None)
        if one is None:
            return name
        return f"{cards.place(one.city)}: {cards.title(one.rule, book)}, {t(f'alarms.action.{one.action}')}"

    shown = rows.head(SHOWN)
    return pd.DataFrame(
        {
            t("outbox.state"): [t(f"outbox.states.{s}") for s in shown["state"]],
            t("outbox.channel"): shown["channel"].tolist(),
            t("outbox.what"): [language.markdown(what(row)) for row in shown.itertuples()],
            t("outbox.at"): [moment(v) for v in shown["at"]],
            t("outbox.tries"): [number(n) for n in shown["tries"]],
            t("outbox.next"): [moment(v) for v in shown["next"]],
            t("outbox.sent"): [moment(v) for v in shown["sent"]],
            t("outbox.error"): [language.markdown(errors.kept(row)[0]) for row in shown.to_dict("records")],
        }
    )
