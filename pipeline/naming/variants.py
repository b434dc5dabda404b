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


#: What a rule makes of a text that its pattern fits; empty if nothing.
_Rewrite = Callable[[re.Match[str]], str]


def _rest(match: re.Match[str]) -> str:
    """What the rule leaves of the name."""
    return match[match.lastindex or 0]


_ROMAN = {"I": "1", "II": "2", "III": "3", "IV": "4", "V": "5", "VI": "6"}


def _roman(match: re.Match[str]) -> str:
    head, close, apart, tail = match.groups()
    return head + _ROMAN[close or apart] + tail if len(head) >= 2 and not head.isdigit() else ""


def _eleven(match: re.Match[str]) -> str:
    return f"{match[1]}-II"


def _gamma(match: re.Match[str]) -> str:
    return f"{match[1]}γ{match[2]}" if len(match[1]) >= 2 else ""


def _l_for_i(match: re.Match[str]) -> str:
    return f"{match[1]}I{match[2]}"


def _microrna(match: re.Match[str]) -> str:
    return f"MIR{match[1]}" if match[1] else f"MIRLET{match[2]}"


def _beta(match: re.Match[str]) -> str:
    """Beta is read as something else where it ends a name, mostly behind a hyphen."""
    marked = "-" in match.string or "ß" in match.string
    return f"{match[1]}β{match[2]}" if marked and len(match[1]) >= 3 else ""


@dataclass(frozen=True, slots=True)
class _Rule:
    name: str
    cost: float
    pattern: str
    rewrite: _Rewrite = _rest


#: Rules in order of trust. Costs are log odds, set by hand from the matches that each rule
#: made on real figures; see models/README.md.
_RULES = (
    _Rule("phosphorylated", 0.2, r"(?:p|P|phospho|Phospho|ph|pp|pY|pS|pT|P~|p~)-(.{2,})"),
    _Rule("phosphorylated", 0.4, r"p([A-Z][\w\-]{2,})"),
    _Rule("phosphorylated", 0.3, r"(.{2,})[-~][Pp]"),
    _Rule("phosphorylated", 0.5, r"(.*[A-Z]\d+)P"),
    _Rule("nucleotide-bound", 0.2, r"(.{2,})-G[TD]P"),
    _Rule("nucleotide-bound", 0.2, r"G[TD]P-(.{2,})"),
    _Rule("ubiquitinated", 0.2, r"(.{2,})-Ub|Ub-(.{2,})"),
    _Rule("plural", 0.2, rf"(.*[A-Z0-9{_GREEK}])s"),
    _Rule("plural", 0.4, r"(.*[a-z]{3,}[^s\W])s"),
    _Rule("transcript", 0.2, r"(.{2,}?)[- ]?mRNA"),
    _Rule("mature microRNA", 0.1, r"((?:mi[Rr]|MIR|let)-?.*?)-[35]p"),
    _Rule(
        "microRNA",
        0.1,
        r"(?:(?:hsa|mmu|rno|pri|pre)-)?(?:(?:mi[Rr]|miRNA|microRNA)-?(\d.*)|[Ll]et-?(7.*))",
        _microrna,
    ),
    _Rule("precursor", 0.3, r"[Pp]ro-?(.{3,})"),
    _Rule("processed", 0.4, r"t(B[Ii][Dd])"),
    _Rule("spliced form", 0.3, r"(.*[A-Z]\d+)[suf]"),
    _Rule("species or soluble", 0.5, r"(?:rh|rm|hs|mu|hu|[hmrs])-?([A-Z][\w\-]{2,})"),
    _Rule("knockout", 0.3, r"(.{2,})(?:-/-|-KO)"),
    _Rule("tagged", 0.4, r"(?:GFP|EGFP|FLAG|Flag|HA|GST|myc|Myc|His)-(.{3,})"),
    _Rule("activity", 0.4, r"(?:c|n|m|a)-([A-Z]\w{2,})"),
    _Rule("plural in capitals", 0.6, r"([A-Z]{3,})S"),
    _Rule("α of a receptor", 0.8, r"(.*[A-Z0-9]R)[αa]"),
    _Rule(
        "Roman numeral",
        0.3,
        rf"(.*?[A-Za-z{_GREEK}0-9])(?:[- ]?(I{{1,3}}|IV)|[- ](V|VI))([AaBb]?)",
        _roman,
    ),
    _Rule("11 for II", 0.8, r"(.{2,})-(?:11|ll|1I|Il|lI)", _eleven),
    _Rule("l for I", 0.2, r"([a-z]?)l([A-Zk].*)", _l_for_i),
    _Rule("y for γ", 0.9, r"(.*[A-Z0-9]|.*[A-Za-z]-)[yYvү](R?\d?)", _gamma),
    _Rule("y for γ", 1.6, r"([A-Z][a-z]{2,})[yү](r?\d?)", _gamma),
    _Rule("look-alike of β", 1.2, r"(.*[A-Za-z0-9])-?[ßPp8](R?\d?)", _beta),
)
#: No chain of rules is longer; three modifiers on one label were never seen.
_DEPTH = 2

_PATTERNS = [(re.compile(rule.pattern), rule) for rule in _RULES]
#: Most words fit no rule at all, which one pattern tells sooner than thirty.
_ANY_RULE = re.compile("|".join(f"(?:{rule.pattern})" for rule in _RULES))


@lru_cache(maxsize=16384)
def variants(text: str) -> tuple[Variant, ...]:
    """All ways to write ``text``, the cheapest first, ``text`` itself at cost 0."""
    found = {text: Variant(text)}
    layer = [found[text]]
    for _ in range(_DEPTH):
        layer = [new for known in layer for new in _applied(known) if new.text not in found]
        for new in layer:
            if new.text not in found or new.cost < found[new.text].cost:
                found[new.text] = new
    return tuple(sorted(found.values(), key=lambda variant: variant.cost))


def _applied(known: Variant) -> Iterator[Variant]:
    """What each rule makes of a variant."""
    if not _ANY_RULE.fullmatch(known.text):
        return
    for pattern, rule in _PATTERNS:
        match = pattern.fullmatch(known.text)
        if match and (result := rule.rewrite(match)):
            yield Variant(result, (*known.rules, rule.name), known.cost + rule.cost)
