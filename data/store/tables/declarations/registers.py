"""Registers of the centre itself: published snapshots and the tokens of the API."""

from data.store.tables.declarations.column import TEXT, TIME, WHOLE, YES_NO, declared

SNAPSHOTS = declared(
    "snapshots",
    "A row is a published snapshot; rows are only ever added.",
    "jobs.export.publish",
    ("id",),
    ("id", TEXT, "stable name of the snapshot: <city>-<first>-<last>-<beginning of its checksum>"),
    ("city", TEXT, "key of the city file"),
    ("from", TIME, "start of the period"),
    ("to", TIME, "end of the period, exclusive"),
    ("as_of", TIME, "what was known then"),
    ("flags", TEXT, "`all` or `ok`"),
    ("format", TEXT, "`csv`, `parquet` or `xlsx`"),
    ("excel", YES_NO, "byte-order mark, semicolons and decimal commas"),
    ("parameters", TEXT, "comma-separated; empty = all"),
    ("title", TEXT, "as it is cited"),
    ("rows", WHOLE, "in the data file"),
    ("bytes", WHOLE, "of the zip"),
    ("sha256", TEXT, "of the zip"),
    ("release", TEXT, "version of the program that made it"),
    ("published_at", TIME, "when"),
    ("published_by", TEXT, "who"),
)
TOKENS = declared(
    "tokens",
    "A row is a bearer token of the API that was issued or revoked; rows are only ever added, no reader gets them.",
    "jobs.access.tokens",
    ("id", "at"),
    ("id", TEXT, "public half of the token"),
    ("at", TIME, "when the row was written"),
    ("action", TEXT, "`issued` or `revoked`"),
    ("name", TEXT, "person or program that bears it"),
    ("organisation", TEXT, "of the bearer"),
    ("role", TEXT, "`public`, `member`, `operator` or `admin`"),
    ("purposes", TEXT, "comma-separated: `see`, `download`"),
    ("expires", TIME, "end of validity"),
    ("digest", TEXT, "SHA-256 of the secret half; empty where revoked"),
    ("by", TEXT, "who issued or revoked"),
)
TABLES = (SNAPSHOTS, TOKENS)
