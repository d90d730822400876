"""How numbers are made: limits with their status, indices, checks, rules of age, licences; all generated."""

import re
import tomllib
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pandas as pd
import streamlit as st

from data import advice
from data.glossary import terms as terms_of
from data.licences import terms
from data.parameters import PARAMETERS
from data.release import release
from data.standards.coverage import MIN_COVERAGE
from data.standards.limits import Limit, registry
from data.standards.temperature import GASES
from models.indices import aqi
from models.quality import row_checks, series_checks
from pages.ui.method import acts as method_acts
from pages.ui.page import downloads, law_tables, ordered
from pages.ui.page import frame as page_frame
from pages.ui.reader import choices
from pages.ui.reader.language import language, number, t, t_unit
from sources import SOURCES
from sources.credit_words import said
from sources.credits import IMPORTS

ROOT = Path(__file__).resolve().parents[1]
STATUS = {"verified": "●", "secondary": "◐", "unverified": "○"}


def limits() -> None:
    """The registry of limits, by jurisdiction, with how sure each is."""
    st.markdown(t("method.limits_say"))
    known = sorted({limit.jurisdiction for limit in registry().limits}, key=("uz", "kz", "who-2021", "eu").index)
    chosen = choices.pick(
        "law", known, t("method.jurisdiction"), show=_jurisdiction, widget=st.segmented_control, required=True
    )
    rows = [_limit(limit) for limit in registry().limits if limit.jurisdiction == chosen]
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch")
    st.caption(method_acts.choices_made())
    law_tables.gases()
    law_tables.groups_of(chosen)
    law_tables.targets_of(chosen)
    method_acts.draw()


def _jurisdiction(key: str) -> str:
    return t("method.eu") if key == "eu" else t(f"quantity.standard.{key}")


def _limit(limit: Limit) -> dict[str, str]:
    return {
        t("method.parameter"): t(f"quantity.parameter.{limit.parameter}"),
        t("method.averaging"): t(f"method.averagings.{limit.averaging}"),
        t("method.value"): f"{number(limit.value, _decimals(limit.value))} {t_unit(limit.unit)}",
        t("gases.column"): _temperature(limit),
        t("method.level"): t(f"method.levels.{_level(limit)}"),
        t("method.status"): f"{STATUS[limit.status]} {t(f'method.statuses.{limit.status}')}",
        t("method.since"): method_acts.since(limit),
        t("method.until"): str(limit.until or ""),
        t("method.act"): " ".join(x for x in (method_acts.named(limit), limit.paragraph) if x),
        t("method.reference"): limit.reference,
        t("method.note"): limit.note,
    }


def _temperature(limit: Limit) -> str:
    """At which a gas stands; nothing of particles."""
    if limit.parameter not in GASES:
        return ""
    return t("gases.not_stated") if limit.temperature is None else f"{limit.temperature:g} °C"


def _level(limit: Limit) -> str:
    """Which word a level has: national laws call a limit of 30 minutes or a day by a name of its own."""
    short = limit.law and limit.averaging in ("single", "24h")
    return "mac" if short and limit.level == "limit" else limit.level


def _decimals(value: float) -> int:
    return len(f"{value:g}".split(".")[1]) if "." in f"{value:g}" else 0


def indices() -> None:
    """Breakpoints of both indices, as the code reads them."""
    st.markdown(t("method.indices_say"))
    for standard in aqi.STANDARDS:
        st.markdown(f"**{t(f'quantity.standard.{standard}')}**")
        table = pd.read_csv(ROOT / "data" / "standards" / f"{standard.replace('-', '_')}.csv")
        table["range"] = [
            f"{a:g} – {b:g}" if b == b else f"≥ {a:g}" for a, b in zip(table["low"], table["high"], strict=True)
        ]
        table["what"] = [
            f"{t(f'quantity.parameter.{p}')}, {_span(m)}, {u}"
            for p, m, u in zip(table["parameter"], table["minutes"], table["unit"], strict=True)
        ]
        table["band"] = [t(f"quantity.category.{c}") for c in table["category"]]
        wide = table.pivot_table(index="what", columns="band", values="range", aggfunc="first", sort=False)
        st.dataframe(wide.fillna("–").reset_index(names=t("method.parameter")), hide_index=True, width="stretch")
        st.caption(" · ".join(dict.fromkeys(re.sub(r" table \d+", "", r) for r in table["reference"])))
    st.markdown(f"**{t('scales.title')}**")
    ordered.scales()


def _span(minutes: int) -> str:
    return t("method.hours", n=minutes // 60)


def rules() -> None:
    """Age, coverage and the city's figure, with the numbers the code uses."""
    st.markdown(t("method.figure_say", share=number(100 * MIN_COVERAGE)))


def flags() -> None:
    """Quality checks with their thresholds."""
    st.markdown(
        t(
            "method.flags_say",
            run=row_checks.STUCK_LEAST,
            days=row_checks.AHEAD // 1440,
            dead=number(series_checks.DEAD_BELOW["pm25"]),
            factor=number(series_checks.LEVEL_DEFAULT),
        )
    )


def parameters() -> None:
    """Parameters, their unit and what is impossible."""
    rows = [
        {
            t("method.parameter"): t(f"quantity.parameter.{p.key}"),
            "key": p.key,
            t("method.unit"): t_unit(p.unit),
            t("method.plausible"): f"{p.low:g} – {p.high:g}",
            t("method.molar"): f"{p.molar_mass:g}" if p.molar_mass else "",
        }
        for p in PARAMETERS.values()
    ]
    st.markdown(t("method.units_say"))
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch")


def health() -> None:
    """Health advice of each category, and what it rests on."""
    code = language()
    for standard, categories in advice.steps().items():
        told = {category: advice.of_category(standard, category, code) for category in categories}
        table = pd.DataFrame(
            {
                t("advice.category"): [t(f"quantity.category.{category}") for category in told],
                t("advice.everyone"): [one.everyone for one in told.values()],
                t("advice.groups"): [" ".join(f"{who}: {what}" for who, what in one.groups) for one in told.values()],
                **{
                    t(f"advice.part.{part}"): [
                        dict(one.parts).get(t(f"advice.part.{part}"), "") for one in told.values()
                    ]
                    for part in advice.PARTS
                },
            }
        )
        st.markdown(f"**{t(f'quantity.standard.{standard}')}**")
        st.dataframe(table, hide_index=True, width="stretch")
    rests = pd.DataFrame(
        {
            t("advice.what"): [t(f"advice.from.{one.key}") for one in advice.sources()],
            t("advice.source"): [one.title for one in advice.sources()],
            t("advice.read"): [t(f"advice.how.{one.read}") for one in advice.sources()],
            t("advice.address"): [one.address for one in advice.sources()],
        }
    )
    st.markdown(f"**{t('advice.sources')}**")
    links = {t("advice.address"): st.column_config.LinkColumn()}
    st.dataframe(rests, hide_index=True, width="stretch", column_config=links)
    st.caption(t("advice.rests"))


def words() -> None:
    """Words of the field with what they mean and the original they stand for; the table searches, the file has all."""
    rows = pd.DataFrame([asdict(term) for term in terms_of(language())])
    st.markdown(t("words.say"))
    shown = ["term", "meaning", "original"]
    st.dataframe(
        rows[shown].rename(columns={name: t(f"words.{name}") for name in shown}), hide_index=True, width="stretch"
    )
    downloads.offer(rows, f"words-{language()}")


def attribution() -> None:
    """The attribution's own document."""
    path = ROOT / "docs" / "method-attribution.md"
    st.markdown(t("method.attribution_say"))
    if path.exists():
        with st.expander(t("method.attribution_open")):
            st.markdown(re.sub(r"^# .*\n", "", path.read_text("utf-8")))


def licences() -> None:
    """Every network and import with its licence."""
    may = terms()
    known = {key: said(key, language()) for key in (*SOURCES, *IMPORTS)}
    rows = [
        {
            "key": key,
            t("method.credit"): one.text,
            t("method.licence"): one.licence,
            t("method.may_leave"): t("method.yes") if may[key].passes_on else t("method.no"),
            "url": one.url,
        }
        for key, one in known.items()
    ]
    st.dataframe(
        pd.DataFrame(rows), hide_index=True, width="stretch", column_config={"url": st.column_config.LinkColumn("url")}
    )


def software() -> None:
    """Release and dependencies as installed."""
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    names = [re.split(r"[<>=!;\[]", d)[0] for d in asked["dependencies"]]
    st.markdown(t("method.release", release=release()))
    st.dataframe(
        pd.DataFrame({t("method.package"): names, t("method.version"): [_version(n) for n in names]}),
        hide_index=True,
        width="stretch",
    )


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "–"


SECTIONS = (
    ("figure", rules),
    ("limits", limits),
    ("indices", indices),
    ("flags", flags),
    ("advice", health),
    ("attribution", attribution),
    ("units", parameters),
    ("words", words),
    ("licences", licences),
    ("software", software),
)

STILL = {
    "indices",
    "advice",
    "attribution",
    "units",
    "licences",
    "software",
}  # nothing to choose; as they are until a restart


@st.cache_data(max_entries=32, show_spinner=False)
def still(version: str, key: str, language: str) -> None:
    """A section drawn once for each release and language."""
    dict(SECTIONS)[key]()


page_frame.head(t("frame.page.method"), t("method.answer"))
for key, draw in SECTIONS:
    st.subheader(t(f"method.section.{key}"), anchor=key)
    with page_frame.spoken():
        if key in STILL:
            still(str((ROOT / "pyproject.toml").stat().st_mtime_ns), key, language())
        else:
            draw()
