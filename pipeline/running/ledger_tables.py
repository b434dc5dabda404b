"""The tables of the ledger, and what brings an older ledger up to date."""

from __future__ import annotations

SCHEMA_VERSION = 3
"""Kept in ``PRAGMA user_version``; raised whenever the tables change."""

LOCK = "run.lock"
"""A file beside the ledger; the process that holds the folder has it locked."""

_FIGURES = """
CREATE TABLE {name} (
    figid TEXT PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN
        ('pending', 'running', 'done', 'unchanged', 'empty', 'failed', 'quarantined')),
    image TEXT, record TEXT, metadata TEXT, text TEXT,   -- input files; bytes if not UTF-8
    width INTEGER, height INTEGER,                       -- upright image, pixels
    error_kind TEXT, error_subject TEXT, error_cause TEXT, error_remedy TEXT,
    input_hash TEXT, config_hash TEXT, versions TEXT,    -- what the result depends on
    counts TEXT,                                         -- rows per class of the diff
    seconds TEXT,                                        -- wall time per stage
    started TEXT, finished TEXT,                         -- UTC, ISO 8601
    decisions TEXT,                                      -- another input file
    result TEXT CHECK (result IN ('done', 'empty')),     -- of the files, lines and mentions
                                                         -- kept; NULL if there are none
    run INTEGER REFERENCES runs (id),                    -- the last run that it was part of
    size INTEGER NOT NULL DEFAULT 0,                     -- bytes of image: large ones first
    stamps TEXT,                                         -- of its files, when last hashed
    source_hash TEXT, reading_hash TEXT,                 -- what the lines depend on
    quarantine TEXT                                      -- what it is in quarantine with
) WITHOUT ROWID;
"""

_FIGURES_BY_STATE = """
CREATE INDEX figures_by_state ON figures (run, state, size DESC);
"""

_RUNS = """
CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    state TEXT NOT NULL
        CHECK (state IN ('running', 'finished', 'interrupted', 'stopped', 'killed')),
    host TEXT NOT NULL, pid INTEGER NOT NULL,            -- the process that holds the folder
    started TEXT NOT NULL, seen TEXT NOT NULL,           -- UTC, ISO 8601
    workers TEXT NOT NULL,                               -- where it works, in words
    versions TEXT NOT NULL,
    error TEXT                                           -- what stopped it
);
"""

_LINES_AND_MENTIONS = """
CREATE TABLE lines (
    figid TEXT NOT NULL REFERENCES figures (figid) ON DELETE CASCADE,
    idx INTEGER NOT NULL,                                -- reading order
    text TEXT NOT NULL, confidence REAL NOT NULL,
    polygon TEXT,                                        -- [[x, y] * 4], pixels
    readings TEXT NOT NULL,
    detector TEXT, region_confidence REAL,               -- what found the place, how surely
    PRIMARY KEY (figid, idx)
) WITHOUT ROWID;
CREATE TABLE mentions (
    figid TEXT NOT NULL REFERENCES figures (figid) ON DELETE CASCADE,
    idx INTEGER NOT NULL,
    line INTEGER NOT NULL, "start" INTEGER NOT NULL, "end" INTEGER NOT NULL,
    text TEXT NOT NULL,
    symbol TEXT NOT NULL, source TEXT NOT NULL, family TEXT NOT NULL, origin TEXT NOT NULL,
    genes TEXT NOT NULL,                                 -- [[hgnc_symbol, entrez], ...]
    rules TEXT NOT NULL, score REAL NOT NULL,
    polygon TEXT,
    reading TEXT NOT NULL DEFAULT '',                    -- what "start" and "end" count in
    evidence TEXT NOT NULL DEFAULT '[]',                 -- [[name, log odds], ...]
    PRIMARY KEY (figid, idx)
) WITHOUT ROWID;
"""

_EVIDENCE = """
ALTER TABLE mentions ADD COLUMN reading TEXT NOT NULL DEFAULT '';
ALTER TABLE mentions ADD COLUMN evidence TEXT NOT NULL DEFAULT '[]';
"""

_CONCEPTS = """
CREATE TABLE concepts (
    figid TEXT NOT NULL REFERENCES figures (figid) ON DELETE CASCADE,
    idx INTEGER NOT NULL,
    line INTEGER NOT NULL, "start" INTEGER NOT NULL, "end" INTEGER NOT NULL,
    text TEXT NOT NULL, word TEXT NOT NULL,              -- as read, as printed
    kind TEXT NOT NULL CHECK (kind IN ('chemical', 'disease')),
    term TEXT NOT NULL, identifier TEXT NOT NULL,        -- MeSH id or empty
    rules TEXT NOT NULL,
    polygon TEXT,
    reading TEXT NOT NULL,                               -- what the offsets count in
    PRIMARY KEY (figid, idx)
) WITHOUT ROWID;
"""

_SHARED = (
    "figid, state, image, record, metadata, text, width, height, error_kind, error_subject, "
    "error_cause, error_remedy, input_hash, config_hash, versions, counts, seconds, started, "
    "finished"
)

# SQLite cannot change a CHECK: the table is made anew. Lines of before have no reading
# hash, for parts of them were not kept; they are read again when they are needed.
_STATES = f"""
{_RUNS}
{_FIGURES.format(name="new_figures")}
INSERT INTO new_figures ({_SHARED}, result)
    SELECT {_SHARED}, CASE WHEN state IN ('done', 'empty') THEN state END FROM figures;
DROP TABLE figures;
ALTER TABLE new_figures RENAME TO figures;
{_FIGURES_BY_STATE}
ALTER TABLE lines ADD COLUMN detector TEXT;
ALTER TABLE lines ADD COLUMN region_confidence REAL;
"""

CHANGES = {
    0: _RUNS + _FIGURES.format(name="figures") + _FIGURES_BY_STATE + _LINES_AND_MENTIONS
    + _CONCEPTS,
    1: _EVIDENCE + _CONCEPTS + _STATES,
    2: _STATES,
}  # fmt: skip
"""What brings a ledger of that version, 0 for an empty file, to the present one."""
