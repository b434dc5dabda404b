"""Figure numbers: the short form that PFOCR gives them, and the type that follows from it.

A number is a prefix and digits, perhaps a letter: ``F3``, ``F2a``, ``SF1`` (supplementary),
``SF3_2`` (eLife's second supplement to figure 3), ``S1`` (scheme), ``AF1`` (appendix),
``EV4`` (expanded view, extended data), ``GA`` (graphical abstract). Prefixes and types are
those of wikipathways/pfocr-pipeline, step 5.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

#: What the figures of a prefix are called in ``figtype``.
TYPES = {
    "F": "Figure",
    "S": "Scheme",
    "SF": "Supplemental figure",
    "GA": "Graphical abstract",
    "AF": "Appendix figure",
    "EV": "Extended view",
}

_ROMAN = {
    numeral: value
    for value, numeral in enumerate(
        ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"), 1
    )
}
_DIGITS = "(?P<number>[0-9]+[a-z]?|x|ix|iv|v?i{1,3}|v)"
_FIGURE = r"(?:figure|fig\.?|f)\s*"
_PRINTED = tuple(
    (prefix, re.compile(rf"(?:{pattern})[.:]?", re.IGNORECASE))
    for prefix, pattern in (
        (
            "SF",
            rf"{_FIGURE}(?P<of>[0-9]+)\s*[-–—,.]+\s*(?:figure|source)?\s*supplement\s*{_DIGITS}",
        ),
        ("SF", rf"supp(?:l(?:ement(?:ary|al)?)?)?\.?\s*{_FIGURE}s?-?{_DIGITS}"),
        ("SF", rf"(?:{_FIGURE})?s\s?-?{_DIGITS}"),
        ("EV", rf"(?:extended|expanded)[\s-]*(?:data|view)\s*(?:{_FIGURE})?{_DIGITS}"),
        ("EV", rf"(?:{_FIGURE})?ev\s?-?{_DIGITS}"),
        ("AF", rf"appendix\s*(?:{_FIGURE})?(?:s|a)?-?{_DIGITS}"),
        ("AF", rf"(?:{_FIGURE})a\.?\s?-?{_DIGITS}"),
        ("S", rf"sch(?:eme)?\.?\s*{_DIGITS}"),
        ("GA", rf"(?:(?:graphical|visual)\s*abstract|toc|ga)\s*{_DIGITS}?"),
        ("F", rf"(?:{_FIGURE})?{_DIGITS}"),
    )
)
# The last part of /pmc/articles/PMC1/figure/F3/, and the stems of image files of publishers.
_LINK = tuple(
    (prefix, re.compile(pattern, re.IGNORECASE))
    for prefix, pattern in (
        # Elsevier's f0005 counts something else.
        ("F", "f(?:ig(?:ure)?)?u?(?P<number>[1-9][0-9]?[a-z]?)(?:-.*)?"),
        ("F", ".*-(?:f|fig-?)0*(?P<number>[0-9]+[a-z]?)"),
        ("S", "(?:.*-)?sch(?:eme)?0*(?P<number>[0-9]+[a-z]?)"),
        ("GA", "(?:undfig|ga|fga|figa)0*(?P<number>[0-9]*)"),
    )
)
_FILE = tuple(
    (prefix, re.compile(pattern, re.IGNORECASE))
    for prefix, pattern in (
        ("GA", ".*abs(?:f(?:ig)?)?0*(?P<number>[0-9]+[a-z]?)"),
        ("F", "gr0*(?P<number>[0-9]+[a-z]?)(?:_lrg)?"),
        ("S", r".*(?<![a-z])sc(?:h|heme)?0*(?P<number>[0-9]+[a-z]?)"),
        ("F", r".*(?<![a-z])(?:f|fig|figure|g)[-_]?0*(?P<number>[0-9]+[a-z]?)(?:[-_]html)?"),
        ("F", ".*[0-9]f(?:ig)?0*(?P<number>[0-9]+[a-z]?)"),
        ("GA", ".*(?<![a-z])(?:ga|fx)0*(?P<number>[0-9]*)"),
    )
)


@dataclass(frozen=True, slots=True)
class Number:
    """The number of a figure.

    Attributes:
        text: its short form, empty if there is none.
        figtype: what figures with such a number are called.
        origin: what it was taken from: ``number``, ``figlink`` or ``filename``, else empty.
    """

    text: str
    figtype: str = TYPES["F"]
    origin: str = ""


def figure_number(printed: str, figlink: str = "", filename: str = "") -> Number:
    """Return the number of a figure as it is printed, or as its link or its file has it.

    Args:
        printed: the number in the paper's metadata, such as ``Figure 3``.
        figlink: address of the figure's page, such as ``/pmc/articles/PMC1/figure/F3/``.
        filename: name of the image file at the publisher's.
    """
    text = " ".join(printed.split())
    bare = re.sub(r" ?\([^()]*\)$", "", text)  # "Figure 5 (continued)"
    for origin, patterns, value in (
        ("number", _PRINTED, bare),
        ("figlink", _LINK, figlink.rstrip("/").rpartition("/")[2]),
        ("filename", _FILE, filename.rpartition(".")[0]),
    ):
        for prefix, pattern in patterns:
            found = pattern.fullmatch(value)
            if found and value:
                return Number(_short(prefix, found), TYPES[prefix], origin)
    return Number(text)


def _short(prefix: str, found: re.Match[str]) -> str:
    groups = found.groupdict()
    digits = groups["number"] or ""
    digits = str(_ROMAN.get(digits.lower(), digits)).lstrip("0")
    if groups.get("of"):
        digits = f"{groups['of']}_{digits}"
    return f"{prefix}{digits}"
