from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import LexiconError
from pipeline.lexicon.concepts import KINDS, Concepts, merged, read_concepts
from pipeline.lexicon.folding import fold
from pipeline.lexicon.load import load_lexicon
from pipeline.lexicon.tables import MeshTerm

MESH = (
    "C7\tOther\tLactate\tD1\n"
    "D1\tLactic Acid\tLactate|Milk Acid\tD02.241\t\n"
    "D2\tMilk Acid\t\tD02\t\n"
    "D3\tProteins\t\tD12.776\t\n"
)


@pytest.fixture
def mesh(tmp_path: Path) -> Path:
    path = tmp_path / "mesh.tsv"
    path.write_text(MESH)
    return path


def written(folder: Path, text: str) -> Path:
    path = folder / "concepts.tsv"
    path.write_text(text, encoding="utf-8")
    return path


def test_names_are_resolved_to_ids(tmp_path: Path, mesh: Path) -> None:
    path = written(
        tmp_path,
        "# note\n\nlactate\tchemical\tLactic acid\nmilk\tchemical\tMilk Acid\n"
        "L\tchemical\tlactate\np\tdisease\tProteins\nssRNA\tchemical\t-\n",
    )
    assert list(read_concepts(path, [mesh])) == [
        MeshTerm("lactate", "chemical", "D1"),
        MeshTerm("milk", "chemical", "D2"),  # a name counts before a synonym
        MeshTerm("L", "chemical", "D1"),  # and a descriptor before a supplement
        MeshTerm("p", "disease", "D3"),
        MeshTerm("ssRNA", "chemical", ""),
    ]


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        ("a\tchemical\tAbsent", "a: MeSH has no Absent"),
        ("a\tgene\tProteins", "is not `term<TAB>chemical|disease<TAB>MeSH name`"),
        ("a\tchemical", "is not `term<TAB>chemical|disease<TAB>MeSH name`"),
        ("a\tchemical\t", "is not `term<TAB>chemical|disease<TAB>MeSH name`"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, mesh: Path, line: str, cause: str) -> None:
    path = written(tmp_path, f"good\tchemical\tProteins\n{line}\n")
    with pytest.raises(LexiconError) as caught:
        list(read_concepts(path, [mesh]))
    assert (caught.value.subject, caught.value.cause) == (f"{path}:2", cause)


def test_curated_terms_take_precedence_and_keep_their_spellings() -> None:
    curated = [MeshTerm("O2", "chemical", "D1"), MeshTerm("O2-", "chemical", "D2")]
    mesh = [
        MeshTerm("o2", "chemical", "D3"),
        MeshTerm("Water", "chemical", "D4"),
        MeshTerm("WATER", "disease", "D5"),
    ]
    assert merged(curated, mesh) == [*curated, MeshTerm("Water", "chemical", "D4")]


def test_without_a_table_nothing_is_found(tmp_path: Path) -> None:
    assert Concepts().find("LPS") == ()
    with pytest.raises(LexiconError):
        Concepts(tmp_path / "mesh.tsv.gz").find("LPS")


def test_the_built_in_lexicon_holds_every_curated_concept(root: Path) -> None:
    """Rebuild the lexicon after a change of the list; see models/README.md."""
    concepts = load_lexicon().concepts
    text = (root / "models" / "curated" / "concepts.tsv").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            term, kind, name = line.split("\t")
            assert kind in KINDS
            key = fold(term)
            if len(key) > 1:  # single letters are no keys: H+, K+
                found = [c for c in concepts.find(key) if (c.text, c.kind) == (term, kind)]
                assert found, term
                assert bool(found[0].identifier) == (name != "-"), term
