"""What is collected: measurements, stations, rejects, and how each network answered."""

from collections.abc import Mapping

from data.schema import COLUMNS, KEY, REJECT_COLUMNS, STATION_COLUMNS
from data.store.tables.declarations.column import NUMBER, TEXT, TIME, WHOLE, YES_NO, Column, Declared, declared

MONTH = "month"
_MEASUREMENTS = {
    "source": "key of the network or file format that delivered the row",
    "station": "stable id, `<network>:<id>`",
    "parameter": "`pm25 pm10 no2 so2 o3 co h2s ch4 formaldehyde phenol hf benzene …`, weather, or `dust aod frp uz_si`",
    "start": "start of the averaging interval",
    "minutes": "length of the interval: 10, 20, 60, 1440; 0 = instantaneous [min]",
    "value": "in the parameter's one unit",
    "flag": "`ok`, `suspect` (doubtful, kept) or `invalid` (not to be used)",
    "checks": "the checks that doubted the value, each `name:figure,figure` (see Checks); a name may stand twice",
    "statistic": "what the value is of the interval: `mean`, `median`, `max`, `instant` or `sum`",
    "note": "free text for people: a remark of a file, words of a report; no program reads it",
    "kind": "`reference`, `indicative` (low-cost), `model` or `simulated`",
    "raw_value": "as delivered",
    "raw_unit": "unit of `raw_value`, as delivered",
    "known_at": "when this centre learned the row",
    "known_until": "when a correction replaced it; empty = still current",
    "city": "key of the city file",
}
_STATIONS = {
    "source": "key of the network",
    "station": "stable id, `<network>:<id>`",
    "city": "key of the city file",
    "name": "as the network names it, or English",
    "name_ru": "Russian name, empty where there is none",
    "name_uz": "Uzbek name (Latin)",
    "name_kk": "Kazakh name (Cyrillic)",
    "lat": "latitude, WGS 84 [°]",
    "lon": "longitude, WGS 84 [°]",
    "altitude": "above sea level [m]",
    "station_class": "`background`, `traffic`, `industrial`, or empty = unknown",
    "kind": "as in measurements",
    "owner": "who runs it; in the demo world, which sort of instrument is simulated",
    "licence": "of its data; empty = the network's",
    "same_as": "id of the same monitor in another network; both count once",
    "coord_quality": "`exact`, `rounded`, `generic`, or empty = unknown",
    "valid_from": "first moment it stood there; empty = as far back as there is anything",
    "valid_until": "when it went to another place; empty = it stands there",
    "known_at": "when this centre learned the description",
    "known_until": "when another description replaced it; empty = still current",
}
_REJECTS = {
    "source": "who delivered it",
    "at": "when",
    "reason": "why it could not be kept",
    "excerpt": "the first of them as delivered, at most 300 characters",
    "origin": "file or address it came in",
    "count": "how many rows this line stands for",
}


def _columns(dtypes: Mapping[str, str], meanings: Mapping[str, str]) -> tuple[Column, ...]:
    """Columns of a table whose types stand at the door, `data.schema`."""
    return tuple(Column(name, dtype, meanings[name]) for name, dtype in dtypes.items())


MEASUREMENTS = Declared(
    "measurements",
    "A row is a value of a station over an interval; a correction is a new row, the older one gets its `known_until`.",
    "data.store.store",
    KEY,
    _columns(COLUMNS, _MEASUREMENTS),
    MONTH,
)
STATIONS = Declared(
    "stations",
    "A row is a description of a station at one place, as long as it held; one that moved has a row for each place.",
    "data.store.small",
    ("source", "station", "valid_from", "known_at"),
    _columns(
        {**STATION_COLUMNS, "valid_from": TIME, "valid_until": TIME, "known_at": TIME, "known_until": TIME}, _STATIONS
    ),
)
REJECTS = Declared(
    "rejects",
    "A row stands for rows of one delivery that could not be understood, so that nothing vanishes silently.",
    "data.store.small",
    ("source", "origin", "reason", "excerpt"),
    _columns(REJECT_COLUMNS, _REJECTS),
)
STATUS = declared(
    "status",
    "A row is how the last attempt of a network for a city went.",
    "data.store.small",
    ("network", "city"),
    ("network", TEXT, "key of the network"),
    ("city", TEXT, "key of the city file"),
    ("attempted", TIME, "last attempt"),
    ("succeeded", TIME, "last attempt that succeeded"),
    ("newest", TIME, "end of the newest interval it delivered that no check doubted"),
    ("rows", WHOLE, "rows of the last success"),
    ("rejected", WHOLE, "rows of the last success that could not be understood"),
    ("error", TEXT, "sentence of the last failure, empty after a success"),
    ("error_key", TEXT, "key of that sentence in the catalogs; empty after a success"),
    ("error_who", TEXT, "who must act: `nobody`, `asker`, `operator` or `developer`; empty after a success"),
    ("error_words", TEXT, "what the sentence's placeholders stand for, as JSON; empty after a success"),
    ("parts", WHOLE, "parts asked at the last success, such as stations; 0 where the network answers in one piece"),
    ("parts_failed", WHOLE, "parts of it that did not come; what came is kept"),
    ("failed", TEXT, "those parts as a JSON list: `part`, `since` (asked again from then on), `key`, `who`, `words`"),
    ("failing_since", TIME, "first failure in a row, empty after a success"),
    ("next", TIME, "not asked again before"),
)
ATTEMPTS = declared(
    "attempts",
    "A row is one attempt to read a network for a city, of the last three months.",
    "jobs.collect.attempts",
    ("network", "city", "at"),
    ("network", TEXT, "key of the network"),
    ("city", TEXT, "key of the city file"),
    ("at", TIME, "when it was asked"),
    ("ok", YES_NO, "it answered"),
    ("rows", WHOLE, "rows it delivered, known ones among them"),
    ("rejected", WHOLE, "rows of it that could not be understood"),
    ("error", TEXT, "sentence of the failure, empty where there was none"),
    ("seconds", NUMBER, "how long it took [s]"),
)
ATTEMPTS_DAILY = declared(
    "attempts_daily",
    "A row sums up the attempts of a network for a city on a UTC day that is over for three months.",
    "jobs.collect.attempts",
    ("network", "city", "day"),
    ("network", TEXT, "key of the network"),
    ("city", TEXT, "key of the city file"),
    ("day", TIME, "its midnight"),
    ("tries", WHOLE, "attempts"),
    ("failed", WHOLE, "attempts that failed"),
    ("rows", WHOLE, "rows delivered"),
    ("rejected", WHOLE, "rows that could not be understood"),
    ("seconds", NUMBER, "how long the attempts took together [s]"),
    ("up", NUMBER, "part of the known time in which the network answered, 0 to 1"),
    ("known", NUMBER, "part of the day of which it is known whether it answered, 0 to 1"),
)
MAINTENANCE = declared(
    "maintenance",
    "A row is a note of work at an instrument, or its withdrawal; rows are only ever added.",
    "jobs.ingest.maintenance",
    ("id", "at"),
    ("id", TEXT, "of the note; its withdrawal has the same"),
    ("city", TEXT, "key of the city file"),
    ("station", TEXT, "id of the station"),
    ("parameter", TEXT, "key; empty = everything the station measures"),
    ("start", TIME, "first moment of the work"),
    ("end", TIME, "its end, not included"),
    ("by", TEXT, "the operator's name"),
    ("why", TEXT, "what was done, in a few words"),
    ("at", TIME, "when it was written"),
    ("withdrawn", YES_NO, "the note was taken back"),
)
TABLES = (MEASUREMENTS, STATIONS, REJECTS, STATUS, ATTEMPTS, ATTEMPTS_DAILY, MAINTENANCE)
