"""What is wrong with a batch of new figures as a whole, told before it is run.

A figure's own faults end in its own outcome. Here is what only shows when figures are
seen together: metadata without an image, images without metadata, and figures of one
paper that would share an alias, and so an address.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.curation.discovery import METADATA_SUFFIXES, RECORD_SUFFIXES
from pipeline.errors import PfcurateError
from pipeline.records.create import take_in
from pipeline.types import Figure


@dataclass(frozen=True, slots=True)
class IntakeReport:
    """What a batch lacks or has twice.

    Attributes:
        without_image: metadata files of which no image was given, sorted.
        without_metadata: figids of images that have neither record nor metadata, sorted.
        same_alias: figids of new figures that share an alias, by alias.
        ignored: metadata files that stand aside for another file of the same figure.
    """

    without_image: tuple[Path, ...] = ()
    without_metadata: tuple[str, ...] = ()
    same_alias: tuple[tuple[str, tuple[str, ...]], ...] = ()
    ignored: tuple[tuple[Path, Path], ...] = ()

    def messages(self, most: int = 10) -> list[str]:
        """Return a line for each finding but bare records, ``most`` of a kind."""
        kinds = (
            [f"{path}: no image of that name was given" for path in self.without_image],
            [f"{path}: not used, for there is {used.name}" for path, used in self.ignored],
            [
                f"{', '.join(figids)}: all have the alias {alias}, and so one address; correct "
                "their numbers"
                for alias, figids in self.same_alias
            ],
        )
        lines = []
        for found in kinds:
            lines += found[:most]
            if len(found) > most:
                lines.append(f"... and {len(found) - most:,} more like the last")
        return lines


def check_intake(
    figures: Sequence[Figure], failed: Iterable[str] = (), folders: Iterable[Path] = ()
) -> IntakeReport:
    """Look at the figures of a run together.

    Args:
        figures: the figures that were found.
        failed: figids of images that were found but cannot be run.
        folders: the folders that were given as a whole, whose metadata must have images.
    """
    known = {figure.figid for figure in figures} | set(failed)
    used = {path for figure in figures for path in (figure.record, figure.metadata) if path}
    by_figid = {figure.figid: figure.record or figure.metadata for figure in figures}
    orphans, ignored = [], []
    for path in sorted(path for folder in set(folders) for path in _metadata_in(folder)):
        if path.stem not in known:
            orphans.append(path)
        elif path not in used:
            # Beside a record, metadata has done its duty.
            instead = by_figid.get(path.stem)
            if instead is not None and instead.suffix in METADATA_SUFFIXES:
                ignored.append((path, instead))
    return IntakeReport(
        without_image=tuple(orphans),
        without_metadata=tuple(
            sorted(f.figid for f in figures if f.record is None and f.metadata is None)
        ),
        same_alias=_same_alias(figures),
        ignored=tuple(ignored),
    )


def _metadata_in(folder: Path) -> Iterable[Path]:
    """Yield the metadata files of a folder; records without an image are none of it."""
    return (
        path
        for path in folder.iterdir()
        if path.suffix in METADATA_SUFFIXES
        and not path.name.startswith(".")
        and not any(path.with_suffix(suffix).exists() for suffix in RECORD_SUFFIXES)
    )


def _same_alias(figures: Iterable[Figure]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    aliases: dict[str, list[str]] = defaultdict(list)
    for figure in figures:
        if figure.record is None and figure.metadata is not None:
            try:
                record = take_in(figure.figid, figure.metadata).record
            except PfcurateError:  # the figure's own outcome tells
                continue
            if alias := str(record.fields["figid_alias"]):
                aliases[alias].append(figure.figid)
    return tuple(
        (alias, tuple(sorted(figids)))
        for alias, figids in sorted(aliases.items())
        if len(figids) > 1
    )
