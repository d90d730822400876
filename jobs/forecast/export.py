"""The newest forecast as a file: every hour of the city's figure and of its stations, with all methods beside."""

from data.store.reader import StoreReader
from data.store.tables.schemas import TABLES
from data.times import iso_texts
from jobs.export.csv_lines import safe

METHODS = ("model", "damped_persistence", "persistence", "climatology", "cams_debiased", "cams")
COLUMNS = TABLES["forecasts"].names
TIMES = ("issued", "start", "computed_at")


def forecast_csv(store: StoreReader, city: str) -> bytes:
    """
    UTF-8 CSV, times in UTC with a Z, concentrations with two decimals; only the head where there is no forecast.

    A station whose rows may not be redistributed is left out: persistence is its newest value.

    Parameters
    ----------
    store : StoreReader
        Whose table `forecasts` is written, as its reader may have it.
    city : str
        Key.
    """
    table = store.for_export().table("forecasts")
    rows = table[table["city"] == city]
    rows = rows.sort_values(["parameter", "station", "start"])[list(COLUMNS)]
    plain = rows.assign(**{name: iso_texts(rows[name]) for name in TIMES}, station=rows["station"].map(safe))
    return str(plain.to_csv(index=False, lineterminator="\n", float_format="%.2f")).encode("utf-8")
