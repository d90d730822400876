"""The wall's picture, drawn once for all screens that show the same cities in the same language."""

from dataclasses import dataclass
from datetime import datetime

from data import clock
from data.city import cities as cities_of
from data.served import real_store
from data.sharing import PUBLIC
from pages.ui import load, panels, sign_in, standing, text, watching
from pages.ui.painter import Painter
from pages.ui.text import t


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
    with text.using(language):
        pictures = [load.picture(key) for key in cities]
        status, simulated = load.status(), load.simulated()
        answering = panels.networks(status, minute)
        views = panels.views(pictures, status, answering)
        found = standing.alarms(load.table("alarms"), cities)
        html = (
            standing.top(answering, simulated=simulated, replay=clock.replaying())
            + f'<div class="views">{"".join(views)}</div>'
            + standing.foot(pictures, found, len(views), watching.short(pictures[0].city.zone))
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
    language, minute = text.language(), load.now().replace(second=0, microsecond=0)
    if sign_in.reader() != PUBLIC:  # the painter works for nobody in particular
        return _wall(cities, language, minute), 0.0
    real = real_store()
    shown = [*(load.version(key) for key in cities), load.version_of("alarms")]
    watched = watching.short(cities_of()[cities[0]].zone)
    state = f"{' '.join(shown)} {real.folder} {real.version('status')} {minute} {clock.replaying()} {watched}"
    return PAINTER.latest((load.store().folder, cities, language), state, lambda: _wall(cities, language, minute))
