"""Health advice on the screens: where an index or an event is known, in the reader's language, and nowhere else."""

from dataclasses import dataclass

import pandas as pd
import pytest

from data.advice import of_category, of_event
from data.city import LANGUAGES
from models.situation.statement import IndexValue
from pages.ui.city import advice
from pages.ui.reader import language as reader_language

HIGH = IndexValue("us-epa-2024", 180, 4, "Unhealthy", "#f00", "#f00", "pm25", "nowcast")


@dataclass
class Situation:
    found: IndexValue | None

    def index(self) -> IndexValue | None:
        return self.found


@dataclass
class Picture:
    situation: Situation
    events: pd.DataFrame


def picture(found: IndexValue | None, *kinds: str) -> Picture:
    return Picture(Situation(found), pd.DataFrame({"kind": list(kinds)}))


@pytest.mark.parametrize("code", LANGUAGES)
def test_an_event_speaks_before_the_index_and_a_doubtful_instrument_is_none(code: str) -> None:
    with reader_language.using(code):
        assert advice.line(picture(HIGH)) == of_category("us-epa-2024", "Unhealthy", code).short  # type: ignore[arg-type]
        storm = picture(HIGH, "sensor_fault", "dust_storm")
        assert advice.line(storm) == of_event("dust_storm", code).short  # type: ignore[arg-type]


def test_without_a_current_index_nothing_is_advised() -> None:
    assert advice.line(picture(None)) == ""  # type: ignore[arg-type]
    assert advice.line(picture(None, "sensor_fault")) == ""  # type: ignore[arg-type]
