from __future__ import annotations

from math import comb
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.curation import enrichment
from pipeline.curation.enrichment import (
    ALPHA,
    MIN_SHARED,
    DiseaseSets,
    Enricher,
    digest,
    read_disease_sets,
    with_enriched,
)
from pipeline.errors import InputError
from pipeline.lexicon.load import load_lexicon
from pipeline.lexicon.nomenclature import Nomenclature
from pipeline.records.frontmatter import load_record
from pipeline.types import GeneRow, TermRow


@pytest.fixture(scope="module")
def nomenclature() -> Nomenclature:
    return Nomenclature(load_lexicon())


def sets(**members: str) -> DiseaseSets:
    diseases = {name.replace("_", " "): frozenset(genes.split()) for name, genes in members.items()}
    return DiseaseSets(Path("d.gmt"), "0", diseases, frozenset().union(*diseases.values()))


def rows(genes: str) -> list[GeneRow]:
    return [GeneRow(f"g{g}", f"g{g}", "hgnc_symbol", f"G{g}", g) for g in genes.split()]


def chance(shared: int, universe: int, disease: int, drawn: int) -> float:
    """The upper tail of the hypergeometric distribution, counted out."""
    ways = sum(
        comb(disease, k) * comb(universe - disease, drawn - k)
        for k in range(shared, min(disease, drawn) + 1)
    )
    return ways / comb(universe, drawn)


def test_the_test_and_its_correction() -> None:
    others = " ".join(str(n) for n in range(10, 60))
    collection = sets(Rare="1 2 3", Common=f"1 4 {others}", Elsewhere="7 8 9")
    assert len(collection.universe) == 57
    result = Enricher(collection).enrich(rows("1 2 3 4 99"))
    assert (result.genes, result.tested) == (4, 2)
    (found,) = result.found
    assert (found.row, found.genes, found.size) == (TermRow("Rare"), ("G1", "G2", "G3"), 3)
    assert found.p == pytest.approx(chance(3, 57, 3, 4))
    assert found.q == pytest.approx(2 * found.p)
    assert result.document() == {
        "sets": "d.gmt",
        "sha256": "0",
        "test": "hypergeometric",
        "correction": "Benjamini-Hochberg over the diseases tested",
        "alpha": ALPHA,
        "min_shared": MIN_SHARED,
        "universe": 57,
        "genes": 4,
        "tested": 2,
        "found": [
            {
                "word": "Rare",
                "genes": ["G1", "G2", "G3"],
                "size": 3,
                "p": float(f"{found.p:.3g}"),
                "q": float(f"{found.q:.3g}"),
            }
        ],
    }


def test_one_shared_gene_is_not_enough() -> None:
    collection = sets(Rare="1", Rest=" ".join(str(n) for n in range(2, 200)))
    assert chance(1, 199, 1, 1) < ALPHA
    assert Enricher(collection).enrich(rows("1")).found == ()


def test_figures_without_genes_of_the_collection() -> None:
    result = Enricher(sets(Rare="1 2 3")).enrich(rows("7"))
    assert (result.genes, result.tested, result.found) == (0, 0, ())
    assert Enricher(sets(Rare="1 2 3")).enrich([]).found == ()


@given(
    st.dictionaries(
        st.sampled_from("abcd"), st.frozensets(st.sampled_from("123456789"), min_size=1), min_size=1
    ),
    st.frozensets(st.sampled_from("123456789")),
)
def test_any_figure_against_any_collection(
    diseases: dict[str, frozenset[str]], genes: frozenset[str]
) -> None:
    collection = DiseaseSets(Path("d"), "", diseases, frozenset().union(*diseases.values()))
    result = Enricher(collection).enrich(rows(" ".join(sorted(genes))))
    for found in result.found:
        assert 0.0 <= found.p <= found.q < ALPHA
        members = diseases[found.row.word]
        drawn = len(genes & collection.universe)
        tail = chance(len(found.genes), len(collection.universe), len(members), drawn)
        assert found.p == pytest.approx(tail)


def test_known_diseases_have_their_mesh_id() -> None:
    collection = sets(Melanoma="1 2 3", Odd_name="11 12 13", Rest=" ".join(map(str, range(20, 90))))
    found = Enricher(collection, load_lexicon().concepts).enrich(rows("1 2 3 11 12 13")).found
    assert {each.row.word: each.row for each in found} == {
        "Melanoma": TermRow("Melanoma", "MeSH", "D008545"),
        "Odd name": TermRow("Odd name"),
    }


def test_what_was_read_is_not_repeated() -> None:
    collection = sets(Rare_disease="1 2", Melanoma="1 2", Rest=" ".join(map(str, range(9, 90))))
    found = Enricher(collection, load_lexicon().concepts).enrich(rows("1 2")).found
    assert len(found) == 2
    read = [TermRow("rare disease"), TermRow("MM", "MeSH", "D008545")]
    assert with_enriched(read, found) == tuple(read)
    assert {row.word for row in with_enriched([], found)} == {"Rare disease", "Melanoma"}


def write(folder: Path, text: str) -> Path:
    path = folder / "d.gmt"
    path.write_bytes(text.encode())
    return path


@pytest.mark.parametrize(
    "text",
    [
        "Some disease\tfrom somewhere\tTP53\tEGFR\nOther  one\t\tJAK2\tJAK2\n",
        "Some disease\thttps://x.y\t7157\t1956\nOther one\tna\t3717\n\n",
        "Some disease\tTP53\tEGFR\r\nOther one\tJAK2\tJAK2\r\n",
        "Some disease\t7157\t1956\nOther one\t3717\t3717\n",
    ],
)
def test_reading_a_collection(tmp_path: Path, nomenclature: Nomenclature, text: str) -> None:
    path = write(tmp_path, text)
    read = read_disease_sets(path, nomenclature)
    assert read.sets == {"Some disease": {"7157", "1956"}, "Other one": {"3717"}}
    assert read.universe == {"7157", "1956", "3717"}
    assert read.digest == digest(path)


def test_symbols_of_any_age(tmp_path: Path, nomenclature: Nomenclature) -> None:
    # DDX58 became RIGI; XBP1 is approved, whatever else was called so; the last is none.
    path = write(tmp_path, "A\tnone\tDDX58\tXBP1\tENSP00000478683\n")
    assert read_disease_sets(path, nomenclature).universe == {"23586", "7494", "ENSP00000478683"}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "no gene set"),
        (b"\n \n", "no gene set"),
        (b"A\tnone\tTP53\nB\tnone\n", "line 2 is not a gene set"),
        (b"\tnone\tTP53\n", "line 1 is not a gene set"),
        (b"A\tnone\t\xff\n", "not UTF-8"),
    ],
)
def test_files_that_are_none(
    tmp_path: Path, nomenclature: Nomenclature, data: bytes, message: str
) -> None:
    path = tmp_path / "d.gmt"
    path.write_bytes(data)
    with pytest.raises(InputError, match=message):
        read_disease_sets(path, nomenclature)


def test_files_that_cannot_be_read(
    tmp_path: Path, nomenclature: Nomenclature, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_disease_sets(tmp_path / "nowhere", nomenclature)
    path = write(tmp_path, "A\tnone\tTP53\n")
    monkeypatch.setattr(enrichment, "MAX_BYTES", 5)
    with pytest.raises(InputError, match="larger than"):
        digest(path)


@pytest.mark.figures
def test_published_diseases(shared: Path, nomenclature: Nomenclature) -> None:
    """Published rows were corrected over another family of tests; see ``bench/diseases.py``."""
    path = shared / "lexicon-sources" / "pfocr" / "jensen_know.gmt"
    enricher = Enricher(read_disease_sets(path, nomenclature))
    published, found = set(), set()
    for file in sorted((shared / "figures" / "records").glob("*.md")):
        record = load_record(file)
        published |= {(record.figid, row.word) for row in record.diseases}
        found |= {(record.figid, e.row.word) for e in enricher.enrich(record.genes).found}
    assert len(published) == 107
    assert len(found & published) >= 65
    assert len(found & published) / len(found) >= 0.55
