"""How chemicals and diseases are written: other spellings, and names that are no labels."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from unicodedata import normalize

from pipeline.errors import LexiconError
from pipeline.lexicon.folding import GREEK_WORDS, fold
from pipeline.resources import models_dir


class Limits:
    """Where a name is no label; see ``models/curated/concept_limits.tsv``.

    Attributes:
        generic: folded names that say nothing by themselves.
        heads: words that make the chemical before them a part of another name.
        ambiguous: names, in the case given, that need the caption's or a title's support.
        version: digest of the list's content.
    """

    def __init__(self, classes: dict[str, set[str]], version: str) -> None:
        self.generic = frozenset(map(fold, classes.get("generic", ())))
        self.heads = frozenset(word.lower() for word in classes.get("head", ()))
        self.ambiguous = frozenset(classes.get("ambiguous", ()))
        self.version = version


@cache
def load_limits(folder: Path | None = None) -> Limits:
    """Read ``concept_limits.tsv``.

    Raises:
        LexiconError: the list is missing or has an unknown class.
    """
    import hashlib

    path = (folder or models_dir() / "curated") / "concept_limits.tsv"
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise LexiconError(path, f"cannot be read ({error})", "Reinstall pfcurate") from error
    classes: dict[str, set[str]] = {"generic": set(), "head": set(), "ambiguous": set()}
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            kind, tab, listed = line.partition("\t")
            if not tab or kind not in classes:
                raise LexiconError(
                    f"{path}:{number}", "is not `class<TAB>names`", "Reinstall pfcurate"
                )
            classes[kind].update(name.strip() for name in listed.split(",") if name.strip())
    return Limits(classes, hashlib.sha256(text.encode()).hexdigest()[:12])


#: A term with so many small letters in a row is a word, printed in any case; others are
#: abbreviations and formulas, whose case and charge say what they mean.
_WORD = re.compile(r"[a-z]{4}")
_GREEK = re.compile("|".join(GREEK_WORDS), re.IGNORECASE)
#: Hyphens within a name; before and behind it they are charges.
_HYPHENS = re.compile(r"(?<=\w)[\-‐‑–−_]+(?=\w)")

#: Parts of words by their American spelling; longer parts first.
_BRITISH = {
    "leukaem": "leukem", "ischaem": "ischem", "diarrhoea": "diarrhea", "oesoph": "esoph",
    "aluminium": "aluminum", "tumour": "tumor", "oedem": "edem", "oestr": "estr", "sulph": "sulf",
    "haem": "hem", "aemi": "emi", "paed": "ped", "foet": "fet",
}  # fmt: skip
_BRITISH_PART = re.compile("|".join(_BRITISH))


#: The shortest word that is taken for a plural has one letter more.
_SHORT_PLURAL = 6

#: What readers return for formulas and their small raised and lowered characters.
_MISREAD = {
    "0 for O": (re.compile(r"(?<=[A-Z\d])0(?=\d?$)"), "O"),
    "l for I": (re.compile(r"^l(?=[A-Z])"), "I"),
    "I for l": (re.compile(r"(?<=[a-z])I(?=[a-zA-Z])"), "l"),
    "marks of raised text": (re.compile(r"[\^{}]"), ""),
    "* for +": (re.compile(r"\*"), "+"),
}

_MAY_BE_MISREAD = re.compile("|".join(pattern.pattern for pattern, _ in _MISREAD.values()))

_LIKE_WORD = re.compile(r"[a-z]{3}$|[A-Z]{5}$")
_OF_VIRUS = re.compile(r"[- ]virus(?=[- ]infection)", re.IGNORECASE)

#: Rules that mend a reading: what is printed is the term, not the text read.
MISREADINGS = frozenset(_MISREAD)


def spellings(text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The ways to look a printed name up, each with the rules that led to it."""
    yield text, ()
    for rule, other in _rewritten(text):
        yield other, (rule,)
    american = _american(text)
    if american != text:
        yield american, ("British spelling",)
        for rule, other in _rewritten(american):
            yield other, ("British spelling", rule)


def _american(text: str) -> str:
    lower = text.lower()
    american = _BRITISH_PART.sub(lambda part: _BRITISH[part.group()], lower)
    return american if american != lower else text


def _rewritten(text: str) -> Iterator[tuple[str, str]]:
    if _LIKE_WORD.search(text):
        yield "plural", text + "s"
        if len(text) > _SHORT_PLURAL and text[-1] in "sS" and text[-2] not in "sS":
            yield "plural", text[:-1]
        if text.lower().endswith("ate"):
            yield "anion of an acid", f"{text[:-3]}ic acid"
    without = _OF_VIRUS.sub("", text)
    if without != text:
        yield "virus infection", without
    if _MAY_BE_MISREAD.search(text):
        for rule, (pattern, meant) in _MISREAD.items():
            read = pattern.sub(meant, text)
            if read != text:
                yield rule, read


def is_word(term: str) -> bool:
    """Whether a term is a word and not an abbreviation or formula."""
    return bool(_WORD.search(_GREEK.sub("", term)))


def as_printed(text: str) -> str:
    """``text`` with its case and charges, but without what print and readers vary in.

    Compatibility forms (raised and lowered digits), blanks and inner hyphens go.
    """
    plain = "".join(normalize("NFKC", text).split())
    return _HYPHENS.sub("", plain).replace("−", "-").replace("–", "-")
