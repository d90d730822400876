"""Standing alarms, as every screen counts and orders them."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

PRIORITIES = {"critical": "◆", "high": "▲", "medium": "■", "low": "●"}
RINGING = "unacknowledged"
STANDING = (RINGING, "acknowledged", "returned")
ASIDE = ("shelved", "out_of_service")


@dataclass(frozen=True)
class Alarms:
    """
    Alarms of the cities shown.

    Attributes
    ----------
    known : bool
        Whether alarms are evaluated at all; without it silence says nothing.
    standing : DataFrame
        Those that stand, by priority, then not acknowledged first, then newest first.
    aside : int
        Shelved or out of service.
    """

    known: bool
    standing: pd.DataFrame
    aside: int

    @property
    def ringing(self) -> pd.DataFrame:
        """Those that nobody has acknowledged."""
        return self.standing[self.standing["state"] == RINGING]

    def hold(self) -> dict[str, str] | None:
        """View and city that the rotation jumps to and stays on; none while nothing rings."""
        if not len(self.ringing):
            return None
        first = self.ringing.iloc[0]
        return {"view": str(first["view"] or "city"), "city": str(first["city"])}


def alarms(rows: pd.DataFrame, cities: Sequence[str]) -> Alarms:
    """
    Sort the store's table of alarms for a screen.

    Parameters
    ----------
    rows : DataFrame
        Table `alarms`; without rows before the first rule was evaluated.
    cities : sequence of str
        Keys of the cities shown.
    """
    mine = rows[rows["city"].isin([*cities, ""])]
    standing = mine[mine["state"].isin(STANDING)]
    ranks = list(PRIORITIES)
    standing = standing.assign(
        rank=[ranks.index(p) if p in ranks else len(ranks) for p in standing["priority"]],
        order=[STANDING.index(s) for s in standing["state"]],
    ).sort_values(["rank", "order", "since"], ascending=[True, True, False], kind="stable")
    return Alarms(
        known=len(rows) > 0, standing=standing.reset_index(drop=True), aside=int(mine["state"].isin(ASIDE).sum())
    )
