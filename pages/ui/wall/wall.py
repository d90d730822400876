"""The wall's picture, drawn once for all screens that show the same cities in the same language."""

from dataclasses import dataclass
from datetime import datetime

from data import clock
from data.city import cities as cities_of
from data.sharing import PUBLIC
from data.store.served import real_store
from pages.ui.alarms import board, watching
from pages.ui.city import tables as city_tables
from pages.ui.reader import language as reader_language
from pages.ui.reader import sign_in
from pages.ui.reader.language import t
from pages.ui.wall import frame, panels
from pages.ui.wall.background import Painter


@dataclass(frozen=True)
class Drawn:
    """
    What a screen shows.

    Attributes
    ----------
    html : str
        Fixed zone and every view.
    hold : dict or None
        View and city that an alarm nobody has acknowledged asks for.
    """

    html: str
    hold: dict[str, str] | None


PAINTER: Painter[Drawn] = Painter()


def _wall(cities: tuple[str, ...], language: str, minute: datetime) -> Drawn:
    with reader_language.using(language):
        pictures = [city_tables.picture(key) for key in cities]
        status, simulated = city_tables.status(), city_tables.simulated()
        answering = panels.networks(status, minute)
        views = panels.views(pictures, status, answering)
        found = board.alarms(city_tables.table("alarms"), cities, minute)
        html = (
            frame.top(answering, simulated=simulated, replay=clock.replaying())
            + f'<div class="views">{"".join(views)}</div>'
            + frame.foot(pictures, found, len(views), watching.short(pictures[0].city.zone))
            + (panels.water(t("frame.demo_mark")) if simulated else "")
        )
    return Drawn(html, found.hold())


def wall(cities: tuple[str, ...]) -> tuple[Drawn, float]:
    """
    The picture of this minute in the reader's language, painted anew with every commit that it shows.

    Parameters
    ----------
    cities : tuple of str
        Keys.

    Returns
    -------
    tuple
        The picture, and for how long it has not been known to be the newest. [s]
    """
    language, minute = reader_language.language(), city_tables.now().replace(second=0, microsecond=0)
    if sign_in.reader() != PUBLIC:  # the painter works for nobody in particular
        return _wall(cities, language, minute), 0.0
    real = real_store()
    shown = [*(city_tables.version(key) for key in cities), city_tables.version_of("alarms")]
    watched = watching.short(cities_of()[cities[0]].zone)
    state = f"{' '.join(shown)} {real.folder} {real.version('status')} {minute} {clock.replaying()} {watched}"
    return PAINTER.latest(
        (city_tables.store().folder, cities, language), state, lambda: _wall(cities, language, minute)
    )
