from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import UsageError
from pipeline.records.frontmatter import load_record
from pipeline.records.titles import LONGEST, RULES, SHORTEST, clean_title, rule_names

PAPER = "Wnt signalling in the adult brain."


@pytest.mark.parametrize(
    ("rule", "before", "after"),
    [
        ("entities", "IFN-&#947; &amp;amp; TNF   pathways", "IFN-γ & TNF pathways"),
        ("tags", "The <i>hedgehog</i> and H<sub>2</sub>O route", "The hedgehog and H2O route"),
        ("tags", "p < 0.05 and q > 3 in cells", "p < 0.05 and q > 3 in cells"),
        ("remnants", "(A) Regulation of autophagy [,]", "Regulation of autophagy"),
        ("remnants", "(A–C) Regulation of autophagy ()", "Regulation of autophagy"),
        ("paper-title", "", PAPER),
        ("paper-title", "TLR4", PAPER),
        ("paper-title", "x" * (LONGEST + 1), PAPER),
        ("paper-title", "x" * SHORTEST, "x" * SHORTEST),
        ("preamble", "Schematic representation of the HIV-1 life cycle", "HIV-1 life cycle"),
        ("preamble", "A simplified model for the action of X", "action of X"),
        ("preamble", "Proposed model: loss of PTEN", "loss of PTEN"),
        ("preamble", "Shows the schematic diagram of a kinase cascade", "kinase cascade"),
        ("preamble", "Proposed mechanism of cell death in B cells", "cell death in B cells"),
        ("preamble", "Overview illustrating how cells die", "how cells die"),
        ("preamble", "Mechanism of apoptosis", "Mechanism of apoptosis"),
        ("preamble", "Potential mechanisms of action of statins", None),
        ("preamble", "Modelling of the Wnt pathway", None),
        ("preamble", "Modes of action of statins in cells", None),
        ("preamble", "Schematic diagram of TLR4", None),
        ("full-stop", "Cell death pathways.", "Cell death pathways"),
        ("full-stop", "Cell death, growth etc...", "Cell death, growth etc..."),
        ("greek", "NF-κB, TGFβ1 and Δψm in µm", "NF-kappaB, TGFbeta1 and Deltapsim in µm"),
        ("capital", "activation of p53", "Activation of p53"),
        ("capital", "β-catenin", "Β-catenin"),
        ("capital", "anti-TGEV effect", "Anti-TGEV effect"),
        ("capital", "mTOR signalling", "mTOR signalling"),
        ("capital", "p53 signalling", "p53 signalling"),
        ("capital", "miR-21 targets", "miR-21 targets"),
        ("capital", "lncRNA targets", "lncRNA targets"),
    ],
)
def test_each_rule(rule: str, before: str, after: str | None) -> None:
    after = before if after is None else after
    title = clean_title(before, PAPER, [rule])
    assert title.text == after
    assert title.rules == ((rule,) if after != before else ())
    others = set(RULES) - {rule}
    assert rule not in clean_title(before, PAPER, others).rules
    assert title.original == before


def test_all_rules_together() -> None:
    title = clean_title("(A) Schematic of the IFN-&#945; <b>signalling</b> pathway [].", PAPER)
    assert title.text == "IFN-alpha signalling pathway"
    assert title.rules == ("entities", "tags", "remnants", "preamble", "full-stop", "greek")


def test_the_title_of_the_paper_is_cleaned_too() -> None:
    title = clean_title("", "Model of the <i>IL-1β</i> response in mice.")
    assert title.text == "IL-1beta response in mice"
    assert title.rules == ("paper-title", "preamble", "full-stop", "greek")


def test_without_any_title_there_is_none() -> None:
    assert clean_title("", "").text == ""


def test_the_seed_has_the_title_that_its_paper_gives(root: Path) -> None:
    fields = load_record(next((root / "seeds").glob("*.md"))).fields
    assert clean_title("", str(fields["papertitle"])).text == fields["figtitle"]


@given(st.text(), st.text(), st.sets(st.sampled_from(sorted(RULES))))
def test_any_title_can_be_cleaned(title: str, paper: str, rules: set[str]) -> None:
    cleaned = clean_title(title, paper, rules)
    assert set(cleaned.rules) <= rules
    assert cleaned.original == title
    assert cleaned.rules or cleaned.text == title


def test_rules_can_be_chosen() -> None:
    assert rule_names(None) == tuple(RULES)
    assert rule_names("none") == ()
    assert rule_names(" capital, greek") == ("greek", "capital")
    with pytest.raises(UsageError, match="no rule grek"):
        rule_names("grek")
