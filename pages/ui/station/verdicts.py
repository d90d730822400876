"""What is held against a station itself now: each verdict with its figure, since when, and whether values stay out."""

import pandas as pd
import streamlit as st

from data.checks import name
from data.store.verdicts import entry
from jobs.ingest import verdicts
from models.quality.uptime import CHECKS
from pages.ui.city import tables as city_tables
from pages.ui.feeds.verdicts import FIGURE
from pages.ui.reader import language
from pages.ui.reader.doubts import sentence
from pages.ui.reader.language import markdown, t
from pages.ui.station.state import Place


def standing(rows: pd.DataFrame, station: str, moment: pd.Timestamp) -> pd.DataFrame:
    """Rows of `station_verdicts` on a station that hold at a moment, those that leave values out first."""
    begun = (rows["start"] <= moment) & (rows["until"].isna() | (rows["until"] > moment))
    mine = rows[begun & (rows["station"] == station)]
    return mine.sort_values(["doubts", "parameter", "check"], ascending=[False, True, True], kind="stable")


def draw(shown: Place) -> None:
    """A line for each verdict that holds now; nothing where there is none."""
    kept = verdicts.current(city_tables.store(), shown.city.key)
    rows = standing(kept, str(shown.about["station"]), pd.Timestamp(shown.now))
    if len(rows):
        said = [f"- {line}" for line in lines(rows, shown)]
        st.warning("\n".join([f"**{t('station.verdicts')}**", "", *said]), icon=":material/troubleshoot:")


def lines(rows: pd.DataFrame, shown: Place) -> list[str]:
    """`PM2.5: level undetermined (stations disagree: 0.3 times …), since 3 Jan 2026; its values stay`."""
    made = []
    for row in rows.to_dict("records"):
        told = entry(row["check"], *(row[column] for column in FIGURE))
        check = t(f"feeds.checks.{name(told)}") if name(told) in CHECKS else name(told)
        made.append(
            t(
                "station.verdict_out" if row["doubts"] else "station.verdict_told",
                parameter=t(f"quantity.parameter.{row['parameter']}"),
                check=check,
                says=markdown(sentence(told, row["parameter"])),
                day=language.day(row["start"].to_pydatetime(), shown.city.zone),
            )
        )
    return made
