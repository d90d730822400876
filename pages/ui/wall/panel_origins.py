"""Likely sources on the wall: shares with their intervals as bars, ranked sites, or the sentence why there are none."""

from pages.ui.city.city import Picture
from pages.ui.origins import tables as origins_tables
from pages.ui.origins.site_marks import chance, named
from pages.ui.origins.tables import Origins
from pages.ui.reader import language
from pages.ui.reader.language import html, number, t, t_unit

SHORT = 4  # categories in a city's panel
SITES = 3  # sites that are named; those behind them rarely reach the first three


def rank(name: str, share: float, interval: str, value: str, small: str, look: str) -> str:
    """A line of a ranking: name, bar [share of the track], value; all parts are HTML."""
    track = f'<span class="track"><i style="width:{min(share, 1):.1%}"></i>{interval}</span>'
    return (
        f'<div class="rank{look}"><span class="who">{name}</span>{track}'
        f'<span class="says"><b>{value}</b> <small>{small}</small></span></div>'
    )


def bars(picture: Picture, most: int | None = None) -> str:
    """Shares of the last 24 hours with their 90 % intervals."""
    made = []
    for row in picture.sources.head(most).itertuples() if most else picture.sources.itertuples():
        width = max(row.upper - row.lower, 0)
        interval = f'<s style="left:{row.lower:.0f}%;width:{width:.0f}%"></s>'
        small = f"({number(row.lower)}–{number(row.upper)}) {row.arrow} {t(f'origins.confidence.{row.confidence}')}"
        look = " hatch" if row.category == "undetermined" else ""
        name = html(t(f"frame.source.{row.category}"))
        made.append(rank(name, row.share / 100, interval, f"{number(row.share)} %", small, look))
    return "".join(made)


def short(picture: Picture) -> str:
    """The largest of them, below a city's curve."""
    return f'<div class="sources"><h3>{html(t("wall.sources"))}</h3>{bars(picture, SHORT)}</div>'


def origins(picture: Picture) -> str:
    """A city's own panel: every share, the ranked sites, how far to trust them."""
    found = origins_tables.origins(picture.city.key)
    computed = html(_computed(found, picture))
    head = f'<div class="cap1"><h2>{html(picture.name)}</h2><span class="fresh">{computed}</span></div>'
    if not len(picture.sources):
        return f'<section class="city">{head}<div class="none">{html(_why_not(picture))}</div></section>'
    body = (
        f"{head}<h3>{html(t('wall.sources'))} <small>{html(t('wall.shares', parameter=picture.label()))}</small></h3>"
        f'<div class="shares">{bars(picture)}</div>{_sites(found)}'
        f'<div class="cap">{html(t("origins.no_offence"))}</div>'
    )
    return f'<section class="city">{body}</section>'


def _computed(found: Origins, picture: Picture) -> str:
    if not found.status:
        return ""
    minutes = (picture.now - found.status["computed_at"].to_pydatetime()).total_seconds() / 60
    return t("origins.computed", age=language.age(minutes))


def _why_not(picture: Picture) -> str:
    return t(f"origins.reason.{picture.unattributed}") if picture.unattributed else t("wall.no_shares")


def _sites(found: Origins) -> str:
    """The first sites, or why none is named."""
    title = f"<h3>{html(t('wall.sites'))}</h3>"
    refused = str(found.status.get("sites_refused") or "")
    if refused or not len(found.sites):
        reason = t(f"origins.reason.{refused or 'no_sources'}")
        return f'{title}<div class="site none">{html(t("origins.sites_refused", reason=reason))}</div>'
    rows = found.sites.sort_values("rank").head(SITES)
    made = []
    for row, name in zip(rows.to_dict("records"), named(rows), strict=True):
        brings = t("wall.brings", score=number(row["score"], 1), lower=number(row["lower"], 1),
                   upper=number(row["upper"], 1), unit=t_unit("µg/m³"))  # fmt: skip
        said = f"{t('origins.top3', share=chance(row['top3']))} · {brings}"
        made.append(f'<div class="site"><i>{row["rank"]}</i><b>{html(name)}</b><small>{html(said)}</small></div>')
    return title + "".join(made)
