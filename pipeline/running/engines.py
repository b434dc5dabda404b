"""The engines of a run: which they are, whether they are there, what versions they have.

An ``Engines`` is a few plain values. It travels to the workers and loads there, while
the parent learns the versions without loading anything.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline import __version__
from pipeline.curation.curator import Curator
from pipeline.curation.enrichment import Enricher, digest, read_disease_sets
from pipeline.curation.policies import Policy
from pipeline.errors import LexiconError, MissingDependencyError, UsageError
from pipeline.records.titles import RULES
from pipeline.resources import models_dir

if TYPE_CHECKING:
    from pipeline.naming.namer import Namer
    from pipeline.reading.figure_reader import FigureReader

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True, slots=True)
class Engines:
    """Builds a ``Curator``; a picklable factory for executors.

    Attributes:
        policy: how rows read and curated rows become the emitted rows.
        readers: names of the readers; empty where the text of every figure is given.
        lexicon: lexicon folder; None for the one that comes with the product.
        refresh: whether renamed curated rows get the symbol that their gene has now.
        title_rules: names of the rules that clean the titles of new records.
        disease_sets: collection of disease genes that figures are tested against, if any.
    """

    policy: Policy
    readers: tuple[str, ...]
    lexicon: Path | None = None
    refresh: bool = False
    title_rules: tuple[str, ...] = tuple(RULES)
    disease_sets: Path | None = None

    def __call__(self) -> Curator:
        """Load the engines."""
        from pipeline.lexicon.nomenclature import Nomenclature

        reader, namer = self.reader() if self.readers else None, self.namer()
        nomenclature = Nomenclature(namer.lexicon)
        enricher = None
        if self.disease_sets is not None:
            sets = read_disease_sets(self.disease_sets, nomenclature)
            enricher = Enricher(sets, namer.lexicon.concepts)
        return Curator(
            reader,
            namer,
            self.policy,
            nomenclature,
            refresh=self.refresh,
            title_rules=self.title_rules,
            enricher=enricher,
        )

    def reader(self) -> FigureReader:
        """Load the reader, with one thread: the processes are the parallelism."""
        for name in _THREADS:
            os.environ.setdefault(name, "1")
        import cv2

        from pipeline.reading.figure_reader import FigureReader
        from pipeline.reading.options import ReadingOptions

        cv2.setNumThreads(1)
        return FigureReader(ReadingOptions(readers=self.readers))

    def namer(self) -> Namer:
        """Load the lexicon and what finds its names in text."""
        from pipeline.lexicon.load import load_lexicon
        from pipeline.naming.namer import Namer

        return Namer(load_lexicon(self.lexicon))

    def probe(self) -> dict[str, str]:
        """Return name and version of all that takes part, loading none of it.

        Data files count by their content.

        Raises:
            UsageError: if a reader is not known.
            MissingDependencyError: if a reader cannot run here.
            LexiconError: if there is no such lexicon folder.
            InputError: if the collection of disease genes cannot be read.
        """
        versions = {"pfcurate": __version__, "models": _content(models_dir())}
        if self.lexicon is not None:
            if not self.lexicon.is_dir():
                raise LexiconError(self.lexicon, "it is no folder", "Check the path")
            versions["lexicon"] = _content(self.lexicon)
        if self.disease_sets is not None:
            versions["disease sets"] = digest(self.disease_sets)
        if self.readers:
            versions |= _reader_versions(self.readers)
        return versions

    def config(self) -> str:
        """Return a hash of the settings that change results."""
        settings = repr((self.policy.value, self.readers, self.refresh, self.title_rules))
        return hashlib.sha256(settings.encode("utf-8")).hexdigest()


def reader_names(text: str | None) -> tuple[str, ...]:
    """Return the readers of a comma-separated list; None stands for the default ones.

    Raises:
        UsageError: if the list is empty.
    """
    from pipeline.reading.options import DEFAULT_READERS

    if text is None:
        return DEFAULT_READERS
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    if not names:
        raise UsageError("--readers", "no reader is named", "Name one, or leave the option out")
    return names


def _reader_versions(readers: tuple[str, ...]) -> dict[str, str]:
    from pipeline.reading import registry
    from pipeline.reading.options import ReadingOptions

    ReadingOptions(readers=readers)  # says what is wrong with the list as a whole
    versions = {}
    for kind in readers:
        probe = registry.probe(kind)
        if not probe.ok:
            raise MissingDependencyError(f"reader {kind}", probe.detail, probe.remedy)
        versions[kind] = probe.version
    return versions


def _content(folder: Path) -> str:
    """Return a short hash of the names and bytes of the files in a folder, notes aside."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".md" or not path.is_file():
            continue
        name = path.relative_to(folder).as_posix().encode("utf-8", "surrogateescape")
        with path.open("rb") as file:
            digest.update(name + b"\0" + hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:16]
