"""The tables of ledgers as earlier versions made them."""

from __future__ import annotations

VERSION_1 = """
CREATE TABLE figures (
    figid TEXT PRIMARY KEY,
    state TEXT NOT NULL
        CHECK (state IN ('pending', 'running', 'done', 'empty', 'failed')),
    image TEXT, record TEXT, metadata TEXT, text TEXT,   -- input files
    width INTEGER, height INTEGER,                       -- upright image, pixels
    error_kind TEXT, error_subject TEXT, error_cause TEXT, error_remedy TEXT,
    input_hash TEXT, config_hash TEXT, versions TEXT,    -- what the result depends on
    counts TEXT,                                         -- rows per class of the diff
    seconds TEXT,                                        -- wall time per stage
    started TEXT, finished TEXT                          -- UTC, ISO 8601
) WITHOUT ROWID;
CREATE INDEX figures_by_state ON figures (state);
CREATE TABLE lines (
    figid TEXT NOT NULL REFERENCES figures (figid) ON DELETE CASCADE,
    idx INTEGER NOT NULL,                                -- reading order
    text TEXT NOT NULL, confidence REAL NOT NULL,
    polygon TEXT,                                        -- [[x, y] * 4], pixels
    readings TEXT NOT NULL,
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
    PRIMARY KEY (figid, idx)
) WITHOUT ROWID;
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

_EVIDENCE = """
ALTER TABLE mentions ADD COLUMN reading TEXT NOT NULL DEFAULT '';
ALTER TABLE mentions ADD COLUMN evidence TEXT NOT NULL DEFAULT '[]';
"""

TABLES = {1: VERSION_1, 2: VERSION_1 + _EVIDENCE + _CONCEPTS}
