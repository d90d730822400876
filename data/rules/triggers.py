"""A national trigger: who may act by which act, until when, and whether it stands on a day."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from data.city import City
from data.standards.act_words import cited
from data.standards.acts import Act, acts

ANYWHERE = "*"


@dataclass(frozen=True, kw_only=True)
class Trigger:
    """
    One national trigger.

    Attributes
    ----------
    key : str
        Its name in the rules.
    law : str
        Whose law it is.
    act : str
        Key of the act that gives the powers, `data.standards.acts`.
    text : mapping
        What may be done, by language.
    city : str
        The one city it is about; ``*`` = everywhere under the law.
    until : datetime.date or None
        Last day of the powers where the act names one for them; the act itself may last longer.
    certain : bool
        Whether its act is in force for certain on the day it was asked for; `standing` sets it.
    """

    key: str
    law: str
    act: str
    text: Mapping[str, str]
    city: str = ANYWHERE
    until: date | None = None
    certain: bool = True

    @property
    def source(self) -> Act:
        """The act itself."""
        return acts()[self.act]

    @property
    def indicative(self) -> bool:
        """Whether every screen must call it indicative: true unless the act's own text was read."""
        return self.source.read != "primary"

    def about(self, city: City) -> bool:
        """Whether it is of this city's law, and about this city."""
        return self.law == city.law and self.city in (ANYWHERE, city.key)

    def standing(self, on: date) -> "Trigger | None":
        """
        Itself, if it may stand on a day; None where its act or its powers have ended or not begun.

        Parameters
        ----------
        on : datetime.date
            A local day.
        """
        stands = self.source.stands(on)
        if stands is False or (self.until is not None and on > self.until):
            return None
        return replace(self, certain=stands is True)

    def cited(self, language: str) -> str:
        """What stands behind it: number and day of the act, until when, its figure, how it was read."""
        return cited(self.source, language, until=self.until, certain=self.certain)
