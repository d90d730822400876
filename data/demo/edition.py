"""Which edition of the demo world a store holds; one of another release is emptied, so that it is built anew."""

from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from data.demo.world import SOURCE

if TYPE_CHECKING:
    import pandas as pd

    from data.store import Store

MARKER = "demo-world"  # a file beside the tables of the demo store; no other store has it


@cache
def edition() -> str:
    """Digest of the code that makes the world: it differs exactly when another world may come out."""
    made = sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        made.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return made.hexdigest()[:16]


def of_this_release(store: "Store", spans: "pd.DataFrame") -> bool:
    """
    Empty a store that holds the world of another release, and mark it as being of this one.

    Parameters
    ----------
    store : Store
        Of the demo world. One that holds a row of any other source is left as it is.
    spans : DataFrame
        `Store.spans` of it.

    Returns
    -------
    bool
        Whether it held this world already, or nothing, or what is not ours to empty; False where it was emptied.
    """
    if store.place.read(MARKER) == edition() or set(spans["source"]) - {SOURCE}:
        return True
    if len(spans):
        store.clear()
    store.place.write(MARKER, edition())
    return bool(spans.empty)
