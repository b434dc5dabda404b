"""Evidence: how sure a candidate is, as a sum of named log odds.

Each piece of evidence has a name and a weight; the score is the logistic function of
their sum. Weights stand in one table here so that they can be read, explained and fitted
together.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pipeline.lexicon.folding import fold
from pipeline.lexicon.load import Lexicon
from pipeline.naming.candidates import CONFUSION, Candidate
from pipeline.naming.context import Context
from pipeline.naming.meanings import Meanings
from pipeline.naming.surroundings import hyphen_between_letters
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
    "short name that nobody vouches for": -1.5,
    "alias in other case": -0.7,
    "a hyphen that the lexicon does not have": -1.5,
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
    # what is known of the gene
    "what was read is no name": 2.0,
    "of a known family": 1.0,
    "no record of its protein": -0.8,
    # what stands around it
    "part of a longer name": -2.0,
    "part of the name of a process": -1.5,
    "marks a kind of cell": -3.0,
    "a stray sign before it": -1.5,
    "cut at a hyphen": -1.0,
    # competition
    "other genes have this alias": -0.8,
    "not a protein or microRNA": -1.8,
    "printed as a microRNA": -4.0,
    "English word": -4.0,
    "English word in capitals": -2.5,
    "also a": -3.2,
    "caption explains it otherwise": -5.0,
    "spelt out as something else": -1.5,
    "figure of another organism": -2.5,
    # context
    "in the caption or title": 1.3,
    "spelt out as this gene": 1.0,
}

#: Reading confidence below this counts against a candidate, per unit of shortfall.
_SURE_READING = 0.9
_READING_WEIGHT = 6.0

THIS_GENE, SOMETHING_ELSE = "spelt out as this gene", "spelt out as something else"

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


#: Irf7 and Mmp12: mouse and rat symbols. So many of them show how a figure spells genes.
_MOUSE = re.compile(r"[A-Z][a-z]{2,}\d+[a-z]?")
_SPELT_SO = 2


#: elF2 is a misread eIF2 and not ELF2.
_SMALL_BEFORE_CAPITAL = re.compile(r"[a-z][A-Z]")


@dataclass(frozen=True, slots=True)
class Figure:
    """What the names of a figure together say of each of them.

    Attributes:
        mouse_spelling: genes are spelt as of mice and rats (``Irf7``).
    """

    mouse_spelling: bool = False


def figure_of(found: Iterable[Candidate]) -> Figure:
    """What all candidates of a figure say."""
    mouse = {
        candidate.text
        for candidate in found
        if candidate.entry.source is Source.SYMBOL
        and _MOUSE.fullmatch(candidate.text)
        and candidate.text.upper() == candidate.entry.term
    }
    return Figure(len(mouse) >= _SPELT_SO)


def score(evidence: tuple[tuple[str, float], ...]) -> float:
    """Probability from the sum of log odds."""
    return 1.0 / (1.0 + math.exp(-sum(weight for _, weight in evidence)))


def judge(
    candidate: Candidate,
    confidence: float,
    context: Context,
    meanings: Meanings,
    lexicon: Lexicon,
    figure: Figure,
    around: Iterable[str] = (),
) -> tuple[tuple[str, float], ...]:
    """All evidence for and against one candidate.

    Args:
        candidate: what to judge.
        confidence: how sure the reading of its line is, 0 to 1.
        context: what caption and titles say.
        meanings: other meanings of the text.
        lexicon: where the candidate's entry comes from.
        figure: what the figure as a whole tells.
        around: names of evidence from the candidate's row; see ``surroundings.signs``.
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
        evidence += [(name, WEIGHTS[name]) for name in _print(candidate, figure)]
    if lexicon.like_for_like:
        return tuple(evidence)
    if confidence < _SURE_READING:
        evidence.append(("doubtful reading", (confidence - _SURE_READING) * _READING_WEIGHT))
    evidence += [(name, WEIGHTS[name]) for name in around]
    rivalry = _competition(candidate, context, meanings, lexicon)
    evidence += rivalry
    # A caption that speaks of LPS or NS1 means the chemical or the virus, too.
    spelt = (fold(candidate.text), fold(candidate.variant.text))
    if not rivalry and not context.keys.isdisjoint(spelt):
        evidence.append(("in the caption or title", WEIGHTS["in the caption or title"]))
    if _spelt_out(candidate, context, lexicon) == THIS_GENE:
        evidence.append((THIS_GENE, WEIGHTS[THIS_GENE]))
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
    if info and not entry.family and kind != "name used in pathways":
        if "family" in info.renown:
            yield "of a known family"
        elif info.locus == "protein" and not info.renown:
            yield "no record of its protein"
    if CONFUSION in candidate.variant.rules and fold(candidate.text) not in lexicon:
        yield "what was read is no name"
    if info and info.locus not in ("rna", "") and _MICRORNA.match(candidate.text):
        yield "printed as a microRNA"


def _print(candidate: Candidate, figure: Figure) -> Iterator[str]:
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
    if text.isalpha() and text.istitle() and len(text) < 5 and not figure.mouse_spelling:
        if _weak(candidate) or candidate.entry.source is Source.SYMBOL:
            yield "capitalised like a word"
    elif _weak(candidate) and _case_alone_differs(candidate.variant.text, spelling):
        yield "alias in other case"
    if _weak(candidate) and len(key) < 4:
        yield "short name that nobody vouches for"
    if hyphen_between_letters(candidate.variant.text, spelling):
        yield "a hyphen that the lexicon does not have"
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
    candidate: Candidate, context: Context, meanings: Meanings, lexicon: Lexicon
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
    elif _spelt_out(candidate, context, lexicon) == SOMETHING_ELSE:
        found.append((SOMETHING_ELSE, WEIGHTS[SOMETHING_ELSE]))
    if context.other_life:
        name = "figure of another organism"
        found.append((name, WEIGHTS[name]))
    return found


def _spelt_out(candidate: Candidate, context: Context, lexicon: Lexicon) -> str:
    """Whether the text spells the name out as that of the gene, of something else, or not."""
    long_form = context.long_forms.get(fold(candidate.text), "")
    entry = candidate.entry
    if candidate.variant.text == long_form and long_form:
        return THIS_GENE
    if not long_form or entry.family or entry.origin == "pathway names":
        return ""
    info = lexicon.info(entry.genes[0].hgnc_symbol)
    same = info and _stems(long_form) & _stems(info.name)
    return THIS_GENE if same else SOMETHING_ELSE


def _stems(name: str) -> set[str]:
    """The words of a name, cut so that ``inhibitor`` and ``inhibitory`` are one."""
    return {word[:5] for word in re.findall(r"[a-z]{4,}", name.lower())}


def _weak(candidate: Candidate) -> bool:
    """Whether the term alone says little: an alias or root that nobody vouches for."""
    entry = candidate.entry
    return entry.origin == "gene root" or (
        entry.origin == "HGNC" and entry.source in (Source.ALIAS, Source.PREVIOUS)
    )


def _case_alone_differs(text: str, spelling: str) -> bool:
    """Whether text and spelling are the same but for capitals and small letters."""
    one, other = _plain(text), _plain(spelling)
    return one != other and one.casefold() == other.casefold()


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
