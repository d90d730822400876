"""Methane that satellites saw: the plumes near each city, and the files in which they were looked for."""

from data.store.tables.declarations.column import NUMBER, TEXT, TIME, WHOLE, declared

PLUMES = declared(
    "plumes",
    "A row is a plume of methane near a city as a file told it; one that changed or went has its `known_until`.",
    "jobs.methane.keep",
    ("plume", "city", "known_at"),
    ("plume", TEXT, "identifier of the plume, as delivered"),
    ("city", TEXT, "key of the city file within whose 150 km it lies"),
    ("source", TEXT, "key of the network"),
    ("lat", NUMBER, "latitude, WGS 84 [°]"),
    ("lon", NUMBER, "longitude, WGS 84 [°]"),
    ("position_km", NUMBER, "how far the position may be off; no number where nothing is stated [km]"),
    ("distance_km", NUMBER, "from the city's centre [km]"),
    ("observed_at", TIME, "overpass; midnight where the file knows the day alone"),
    ("precision", TEXT, "`moment` or `day`: how exactly the overpass is dated"),
    ("flux", NUMBER, "rate of methane at the overpass, as delivered; no number where none is stated [kg/h]"),
    ("flux_std", NUMBER, "its standard deviation, as delivered; no number where none is stated [kg/h]"),
    ("unit", TEXT, "of both rates: `kg/h`"),
    ("sensor", TEXT, "satellite and instrument, as delivered"),
    ("sector", TEXT, "sector, as delivered: `Waste`, `Oil and Gas`, `Coal`"),
    ("source_name", TEXT, "what the publisher calls the place; empty where it names none"),
    ("country", TEXT, "country, as delivered; it is often the neighbour's, nothing rests on it"),
    ("detected_by", TEXT, "institution that saw the plume"),
    ("quantified_by", TEXT, "institution that computed the rate"),
    ("notified", TEXT, "whether the publisher told the country, as delivered"),
    ("changed_at", TIME, "last change of the line at the publisher"),
    ("known_at", TIME, "when this centre learned the row"),
    ("known_until", TIME, "when another replaced it or it went from the file; empty = still current"),
)
PLUME_FILES = declared(
    "plume_files",
    "A row is a state of a file in which plumes near a city were looked for: without one nobody looked.",
    "jobs.methane.keep",
    ("source", "city", "origin", "changed_at"),
    ("source", TEXT, "key of the network"),
    ("city", TEXT, "key of the city file"),
    ("read_at", TIME, "when it was last read"),
    ("origin", TEXT, "name of the file, or who fetched it"),
    ("changed_at", TIME, "last change of any line of it: the file's own date"),
    ("newest", TIME, "newest overpass of any line of it"),
    ("plumes", WHOLE, "plumes of the whole file"),
    ("near", WHOLE, "of them within 150 km of the city"),
    ("rejected", WHOLE, "lines that could not be understood"),
)
TABLES = (PLUMES, PLUME_FILES)
