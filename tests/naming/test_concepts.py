from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import LexiconError
from pipeline.naming.concept_names import as_printed, is_word, load_limits, spellings
from pipeline.naming.namer import Namer
from pipeline.naming.rows import term_rows
from pipeline.types import ConceptMention, Line, Reading, Region, TermRow

Found = Callable[..., list[tuple[str, str, str]]]


@pytest.fixture(scope="module")
def found(namer: Namer) -> Found:
    """(word, kind, MeSH id) of the chemicals and diseases in lines, given their caption."""

    def find(*texts: str, caption: str = "") -> list[tuple[str, str, str]]:
        concepts = namer.names([Line(text) for text in texts], caption).concepts
        return [(c.word, c.kind, c.identifier) for c in concepts]

    return find


@pytest.mark.parametrize(
    ("text", "word", "kind", "identifier"),
    [
        ("LPS", "LPS", "chemical", "D008070"),
        ("lactate", "lactate", "chemical", "D019344"),
        ("Ca2+", "Ca2+", "chemical", "D002118"),
        ("Ca²⁺ influx", "Ca²⁺", "chemical", "D002118"),
        ("H₂O₂", "H₂O₂", "chemical", "D006861"),
        ("NAD+", "NAD+", "chemical", "D009243"),
        ("acetyl-CoA", "acetyl-CoA", "chemical", "D000105"),
        ("acetylCoA", "acetylCoA", "chemical", "D000105"),
        ("dsRNA", "dsRNA", "chemical", "D012330"),
        ("ssRNA", "ssRNA", "chemical", ""),
        ("17β-estradiol", "17β-estradiol", "chemical", "D004958"),
        ("Phospholipids", "Phospholipids", "chemical", "D010743"),
        ("Tumour", "Tumour", "disease", "D009369"),
        ("acute myeloid leukaemia", "acute myeloid leukaemia", "disease", "D015470"),
        ("HCV infection", "HCV infection", "disease", "D006526"),
        ("HCV virus infection", "HCV virus infection", "disease", "D006526"),
        ("Cytokine storm", "Cytokine storm", "disease", "D000080424"),
        ("(tuberculosis)", "tuberculosis", "disease", "D014376"),
        ("- sphingolipids", "sphingolipids", "chemical", "D013107"),
        ("atherosclerotic plaques in atherosclerosis", "atherosclerosis", "disease", "D050197"),
    ],
)
def test_a_label_names_a_concept(
    found: Found, text: str, word: str, kind: str, identifier: str
) -> None:
    assert (word, kind, identifier) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "NOS2",  # a gene holds the token
        "CAMP",  # the case says that it is no cAMP
        "no",
        "Proteins",
        "Apoptosis",
        "cell death",
        "glucose transporter",  # part of another name
        "Tumor cells",
        "lipid metabolism",
        "ATP-dependent",
        "RA",  # needs the caption
        "A-D",
        "nothing of the kind",
        "",
    ],
)
def test_what_is_no_label_of_a_concept(found: Found, text: str) -> None:
    assert found(text) == []


def test_the_longest_name_is_taken(found: Found) -> None:
    assert found("hepatitis C infection") != found("hepatitis")
    assert [word for word, *_ in found("glucose-6-phosphate and fructose")] == [
        "glucose-6-phosphate",
        "fructose",
    ]


def test_an_ambiguous_name_counts_where_the_caption_names_the_concept(found: Found) -> None:
    assert found("RA", caption="Signalling by retinoic acid in neurons") == [
        ("RA", "chemical", "D014212")
    ]
    assert found("PD", caption="Mitochondria in Parkinson's disease") == [
        ("PD", "disease", "D010300")
    ]
    assert found("RA", caption="Signalling in neurons") == []


def test_signs_and_case_tell_names_of_one_key_apart(found: Found) -> None:
    oxygen, superoxide = found("O2"), found("O2-")
    assert [identifier for *_, identifier in (*oxygen, *superoxide)] == ["D010100", "D013481"]


@pytest.mark.parametrize(
    ("read", "printed"),
    [("H202", "H2O2"), ("lP3", "IP3"), ("acetyICoA", "acetylCoA"), ("Ca**", "Ca++")],
)
def test_a_misread_formula_is_mended(namer: Namer, read: str, printed: str) -> None:
    (concept,) = namer.names([Line(read)]).concepts
    assert (concept.text, concept.word) == (read, printed)
    assert len(concept.rules) == 1


def test_a_mention_says_where_it_stands(namer: Namer) -> None:
    region = Region(((0, 0), (90, 0), (90, 10), (0, 10)), 0.9, "test")
    lines = [Line("STAT3"), Line("STAT3 and  lactate", region=region)]
    (concept,) = namer.names(lines).concepts
    assert (concept.line, concept.region) == (1, region)
    assert concept.reading[concept.start : concept.end] == concept.text == "lactate"


def test_genes_are_the_same_with_and_without_concepts(namer: Namer) -> None:
    lines = [Line("LPS activates TLR4, NO and NOS2"), Line("Insulin resistance")]
    assert namer.names(lines).genes == namer.name(lines)


def test_a_name_broken_over_two_lines_is_found_once(namer: Namer) -> None:
    upper = Region(((10, 10), (90, 10), (90, 20), (10, 20)), 0.9, "test")
    lower = Region(((20, 22), (80, 22), (80, 32), (20, 32)), 0.9, "test")
    lines = [Line("Coronavirus", region=upper), Line("infection", region=lower)]
    (concept,) = namer.names(lines).concepts
    assert (concept.word, concept.line) == ("Coronavirus infection", 0)


def test_another_reading_of_a_line_may_hold_the_name(namer: Namer) -> None:
    readings = (Reading("lactote", 0.8, "a"), Reading("lactate", 0.7, "b"))
    (concept,) = namer.names([Line("lactote", 0.8, readings=readings)]).concepts
    assert (concept.text, concept.reading) == ("lactate", "lactate")


def test_a_doubtful_reading_is_good_for_words_alone(namer: Namer) -> None:
    assert [c.text for c in namer.names([Line("lactate LPS", 0.2)]).concepts] == ["lactate"]


@given(st.text(max_size=30))
def test_a_name_is_first_looked_up_as_it_is_printed(text: str) -> None:
    ways = list(spellings(text))
    assert ways[0] == (text, ())
    assert all(rules for _, rules in ways[1:])


@given(st.text(max_size=30))
def test_blanks_are_no_part_of_the_printed_form(text: str) -> None:
    assert not any(char.isspace() for char in as_printed(text))
    assert as_printed(f" {text}\n") == as_printed(text)


def test_hyphens_within_a_name_are_no_part_of_it_and_charges_are() -> None:
    assert as_printed("MG-132") == "MG132"
    assert as_printed("O₂−") == "O2-"
    assert as_printed("- RNA") == "-RNA"


def test_words_and_abbreviations() -> None:
    assert is_word("acetyl-CoA")
    assert not is_word("NF-kappaB")
    assert not is_word("PIP2")


def test_the_lists_of_limits_are_checked(tmp_path: Path) -> None:
    with pytest.raises(LexiconError, match="cannot be read"):
        load_limits(tmp_path)
    (tmp_path / "concept_limits.tsv").write_text("# note\ngeneric\tA\nother\tB\n")
    with pytest.raises(LexiconError, match=r":3: is not"):
        load_limits(tmp_path)


def mention(word: str, kind: str = "chemical", identifier: str = "") -> ConceptMention:
    return ConceptMention(word, word, 0, 0, len(word), kind, word, identifier)


def test_rows_hold_each_name_of_a_kind_once() -> None:
    mentions = [
        mention("Lactate", identifier="D019344"),
        mention("Cancer", "disease"),
        mention("lactate", identifier="D019344"),
        mention("•"),
        mention("→"),
    ]
    assert term_rows(mentions, "chemical") == (
        TermRow("Lactate", "MeSH", "D019344"),
        TermRow("•"),
        TermRow("→"),
    )
    assert term_rows(mentions, "disease") == (TermRow("Cancer"),)
