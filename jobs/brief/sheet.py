"""A sheet of A4 to draw on: text in measured boxes, and symbols as vectors where the font has none."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import contextmanager
from datetime import datetime
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fpdf import FPDF

WIDTH, HEIGHT, MARGIN = 210.0, 297.0, 13.0
INK, GREY, LINE, PALE = "#1d2733", "#5b6773", "#c9d0d7", "#f1f4f6"
ALARM, CALM, UNSURE = "#b3261e", "#2f6f4f", "#6b7280"
LEADING = 1.27
POINT = 25.4 / 72  # mm
FAMILY = "Roboto"

Align = Literal["L", "R", "C"]


class Sheet:
    """
    One page.

    Parameters
    ----------
    scale : float
        Of every size, so that a long text still fits. [1]
    made : datetime
        Creation date of the file: the same facts and moment give the same bytes.
    """

    def __init__(self, scale: float, made: datetime) -> None:
        from fpdf import FPDF
        from fpdf.fonts import TTFFont

        self.scale = scale
        self.pdf: FPDF = FPDF(unit="mm", format="A4")
        self.pdf.set_creation_date(made)
        self.pdf.set_auto_page_break(False)
        self.pdf.set_margin(0)
        self.pdf.c_margin = 0
        for style, file in (("", "Roboto-Regular.ttf"), ("B", "Roboto-Bold.ttf")):
            with as_file(files("font_roboto") / "files" / file) as path:
                self.pdf.add_font(FAMILY, style, path)
        self.known = {code for font in self.pdf.fonts.values() if isinstance(font, TTFFont) for code in font.cmap}
        self.pdf.add_page()

    def bytes(self) -> bytes:
        """The file."""
        return bytes(self.pdf.output())

    def font(self, size: float, bold: bool = False, colour: str = INK) -> float:
        """Choose a font; gives the distance of its lines. [mm]"""
        self.pdf.set_font(FAMILY, "B" if bold else "", size * self.scale)
        self.pdf.set_text_color(colour)
        return size * self.scale * POINT * LEADING

    def clean(self, words: str) -> str:
        """Words with what the font cannot draw replaced, so that a station's name never breaks the page."""
        return "".join(c if ord(c) in self.known else "?" for c in words)

    def write(
        self,
        x: float,
        y: float,
        width: float,
        words: str,
        size: float = 8,
        *,
        bold: bool = False,
        colour: str = INK,
        align: Align = "L",
    ) -> float:
        """Text in a column; gives where it ends. [mm]"""
        high = self.font(size, bold, colour)
        self.pdf.set_xy(x, y)
        self.pdf.multi_cell(width, high, self.clean(words), align=align, new_x="LEFT", new_y="NEXT")
        return float(self.pdf.get_y())

    def lines(self, words: str, width: float, size: float, bold: bool = False) -> int:
        """How many lines a text takes in a column."""
        high = self.font(size, bold)
        made = self.pdf.multi_cell(width, high, self.clean(words), dry_run=True, output="LINES")
        return len(made) if isinstance(made, list) else 1

    def heading(self, x: float, y: float, width: float, words: str) -> float:
        """A section's heading over a hairline."""
        end = self.write(x, y, width, words, 8.6, bold=True)
        self.line(x, end + 0.3, x + width, end + 0.3, LINE, 0.2)
        return end + 1.3 * self.scale

    def line(
        self, x: float, y: float, to_x: float, to_y: float, colour: str, wide: float = 0.2, dash: float = 0
    ) -> None:
        """A straight line, dashed where asked."""
        self.pdf.set_draw_color(colour)
        self.pdf.set_line_width(wide)
        self.pdf.set_dash_pattern(dash=dash, gap=dash * 0.7)
        self.pdf.line(x, y, to_x, to_y)
        self.pdf.set_dash_pattern()

    def box(self, x: float, y: float, width: float, high: float, *, fill: str = "", edge: str = "") -> None:
        """A rectangle, filled, outlined or both."""
        if fill:
            self.pdf.set_fill_color(fill)
        if edge:
            self.pdf.set_draw_color(edge)
            self.pdf.set_line_width(0.25)
        self.pdf.rect(x, y, width, high, style=("F" if fill else "") + ("D" if edge else ""))

    def polygon(self, points: Sequence[tuple[float, float]], fill: str) -> None:
        """A filled shape."""
        self.pdf.set_fill_color(fill)
        self.pdf.polygon(points, style="F")

    def state(self, x: float, y: float, size: float, verdict: str) -> None:
        """Triangle for above, filled circle for within, ring for no statement: shape and colour together."""
        if verdict == "above":
            self.polygon([(x + size / 2, y), (x + size, y + size), (x, y + size)], ALARM)
        elif verdict == "within":
            self.pdf.set_fill_color(CALM)
            self.pdf.circle(x + size / 2, y + size / 2, size / 2, style="F")
        else:
            self.pdf.set_draw_color(UNSURE)
            self.pdf.set_line_width(size / 7)
            self.pdf.circle(x + size / 2, y + size / 2, size * 0.43, style="D")

    def arrow(self, x: float, y: float, size: float, direction: str) -> None:
        """An arrow up, down or level."""
        half, head = size / 2, size * 0.35
        turn = {"rise": (0, -1), "fall": (0, 1), "none": (1, 0)}[direction]
        centre_x, centre_y = x + half, y + half
        tip = (centre_x + turn[0] * half, centre_y + turn[1] * half)
        tail = (centre_x - turn[0] * half, centre_y - turn[1] * half)
        neck = (tip[0] - turn[0] * head, tip[1] - turn[1] * head)
        side = (turn[1] * head * 0.8, turn[0] * head * 0.8)
        self.line(*tail, *neck, INK, size / 7)
        self.polygon([tip, (neck[0] + side[0], neck[1] + side[1]), (neck[0] - side[0], neck[1] - side[1])], INK)

    @contextmanager
    def faint(self) -> Iterator[None]:
        """Draw so that what lies below can still be read."""
        with self.pdf.local_context(fill_opacity=0.16):
            yield

    def watermark(self, word: str) -> None:
        """A word across the whole sheet, several times."""
        with self.faint():
            for x, y in ((20, 105), (70, 170), (20, 250), (105, 75), (120, 245)):
                self.pdf.set_font(FAMILY, "B", 46)
                self.pdf.set_text_color(ALARM)
                with self.pdf.rotation(32, x, y):
                    self.pdf.text(x, y, self.clean(word))
