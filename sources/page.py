"""What a page for people says: its list items, the rows of its tables and its lines of text."""

import re
from html.parser import HTMLParser

CELLS = frozenset({"td", "th"})
BLOCKS = CELLS | {"p", "div", "li", "tr", "br", "h1", "h2", "h3", "h4", "h5", "table", "ul", "ol", "section"}
UNSEEN = frozenset({"script", "style", "template"})
LARGEST = 4 * 1024 * 1024  # broken markup takes the parser time that grows with the square of its length [bytes]


class Page(HTMLParser):
    """
    A page, read once; broken markup is read as far as it can be.

    Parameters
    ----------
    content : bytes
        As it came, UTF-8.

    Attributes
    ----------
    items : list of list of str
        For every ``li``: its pieces of text, in order.
    rows : list of list of str
        For every ``tr``: the text of each of its cells.
    lines : list of str
        The text of the page, cut where a block begins or ends.

    Raises
    ------
    ValueError
        When it is too large for a page, or its markup is beyond reading.

    Examples
    --------
    >>> page = Page("<ul><li><span>PM 10:</span> <span>7.5</span></li></ul><p>Seen: <b>9:00</b></p>".encode())
    >>> page.items, page.lines
    ([['PM 10:', '7.5']], ['PM 10: 7.5', 'Seen: 9:00'])
    >>> Page(b"<table><tr><td>1<td>a<br>b</td></tr></table>").rows
    [['1', 'a b']]
    """

    def __init__(self, content: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.items: list[list[str]] = []
        self.rows: list[list[str]] = []
        self.lines: list[str] = []
        self._unseen, self._item, self._cell, self._line = 0, False, False, ""
        if len(content) > LARGEST:
            raise ValueError("too large for a page")
        try:
            self.feed(content.decode("utf-8", "replace"))
            self.close()
        except AssertionError as error:  # how the parser refuses a declaration it does not know
            raise ValueError("markup beyond reading") from error
        self._end_line()
        self.rows = [[spaced(cell) for cell in row] for row in self.rows]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open what the tag opens."""
        self._at_block(tag)
        if tag in UNSEEN:
            self._unseen += 1
        elif tag == "li":
            self.items.append([])
            self._item = True
        elif tag == "tr":
            self.rows.append([])
            self._cell = False
        elif tag in CELLS and self.rows:
            self.rows[-1].append("")
            self._cell = True

    def handle_endtag(self, tag: str) -> None:
        """Close what the tag closes."""
        self._at_block(tag)
        if tag in UNSEEN:
            self._unseen = max(self._unseen - 1, 0)
        elif tag in ("li", "ul", "ol"):
            self._item = False
        elif tag in ("td", "th", "tr", "table"):
            self._cell = False

    def handle_data(self, data: str) -> None:
        """Text, where it is seen."""
        if self._unseen:
            return
        self._line += data
        said = spaced(data)
        if said and self._item:
            self.items[-1].append(said)
        if self._cell:
            self.rows[-1][-1] += data

    def _at_block(self, tag: str) -> None:
        if tag in BLOCKS:
            self._end_line()
            if self._cell:
                self.rows[-1][-1] += " "

    def _end_line(self) -> None:
        if said := spaced(self._line):
            self.lines.append(said)
        self._line = ""


def spaced(text: str) -> str:
    r"""
    Text with single spaces, no-break ones too.

    Examples
    --------
    >>> spaced("  a\u00a0 b\n")
    'a b'
    """
    return re.sub(r"\s+", " ", text).strip()
