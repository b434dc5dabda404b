"""The engines of a run: which they are, whether they are there, what versions they have.

An ``Engines`` is a few plain values. It travels to the workers and loads there, while
the parent learns the versions without loading anything.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
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

_PACKAGE = Path(__file__).resolve().parents[1]
_READING = ("imaging", "reading")
_NAMING = ("curation", "lexicon", "naming", "records")
"""Packages of ours whose code decides what is read, and what is made of it."""

_READING_MODULES = ("lexicon/folding.py",)
"""Modules of other packages that decide what is read as well."""

_READING_DATA = ("label_reader", "line_detector", "vocabulary")
"""What in ``models`` decides what is read; all the rest decides what is made of it."""

_READING_LIBRARIES = ("numpy", "opencv-python-headless", "pillow")

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True, slots=True)
class Versions:
    """Name and version of everything that takes part.

    Attributes:
        reading: what decides the lines of a figure, which are dear.
        naming: what else decides the rows that are made from them, which are cheap.
    """

    reading: Mapping[str, str]
    naming: Mapping[str, str]

    @property
    def all(self) -> dict[str, str]:
        """Everything together."""
        return {**self.reading, **self.naming}

    def reading_hash(self) -> str:
        """Return a hash of what decides the lines of a figure."""
        whole = repr(sorted(self.reading.items()))
        return hashlib.sha256(whole.encode("utf-8")).hexdigest()


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

    def __call__(self, reading: bool = True) -> Curator:
        """Load the engines; without ``reading``, only what names lines that are there."""
        from pipeline.lexicon.nomenclature import Nomenclature

        reader = self.reader() if reading and self.readers else None
        namer = self.namer()
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

    def probe(self) -> Versions:
        """Return name and version of all that takes part, loading none of it.

        Data files and our own code count by their content, so that neither a lexicon nor
        a rule that was changed can pass for the one before.

        Raises:
            UsageError: if a reader is not known.
            MissingDependencyError: if a reader cannot run here.
            LexiconError: if there is no such lexicon folder.
            InputError: if the collection of disease genes cannot be read.
        """
        models = models_dir()
        read_data = [models / name for name in _READING_DATA]
        lexicon = self.lexicon or models / "lexicon"
        if not lexicon.is_dir():
            raise LexiconError(lexicon, "it is no folder", "Check the path")
        naming = {
            "pfcurate": __version__,
            "naming code": _content(*(_PACKAGE / name for name in _NAMING)),
            "lexicon": _content(lexicon),
            "models": _content(
                *sorted(set(models.iterdir()) - set(read_data) - {models / "lexicon"})
            ),
            "spacy": version("spacy"),
        }
        if self.disease_sets is not None:
            naming["disease sets"] = digest(self.disease_sets)
        code = (*_READING, *_READING_MODULES)
        reading = {"reading code": _content(*(_PACKAGE / name for name in code))}
        if self.readers:
            reading["readers"] = ",".join(self.readers)
            reading["reading data"] = _content(*read_data)
            reading |= {name: version(name) for name in _READING_LIBRARIES}
            reading |= _reader_versions(self.readers)
        return Versions(reading, naming)

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


def _content(*places: Path) -> str:
    """Return a short hash of the names and bytes of files, or of those in folders.

    Notes and compiled code do not count.
    """
    digest = hashlib.sha256()
    for place in places:
        for path in [place] if place.is_file() else sorted(place.rglob("*")):
            if path.suffix in (".md", ".pyc") or not path.is_file():
                continue
            name = (
                path.relative_to(place.parent if path == place else place)
                .as_posix()
                .encode("utf-8", "surrogateescape")
            )
            with path.open("rb") as file:
                digest.update(name + b"\0" + hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:16]
