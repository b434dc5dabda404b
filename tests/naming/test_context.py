from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.lexicon.folding import fold
from pipeline.naming.context import Context, read_context
from pipeline.naming.namer import Namer
from pipeline.types import Line
from tests.naming.conftest import Naming


@given(st.text(st.characters(exclude_categories=())) | st.text("aA (),;:.-αRNA receptor"))
def test_any_caption_is_read(text: str) -> None:
    context = read_context(text)
    assert all(fold(key) == key or len(key) > 5 for key in context.keys)


def test_an_empty_caption_says_nothing() -> None:
    assert read_context("") == read_context(" \n") == Context()


def test_names_of_up_to_four_words_are_known() -> None:
    keys = read_context("Binding of toll like receptor 4, and NF-κB.").keys
    assert {fold("toll-like receptor 4"), "NFKB", "BINDING"} <= keys
    assert fold("of toll like receptor 4") not in keys


@pytest.mark.parametrize(
    ("caption", "short", "long_form"),
    [
        ("Changes of the extracellular matrix (ECM) in ...", "ECM", "extracellular matrix"),
        ("the endoplasmic reticulum (ER; green)", "ER", "endoplasmic reticulum"),
        ("Abbreviations: ECM, extracellular matrix; AP, action potential.", "AP",
         "action potential"),
        ("ER: endoplasmic reticulum. AJ = adherens junction.", "ER", "endoplasmic reticulum"),
        ("epidermal growth factor receptor (EGFR)", "EGFR", "epidermal growth factor receptor"),
    ],
)  # fmt: skip
def test_abbreviations_that_a_caption_explains(caption: str, short: str, long_form: str) -> None:
    assert read_context(caption).long_forms[short] == long_form


@pytest.mark.parametrize(
    "caption",
    ["cells were starved (AKT)", "of the matrix (see Fig. 2)", "LPS, blue; TNF, red.", "(ECM)"],
)
def test_brackets_and_lists_that_explain_nothing(caption: str) -> None:
    assert read_context(caption).long_forms == {}


def test_a_name_that_the_caption_explains_as_no_gene_is_none(named: Naming) -> None:
    assert named("CAT", "Expression of CAT in the cells.") == {"CAT"}
    assert named("REST", "Sleep and rest of patients") == set()
    assert named("CAT", "An intact cardiac apoptosis trigger tissue (CAT).") == set()
    assert named("ARC", "neurons of the arcuate nucleus region (ARC)") == set()
    assert named("AMD1", "age-related macular degeneration disease (AMD1)") == set()


def test_a_name_that_the_caption_explains_as_a_gene_stays(named: Naming) -> None:
    caption = "Signalling by the epidermal growth factor receptor (EGFR)."
    assert named("EGFR", caption) == {"EGFR"}


def test_a_name_in_the_caption_is_believed_more(namer: Namer) -> None:
    lines = [Line("Smac")]
    (plain,) = namer.name(lines)
    (backed,) = namer.name(lines, "Release of Smac from mitochondria.")
    assert backed.score > plain.score
    assert "in the caption or title" in dict(backed.evidence)
    assert "in the caption or title" not in dict(plain.evidence)


def test_a_caption_does_not_make_a_gene_of_a_chemical(named: Naming) -> None:
    assert named("LPS", "LPS binds TLR4; LPS is a part of bacteria.") == set()


def test_a_caption_alone_names_nothing(namer: Namer) -> None:
    assert namer.name([], "STAT1 binds STAT2") == ()
    assert namer.name([Line("inhibits")], "STAT1 binds STAT2") == ()


@pytest.mark.parametrize(
    ("caption", "other"),
    [
        ("Auxin in Arabidopsis. Roots of the plant and of rice.", True),
        ("Growth of Escherichia coli and of yeast", True),
        ("Infected human macrophages. Salmonella and E. coli in mice.", False),
        ("Signaling networks in budding yeast", True),
        ("Signaling networks of cancer in budding yeast", False),
        ("Binding shown by yeast two-hybrid screens", False),
        ("Growth of Escherichia coli", False),
        ("A pathway of cancer in humans", False),
        ("", False),
    ],
)
def test_figures_of_other_life(caption: str, other: bool) -> None:
    assert read_context(caption).other_life is other


@pytest.mark.parametrize(
    ("caption", "no_gene"),
    [
        ("ICD, immunogenic cell death.", True),
        ("IAP, inhibitor of apoptosis.", False),
        ("ESCRT, endosomal sorting complex required for transport.", False),
        ("RIA, response to infectious agents.", True),
    ],
)
def test_what_an_abbreviation_means_stands_before_a_preposition(
    caption: str, no_gene: bool
) -> None:
    context = read_context(caption)
    (key,) = context.long_forms
    assert context.spells_out_no_gene(key) is no_gene


def test_names_in_a_figure_of_other_life_are_doubted(namer: Namer) -> None:
    lines = [Line("PIN1"), Line("COI1"), Line("ABI5")]
    caption = "Auxin in Arabidopsis. Roots of the plant and of rice."
    human = {m.text: m.score for m in namer.name(lines)}
    plant = {m.text: m.score for m in namer.name(lines, caption)}
    assert "PIN1" in human
    assert set(plant) <= set(human)
    assert all(plant.get(text, 0.0) < human[text] for text in human)
