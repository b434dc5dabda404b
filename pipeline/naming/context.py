"""What the caption and titles of a figure say about the names printed in it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pipeline.lexicon.folding import GREEK_WORDS, fold
from pipeline.naming.organisms import kinds_of
from pipeline.naming.tokenizer import split

#: Longest name, in words, looked for in a caption.
_WORDS = 4

#: Last words of a long form that no gene or protein carries: an abbreviation so explained
#: is no gene in this figure, whatever else it may be called.
_NO_GENE_WORDS = """
acid acids activity adhesion apparatus apoptosis assay autophagy bacteria barrier body
bodies carcinoma cell cells cartilage chain cycle cytosol damage death degradation disease
disorder element elements ester failure fibrosis fusion genome glycol injury leukemia
lipid lipids lipopolysaccharide lymphocyte lymphocytes macrophage macrophages matrix
membrane membranes microscopy mitochondria model network neuron neurons nucleus pathway
peptidoglycan period permeabilization phase phosphate plasma population potential
precursor pressure reaction region resistance response responses reticulum ribosome rna
sequence sequences site species spectrometry stress syndrome system therapy time tissue
transcript transition transport treatment tumor vesicle vesicles virus viruses wall zone
antibody antibodies compartment granule granules motif packet packets particle particles
ratio signal signals vacuole
"""
_NO_GENE = frozenset(_NO_GENE_WORDS.split())

_PREPOSITION = re.compile(r"\b(?:of|for|to|in|from|with|by)\b")

#: ``long form (ABBR)``: the words before the bracket are looked at from the last one back.
_BRACKETED = re.compile(r"(?<![\w'’/-])((?:[\w'’/-]+ ){1,8})\(([A-Za-z][\w/-]{1,9})[);,]")
#: ``ABBR, long form;`` and ``ABBR: Long form``, as legends list abbreviations.
_LISTED = re.compile(
    r"(?:^|[.;:,] ?)([A-Z][\w/-]{1,9}(?: [A-Z])?)(?:, ?(?=[a-z])| ?[:=] ?)"
    r"([A-Za-z][^.;,:]{5,60})(?=[.;,]|$)",
    re.MULTILINE,
)

#: Words beside the names of species that speak of plants and microbes, or of mammals.
_OTHER_LIFE = re.compile(
    r"\b(plants?|chloroplasts?|phytohormones?|yeasts|streptomyces|bacterial strains?)\b",
    re.IGNORECASE,
)
_ANIMAL = re.compile(
    r"\b(mammals?|mammalian|macrophages?|t cells?|hepat\w+|cancers?|tumou?rs?|neurons?|immune|"
    r"infected cells?|host|patients?|inflammat\w+|clinical)\b",
    re.IGNORECASE,
)

#: An assay, whatever the proteins are of.
_ASSAY = re.compile(r"\byeast (?:two|2)[ -]hybrid\b", re.IGNORECASE)


def _of_other_life(text: str) -> bool:
    """Whether ``text`` speaks of plants, microbes or flies more than of vertebrates."""
    kinds = kinds_of(_ASSAY.sub("", text))
    animal = kinds["vertebrate"] + len(_ANIMAL.findall(text))
    other = kinds.total() - kinds["vertebrate"] - kinds["virus"] + len(_OTHER_LIFE.findall(text))
    # Bacteria infect, but to name a plant or a yeast once is enough where no animal is named.
    alone = not animal and not kinds["virus"] and kinds["plant"] + kinds["fungus"] > 0
    return alone or (other >= 2 and other > 2 * animal)


@dataclass(frozen=True, slots=True)
class Context:
    """Prior evidence from a figure's caption and titles.

    Attributes:
        keys: folded names of one to four words that stand in the text.
        words: the words of the text, in its case.
        long_forms: long form by abbreviation key, for abbreviations that the text spells out.
        other_life: it speaks of plants, bacteria, yeast or flies and not of mammals.
    """

    keys: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    long_forms: dict[str, str] = field(default_factory=dict)
    other_life: bool = False

    def spells_out_no_gene(self, key: str) -> bool:
        """Whether the text explains ``key`` as something that is no gene."""
        long_form = self.long_forms.get(key, "").lower()
        if not long_form:
            return False
        # What is meant stands before a preposition: an inhibitor of apoptosis inhibits.
        head = _PREPOSITION.split(long_form, maxsplit=1)[0].split() or [""]
        return head[-1] in _NO_GENE


def read_context(text: str, printed: str = "") -> Context:
    """Read caption and titles; empty text gives empty evidence.

    Args:
        text: caption and titles.
        printed: the figure's own text, which may spell abbreviations out, too.
    """
    if not text.strip():
        return Context(long_forms=_long_forms(printed))
    words = [word for word in split(text) if word[0].isalnum()]
    folded = [fold(word) for word in words]
    keys = set(folded)
    folded = [GREEK_WORDS.get(key, key) for key in folded]  # as parts of a name
    for length in range(2, _WORDS + 1):
        keys.update(map("".join, zip(*(folded[at:] for at in range(length)), strict=False)))
    return Context(
        frozenset(key for key in keys if len(key) > 1),
        frozenset(words),
        _long_forms(printed) | _long_forms(text),
        _of_other_life(text),
    )


def _long_forms(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for match in _LISTED.finditer(text):
        if _initials_agree(match.group(1), match.group(2)):
            found[fold(match.group(1))] = match.group(2).strip()
    for match in _BRACKETED.finditer(text):
        words = match.group(1).split()
        for start in range(len(words) - 1, -1, -1):
            form = " ".join(words[start:])
            if _initials_agree(match.group(2), form):
                found[fold(match.group(2))] = form
                break
    return found


def _initials_agree(short: str, long_form: str) -> bool:
    """Whether the abbreviation starts with the long form's initial and holds its letters.

    The rule of Schwartz and Hearst (2003): every letter of the short form occurs in the
    long form in order, the first at its beginning.
    """
    letters = [char for char in short.lower() if char.isalpha()]
    long_form = long_form.lower()
    if not letters or not long_form.startswith(letters[0]):
        return False
    at = 0
    for letter in letters:
        at = long_form.find(letter, at) + 1
        if not at:
            return False
    return True
