"""Titles of figures, cleaned as PFOCR's curators clean them, by rules that have names.

What a rule is for, and the lengths at which a title is too short or too long to be one,
follow PFOCR's post-processing of a release (wikipathways/pfocr-pipeline, step 5). Two
things differ. Greek letters are spelt out in full (``NF-kappaB``, not ``NFK``), which is how
HGNC and MeSH write them. And names that begin with a small letter for a reason (``mTOR``,
``p53``) are not capitalised.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

from pipeline.errors import UsageError

#: A title of fewer characters says too little, one of more is a caption (PFOCR's limits).
SHORTEST, LONGEST = 10, 250

_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_BLANKS = re.compile(r"\s+")
# References and panels that the extraction from the paper left behind: "[,]", "()", "(A)".
_REMNANT = re.compile(r"\s*[\[(][\s,;–-]*[\])]")
_PANEL = re.compile(r"^(?:\([A-Za-z]\)|[A-Z]\)|\([A-Z]\s*[-–,&]\s*[A-Z]\))[.:,]?\s*")
_CLOSING = re.compile(r"(?<!\.)[.:;,]\s*$")

_ADJECTIVES = (
    "(?:schematic|simplified|simple|proposed|hypothetical|hypothesi[sz]ed|putative|working|"
    "current|general|generali[sz]ed|graphical|graphic|diagrammatic|pictorial|possible|overall|"
    "tentative|conceptual|comprehensive|integrated|brief|basic|suggested|potential|summary|"
    "theoretical|visual|cartoon|illustrative)"
)
_NOUNS = (
    "(?:representations?|presentations?|diagrams?|models?|illustrations?|overviews?|summary|"
    "summaries|depictions?|drawings?|views?|schemes?|schemas?|schemata|sketch(?:es)?|cartoons?|"
    "outlines?|schematics?|pictures?|figures?|graphs?|visuali[sz]ations?)"
)
_SAYING = (
    "(?:(?:show|illustrat|depict|describ|summari[sz]|explain|outlin|represent|demonstrat|"
    "highlight|display)(?:ing|s)|of|for|about|on)"
)
# "A simplified schematic model of the", "Shows the schematic presentation of"; a mechanism
# is a preamble only where it is called proposed or so, for it may be what is shown.
_PREAMBLE = re.compile(
    r"^(?:(?:this figure |figure )?(?:shows?|depicts?|illustrates?|represents?) )?"
    r"(?:(?:an?|the|our) )?"
    rf"(?:(?:{_ADJECTIVES},? (?:and )?)*{_NOUNS}|(?:{_ADJECTIVES} )+mechanisms?|"
    r"schematically)"
    rf"(?! of action\b)(?: {_SAYING}(?: (?:the|an?))? |\s*[:.–—]\s+)(?=\S)",
    re.IGNORECASE,
)

_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta",
    "η": "eta", "θ": "theta", "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu",
    "ξ": "xi", "ο": "omicron", "π": "pi", "ρ": "rho", "σ": "sigma", "τ": "tau", "υ": "upsilon",
    "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
}  # fmt: skip
_GREEK |= {"ς": "sigma", "ϵ": "epsilon", "ϑ": "theta", "ϕ": "phi", "ϰ": "kappa", "µ": "mu"}
_GREEK |= {upper: _GREEK[upper.lower()].capitalize() for upper in "ΓΔΘΛΞΠΣΦΨΩ"}
# Capital letters that look Latin are mostly that, from a font or a careless hand.
_GREEK |= dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX", strict=True))
# The micro sign of a unit stays what it is: µm, µM.
_GREEK_LETTER = re.compile(rf"(?![µμ][mMgGlL]\b)[{''.join(_GREEK)}]")

# p53, mTOR, eIF2, miR-21, lncRNA: a capital or a digit after a few small letters.
_NAME = re.compile("[a-z]{1,4}[A-Z0-9]")


@dataclass(frozen=True, slots=True)
class Title:
    """A title and how it came to be.

    Attributes:
        text: the title.
        original: what the paper's metadata gives, unchanged.
        rules: names of the rules that changed it, in order.
    """

    text: str
    original: str
    rules: tuple[str, ...]


def decoded(text: str) -> str:
    """Return a text with HTML entities as characters; some feeds escape them twice."""
    return html.unescape(html.unescape(text))


def _no_entities(text: str) -> str:
    return _BLANKS.sub(" ", decoded(text)).strip()


def _no_tags(text: str) -> str:
    return _BLANKS.sub(" ", _TAG.sub("", text)).strip()


def _no_remnants(text: str) -> str:
    return _PANEL.sub("", _REMNANT.sub("", text)).strip()


def _no_preamble(text: str) -> str:
    rest = _PREAMBLE.sub("", text, count=1)
    return rest if len(rest) >= SHORTEST else text


def _no_full_stop(text: str) -> str:
    return _CLOSING.sub("", text)


def _latin(text: str) -> str:
    return _GREEK_LETTER.sub(lambda letter: _GREEK[letter[0]], text)


def _capitalised(text: str) -> str:
    return text if _NAME.match(text) else text[:1].upper() + text[1:]


FALLBACK = "paper-title"
"""The rule that takes the title of the paper, where the figure's is no title."""

_RULES: dict[str, Callable[[str], str]] = {
    "entities": _no_entities,
    "tags": _no_tags,
    "remnants": _no_remnants,
    "preamble": _no_preamble,
    "full-stop": _no_full_stop,
    "greek": _latin,
    "capital": _capitalised,
}

RULES: dict[str, str] = {
    "entities": "HTML entities become characters, in captions and citations as well, and runs "
    "of blanks one blank",
    "tags": "HTML tags go",
    "remnants": "panel letters in front and emptied brackets of references go",
    FALLBACK: f"the paper's title stands in for none, one shorter than {SHORTEST} characters or "
    f"longer than {LONGEST}",
    "preamble": "'Schematic representation of the' and its like go",
    "full-stop": "a full stop, colon or comma at the end goes",
    "greek": "Greek letters are spelt out",
    "capital": "the first letter is a capital, except in names such as mTOR",
}
"""What each rule does, in the order in which they are applied."""


def rule_names(text: str | None) -> tuple[str, ...]:
    """Return the rules of a comma-separated list; None stands for all, ``none`` for none.

    Raises:
        UsageError: a name is no rule's.
    """
    if text is None:
        return tuple(RULES)
    asked = {name.strip() for name in text.split(",")} - {"", "none"}
    if unknown := sorted(asked - RULES.keys()):
        raise UsageError(
            "--title-rules",
            f"there is no rule {', '.join(unknown)}",
            f"Name some of {', '.join(RULES)}, or none",
        )
    return tuple(name for name in RULES if name in asked)


def clean_title(title: str, paper_title: str, rules: Collection[str] = tuple(RULES)) -> Title:
    """Return the title of a figure as curators would write it.

    Args:
        title: the figure's title as the paper's metadata gives it, may be empty.
        paper_title: the title of the paper.
        rules: names of the rules to apply (see ``RULES``); their order is given.
    """
    text, applied = title, []
    for name in RULES:
        if name not in rules:
            continue
        changed = _fallback(text, paper_title, rules) if name == FALLBACK else _RULES[name](text)
        if changed != text:
            text = changed
            applied.append(name)
    return Title(text, title, tuple(applied))


def _fallback(text: str, paper_title: str, rules: Collection[str]) -> str:
    if SHORTEST <= len(text) <= LONGEST:
        return text
    for name in ("entities", "tags", "remnants"):
        if name in rules:
            paper_title = _RULES[name](paper_title)
    return paper_title or text
