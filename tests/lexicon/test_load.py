from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from pipeline.errors import LexiconError
from pipeline.lexicon import tables
from pipeline.lexicon.explain import describe, meanings
from pipeline.lexicon.load import Lexicon, load_lexicon
from pipeline.resources import models_dir
from pipeline.types import Gene, Source
from tests.lexicon.releases import Releases, hgnc_row


def rewrite(path: Path, rows: dict[str, str]) -> None:
    text = "".join(f"{key}\t{cells}\n" for key, cells in rows.items())
    path.write_bytes(gzip.compress(text.encode("utf-8")))


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return load_lexicon()


def test_one_gene_under_all_its_names(lexicon: Lexicon) -> None:
    for name in ("TP53", "tp53", "p53", "P-53"):
        assert Gene("TP53", "7157") in {g for e in lexicon.lookup(name) for g in e.genes}


def test_a_family_is_looked_up_with_its_members(lexicon: Lexicon) -> None:
    found = {entry.term: entry for entry in lexicon.lookup("NF-κB") if entry.family}
    entry = found["NFkappaB"]
    assert entry.source is Source.FAMILY
    assert {"NFKB1", "NFKB2", "REL", "RELA", "RELB"} <= {g.hgnc_symbol for g in entry.genes}
    assert entry.genes == lexicon.members("NFkappaB") == tuple(sorted(entry.genes))
    assert all(gene.entrez.isdigit() for gene in entry.genes)


def test_looking_up_nothing(lexicon: Lexicon) -> None:
    assert lexicon.lookup("") == lexicon.lookup("nothing of the kind") == lexicon.find("") == ()
    assert lexicon.gene("NOGENE") is None
    assert lexicon.info("NOGENE") is None
    assert lexicon.members("NOFAMILY") == ()
    assert "NOGENE" not in lexicon
    assert "TP53" in lexicon


def test_what_is_known_of_a_gene(lexicon: Lexicon) -> None:
    info = lexicon.info("MIR21")
    assert info is not None
    assert (info.entrez, info.locus, info.name) == ("406991", "rna", "microRNA 21")


def test_every_key_of_the_built_in_lexicon_means_something(lexicon: Lexicon) -> None:
    keys = tables.read_table(models_dir() / "lexicon" / tables.TERMS)
    assert len(lexicon) == len(keys) > 100_000
    assert [key for key in keys if not lexicon.find(key)] == []


def test_the_version_follows_the_content(releases: Releases) -> None:
    first = releases.load("one").version
    assert releases.load("same").version == first
    releases.hgnc += [hgnc_row("TP53", "7157")]
    assert releases.load("other").version != first


def test_a_lexicon_of_ours_is_judged_with_care(releases: Releases) -> None:
    assert not releases.load().like_for_like


@pytest.mark.parametrize("name", [tables.GENES, tables.FAMILIES, tables.TERMS, tables.MANIFEST])
def test_an_incomplete_folder_is_refused(releases: Releases, name: str) -> None:
    releases.build()
    path = releases.folder / "lexicon" / name
    path.unlink()
    with pytest.raises(LexiconError) as caught:
        load_lexicon(path.parent)
    assert caught.value.subject == str(path)


@pytest.mark.parametrize("name", ["nowhere", "hgnc.tsv"])
def test_what_is_no_folder_is_refused(releases: Releases, name: str) -> None:
    releases.build()
    with pytest.raises(LexiconError, match="is not a folder"):
        load_lexicon(releases.folder / name)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LexiconError, match=r"manifest\.json: cannot be read"):
        load_lexicon(tmp_path)


def test_a_malformed_row_is_an_error_of_the_lexicon(releases: Releases) -> None:
    releases.build()
    folder = releases.folder / "lexicon"
    cells = ["AKT1|no_such_source|AKT1|HGNC", "PKB", "a|hgnc_symbol|AKT1", "a|hgnc_symbol|A|b|c"]
    rows = {f"KEY{number}": cell for number, cell in enumerate(cells)}
    rewrite(folder / tables.TERMS, rows)
    lexicon = load_lexicon(folder)
    for text in rows:
        with pytest.raises(LexiconError, match="which is none"):
            lexicon.lookup(text)


def test_a_term_of_an_unknown_gene_or_family_means_nothing(releases: Releases) -> None:
    releases.build()
    folder = releases.folder / "lexicon"
    rewrite(
        folder / tables.TERMS,
        {
            "PKB": "PKB|hgnc_alias_symbol|NOGENE|HGNC",
            "RAC": "RAC|bioentities_symbol|NOFAMILY|x",
        },
    )
    lexicon = load_lexicon(folder)
    assert lexicon.lookup("PKB") == lexicon.lookup("RAC") == ()


def test_meanings_in_words(releases: Releases) -> None:
    releases.relations = ["HGNC,AKT1,isa,FPLX,AKT", "HGNC,AKT2,isa,FPLX,AKT"]
    releases.hgnc[0] = hgnc_row("AKT1", "207", "AKT serine/threonine kinase 1", aliases="PKB, pkb")
    lexicon = releases.load()
    assert [describe(lexicon, entry) for entry in meanings(lexicon, "pkb")] == [
        "AKT1 (NCBI Gene 207, AKT serine/threonine kinase 1); alias 'PKB' of HGNC"
    ]
    assert [describe(lexicon, entry) for entry in meanings(lexicon, "AKT")] == [
        "the family AKT: AKT1, AKT2; family or complex 'AKT' of FamPlex"
    ]
