"""The part of the data dictionary about the store's tables, written from their declarations: run it to renew it."""

import re
from pathlib import Path
from textwrap import fill

from data.store.tables.declarations.column import Declared
from data.store.tables.schemas import TABLES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "data-dictionary.md"
BEGIN, END = "<!-- store: begin -->", "<!-- store: end -->"
WORDS = {
    "str": "text", "float64": "number", "int32": "integer", "int64": "integer", "bool": "yes/no",
    "datetime64[us, UTC]": "time UTC", "object": "list of text",
}  # fmt: skip


def part(table: Declared) -> str:
    """Heading, sentence, key, writer and columns of one table."""
    key = ", ".join(f"`{name}`" for name in table.key)
    rows = [f"| `{c.name}` | {WORDS[c.dtype]} | {c.meaning} |" for c in table.columns]
    lines = [
        f"### {table.name}",
        "",
        fill(f"{table.about} Key: {key}. Written by `{table.writer}`.", 120, break_on_hyphens=False),
        "",
        f"<!-- table: {table.name} -->",
        "| column | type | meaning |",
        "|---|---|---|",
        *rows,
    ]
    return "\n".join(lines)


def whole() -> str:
    """Every table of the store."""
    return "\n\n".join([BEGIN, *(part(table) for table in TABLES.values()), END])


def renewed(page: str) -> str:
    """The page with its part about the store written anew."""
    return re.sub(f"{re.escape(BEGIN)}.*{re.escape(END)}", lambda _: whole(), page, count=1, flags=re.DOTALL)


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text("utf-8")), "utf-8")
