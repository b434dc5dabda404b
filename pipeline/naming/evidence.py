"""Evidence: how sure a candidate is, as a sum of named log odds.

Each piece of evidence has a name and a weight; the score is the logistic function of
their sum. The weights stand in one table (``weights``), so that they can be read, explained
and fitted together.
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
from pipeline.naming.variants import Variant, variants
from pipeline.naming.weights import Weights
from pipeline.types import Source

#: Reading confidence below this counts against a candidate, per unit of shortfall.
_SURE_READING = 0.9
_READING_WEIGHT = 6.0

#: Named pieces of evidence with their weights.
Evidence = tuple[tuple[str, float], ...]

AS_IN_LEXICON = "printed as in the lexicon"
SIBLING = "others of its list are names"
LARGE_ALONE = "large family, all of its line"
RELATIVE = "a relative stands in the figure"
IN_CAPTION, LIKE_NAME = "in the caption or title", "a like name stands in the caption"
WORD_IN_CAPITALS = "English word in capitals"
NO_GENE = "caption explains it otherwise"
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
    "MeSH": "name in papers",
}


#: A label of so many genes (all cyclins, all cadherins) mostly is the half of a longer one.
MANY = 20

#: IL-1-3 is IL-1 to IL-3 and not IL-13.
_DIGITS_PARTED = re.compile(r"\d[-–]\d")

#: pERK and p-ERK are phosphorylated ERK and not PERK.
_PHOSPHO = re.compile(r"p-?[A-Z]")

#: miR-16 is a microRNA, whatever protein has the alias MIR16.
_MICRORNA = re.compile(r"(?:[a-z]{3}-)?(?:(?:mi[Rr]|MIR|miRNA)-?\d|[Ll]et-?7)")


#: Irf7 and Mmp12: mouse and rat symbols. So many of them show how a figure spells genes, and
#: so do more short ones without a digit (Src, Lyn, Mos), as a few words have the form, too.
_MOUSE = re.compile(r"[A-Z][a-z]{2,}\d+[a-z]?")
_SPELT_SO = 2
_SHORT = re.compile(r"[A-Z][a-z]{2,3}")
_SHORT_SPELT_SO = 4


#: Gap and Leu, but not Btk and Csk, which no word is spelt like.
_LIKE_WORD = re.compile(r"(?=.*[AEIOUYaeiouy])[A-Z][a-z]+")

#: MMe is no way to print MME.
_ODD_CASE = re.compile(r"[A-Z]{2}[a-z]")

#: elF2 is a misread eIF2 and not ELF2.
_SMALL_BEFORE_CAPITAL = re.compile(r"[a-z][A-Z]")


@dataclass(frozen=True, slots=True)
class Figure:
    """What the names of a figure together say of each of them.

    Attributes:
        mouse_spelling: genes are spelt as of mice and rats (``Irf7``, ``Src``).
    """

    mouse_spelling: bool = False


def figure_of(found: Iterable[Candidate]) -> Figure:
    """What all candidates of a figure say."""
    symbols = {
        candidate.text
        for candidate in found
        if candidate.entry.source is Source.SYMBOL
        and candidate.text.upper() == candidate.entry.term
    }
    mouse = sum(bool(_MOUSE.fullmatch(text)) for text in symbols)
    short = sum(bool(_SHORT.fullmatch(text)) for text in symbols)
    return Figure(mouse >= _SPELT_SO or short >= _SHORT_SPELT_SO)


def score(evidence: Evidence) -> float:
    """Probability from the sum of log odds."""
    return 1.0 / (1.0 + math.exp(-sum(weight for _, weight in evidence)))


def in_caption(evidence: Iterable[tuple[str, float]]) -> bool:
    """Whether caption or titles speak of the name."""
    return any(name == IN_CAPTION for name, _ in evidence)


class Judge:
    """Weighs candidates.

    Args:
        lexicon: where the candidates' entries come from.
        meanings: other meanings of names.
        weights: what each piece of evidence counts.
    """

    def __init__(self, lexicon: Lexicon, meanings: Meanings, weights: Weights) -> None:
        self._lexicon = lexicon
        self._meanings = meanings
        self._weights = weights

    def case(self, context: Context, figure: Figure) -> Case:
        """One figure, in which candidates are judged.

        Args:
            context: what caption and titles say.
            figure: what the figure as a whole tells.
        """
        return Case(self, context, figure)

    def of_name(self, candidate: Candidate, figure: Figure) -> Evidence:
        """What the name, its entry and its print tell."""
        found = [self.weighed(name) for name in _kind(candidate, self._lexicon)]
        if candidate.variant.rules:
            found.append((" + ".join(candidate.variant.rules), 0.0 - candidate.variant.cost))
        as_published = self._lexicon.like_for_like
        names = _as_published(candidate) if as_published else _print(candidate, figure)
        return (*found, *map(self.weighed, names))

    def of_text(self, candidate: Candidate, context: Context) -> Evidence:
        """What words, other meanings and the caption say of the name."""
        if self._lexicon.like_for_like:
            return ()
        return tuple(map(self.weighed, self._said(candidate, context)))

    def of_place(self, confidence: float, around: Iterable[str]) -> Evidence:
        """What the reading and what stands around the name tell."""
        if self._lexicon.like_for_like:
            return ()
        doubt = (confidence - _SURE_READING) * _READING_WEIGHT
        found = [("doubtful reading", doubt)] if confidence < _SURE_READING else []
        return (*found, *map(self.weighed, around))

    def weighed(self, name: str) -> tuple[str, float]:
        """A piece of evidence with what it counts."""
        return name, self._weights["also a" if name.startswith("also a ") else name]

    def _said(self, candidate: Candidate, context: Context) -> Iterator[str]:
        rivalry = list(_competition(candidate, context, self._meanings))
        spelt = _spelt_out(candidate, context, self._lexicon)
        if spelt == SOMETHING_ELSE and NO_GENE not in rivalry:
            rivalry.append(SOMETHING_ELSE)
        yield from rivalry
        # A caption that speaks of LPS or NS1 means the chemical or the virus, too.
        keys = (fold(candidate.text), fold(candidate.variant.text))
        # A word in small letters may be one of any sentence.
        word = candidate.text.islower() and candidate.entry.origin in ("HGNC", "MeSH")
        # A word in capitals is more than a word where the caption has it so, too.
        capitals = rivalry == [WORD_IN_CAPITALS] and candidate.text in context.words
        spoken_of = not rivalry and not word and not context.keys.isdisjoint(keys)
        if capitals or spoken_of:
            yield IN_CAPTION
        if spelt == THIS_GENE:
            yield THIS_GENE


class Case:
    """Judges the candidates of one figure; what it knows of a name it works out once.

    The same name stands in several readings of a line, and mostly in several lines.
    """

    def __init__(self, judge: Judge, context: Context, figure: Figure) -> None:
        """Use ``Judge.case``."""
        self._judge = judge
        self._context = context
        self._figure = figure
        self._known: dict[tuple[str, Variant, int, int], tuple[Evidence, Evidence]] = {}

    def evidence(
        self, candidate: Candidate, confidence: float, around: Iterable[str] = ()
    ) -> Evidence:
        """All evidence for and against one candidate.

        Args:
            candidate: what to judge.
            confidence: how sure the reading of its line is, 0 to 1.
            around: evidence from the candidate's row; see ``surroundings.signs``.
        """
        # The lexicon makes an entry once, so that its identity is its value.
        name = candidate.text, candidate.variant, id(candidate.entry), candidate.rivals
        if (known := self._known.get(name)) is None:
            known = self._known[name] = (
                self._judge.of_name(candidate, self._figure),
                self._judge.of_text(candidate, self._context),
            )
        return (*known[0], *self._judge.of_place(confidence, around), *known[1])


def _as_published(candidate: Candidate) -> Iterator[str]:
    """How PFOCR's own lexicon is matched.

    The published pipeline took every name that its lexicon held, whatever else the text
    could mean.
    """
    yield "the published lexicon"
    if hyphenated(candidate.variant.text) == hyphenated(candidate.entry.spelling):
        yield "same hyphens"
    if candidate.variant.rules:
        yield from _print(candidate, Figure())


def _kind(candidate: Candidate, lexicon: Lexicon) -> Iterator[str]:
    entry = candidate.entry
    kind = _ORIGIN.get(entry.origin, _KIND[entry.source])
    if entry.origin == "FamPlex" and entry.source is Source.ALIAS:
        kind = "alias, in common use"
    yield kind
    if len(entry.genes) > MANY:
        yield "large family"
    if candidate.rivals and kind in ("alias, unambiguous", "previous symbol"):
        yield "other genes have this alias"
    info = lexicon.info(entry.genes[0].hgnc_symbol)
    if info and info.locus in ("pseudo", "other") and not entry.family:
        yield "not a protein or microRNA"
    if info and not entry.family and kind != "name used in pathways":
        if entry.source is Source.SYMBOL and "common" in info.renown:
            yield "symbol in common use"
        if "family" in info.renown:
            yield "of a known family"
        elif info.locus == "protein" and not info.renown:
            yield "no record of its protein"
    if CONFUSION in candidate.variant.rules and not _is_name(candidate.text, lexicon):
        yield "what was read is no name"
    if info and info.locus not in ("rna", "") and _MICRORNA.match(candidate.text):
        yield "printed as a microRNA"


def _is_name(text: str, lexicon: Lexicon) -> bool:
    """Whether the lexicon has what was read, as it is or by a rule of writing."""
    return any(fold(variant.text) in lexicon for variant in variants(text))


def _print(candidate: Candidate, figure: Figure) -> Iterator[str]:
    text, key, spelling = candidate.text, fold(candidate.variant.text), candidate.entry.spelling
    if not candidate.variant.rules and _plain(text) == _plain(spelling):
        yield AS_IN_LEXICON
    elif text.isalpha() and text.islower():
        yield "small letters"
    elif len(key) < 4 and _case_differs(candidate.variant.text, spelling):
        yield "short, in other case"
    if _DIGITS_PARTED.search(candidate.variant.text) and not _DIGITS_PARTED.search(spelling):
        yield "a hyphen between digits"
    if _ODD_CASE.search(text) and _case_alone_differs(candidate.variant.text, spelling):
        yield "small letters behind capitals"
    small = _SMALL_BEFORE_CAPITAL.search(candidate.variant.text)
    if small and not _SMALL_BEFORE_CAPITAL.search(spelling):
        yield "small before capital, not so in the lexicon"
    if _PHOSPHO.match(candidate.variant.text) and spelling.startswith("P"):
        yield "p of a phosphorylated protein"
    if len(text) < 5 and _LIKE_WORD.fullmatch(text) and not figure.mouse_spelling:
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


def _competition(candidate: Candidate, context: Context, meanings: Meanings) -> Iterator[str]:
    text = candidate.text
    if text.endswith(f"-{candidate.variant.text}"):  # p-p65 is not pp65 of a virus
        text = candidate.variant.text
    # Curators who listed APP and ACE as they are printed knew the words.
    listed = candidate.entry.origin == "pathway names" and text == candidate.entry.spelling
    if meanings.is_word(text) and not (listed and text.isupper()):
        yield WORD_IN_CAPITALS if text.isupper() else "English word"
    if other := meanings.competing(text) or meanings.competing(candidate.variant.text):
        yield f"also a {other}"
    if context.spells_out_no_gene(fold(text)):
        yield NO_GENE
    if context.other_life:
        yield "figure of another organism"


#: Words that names of unlike genes share.
_COMMON = """
protein receptor factor family member subunit associated binding like cell domain type group
human class chain with alpha beta gamma complex induced interacting
"""
_COMMON_STEMS = frozenset(word[:6] for word in _COMMON.split())


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
    """The telling words of a name, cut so that ``inhibitor`` and ``inhibitory`` are one."""
    return {word[:6] for word in re.findall(r"[a-z]{4,}", name.lower())} - _COMMON_STEMS


def _weak(candidate: Candidate) -> bool:
    """Whether the term alone says little: an alias or root that nobody vouches for."""
    entry = candidate.entry
    return entry.origin == "gene root" or (
        entry.origin in ("HGNC", "MeSH") and entry.source in (Source.ALIAS, Source.PREVIOUS)
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
    return text if text.isalnum() else "".join(char for char in text if char.isalnum())
