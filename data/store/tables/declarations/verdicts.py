"""What is held of a station over a span, when that was last looked at, and whose flags stand as they came."""

from data.store.tables.declarations.column import NUMBER, TEXT, TIME, WHOLE, YES_NO, declared

WRITER = "jobs.ingest.verdicts"
STATION_VERDICTS = declared(
    "station_verdicts",
    "A row is a verdict on a channel over a span, as long as it held; rows of such a span are read as `suspect`.",
    WRITER,
    ("city", "station", "parameter", "check", "start", "known_at"),
    ("city", TEXT, "key of the city file"),
    ("station", TEXT, "id of the station"),
    ("parameter", TEXT, "key"),
    ("start", TIME, "first moment of the span"),
    ("until", TIME, "its end, not included; empty = it still stands"),
    (
        "check",
        TEXT,
        "`out_of_level`, `level_undetermined`, `copied`, `dead`, `drifting_zero`, `half_flat`, `scale_break` or `deaf`",
    ),
    ("figure", NUMBER, "what was seen (see Checks)"),
    ("lower", NUMBER, "lower end of its band"),
    ("upper", NUMBER, "upper end of its band"),
    ("other", TEXT, "channel it was compared with, `station parameter`; empty where there is none"),
    ("doubts", YES_NO, "rows of the span are read as `suspect`; where not, the verdict is told only"),
    ("known_at", TIME, "when the centre came to it"),
    ("known_until", TIME, "when another verdict replaced it; empty = still current"),
)
VERDICT_STATUS = declared(
    "verdict_status",
    "A row is the last look for verdicts on the stations of a city.",
    WRITER,
    ("city",),
    ("city", TEXT, "key of the city file"),
    ("computed_at", TIME, "when it was looked"),
    ("newest", TIME, "end of the newest row that was looked at"),
    ("channels", WHOLE, "channels that were looked at"),
    ("verdicts", WHOLE, "verdicts that hold"),
)
ASSESSED = declared(
    "assessed",
    "A row is a span of a channel that came in a file with the flags of a centre; they stand and are not made anew.",
    "jobs.ingest.held",
    ("source", "station", "parameter", "minutes", "first"),
    ("source", TEXT, "key of the network"),
    ("station", TEXT, "id of the station"),
    ("parameter", TEXT, "key"),
    ("minutes", WHOLE, "length of the intervals [min]"),
    ("city", TEXT, "key of the city file"),
    ("first", TIME, "start of the first interval"),
    ("last", TIME, "start of the last one"),
    ("at", TIME, "when the file came"),
)
TABLES = (STATION_VERDICTS, VERDICT_STATUS, ASSESSED)
