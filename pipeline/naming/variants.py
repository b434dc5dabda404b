"""What else a printed name may be called: modifiers taken off, numerals and letters exchanged.

Every variant carries the named rules that led to it, and their cost in log odds: how much
less sure a match by that way is than one of the name as printed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from pipeline.lexicon.folding import GREEK_LETTERS

_GREEK = "".join(GREEK_LETTERS)


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to write a name: its text, the rules applied, their summed cost (log odds)."""

    text: str
    rules: tuple[str, ...] = ()
    cost: float = 0.0


def _strip(pattern: str) -> Callable[[str], Iterator[str]]:
    compiled = re.compile(pattern)

    def rule(text: str) -> Iterator[str]:
        if match := compiled.fullmatch(text):
            yield match[match.lastindex or 0]

    return rule


_ROMAN = {"I": "1", "II": "2", "III": "3", "IV": "4", "V": "5", "VI": "6"}
_ROMAN_END = re.compile(rf"(.*?[A-Za-z{_GREEK}0-9])(?:[- ]?(I{{1,3}}|IV)|[- ](V|VI))([AaBb]?)")


def _roman(text: str) -> Iterator[str]:
    match = _ROMAN_END.fullmatch(text)
    if match and len(match.group(1)) >= 2 and not match.group(1).isdigit():
        yield match.group(1) + _ROMAN[match.group(2) or match.group(3)] + match.group(4)


def _eleven(text: str) -> Iterator[str]:
    if text.endswith(("-11", "-ll", "-1I", "-Il", "-lI")) and len(text) > 4:
        yield f"{text[:-2]}II"


_Y_FOR_GAMMA = re.compile(r"(.*[A-Z0-9]|.*[A-Za-z]-)[yYvү](R?\d?)")
_Y_AFTER_SMALL = re.compile(r"([A-Z][a-z]{2,})[yү](r?\d?)")


def _gamma(text: str) -> Iterator[str]:
    match = _Y_FOR_GAMMA.fullmatch(text)
    if match and len(match.group(1)) >= 2:
        yield f"{match.group(1)}γ{match.group(2)}"


def _gamma_in_mouse(text: str) -> Iterator[str]:
    if match := _Y_AFTER_SMALL.fullmatch(text):
        yield f"{match.group(1)}γ{match.group(2)}"


_L_FOR_I = re.compile(r"([a-z]?)l([A-Zk].*)")


def _l_for_i(text: str) -> Iterator[str]:
    if match := _L_FOR_I.fullmatch(text):
        yield f"{match.group(1)}I{match.group(2)}"


_MICRORNA = re.compile(
    r"(?:(?:hsa|mmu|rno|pri|pre)-)?(?:(?:mi[Rr]|miRNA|microRNA)-?(\d.*)|[Ll]et-?(7.*))"
)


def _microrna(text: str) -> Iterator[str]:
    if match := _MICRORNA.fullmatch(text):
        yield f"MIR{match.group(1)}" if match.group(1) else f"MIRLET{match.group(2)}"


#: Beta is read as one of these where it ends a name, mostly behind a hyphen.
_B_END = re.compile(r"(.*[A-Za-z0-9])-?[ßPp8](R?\d?)")


def _beta(text: str) -> Iterator[str]:
    match = _B_END.fullmatch(text)
    if match and len(match.group(1)) >= 3 and ("-" in text or "ß" in text):
        yield f"{match.group(1)}β{match.group(2)}"


@dataclass(frozen=True, slots=True)
class _Rule:
    name: str
    cost: float
    apply: Callable[[str], Iterator[str]]


#: Rules in order of trust. Costs are log odds, set by hand from the matches that each rule
#: made on real figures; see models/README.md.
_RULES = (
    _Rule("phosphorylated", 0.2, _strip(r"(?:p|P|phospho|Phospho|ph|pp|pY|pS|pT|P~|p~)-(.{2,})")),
    _Rule("phosphorylated", 0.4, _strip(r"p([A-Z][\w\-]{2,})")),
    _Rule("phosphorylated", 0.3, _strip(r"(.{2,})[-~][Pp]")),
    _Rule("phosphorylated", 0.5, _strip(r"(.*[A-Z]\d+)P")),
    _Rule("nucleotide-bound", 0.2, _strip(r"(.{2,})-G[TD]P")),
    _Rule("nucleotide-bound", 0.2, _strip(r"G[TD]P-(.{2,})")),
    _Rule("ubiquitinated", 0.2, _strip(r"(.{2,})-Ub|Ub-(.{2,})")),
    _Rule("plural", 0.2, _strip(rf"(.*[A-Z0-9{_GREEK}])s")),
    _Rule("plural", 0.4, _strip(r"(.*[a-z]{3,}[^s\W])s")),
    _Rule("transcript", 0.2, _strip(r"(.{2,}?)[- ]?mRNA")),
    _Rule("mature microRNA", 0.1, _strip(r"((?:mi[Rr]|MIR|let)-?.*?)-[35]p")),
    _Rule("microRNA", 0.1, _microrna),
    _Rule("precursor", 0.3, _strip(r"[Pp]ro-?(.{3,})")),
    _Rule("processed", 0.4, _strip(r"t(B[Ii][Dd])")),
    _Rule("spliced form", 0.3, _strip(r"(.*[A-Z]\d+)[suf]")),
    _Rule("species or soluble", 0.5, _strip(r"(?:rh|rm|hs|mu|hu|[hmrs])-?([A-Z][\w\-]{2,})")),
    _Rule("knockout", 0.3, _strip(r"(.{2,})(?:-/-|-KO)")),
    _Rule("tagged", 0.4, _strip(r"(?:GFP|EGFP|FLAG|Flag|HA|GST|myc|Myc|His)-(.{3,})")),
    _Rule("activity", 0.4, _strip(r"(?:c|n|m|a)-([A-Z]\w{2,})")),
    _Rule("plural in capitals", 0.6, _strip(r"([A-Z]{3,})S")),
    _Rule("α of a receptor", 0.8, _strip(r"(.*[A-Z0-9]R)[αa]")),
    _Rule("Roman numeral", 0.3, _roman),
    _Rule("11 for II", 0.8, _eleven),
    _Rule("l for I", 0.2, _l_for_i),
    _Rule("y for γ", 0.9, _gamma),
    _Rule("y for γ", 1.6, _gamma_in_mouse),
    _Rule("look-alike of β", 1.2, _beta),
)
#: No chain of rules is longer; three modifiers on one label were never seen.
_DEPTH = 2


@lru_cache(maxsize=16384)
def variants(text: str) -> tuple[Variant, ...]:
    """All ways to write ``text``, the cheapest first, ``text`` itself at cost 0."""
    found = {text: Variant(text)}
    layer = [found[text]]
    for _ in range(_DEPTH):
        layer = [
            new
            for known in layer
            for rule in _RULES
            for result in rule.apply(known.text)
            if result
            and result not in found
            and (new := Variant(result, (*known.rules, rule.name), known.cost + rule.cost))
        ]
        for new in layer:
            if new.text not in found or new.cost < found[new.text].cost:
                found[new.text] = new
    return tuple(sorted(found.values(), key=lambda variant: variant.cost))
