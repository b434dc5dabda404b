from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.naming.variants import Variant, variants

NAME_LIKE = st.text("pPmiRlet-7sTI1lO0BγβαyUbGDPmRNA~/5 ", max_size=20)


@given(st.text(st.characters(exclude_categories=()), max_size=64) | NAME_LIKE)
def test_variants_of_anything(text: str) -> None:
    found = variants(text)
    assert found[0] == Variant(text)
    texts = [variant.text for variant in found]
    assert len(set(texts)) == len(texts)
    for variant in found[1:]:
        assert variant.text
        assert variant.rules
        assert variant.cost > 0
        assert len(variant.rules) <= 2
    costs = [variant.cost for variant in found]
    assert costs == sorted(costs)


@pytest.mark.parametrize(
    ("text", "plain", "rule"),
    [
        ("p-AKT", "AKT", "phosphorylated"),
        ("phospho-AKT", "AKT", "phosphorylated"),
        ("pSTAT3", "STAT3", "phosphorylated"),
        ("STAT3-P", "STAT3", "phosphorylated"),
        ("STAT3~P", "STAT3", "phosphorylated"),
        ("STAT3P", "STAT3", "phosphorylated"),
        ("Ras-GTP", "Ras", "nucleotide-bound"),
        ("GDP-Rac1", "Rac1", "nucleotide-bound"),
        ("PCNA-Ub", "PCNA", "ubiquitinated"),
        ("Ub-PCNA", "PCNA", "ubiquitinated"),
        ("TLRs", "TLR", "plural"),
        ("caspases", "caspase", "plural"),
        ("IL6 mRNA", "IL6", "transcript"),
        ("miR-200a-3p", "miR-200a", "mature microRNA"),
        ("hsa-miR-21", "MIR21", "microRNA"),
        ("pri-miR-155", "MIR155", "microRNA"),
        ("miRNA-21", "MIR21", "microRNA"),
        ("let-7g", "MIRLET7g", "microRNA"),
        ("pro-IL-1β", "IL-1β", "precursor"),
        ("tBid", "Bid", "processed"),
        ("XBP1u", "XBP1", "spliced form"),
        ("sTNFR", "TNFR", "species or soluble"),
        ("TP53-/-", "TP53", "knockout"),
        ("GFP-LC3", "LC3", "tagged"),
        ("TNFRI", "TNFR1", "Roman numeral"),
        ("APOA-II", "APOA2", "Roman numeral"),
        ("LC3-11", "LC3-II", "11 for II"),
        ("IFN-y", "IFN-γ", "y for γ"),
        ("IFN-yR1", "IFN-γR1", "y for γ"),
        ("IL-1ß", "IL-1β", "look-alike of β"),
    ],
)
def test_a_rule_leads_to_the_plain_name(text: str, plain: str, rule: str) -> None:
    (found,) = [variant for variant in variants(text) if variant.text == plain]
    assert found.rules == (rule,)


def test_two_modifiers_are_taken_off_and_their_costs_summed() -> None:
    found = {variant.text: variant for variant in variants("p-STATs")}
    assert found["STAT"].rules == ("phosphorylated", "plural")
    assert found["STAT"].cost == pytest.approx(found["STATs"].cost + found["p-STAT"].cost)


@pytest.mark.parametrize("text", ["AB-P-", "p-A", "I", "II", "1I", "Day", "s", "-Ub"])
def test_what_looks_like_a_modifier_and_is_none(text: str) -> None:
    assert variants(text) == (Variant(text),)
