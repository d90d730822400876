"""Where names stand on a map, so that none covers a marker, another name, or leaves the picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log, pi, radians, tan

TILE = 512  # of Web Mercator, as deck.gl counts zoom [px]
LETTER = 0.62  # width of a letter of the page's fonts, Cyrillic and bold, of its size
LINE = 1.25  # height of a line, of its size


@dataclass(frozen=True)
class Box:
    """A rectangle on the picture. [px]"""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Box") -> bool:
        """Whether the two overlap."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )  # fmt: skip


@dataclass(frozen=True)
class Frame:
    """
    What a map shows at first.

    Attributes
    ----------
    lat, lon : float
        Its middle. [°]
    zoom : float
        As deck.gl counts.
    width, height : float
        [px]
    """

    lat: float
    lon: float
    zoom: float
    width: float
    height: float

    def at(self, lat: float, lon: float) -> tuple[float, float]:
        """Place on the picture from its upper left corner. [px]"""
        x, y = _mercator(lat, lon, self.zoom)
        mx, my = _mercator(self.lat, self.lon, self.zoom)
        return x - mx + self.width / 2, y - my + self.height / 2


def _mercator(lat: float, lon: float, zoom: float) -> tuple[float, float]:
    world = TILE * 2**zoom
    return (lon + 180) / 360 * world, (1 - log(tan(pi / 4 + radians(lat) / 2)) / pi) / 2 * world


def box(at: tuple[float, float], text: str, size: float, offset: tuple[float, float] = (0, 0)) -> Box:
    """
    The rectangle of a line of text around its middle.

    Examples
    --------
    >>> box((100, 100), "Chilonzor", 10)
    Box(left=72.1, top=93.75, right=127.9, bottom=106.25)
    """
    x, y = at[0] + offset[0], at[1] + offset[1]
    half, tall = LETTER * size * len(text) / 2, LINE * size / 2
    return Box(x - half, y - tall, x + half, y + tall)


def placed(
    frame: Frame,
    points: Sequence[tuple[float, float, str]],
    size: float,
    taken: list[Box],
    offsets: Sequence[tuple[int, int]] = ((0, 0),),
) -> list[tuple[int, int] | None]:
    """
    An offset for each name that finds room, in the order given.

    Parameters
    ----------
    frame : Frame
        The picture.
    points : sequence of (lat, lon, text)
        The more important ones first.
    size : float
        Of the letters. [px]
    taken : list of Box
        What is drawn already; the boxes of names that are placed are added.
    offsets : sequence of (int, int)
        Where a name may stand from its point, the best first; of those beside it half the name's width is added. [px]

    Returns
    -------
    list of (int, int) or None
        None where a name finds no room: the list beside the map and the tooltip still have it.

    Examples
    --------
    >>> frame = Frame(41.3, 69.2, 10, 600, 400)
    >>> placed(frame, [(41.3, 69.2, "Markaz"), (41.3, 69.2, "Bozor")], 12, [], ((0, 27), (0, -27)))
    [(0, 27), (0, -27)]
    """
    found: list[tuple[int, int] | None] = []
    for lat, lon, text in points:
        at = frame.at(lat, lon)
        side = round(LETTER * size * len(text) / 2)
        tried = [(dx + (side if dx > 0 else -side if dx < 0 else 0), dy) for dx, dy in offsets]
        free = next((o for o in tried if _free(box(at, text, size, o), frame, taken)), None)
        if free is not None:
            taken.append(box(at, text, size, free))
        found.append(free)
    return found


def _free(one: Box, frame: Frame, taken: Sequence[Box]) -> bool:
    inside = one.left >= 0 and one.top >= 0 and one.right <= frame.width and one.bottom <= frame.height
    return inside and not any(one.meets(other) for other in taken)
