"""The species that a figure is about, by their names in its text and the paper's words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from pipeline.errors import LexiconError
from pipeline.resources import models_dir

HUMAN = "Homo sapiens"


def organisms(texts: Iterable[str]) -> tuple[str, ...]:
    """Scientific names of the species named in ``texts``, in order of their first mention.

    Raises:
        LexiconError: the list of organisms is missing or malformed.
    """
    species, pattern = load_organisms()
    found = (match.group() for text in texts for match in pattern.finditer(text))
    # CAT is the gene of catalase and no cat.
    names = (name for name in found if name in species or not (name.isupper() and len(name) < 5))
    return tuple(dict.fromkeys(species.get(name) or species[name.lower()] for name in names))


@cache
def load_organisms(folder: Path | None = None) -> tuple[dict[str, str], re.Pattern[str]]:
    """Read ``organisms.tsv``: scientific name by printed name, and what finds printed names.

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
    species: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        scientific, tab, listed = line.partition("\t")
        if not tab or not scientific.strip():
            raise LexiconError(
                f"{path}:{number}", "is not `scientific name<TAB>names`", "Reinstall pfcurate"
            )
        for name in (scientific, *listed.split(",")):
            if name := name.strip():
                species[name if _in_this_case(name) else name.lower()] = scientific.strip()
    # Longest first: SARS-CoV-2 is not SARS-CoV, influenza A virus is not influenza.
    names = sorted(species, key=len, reverse=True)
    parts = (re.escape(n) if _in_this_case(n) else f"(?i:{re.escape(n)})" for n in names)
    return species, re.compile(rf"(?<![\w-])(?:{'|'.join(parts)})(?![\w])")


def _in_this_case(name: str) -> bool:
    return not name[1:].islower()
