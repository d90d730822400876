"""What the method page says of a law beside its limits: temperatures of gases, summation groups, target indicators."""

import pandas as pd
import streamlit as st

from data.city import city_files
from data.parameters import PARAMETERS, conversion
from data.standards.limits import Group
from data.standards.targets import UNKNOWN, Target, targets
from data.standards.temperature import factor
from models.limits.in_force import groups
from models.limits.summation import share
from pages.ui.reader.language import language, number, t, t_unit

# An hour of SO2 whose side of the single maximum depends on the temperature. [ppb, µg/m³]
NEAR, NEAR_LIMIT = 178.0, 500.0


def gases() -> None:
    """How a near-limit hour of a gas is held, with the numbers the code uses."""
    kept = conversion("so2", "ppb")[0]
    zero = kept * factor(0.0)
    words = t(
        "gases.say", zero=number(zero, 4), kept=number(kept, 4), ppb=number(NEAR), high=number(NEAR * zero, 1),
        low=number(NEAR * kept, 1), limit=number(NEAR_LIMIT), percent=number(100 * (factor(0.0) - 1), 1),
        unit=t_unit("µg/m³"),
    )  # fmt: skip
    st.markdown(words)


def groups_of(law: str) -> None:
    """The summation groups on file of a law; nothing where there are none."""
    known = groups(law)
    if not known:
        return
    st.markdown(t("groups.say", law=t(f"quantity.standard.{law}"), n=len(known)))
    rows = [
        {
            t("groups.column.group"): group.number,
            t("groups.column.members"): members(group),
            t("groups.column.dominance"): number(share(group), 1),
            t("groups.column.since"): str(group.start or ""),
            t("groups.column.status"): t(f"method.statuses.{group.status}"),
        }
        for group in known
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch")
    st.caption(t("groups.caption"))


def targets_of(law: str) -> None:
    """Regional target indicators under a law; what was not read is said so, and nothing is held to it."""
    known = targets(law)
    if not known:
        return
    st.markdown(t("targets.say"))
    st.dataframe(pd.DataFrame([_target(one) for one in known]), hide_index=True, width="stretch")


def _target(one: Target) -> dict[str, str]:
    place = city_files().get(one.city)
    told = {} if one.value is None else {"value": f"{number(one.value, 3)} {t_unit(one.unit)}"}
    return {
        t("targets.column.city"): place.name(language()) if place else one.city,
        t("targets.column.post"): t("targets.not_read_post") if one.post == UNKNOWN else one.post,
        t("targets.column.parameter"): member(one.parameter)
        if one.parameter != UNKNOWN
        else t("targets.not_read_post"),
        t("targets.column.year"): str(one.year),
        t("targets.column.value"): told.get("value", t("targets.not_read")),
        t("targets.column.since"): one.in_force_from.isoformat(),
        t("targets.column.status"): t(f"method.statuses.{one.status}"),
        t("targets.column.reference"): one.reference,
        t("targets.column.note"): one.note,
    }


def members(group: Group) -> str:
    """The members of a group as a sum."""
    return " + ".join(member(name) for name in (*group.parameters, *group.unmeasured))


def member(name: str) -> str:
    """A member of a group: a pollutant, or what nobody here measures."""
    return t(f"quantity.parameter.{name}") if name in PARAMETERS else t(f"groups.other.{name.replace(' ', '_')}")
