from __future__ import annotations

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.vocab import Vocab

from pipeline.naming.tokenizer import LabelTokenizer, split

NAME_LIKE = st.text("aB1γ-./,()' \n\t’‐²é")


@given(st.text(st.characters(exclude_categories=())) | NAME_LIKE)
def test_pieces_make_up_the_text(text: str) -> None:
    pieces = split(text)
    assert "".join(pieces) == text
    assert all(pieces)


@given(st.text() | NAME_LIKE)
def test_a_document_has_the_text(text: str) -> None:
    doc = LabelTokenizer(Vocab())(text)
    assert doc.text == text
    assert [token.text for token in doc if token.text == "\n"] == ["\n"] * text.count("\n")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("NF-κB", ["NF-κB"]),
        ("IL-1β", ["IL-1β"]),
        ("Kir6.2", ["Kir6.2"]),
        ("5'-UTR", ["5", "'", "-", "UTR"]),
        ("STAT1/2", ["STAT1", "/", "2"]),
        ("IFN-α/β", ["IFN-α", "/", "β"]),
        ("14-3-3", ["14-3-3"]),
        ("CD8+", ["CD8", "+"]),
        ("(TLR4)", ["(", "TLR4", ")"]),
        ("MMP-2/-9", ["MMP-2", "/", "-", "9"]),
        ("Ass,Mig.Mmp12", ["Ass", ",", "Mig", ".", "Mmp12"]),
        ("Cyclin  D1", ["Cyclin", "  ", "D1"]),
        ("a\n\nb", ["a", "\n", "\n", "b"]),
        ("p_38", ["p", "_", "38"]),
    ],
)
def test_what_is_one_token(text: str, words: list[str]) -> None:
    assert [piece for piece in split(text) if piece != " "] == words


def test_a_pipeline_with_it_can_be_stored() -> None:
    nlp = spacy.blank("en")
    nlp.tokenizer = LabelTokenizer(nlp.vocab)
    nlp.from_bytes(nlp.to_bytes())
    assert [token.text for token in nlp("STAT1/2")] == ["STAT1", "/", "2"]
