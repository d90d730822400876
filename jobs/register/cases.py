"""The case files as pages and commands read them: those of the files, with the published edits over them."""

from data.cases.cases import Case, case_of
from data.store.reader import StoreReader
from jobs.register.overlay import read


def cases(store: StoreReader) -> dict[str, Case]:
    """
    Every case as it stands, by its key.

    Parameters
    ----------
    store : StoreReader
        The whole one, or a view of the work that derives.
    """
    return {row["case"]: case_of(row) for row in read(store, "cases")}
