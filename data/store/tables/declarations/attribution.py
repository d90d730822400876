"""What the attribution of a city keeps: shares, hours, ranked sites, evidence, and what the answer rests on."""

from data.store.tables.declarations.column import NUMBER, TEXT, TIME, WHOLE, declared

WRITER = "jobs.attribution.refit"
_CATEGORY = "`heating`, `traffic`, `industry`, `dust`, `regional`, `fire` or `undetermined`"
_ORIGIN = {
    "model_version": (TEXT, "changes when the same input would give another answer"),
    "inputs_version": (TEXT, "version of the store's tables"),
    "inputs_sha256": (TEXT, "over the rows of measurements and weather that were used"),
    "inventory_sha256": (TEXT, "of the register of sources"),
    "inventory_vintage": (TEXT, "newest day on which a row of the register was checked"),
    "prior": (TEXT, "shares assumed before any measurement, as JSON"),
    "seed": (WHOLE, "of every random number"),
    "window_start": (TIME, "first hour of the measurements that were fitted"),
    "window_end": (TIME, "end of the last"),
    "kind": (TEXT, "`model`, or `simulated` in the demo world"),
    "computed_at": (TIME, "when it was computed"),
}
"""What is needed to compute an answer again."""


def _origin(*names: str) -> tuple[tuple[str, str, str], ...]:
    return tuple((name, *_ORIGIN[name]) for name in names)


ATTRIBUTION = declared(
    "attribution",
    "A row is the share of a category of sources in the PM2.5 of a city over a span.",
    WRITER,
    ("city", "span", "start", "category"),
    ("city", TEXT, "key of the city file"),
    ("span", TEXT, "`day` (a local day), `now` (the last 24 hours) or `7d` to `60d`"),
    ("start", TIME, "start of the span; of a day, midnight on the city's clock"),
    ("minutes", WHOLE, "its length [min]"),
    ("category", TEXT, _CATEGORY),
    ("contribution", NUMBER, "mean of the stations that measured [µg/m³]"),
    ("share", NUMBER, "of PM2.5 [%]; empty where the answer was refused"),
    ("lower", NUMBER, "lower end of the 90 % interval of the share [%]"),
    ("upper", NUMBER, "its upper end [%]"),
    (
        "status",
        TEXT,
        "`ok`, or the code of why an answer is weaker (`prior`, `mostly_prior`) or missing (`few_hours`)",
    ),
    ("data_level", TEXT, "measured besides PM2.5 in at least half of the hours: `gases`, `pm10`, or `pm25` alone"),
    ("coverage", NUMBER, "part of the hours with an answer, 0 to 1"),
    *_origin(*_ORIGIN),
)
HOURS = declared(
    "attribution_hours",
    "A row is what a category brought to the PM2.5 of a city in an hour.",
    WRITER,
    ("city", "start", "category"),
    ("city", TEXT, "key of the city file"),
    ("start", TIME, "start of the hour"),
    ("category", TEXT, _CATEGORY),
    ("contribution", NUMBER, "mean of the stations with an answer [µg/m³]"),
)
SITES = declared(
    "attribution_sites",
    "A row is a site of the register of sources, most likely first.",
    WRITER,
    ("city", "rank"),
    ("city", TEXT, "key of the city file"),
    ("rank", WHOLE, "place in the list, 1 = brings most"),
    ("site", TEXT, "key of the register"),
    ("name", TEXT, "English name"),
    ("name_ru", TEXT, "Russian name"),
    ("name_uz", TEXT, "Uzbek name (Latin)"),
    ("name_kk", TEXT, "Kazakh name (Cyrillic)"),
    ("category", TEXT, "`heating` or `industry`"),
    ("subtype", TEXT, "row of the fingerprint table"),
    ("lat", NUMBER, "latitude, WGS 84 [°]"),
    ("lon", NUMBER, "longitude, WGS 84 [°]"),
    ("score", NUMBER, "PM2.5 the site is held to bring, to rank by [µg/m³]"),
    ("lower", NUMBER, "lower end of the 90 % interval of the score"),
    ("upper", NUMBER, "its upper end"),
    ("top3", NUMBER, "probability of being among the three that bring most, 0 to 1"),
    ("multiplier", NUMBER, "times the register's rate"),
    ("learned", NUMBER, "how much of the multiplier the measurements decided: 0 = the register alone, 1 = all"),
    ("group", TEXT, "sites whose plumes cannot be told apart, joined by ` + `"),
    ("status", TEXT, "`identifiable`, `indicative`, `grouped` or `not identifiable`"),
    ("reason", TEXT, "code of what is behind the status"),
    ("coord_quality", TEXT, "as in the register"),
    ("fuel", TEXT, "what the register says it burned on the last day of the window"),
    *_origin("computed_at"),
)
EVIDENCE = declared(
    "attribution_evidence",
    "A row is a line of evidence: of a station's newest answered hour, or of the source that leads in the city.",
    WRITER,
    ("city", "place"),
    ("station", TEXT, "id; empty for the leading source"),
    ("start", TIME, "start of the hour"),
    ("key", TEXT, "of the sentence in the catalogs"),
    ("params", TEXT, "what the sentence's placeholders stand for, as JSON"),
    ("text", TEXT, "the sentence in English, empty for the leading source"),
    ("city", TEXT, "key of the city file"),
    ("place", WHOLE, "order of the lines, from 0"),
)
STATUS = declared(
    "attribution_status",
    "A row is the last attribution of a city as a whole: what it rests on, or why there is none.",
    WRITER,
    ("city",),
    ("city", TEXT, "key of the city file"),
    *_origin("computed_at"),
    ("refused", TEXT, "why nothing could be attributed, English; empty where something was"),
    ("stations", WHOLE, "with an answer in the last 14 days"),
    ("stations_of", WHOLE, "stations of the city that were looked at"),
    ("coverage", NUMBER, "part of the window's hours with an answer, 0 to 1"),
    ("first", TIME, "first hour of the answer; empty where it was refused"),
    ("last", TIME, "end of its last hour; empty where it was refused"),
    ("notes", TEXT, "codes of what weakens the whole answer, comma-separated"),
    ("sites_refused", TEXT, "code of why no site is ranked, or empty"),
    ("wind_hours", WHOLE, "hours of the last 12 whose wind is known"),
    ("calm_hours", WHOLE, "hours of them that were calm"),
    ("wind_modelled", NUMBER, "part of the hours whose wind is a model's, 0 to 1"),
    ("unlisted", TEXT, "where a source seems to be missing from the register, as JSON"),
    ("transboundary", TEXT, "share by country across the border with its interval, as JSON"),
    ("station_days", TEXT, "how many station-days by status, as JSON"),
    *_origin("model_version", "inputs_version", "inputs_sha256", "inventory_sha256", "inventory_vintage", "prior"),
    ("prior_reference", TEXT, "who states those shares"),
    *_origin("seed", "window_start", "window_end", "kind"),
    ("sites", WHOLE, "sites of the register that can be ranked"),
    ("sites_approximate", WHOLE, "sites of them whose place is not that of the plant"),
)
TABLES = (ATTRIBUTION, HOURS, SITES, EVIDENCE, STATUS)
