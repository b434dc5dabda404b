"""Curated chemicals and diseases against those read, and what the record keeps of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields

from pipeline.curation.policies import Policy
from pipeline.lexicon.folding import fold
from pipeline.types import TermRow


@dataclass(frozen=True, slots=True)
class TermDiff:
    """What reading a figure says about its curated chemicals or diseases.

    Attributes:
        confirmed: curated rows whose word or identifier was read.
        missing: the other curated rows.
        new: rows read of which no curated row has the word or the identifier.
    """

    confirmed: tuple[TermRow, ...]
    missing: tuple[TermRow, ...]
    new: tuple[TermRow, ...]

    def document(self) -> dict[str, list[dict[str, str]]]:
        """Return the classes that hold rows as plain mappings, to be read by a curator."""
        classes = {f.name: getattr(self, f.name) for f in fields(self)}
        return {name: [asdict(row) for row in rows] for name, rows in classes.items() if rows}


def diff_terms(curated: Sequence[TermRow], read: Sequence[TermRow]) -> TermDiff:
    """Compare curated chemicals or diseases with those read."""
    known = {key for row in curated for key in _keys(row)}
    seen = {key for row in read for key in _keys(row)}
    return TermDiff(
        confirmed=tuple(row for row in curated if not seen.isdisjoint(_keys(row))),
        missing=tuple(row for row in curated if seen.isdisjoint(_keys(row))),
        new=tuple(row for row in read if known.isdisjoint(_keys(row))),
    )


def apply_to_terms(
    policy: Policy, curated: Sequence[TermRow], diff: TermDiff
) -> tuple[TermRow, ...]:
    """Return the chemicals or diseases that ``policy`` gives a record.

    As for genes: ``UNION`` keeps every curated row and adds the new ones, ``REPLACE`` keeps
    those that were read again, ``DECIDED`` and ``REPORT`` change nothing.
    """
    if policy in (Policy.DECIDED, Policy.REPORT):
        return tuple(curated)
    kept = tuple(curated) if policy is Policy.UNION else diff.confirmed
    return (*kept, *diff.new)


def _keys(row: TermRow) -> set[tuple[str, str]]:
    """What tells a chemical or disease: its folded word, and its identifier if it has one."""
    keys = {("word", fold(row.word) or row.word)}
    if row.identifier:
        keys.add(("identifier", row.identifier.upper().removeprefix("MESH:")))
    return keys
