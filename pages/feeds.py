"""Health of each network: does it answer, how old is its newest value, what did it reject, when is it asked next."""

from datetime import timedelta

import pandas as pd
import streamlit as st

from data.city import cities
from models.situation import freshness
from pages.ui import frame, load, text
from pages.ui.palette import FRESHNESS, KINDS
from pages.ui.text import number, t
from sources import SOURCES

COLUMNS = [
    "network", "city", "attempted", "succeeded", "newest", "rows", "rejected", "error", "failing_since", "next",
]  # fmt: skip


def moment(value: object, zone: object) -> str:
    """A moment on the city's clock, or a word where there is none."""
    return t("feeds.never") if pd.isna(value) else text.at(pd.Timestamp(value).to_pydatetime(), zone)


def feeds() -> pd.DataFrame:
    """One row per network and city that is set up, with how the last attempt went."""
    status = load.status().set_index(["network", "city"])  # of the real store: the demo world asks no network
    rows = []
    for city in cities().values():
        for network in sorted(set(city.networks) & set(SOURCES)):
            known = status.loc[(network, city.key)] if (network, city.key) in status.index else None
            rows.append({"network": network, "city": city.key, **({} if known is None else known.to_dict())})
    return pd.DataFrame(rows).reindex(
        columns=[
            "network",
            "city",
            "attempted",
            "succeeded",
            "newest",
            "rows",
            "rejected",
            "error",
            "failing_since",
            "next",
        ]
    )


def state(row: pd.Series) -> str:
    """`good`, `late`, `bad` or `idle`."""
    if pd.isna(row["attempted"]):
        return "idle"
    if row["error"]:
        return "bad"
    late = pd.Timestamp(load.now()) - row["succeeded"] > 3 * every(row["network"])
    return "late" if late else "good"


def every(network: str) -> timedelta:
    """How often a network publishes."""
    return SOURCES[network].every


def board(rows: pd.DataFrame) -> None:
    """The table of feeds, the failing first."""
    known = cities()
    order = {"bad": 0, "late": 1, "good": 2, "idle": 3}
    rows = rows.assign(state=[state(r) for _, r in rows.iterrows()])
    rows = rows.sort_values("state", key=lambda s: s.map(order), kind="stable")
    table = []
    for _, row in rows.iterrows():
        zone = known[row["city"]].zone
        age = (pd.Timestamp(load.now()) - row["newest"]).total_seconds() / 60 if pd.notna(row["newest"]) else None
        error = str(row["error"] or "").removeprefix(f"{row['network']}: ") if row["state"] == "bad" else ""
        if error and pd.notna(row["failing_since"]):
            error += f" ({t('feeds.since', moment=moment(row['failing_since'], zone))})"
        table.append(
            {
                t("feeds.state"): t(f"feeds.{row['state']}"),
                t("feeds.network"): SOURCES[row["network"]].name,
                t("feeds.city"): known[row["city"]].name(text.language()),
                t("feeds.error"): error,
                t("feeds.age"): text.age(age),
                t("feeds.newest"): moment(row["newest"], zone),
                t("feeds.every"): t("feeds.minutes", n=int(every(row["network"]).total_seconds() // 60)),
                t("feeds.succeeded"): moment(row["succeeded"], zone),
                t("feeds.next"): moment(row["next"], zone),
                t("feeds.rows"): number(row["rows"]),
                t("feeds.rejected"): number(row["rejected"]),
            }
        )
    failing = any(state == "bad" for state in rows["state"])
    st.dataframe(
        pd.DataFrame(table),
        hide_index=True,
        width="stretch",
        row_height=72 if failing else None,  # an error is a sentence and needs lines
        column_config={t("feeds.error"): st.column_config.TextColumn(width="large" if failing else "small")},
    )


def stations() -> None:
    """Every station that reported in the last week, the oldest first."""
    known, now, table = cities(), pd.Timestamp(load.now()), []
    for city in known.values():
        rows = load.latest(city.key)
        if not len(rows):
            continue
        rows = rows.assign(end=rows["start"] + pd.to_timedelta(rows["minutes"], unit="min"))
        newest = rows.sort_values("end").groupby(["source", "station"], as_index=False).last()
        described = load.stations(city.key)[["source", "station", "name"]]
        for row in newest.merge(described, on=["source", "station"], how="left").itertuples():
            minutes = (now - row.end).total_seconds() / 60
            mark = freshness(row.end, int(row.minutes), load.now())
            table.append((minutes, city, row, mark))
    table.sort(key=lambda x: -x[0])
    st.dataframe(
        pd.DataFrame(
            [
                {
                    t("feeds.state"): f"{FRESHNESS[mark]} {t(f'quantity.freshness.{mark}')}",
                    t("feeds.age"): text.age(minutes),
                    t("feeds.station"): row.name if isinstance(row.name, str) else row.station,
                    t("feeds.city"): city.name(text.language()),
                    t("feeds.kind"): f"{KINDS[row.kind]} {t(f'quantity.kind.{row.kind}')}",
                    t("feeds.network"): row.source,
                    t("feeds.newest"): moment(row.end, city.zone),
                }
                for minutes, city, row, mark in table
            ]
        ),
        hide_index=True,
        width="stretch",
    )


def flags() -> None:
    """How many rows of each source carry which flag."""
    counts = load.counts().pivot_table(index="source", columns="flag", values="rows", aggfunc="sum", fill_value=0)
    if not len(counts):
        return
    total = counts.sum(axis=1)
    share = 100 * (total - counts.get("ok", 0)) / total
    table = pd.DataFrame({t("feeds.network"): counts.index, t("feeds.total"): [number(x) for x in total]})
    for flag in ("suspect", "invalid"):
        table[t(f"quantity.flag.{flag}")] = [number(x) for x in counts.get(flag, pd.Series(0, counts.index))]
    table[t("feeds.share")] = [f"{number(x, 1)} %" for x in share]
    st.dataframe(table, hide_index=True, width="stretch")


@frame.live()
def page() -> None:
    """The page; looks again every minute."""
    rows = feeds()
    asked = rows[rows["attempted"].notna()]
    bad = int((asked["error"].fillna("") != "").sum())
    if load.simulated():
        answer = t("feeds.answer_demo")
    elif not len(asked):
        answer = t("feeds.answer_none")
    else:
        answer = t("feeds.answer_bad", bad=bad, n=len(asked)) if bad else t("feeds.answer_good", n=len(asked))
    frame.head(t("frame.page.feeds"), answer, [frame.zone_chip(c.zone) for c in list(cities().values())[:1]])
    board(rows)
    st.subheader(t("feeds.stations"), anchor=False)
    stations()
    st.subheader(t("feeds.flags"), anchor=False)
    flags()


page()
