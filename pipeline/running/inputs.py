"""The files of a figure: what they hold, and whether they are still what they were.

Hashing 235,000 images means reading tens of gigabytes, so the ledger keeps with each
hash what the file system said of the file (size, times, inode). Where that is the same,
the bytes are.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from pipeline.records.tables import table_files
from pipeline.types import Figure

_FILES = tuple(field.name for field in fields(Figure) if field.name != "figid")

_SETTLED_NS = 2_000_000_000
"""A file younger than this may change again within one tick of its file system's clock
(2 s on FAT, less elsewhere); its stamp is no proof yet."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """The content of the files of one figure.

    Attributes:
        whole: hash of all of them, empty if one cannot be read.
        source: hash of what is read: the given text, else the image; empty likewise.
        stamps: JSON for the ledger, to be given to ``examine`` the next time.
    """

    whole: str
    source: str
    stamps: str


def examine(figure: Figure, stamps: str | None = None) -> Inputs:
    """Return what the files of ``figure`` hold, reading those that ``stamps`` cannot vouch for.

    Args:
        figure: the figure.
        stamps: of an earlier look at the same figure, if there was one.
    """
    known: dict[str, list[object]] = json.loads(stamps) if stamps else {}
    digest = hashlib.sha256()
    kept: dict[str, list[object]] = {}
    hashes: dict[str, str] = {}
    files: dict[str, Path | None] = {role: getattr(figure, role) for role in _FILES}
    if figure.record is not None:
        files |= table_files(figure.record)
    for role, path in files.items():
        if path is None:
            continue
        try:
            stamp, content = _content(path, known.get(role))
        except OSError:
            return Inputs("", "", "{}")
        if stamp is not None:
            kept[role] = [*stamp, content]
        hashes[role] = content
        digest.update(role.encode() + bytes.fromhex(content))
    if figure.image is not None:
        digest.update(figure.image.suffix.encode("utf-8", "surrogateescape"))
    return Inputs(digest.hexdigest(), _source(hashes), json.dumps(kept, separators=(",", ":")))


def _source(hashes: Mapping[str, str]) -> str:
    role = "text" if "text" in hashes else "image"
    return f"{role}:{hashes[role]}" if role in hashes else ""


def _content(path: Path, known: list[object] | None) -> tuple[tuple[int, ...] | None, str]:
    """Return the stamp of a file, None while it proves nothing, and the hash of its bytes."""
    stamp = _stamp(path.stat())
    if known is not None and tuple(known[:-1]) == stamp:
        return stamp, str(known[-1])
    with path.open("rb") as file:
        before = _stamp(os.fstat(file.fileno()))
        content = hashlib.file_digest(file, "sha256").hexdigest()
        after = _stamp(os.fstat(file.fileno()))
    youngest = max(after[1], after[2])
    settled = before == after and time.time_ns() - youngest > _SETTLED_NS
    return (after if settled else None), content


def _stamp(status: os.stat_result) -> tuple[int, ...]:
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino
