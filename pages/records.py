"""Rows to take away: how many first, then the download, the address for scripts, and whose they are."""

import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from data import clock
from data.city import City
from data.clock import local_date
from data.parameters import PARAMETERS
from data.store.reader import ExportReader
from jobs.events import detect, looked
from jobs.events import export as event_file
from jobs.export import measurements, snapshot
from jobs.export import request as export_request
from pages.ui.city import tables as city_tables
from pages.ui.events import words as event_words
from pages.ui.page import frame as page_frame
from pages.ui.page.snippets import SNIPPETS, snippets
from pages.ui.reader import choices, language
from pages.ui.reader.language import markdown, number, t

PREVIEW = 200
HERE = 2_000_000  # rows that the page itself writes on click; more are streamed by the address
# Choice → form of the rows within a zip; empty = the bare file.
FORMS = {"csv": "", "excel": "", "zip": "csv", "parquet": "parquet", "xlsx": "xlsx"}
ZIPPED = {"csv": 500_000, "parquet": 500_000, "xlsx": 50_000}  # rows that the page itself packs on click
SHOWN = (
    "station_name", "parameter", "value", "unit", "averaging_minutes", "time_start_local", "flag", "checks", "note",
    "kind", "source", "known_at_utc",
)  # fmt: skip


def days(city: City) -> tuple[date, date]:
    """First and last local day asked for, kept in the URL; the last week that has rows by default."""
    spans = city_tables.spans(city.key)
    newest = min(city_tables.now(), spans["last"].max().to_pydatetime()) if len(spans) else city_tables.now()
    last = local_date(newest, city.zone)
    first = max(last - timedelta(days=6), local_date(spans["first"].min(), city.zone)) if len(spans) else last
    asked = tuple(
        sorted(_day(st.query_params.get(name), default) for name, default in (("from", first), ("until", last)))
    )
    key = f"records.days.{city.key}"
    st.session_state.setdefault(key, asked)
    chosen = st.date_input(t("records.days"), key=key, format="YYYY-MM-DD")
    pair = chosen if isinstance(chosen, tuple) and len(chosen) == 2 else asked
    st.query_params["from"], st.query_params["until"] = (d.isoformat() for d in pair)
    return pair[0], pair[1]


def _day(words: str | None, default: date) -> date:
    try:
        found = date.fromisoformat(words) if words else default
    except ValueError:
        return default
    return found if 1970 <= found.year <= 2200 else default


def request(city: City) -> export_request.Request:
    """What the reader asks for."""
    left, middle, right = st.columns([2, 2, 1.4])
    with left:
        first, last = days(city)
    known = [p for p in PARAMETERS if p in set(city_tables.spans(city.key)["parameter"])]
    asked = [p for p in (st.query_params.get("parameters") or "").split(",") if p in known]
    st.session_state.setdefault("records.parameters", asked)
    st.session_state["records.parameters"] = [p for p in st.session_state["records.parameters"] if p in known]
    with middle:
        chosen = st.multiselect(
            t("records.parameters"),
            known,
            key="records.parameters",
            format_func=lambda k: t(f"quantity.parameter.{k}"),
            placeholder=t("records.all"),
        )
    if chosen:
        st.query_params["parameters"] = ",".join(chosen)
    else:
        st.query_params.pop("parameters", None)
    with right:
        flags = choices.pick("flags", ["all", "ok"], t("records.flags"), show=lambda k: t(f"records.flag_choice.{k}"))
    return export_request.Request(
        city=city.key,
        start=_midnight(first, city),
        end=_midnight(last + timedelta(days=1), city),
        as_of=_as_of(city),
        parameters=tuple(chosen) or None,
        flags=flags,
    )


def _midnight(day: date, city: City) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=city.zone)


def _as_of(city: City) -> datetime:
    """Fixed while the store stands still, so that the page, its button and its address give the same bytes."""
    version = city_tables.measured(city.key)
    if st.session_state.get("records.version") != version:
        st.session_state["records.version"] = version
        st.session_state["records.as_of"] = clock.now().replace(microsecond=0) + timedelta(seconds=1)
    return st.session_state["records.as_of"]


@st.cache_data(max_entries=16, show_spinner=False)
def plan(version: str, asked: export_request.Request) -> export_request.Plan:
    """What would leave."""
    return export_request.plan(city_tables.taken(), asked)


@st.cache_data(max_entries=8, show_spinner=False)
def preview(version: str, asked: export_request.Request) -> pd.DataFrame:
    """The first rows, as the file has them."""
    parts, have = [], 0
    for table in measurements.tables(city_tables.taken(), asked):
        parts.append(table.slice(0, PREVIEW - have).to_pandas())
        have += len(parts[-1])
        if have >= PREVIEW:
            break
    return pd.concat(parts, ignore_index=True)[list(SHOWN)]


def address(asked: export_request.Request, **more: str) -> str:
    """The open API's address of the same rows."""
    query = {
        "city": asked.city,
        "from": asked.start.isoformat(),
        "to": asked.end.isoformat(),
        "as_of": asked.as_of.isoformat(),
        **({"parameters": ",".join(asked.parameters)} if asked.parameters else {}),
        **({"flags": asked.flags} if asked.flags != "all" else {}),
        **more,
    }
    return f"/api/v1/measurements.csv?{urlencode(query)}"


def downloads(asked: export_request.Request, rows: int) -> None:
    """Buttons for people, an address and a command for scripts."""
    form = choices.pick(
        "form",
        list(FORMS),
        t("records.form"),
        show=lambda k: t(f"records.forms.{k}"),
        widget=st.segmented_control,
        required=True,
    )
    excel = form == "excel"
    wanted = export_request.Request(**{**vars(asked), "excel": excel})
    more = {"excel": "1"} if excel else {}
    if FORMS[form]:
        zipped(wanted, FORMS[form], rows)
    elif rows <= HERE:
        store = city_tables.taken()
        st.download_button(
            t("records.download", rows=number(rows)),
            data=lambda: b"".join(measurements.measurements_csv(store, wanted)),
            file_name=f"{wanted.stem()}.csv",
            mime="text/csv",
            on_click="ignore",
            type="primary",
            icon=":material/download:",
        )
    else:
        st.link_button(t("records.stream", rows=number(rows)), address(wanted, **more), icon=":material/download:")
    host = (st.context.url or "").split("/records")[0].rstrip("/")
    with st.expander(t("records.scripts"), icon=":material/terminal:"):
        st.markdown(t("records.scripts_say"))
        url = f"{host}{address(wanted, **more)}"
        for tab, (name, code) in zip(st.tabs(list(SNIPPETS)), snippets(url).items(), strict=True):
            tab.code(code, language=SNIPPETS[name][1], wrap_lines=True)
        st.code(_command(wanted, FORMS[form]), language="bash", wrap_lines=True)


def zipped(wanted: export_request.Request, form: str, rows: int) -> None:
    """A snapshot as a zip, made when it is asked for; a command where it is too big for a page."""
    if rows > ZIPPED[form]:
        st.info(t("records.too_many", most=number(ZIPPED[form])), icon=":material/terminal:")
        return
    st.caption(t("records.zip_say"))
    store = city_tables.taken()
    st.download_button(
        t("records.download_zip", rows=number(rows)),
        data=lambda: _zip(store, wanted, form),
        file_name=f"{wanted.stem()}.{form}.zip",
        mime="application/zip",
        on_click="ignore",
        type="primary",
        icon=":material/folder_zip:",
    )


def _zip(store: ExportReader, wanted: export_request.Request, form: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return Path(snapshot.write(store, wanted, form, Path(folder))["zip"]).read_bytes()


def _command(asked: export_request.Request, form: str) -> str:
    parts = [
        f"cleanair snapshot --city {asked.city} --from {asked.start.isoformat()} --to {asked.end.isoformat()}",
        f"--as-of {asked.as_of.isoformat()}",
        f"--parameters {','.join(asked.parameters)}" if asked.parameters else "",
        f"--flags {asked.flags}" if asked.flags != "all" else "",
        "--excel" if asked.excel else "",
        f"--format {form}" if form else "",
        "--out .",
    ]
    return " ".join(p for p in parts if p)


def licences(found: export_request.Plan) -> None:
    """Whose rows leave, and whose stay with the reason."""
    for row in found.kept.itertuples():
        st.warning(
            t("records.left_out", rows=number(row.rows), source=markdown(row.source or "–"), why=_why(row)),
            icon=":material/lock:",
        )
    from sources.credit_words import said

    st.subheader(t("records.whose"), anchor=False)
    credits = [said(source, language.language()) for source in found.sources["source"]]
    table = found.sources.assign(licence=[c.licence for c in credits], credit=[c.text for c in credits])
    names = {k: t(f"records.licence.{k}") for k in ("source", "rows", "licence", "credit", "url")}
    st.dataframe(
        table.rename(columns=names),
        hide_index=True,
        width="stretch",
        column_config={names["url"]: st.column_config.LinkColumn(names["url"])},
    )


def _why(row: Any) -> str:
    from sources.credit_words import said

    if row.by == "rule":
        return t("records.why_rule", rule=markdown(row.basis))
    if row.by == "station":
        return t("records.why_station")
    return t("records.why", licence=markdown(said(row.source, language.language()).licence))


def events(city: City, asked: export_request.Request) -> None:
    """Events that overlap the period asked for, with their evidence; as a file too."""
    rows = detect.overlapping(detect.events(city_tables.store()), city.key, asked.start, asked.end)
    seen = looked.looked(city_tables.store(), city.key, asked.start, asked.end, city_tables.now())
    st.subheader(t("events.records"), anchor=False)
    if not len(rows):
        st.caption(f"**{event_words.looked(seen, zone=city.zone, none=True)}** {t('events.records_say')}")
        return
    names, zone = city_tables.names(city.key), city.zone
    cells = [
        {
            t("events.column_kind"): event_words.kind(row.kind),
            t("events.column_start"): language.at(row.start, zone),
            t("events.column_end"): t("events.going_on") if pd.isna(row.end) else language.at(row.end, zone),
            t("events.column_degree"): str(row.degree) if row.degree else "",
            t("events.column_sure"): number(row.confidence, 2),
            t("events.column_peak"): event_words.peak(row),
            t("events.column_evidence"): "; ".join(event_words.evidence(row, names)),
        }
        for row in rows.iloc[::-1].itertuples()
    ]
    st.dataframe(pd.DataFrame(cells), hide_index=True, width="stretch")
    st.caption(f"{event_words.looked(seen, zone=city.zone)} {t('events.records_say')} {t('events.computed')}")
    store = city_tables.taken()
    st.download_button(
        t("events.download", n=len(rows)),
        data=lambda: event_file.events_csv(event_file.between(store, city.key, asked.start, asked.end), city.key, seen),
        file_name=f"events-{city.key}.csv",
        mime="text/csv",
        on_click="ignore",
        icon=":material/download:",
    )


def rejected(city: City) -> None:
    """Rows that arrived and could not be understood."""
    rows = city_tables.store().rejects(limit=500)
    if not len(rows):
        return
    with st.expander(t("records.rejected", n=len(rows)), icon=":material/block:"):
        st.dataframe(rows[["source", "at", "reason", "excerpt", "origin"]], hide_index=True, width="stretch")


def page() -> None:
    """The page."""
    top = st.container()
    city = choices.city()
    asked = request(city)
    found = plan(city_tables.measured(city.key), asked)
    with top:
        kinds = " · ".join(f"{t(f'quantity.kind.{k}')} {number(v)}" for k, v in sorted(found.kinds.items()))
        page_frame.head(
            t("frame.page.records"),
            t(
                "records.answer",
                rows=number(found.rows),
                city=city.name(language.language()),
                flagged=number(found.flagged),
            ),
            [
                page_frame.zone_chip(city.zone),
                t("records.as_of", moment=language.at(asked.as_of, city.zone)),
                (kinds, "violet") if "simulated" in found.kinds or "model" in found.kinds else kinds,
            ],
        )
    if found.rows:
        downloads(asked, found.rows)
        st.caption(t("records.preview", n=number(min(PREVIEW, found.rows)), rows=number(found.rows)))
        st.dataframe(preview(city_tables.measured(asked.city), asked), hide_index=True, width="stretch", height=330)
    else:
        st.info(t("records.none"), icon=":material/inbox:")
    licences(found)
    events(city, asked)
    rejected(city)


if city_tables.empty():
    page_frame.head(t("frame.page.records"))
    page_frame.nothing()
else:
    page()
