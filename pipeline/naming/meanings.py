"""Other meanings of gene-like text: chemicals, places, viral proteins, English words."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from unicodedata import normalize

from pipeline.errors import LexiconError
from pipeline.resources import models_dir


class Meanings:
    """What a text can mean besides a gene.

    Attributes:
        version: size and modification independent digest of the lists' content.
    """

    def __init__(self, terms: dict[str, str], words: frozenset[str], version: str) -> None:
        self._terms = terms
        self._words = words
        self.version = version

    def competing(self, text: str) -> str:
        """Class of the other meaning (``chemical``, ``virus``, ...), empty if none.

        Case counts: ``Tat`` is the protein of a virus, ``TAT`` may be a gene.
        """
        plain = text
        if not (text.isascii() and text.isalnum()):
            # No name has an accent: cÁMP is a misread cAMP.
            plain = "".join(char for char in normalize("NFKD", text) if char.isalnum())
        if found := self._terms.get(plain, ""):
            return found
        # Nsp1 and nsp1 are NSP1: where digits follow, case says nothing.
        return self._terms.get(plain.upper(), "") if plain[-1:].isdigit() else ""

    def is_word(self, text: str) -> bool:
        """Whether the text is an English word, and printed as words are.

        ``Rocks`` and ``ROCKS`` are words, ``ROCKs`` is more than one ROCK, and ``AChE`` none.
        """
        return (text[1:].islower() or text.isupper()) and text.lower() in self._words


@cache
def load_meanings(folder: Path | None = None) -> Meanings:
    """Read ``other_meanings.tsv`` and ``english_words.txt``.

    Raises:
        LexiconError: a list is missing or malformed.
    """
    import hashlib

    folder = folder or models_dir() / "curated"
    texts = []
    for name in ("other_meanings.tsv", "english_words.txt"):
        try:
            texts.append((folder / name).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise LexiconError(
                folder / name, f"cannot be read ({error})", "Reinstall pfcurate"
            ) from error
    terms: dict[str, str] = {}
    for line in _lines(texts[0]):
        kind, _, listed = line.partition("\t")
        for term in listed.split():
            plain = "".join(char for char in term if char.isalnum())
            terms.setdefault(plain, kind)
    words = frozenset(line.strip().lower() for line in _lines(texts[1]))
    version = hashlib.sha256("".join(texts).encode()).hexdigest()[:12]
    return Meanings(terms, words, version)


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
