"""The register of acts on the method page: number, days in force, who may act, how well it was read, link."""

from datetime import date

import pandas as pd
import streamlit as st

from data import clock
from data.standards.act_words import numbered, spoken
from data.standards.acts import Act, acts
from data.standards.coverage import ANNUAL, MIN_COVERAGE
from data.standards.limits import Limit
from jobs.export.acts import acts_csv
from pages.ui.reader.language import MISSING, language, number, t

STANDS = {True: "yes", False: "no", None: "unknown"}
LINK = "https://"


def draw() -> None:
    """What the register is, the table, and its CSV."""
    today = clock.now().date()
    st.subheader(t("acts.title"), anchor="acts")
    st.markdown(t("acts.say"))
    link = st.column_config.LinkColumn(t("acts.link"))
    st.dataframe(table(today), hide_index=True, width="stretch", column_config={t("acts.link"): link})
    st.download_button(
        t("station.take", n=len(acts())), data=lambda: acts_csv(today).encode("utf-8-sig"), file_name="acts.csv",
        mime="text/csv", on_click="ignore", key="take.acts", icon=":material/download:", type="tertiary",
    )  # fmt: skip


def table(today: date) -> pd.DataFrame:
    """Every act in the reader's language, those in force first."""
    order = {True: 0, None: 1, False: 2}
    found = sorted(acts().values(), key=lambda act: order[act.stands(today)])
    return pd.DataFrame([_row(act, today) for act in found])


def _row(act: Act, today: date) -> dict[str, str]:
    reader = language()
    say = spoken(reader)
    return {
        t("acts.name"): act.names[reader],
        t("acts.number"): numbered(act, reader),
        t("acts.country"): say.say(f"country.{act.country}"),
        t("acts.today"): say.say(f"stands.{STANDS[act.stands(today)]}"),
        t("acts.since"): _since(act),
        t("acts.until"): str(act.ends or ""),
        t("acts.successor"): numbered(act.successor, reader) if act.successor else "",
        t("acts.may_act"): say.say(f"who.{act.may_act}"),
        t("acts.figure"): say.say(f"figure.{act.figure}"),
        t("acts.read"): f"{say.say(f'reading.{act.read}')} ({act.sure})",
        t("acts.review"): str(act.review_by),
        t("acts.link"): _link(act.address),
        t("acts.where"): act.address,
        t("acts.note"): act.note,
    }


def _since(act: Act) -> str:
    """The day of entry, or the day by which it was certain, marked as such."""
    if act.entry:
        return str(act.entry)
    return t("acts.by", day=str(act.by)) if act.by else MISSING


def _link(address: str) -> str | None:
    """The first address that opens; None where there is none."""
    found = (word.rstrip(";,)") for word in address.split() if word.startswith(LINK))
    return next(found, None)


def named(limit: Limit) -> str:
    """The act of a limit in the reader's language, with its number and day."""
    reader = language()
    return f"{limit.source.names[reader]} ({numbered(limit.source, reader)})"


def since(limit: Limit) -> str:
    """First day of a limit; marked where it is only the day by which it was law for certain."""
    return str(limit.start or "") if limit.entry_read else t("acts.by", day=str(limit.start))


def choices_made() -> str:
    """What was chosen where the acts leave room: days above, and the share of a year."""
    europe = {key: number(100 * share) for key, share in ANNUAL.items()}
    return t("acts.choices", usual=number(100 * MIN_COVERAGE), old=europe["eu-2008-50"], new=europe["eu-2024-2881"])
