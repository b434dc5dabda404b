"""What stands around a name in its row: signs that it is cut short, or names something else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipeline.lexicon.folding import GREEK_LETTERS

#: The words behind it show that a marker names a kind of cell: ``CD8+ T cells``, ``CD4 TILs``.
_CELL = re.compile(r"TILs?|T|cells?|lymphocytes?|monocytes?|macrophages?|DCs?|NK", re.IGNORECASE)
_PLUS = ("+", "⁺", "*")  # an asterisk is a raised plus, misread
_MARKER = re.compile(r"CD\d+[a-z]?|γδ|αβ")

#: Behind a name these make it part of the name of a process or a larger thing, which shows
#: the process and not the protein: ``IFN responses``, ``histone methylation``.
_PROCESS = re.compile(
    r"responses?|methylation|acetylation|deacetylation|methyltransferases?|modifications?|"
    r"synthesis|biosynthesis|metabolism|mediated|dependent|independent|driven|related|"
    r"proteolysis|degradation|stimulated|resistance|sensitive|insensitive|deficiency|"
    r"antagonists?|agonists?|therapy|treatment|blockade|superfamily|storm|domains?|motifs?",
    re.IGNORECASE,
)

#: What stands apart behind a name and belongs to it: ``caspase 12``, ``Cyt C``, ``COP II``.
_REST = re.compile(rf"\d{{1,2}}[a-zA-Z]?|[A-OQ-Z]|[IVX]{{1,3}}|[{''.join(GREEK_LETTERS)}]")

#: Signs before a name that are mostly the misread first letter of it: ``(FIT3`` is IFIT3.
_STROKES = frozenset("([{+|!")

#: The bracket that closes what a bracket opens.
CLOSED_BY = {"(": ")", "[": "]", "{": "}"}

#: A hyphen with letters on both sides, but for that before the R of a receptor (``VEGF-R``).
_INNER_HYPHEN = re.compile(r"(?<=[A-Za-z])[-‐–](?=[A-Za-z])(?!Rs?$)")


def signs(
    words: Sequence[str], spaces: Sequence[bool], start: int, end: int, below: str = ""
) -> Iterator[str]:
    """Named evidence from the tokens around the span ``start:end`` of a row.

    Args:
        words: token texts of the row.
        spaces: whether a blank follows each token.
        start: first token of the name.
        end: token after its last.
        below: the first word of the line below, where the row's label may go on.
    """
    if start and not spaces[start - 1] and words[start - 1] in _STROKES:
        sign = words[start - 1]
        if CLOSED_BY.get(sign) not in words[end:]:
            yield "a stray sign before it"
    if end == len(words):
        if below.islower() and _PROCESS.fullmatch(below):
            yield "part of the name of a process"
        return
    if not spaces[end - 1]:
        if words[end] in ("-", "–") and end + 1 == len(words):
            yield "cut at a hyphen"
        behind = words[end + 1 : end + 2]
        if words[end] in _PLUS and behind and _CELL.fullmatch(behind[0]):
            yield "marks a kind of cell"
        if words[end] in ("-", "–") and end + 1 < len(words) and _PROCESS.fullmatch(words[end + 1]):
            yield "part of the name of a process"
        return
    if _MARKER.fullmatch(words[end - 1]) and _CELL.fullmatch(words[end]):
        yield "marks a kind of cell"
    elif _PROCESS.fullmatch(words[end]):
        yield "part of the name of a process"
    elif _REST.fullmatch(words[end]) and words[end - 1][-1].isalpha():
        yield "part of a longer name"


def hyphen_between_letters(text: str, spelling: str) -> bool:
    """Whether ``text`` has a hyphen between letters where ``spelling`` has no break at all."""
    return bool(_INNER_HYPHEN.search(text)) and spelling.isalnum()
