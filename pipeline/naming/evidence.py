"""Evidence: how sure a candidate is, as a sum of named log odds.

Each piece of evidence has a name and a weight; the score is the logistic function of
their sum. Weights stand in one table here so that they can be read, explained and fitted
together.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from pipeline.lexicon.folding import fold
from pipeline.lexicon.load import Lexicon
from pipeline.naming.candidates import Candidate
from pipeline.naming.context import Context
from pipeline.naming.meanings import Meanings
from pipeline.naming.variants import CONFUSION
from pipeline.types import Source

#: A candidate is a mention from this score on.
THRESHOLD = 0.5

#: Log odds of each piece of evidence.
WEIGHTS = {
    # kind of entry, by where the term comes from
    "approved symbol": 2.6,
    "name used in pathways": 3.2,
    "family": 2.3,
    "gene root": 0.5,
    "alias, unambiguous": 1.5,
    "alias, in common use": 2.4,
    "approved name": 2.4,
    "previous symbol": 0.8,
    "the published lexicon": 0.9,
    "same hyphens": 2.0,
    # how it is printed
    "printed as in the lexicon": 0.8,
    "letters and digits": 0.6,
    "two characters": -2.0,
    "three characters": -0.4,
    "five or more characters": 0.4,
    "small letters": -3.0,
    "short, in other case": -1.0,
    "digit first, short": -1.5,
    "a hyphen between digits": -3.0,
    "small before capital, not so in the lexicon": -0.7,
    "p of a phosphorylated protein": -1.3,
    "capitalised like a word": -1.0,
    "three characters, one exchanged": -3.0,
    "four characters, one exchanged": -0.8,
    # competition
    "other genes have this alias": -0.8,
    "not a protein or microRNA": -1.8,
    "printed as a microRNA": -4.0,
    "English word": -4.0,
    "English word in capitals": -2.5,
    "also a": -3.2,
    "caption explains it otherwise": -5.0,
    "figure of another organism": -2.5,
    # context
    "in the caption or title": 1.3,
}

#: Reading confidence below this counts against a candidate, per unit of shortfall.
_SURE_READING = 0.9
_READING_WEIGHT = 6.0

_KIND = {
    Source.SYMBOL: "approved symbol",
    Source.FAMILY: "family",
    Source.ALIAS: "alias, unambiguous",
    Source.PREVIOUS: "previous symbol",
}
_ORIGIN = {
    "pathway names": "name used in pathways",
    "gene root": "gene root",
    "approved name": "approved name",
}


#: IL-1-3 is IL-1 to IL-3 and not IL-13.
_DIGITS_PARTED = re.compile(r"\d[-–]\d")

#: pERK and p-ERK are phosphorylated ERK and not PERK.
_PHOSPHO = re.compile(r"p-?[A-Z]")

#: miR-16 is a microRNA, whatever protein has the alias MIR16.
_MICRORNA = re.compile(r"(?:[a-z]{3}-)?(?:(?:mi[Rr]|MIR|miRNA)-?\d|[Ll]et-?7)")


#: elF2 is a misread eIF2 and not ELF2.
_SMALL_BEFORE_CAPITAL = re.compile(r"[a-z][A-Z]")


def score(evidence: tuple[tuple[str, float], ...]) -> float:
    """Probability from the sum of log odds."""
    return 1.0 / (1.0 + math.exp(-sum(weight for _, weight in evidence)))


def judge(
    candidate: Candidate,
    confidence: float,
    context: Context,
    meanings: Meanings,
    lexicon: Lexicon,
) -> tuple[tuple[str, float], ...]:
    """All evidence for and against one candidate.

    Args:
        candidate: what to judge.
        confidence: how sure the reading of its line is, 0 to 1.
        context: what caption and titles say.
        meanings: other meanings of the text.
        lexicon: where the candidate's entry comes from.
    """
    evidence = [(name, WEIGHTS[name]) for name in _kind(candidate, lexicon)]
    if candidate.variant.rules:
        evidence.append((" + ".join(candidate.variant.rules), -candidate.variant.cost))
    if lexicon.like_for_like:
        # The published pipeline took every name that its lexicon held, whatever else the
        # text could mean; its own lexicon is matched that way again.
        evidence.append(("the published lexicon", WEIGHTS["the published lexicon"]))
        if hyphenated(candidate.variant.text) == hyphenated(candidate.entry.spelling):
            evidence.append(("same hyphens", WEIGHTS["same hyphens"]))
    if not lexicon.like_for_like or candidate.variant.rules:
        evidence += [(name, WEIGHTS[name]) for name in _print(candidate)]
    if lexicon.like_for_like:
        return tuple(evidence)
    if confidence < _SURE_READING:
        evidence.append(("doubtful reading", (confidence - _SURE_READING) * _READING_WEIGHT))
    rivalry = _competition(candidate, context, meanings)
    evidence += rivalry
    # A caption that speaks of LPS or NS1 means the chemical or the virus, too.
    spelt = (fold(candidate.text), fold(candidate.variant.text))
    if not rivalry and not context.keys.isdisjoint(spelt):
        evidence.append(("in the caption or title", WEIGHTS["in the caption or title"]))
    return tuple(evidence)


def _kind(candidate: Candidate, lexicon: Lexicon) -> Iterator[str]:
    entry = candidate.entry
    kind = _ORIGIN.get(entry.origin, _KIND[entry.source])
    if entry.origin == "FamPlex" and entry.source is Source.ALIAS:
        kind = "alias, in common use"
    yield kind
    if candidate.rivals and kind in ("alias, unambiguous", "previous symbol"):
        yield "other genes have this alias"
    info = lexicon.info(entry.genes[0].hgnc_symbol)
    if info and info.locus in ("pseudo", "other") and not entry.family:
        yield "not a protein or microRNA"
    if info and info.locus not in ("rna", "") and _MICRORNA.match(candidate.text):
        yield "printed as a microRNA"


def _print(candidate: Candidate) -> Iterator[str]:
    text, key, spelling = candidate.text, fold(candidate.variant.text), candidate.entry.spelling
    if not candidate.variant.rules and _plain(text) == _plain(spelling):
        yield "printed as in the lexicon"
    elif text.isalpha() and text.islower():
        yield "small letters"
    elif len(key) < 4 and _case_differs(candidate.variant.text, spelling):
        yield "short, in other case"
    if _DIGITS_PARTED.search(candidate.variant.text) and not _DIGITS_PARTED.search(spelling):
        yield "a hyphen between digits"
    small = _SMALL_BEFORE_CAPITAL.search(candidate.variant.text)
    if small and not _SMALL_BEFORE_CAPITAL.search(spelling):
        yield "small before capital, not so in the lexicon"
    if _PHOSPHO.match(candidate.variant.text) and spelling.startswith("P"):
        yield "p of a phosphorylated protein"
    if text.isalpha() and text.istitle() and len(text) < 5 and _weak(candidate):
        yield "capitalised like a word"
    if CONFUSION in candidate.variant.rules and len(key) < 5:
        yield f"{'four' if len(key) == 4 else 'three'} characters, one exchanged"
    if len(key) == 2:
        yield "two characters"
    elif len(key) == 3:
        yield "three characters"
    elif len(key) > 4:
        yield "five or more characters"
    if any(char.isdigit() for char in key) and any(char.isalpha() for char in key):
        if key[0].isdigit() and len(key) < 4:
            yield "digit first, short"
        else:
            yield "letters and digits"


def _competition(
    candidate: Candidate, context: Context, meanings: Meanings
) -> list[tuple[str, float]]:
    text, found = candidate.text, []
    if text.endswith(f"-{candidate.variant.text}"):  # p-p65 is not pp65 of a virus
        text = candidate.variant.text
    if meanings.is_word(text):
        name = "English word in capitals" if text.isupper() else "English word"
        found.append((name, WEIGHTS[name]))
    if other := meanings.competing(text) or meanings.competing(candidate.variant.text):
        found.append((f"also a {other}", WEIGHTS["also a"]))
    if context.spells_out_no_gene(fold(text)):
        name = "caption explains it otherwise"
        found.append((name, WEIGHTS[name]))
    if context.other_life:
        name = "figure of another organism"
        found.append((name, WEIGHTS[name]))
    return found


def _weak(candidate: Candidate) -> bool:
    """Whether the term alone says little: an alias or root that nobody vouches for."""
    entry = candidate.entry
    return entry.origin == "gene root" or (
        entry.origin == "HGNC" and entry.source in (Source.ALIAS, Source.PREVIOUS)
    )


def _case_differs(text: str, spelling: str) -> bool:
    """Whether a mixed-case spelling (``CaM``) is printed otherwise (``CAM``)."""
    return not spelling.isupper() and _plain(text) != _plain(spelling)


def hyphenated(text: str) -> str:
    """Folded like a key, but with hyphens kept: ``NF-KB`` is NF-kappaB and not NFKB.

    The published pipeline looked names up with their punctuation first and without it
    only where that failed.
    """
    return "-".join(fold(part) for part in text.split("-"))


def _plain(text: str) -> str:
    """Letters and digits only, case kept: hyphens and blanks are no difference in print."""
    return "".join(char for char in text if char.isalnum())
