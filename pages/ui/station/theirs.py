"""What an agency itself publishes of a station beside its concentrations: Uzhydromet's index, as theirs."""

from pages.ui.city import tables as city_tables
from pages.ui.reader import language
from pages.ui.reader.language import number, t
from pages.ui.station.state import Place

INDEX = "uz_si"


def index(shown: Place) -> list[str]:
    """The index of the newest day of the last week, with its day; nothing where the agency gave none."""
    rows = city_tables.latest(shown.city.key, [INDEX])
    mine = rows[rows["station"] == shown.about["station"]]
    if not len(mine):
        return []
    row = mine.sort_values("start").iloc[-1]
    day = language.day(row["start"].to_pydatetime(), shown.city.zone)
    return [t("scales.theirs", name=t(f"quantity.parameter.{INDEX}"), value=number(row["value"], 1), day=day)]
