"""How a row came to be as it is: every published version with who, when, why, and what it changed."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import streamlit as st

from data.city import cities
from jobs.register import kept
from jobs.register.overlay import Version
from pages.ui.reader import language
from pages.ui.reader.language import html, t
from pages.ui.registry import words

Changed = Sequence[tuple[str, str, str]]


def zone() -> ZoneInfo:
    """The clock of the centre's first city, in which edits are told."""
    return next(iter(cities().values())).zone


def moment(at: datetime | None) -> str:
    """When something was done, in the reader's words."""
    return language.at(at, zone()) if at else language.MISSING


def draw(versions: Sequence[Version], *, operator: bool) -> None:
    """
    A row's versions, the newest first.

    Parameters
    ----------
    operator : bool
        Whether edits that wait or were rejected are shown, too; other readers get what was published.
    """
    shown = [v for v in versions if v.edit is None or operator or v.edit.state == kept.PUBLISHED]
    st.html("".join(card(version) for version in reversed(shown)))


def card(version: Version) -> str:
    """One version, escaped."""
    edit = version.edit
    if edit is None:
        return f'<div class="ca-version"><b>{html(t("registry.history.seed"))}</b></div>'
    head = f"{t(f'registry.action.{edit.action}')} · {t(f'registry.state.{edit.state}')}"
    lines = [t("registry.history.proposed", name=edit.proposed_by, moment=moment(edit.proposed_at))]
    if edit.reviewed_by:
        lines.append(t("registry.history.reviewed", name=edit.reviewed_by, moment=moment(edit.reviewed_at)))
    said = "".join(f"<blockquote>{html(text)}</blockquote>" for text in (edit.reason, edit.review_note) if text)
    who = "<br>".join(html(line) for line in lines)
    return (
        f'<div class="ca-version {edit.state}"><b>{html(head)}</b><br><small>{who}</small>{said}'
        f"{difference(version.changed)}</div>"
    )


def difference(changed: Changed) -> str:
    """A table of columns with their cell before and after, escaped."""
    if not changed:
        return ""
    heads = "".join(f"<th>{html(t(f'registry.history.{name}'))}</th>" for name in ("column", "before", "after"))
    rows = "".join(
        f"<tr><th>{html(words.column(name))}</th><td><del>{html(before or language.MISSING)}</del></td>"
        f"<td><ins>{html(after or language.MISSING)}</ins></td></tr>"
        for name, before, after in changed
    )
    return f'<table class="ca-diff"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'
