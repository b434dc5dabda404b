"""The species that a figure is about, by their names in its text and the paper's words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipeline.errors import LexiconError
from pipeline.resources import models_dir

HUMAN = "Homo sapiens"


#: What a species is, in ``organisms.tsv``.
KINDS = ("vertebrate", "invertebrate", "plant", "fungus", "protist", "bacterium", "virus")


@dataclass(frozen=True, slots=True)
class Species:
    """The list of organisms.

    Attributes:
        names: scientific name by printed name, in lower case where case does not matter.
        kinds: kind by scientific name, one of ``KINDS``.
        pattern: what finds printed names.
    """

    names: Mapping[str, str]
    kinds: Mapping[str, str]
    pattern: re.Pattern[str]

    def found(self, text: str) -> Iterator[str]:
        """Scientific name of every mention in ``text``."""
        for match in self.pattern.finditer(text):
            name = match.group()
            if name in self.names:
                yield self.names[name]
            elif not (name.isupper() and len(name) < 5):  # CAT is the gene and no cat
                yield self.names[name.lower()]


def organisms(texts: Iterable[str]) -> tuple[str, ...]:
    """Scientific names of the species named in ``texts``, in order of their first mention.

    Raises:
        LexiconError: the list of organisms is missing or malformed.
    """
    species = load_organisms()
    return tuple(dict.fromkeys(name for text in texts for name in species.found(text)))


def kinds_of(text: str) -> Counter[str]:
    """How often ``text`` names species of each kind.

    Raises:
        LexiconError: the list of organisms is missing or malformed.
    """
    species = load_organisms()
    return Counter(species.kinds[name] for name in species.found(text))


@cache
def load_organisms(folder: Path | None = None) -> Species:
    """Read ``organisms.tsv``.

    A name with a capital beyond its first letter (``HIV-1``, ``SARS-CoV``) is found in just
    this case, others in any.

    Raises:
        LexiconError: the list is missing or malformed.
    """
    path = (folder or models_dir() / "curated") / "organisms.tsv"
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise LexiconError(path, f"cannot be read ({error})", "Reinstall pfcurate") from error
    names: dict[str, str] = {}
    kinds: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = [cell.strip() for cell in line.split("\t")]
        if len(cells) != 3 or not cells[0] or cells[1] not in KINDS:
            cause = "is not `scientific name<TAB>kind<TAB>names`"
            raise LexiconError(f"{path}:{number}", cause, "Reinstall pfcurate")
        kinds[cells[0]] = cells[1]
        for name in (cells[0], *cells[2].split(",")):
            if name := name.strip():
                names[name if _in_this_case(name) else name.lower()] = cells[0]
    return Species(names, kinds, _pattern(names))


def _pattern(names: Iterable[str]) -> re.Pattern[str]:
    """What finds the names, looked up by their first letter.

    Longest first: SARS-CoV-2 is not SARS-CoV, influenza A virus is not influenza.
    """
    by_letter: dict[str, list[str]] = {}
    for name in sorted(names, key=len, reverse=True):
        written = re.escape(name) if _in_this_case(name) else f"(?i:{re.escape(name)})"
        by_letter.setdefault(name[0].lower(), []).append(written)
    parts = (f"(?=(?i:{re.escape(a)}))(?:{'|'.join(rest)})" for a, rest in by_letter.items())
    return re.compile(rf"(?<![\w-])(?:{'|'.join(parts)})(?![\w])")


def _in_this_case(name: str) -> bool:
    return not name[1:].islower()
