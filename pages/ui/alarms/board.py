"""Standing alarms, as every screen counts and orders them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

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
        Those that stand: on current data by priority, then not acknowledged first, then newest ring first; then
        those of which nothing current can be said.
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

    @property
    def current(self) -> pd.DataFrame:
        """Those whose newest value is not grey; the others say nothing of now."""
        return self.standing[~self.standing["no_data"]]

    def hold(self) -> dict[str, str] | None:
        """View and city that the rotation jumps to and stays on; none while nothing rings on current data."""
        ringing = self.ringing[~self.ringing["no_data"]]
        if not len(ringing):
            return None
        first = ringing.iloc[0]
        return {"view": str(first["view"] or "city"), "city": str(first["city"])}


def alarms(rows: pd.DataFrame, cities: Sequence[str], now: datetime | None = None) -> Alarms:
    """
    Sort the store's table of alarms for a screen.

    Parameters
    ----------
    rows : DataFrame
        Table `alarms`; without rows before the first rule was evaluated.
    cities : sequence of str
        Keys of the cities shown.
    now : datetime, optional
        Aware; what has ended by the calendar since the last look is not shown.
    """
    mine = rows[rows["city"].isin([*cities, ""])]
    if now is not None:
        mine = mine[~(mine["expires"] <= pd.Timestamp(now))]
    standing = mine[mine["state"].isin(STANDING)]
    ranks = list(PRIORITIES)
    standing = standing.assign(
        urgency=[ranks.index(p) if p in ranks else len(ranks) for p in standing["priority"]],
        order=[STANDING.index(s) for s in standing["state"]],
        no_data=standing["no_data"].astype(bool),
        rung=standing["rang_at"].fillna(standing["since"]),  # a row of a release before 0.3 has no ring
    ).sort_values(["no_data", "urgency", "order", "rung"], ascending=[True, True, True, False], kind="stable")
    return Alarms(
        known=len(rows) > 0, standing=standing.reset_index(drop=True), aside=int(mine["state"].isin(ASIDE).sum())
    )
