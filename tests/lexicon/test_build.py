from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from pipeline.errors import LexiconError
from pipeline.lexicon import tables
from pipeline.lexicon.build import build_lexicon
from pipeline.lexicon.load import Lexicon
from pipeline.resources import models_dir
from pipeline.types import LexiconEntry, Source
from tests.lexicon.releases import MICRORNA, Releases, hgnc_row


def meanings(lexicon: Lexicon, text: str) -> set[tuple[str, str, str]]:
    """(kind, origin, symbols) of everything that ``text`` can mean."""
    return {(entry.source.value, entry.origin, symbols(entry)) for entry in lexicon.lookup(text)}


def symbols(entry: LexiconEntry) -> str:
    return " ".join(gene.hgnc_symbol for gene in entry.genes)


def test_symbols_aliases_and_previous_symbols(releases: Releases) -> None:
    releases.hgnc = [
        hgnc_row("RIGI", "23586", aliases="RIG-I, RLR1", previous="DDX58"),
        hgnc_row("NOID", "", aliases="RLR1"),
        hgnc_row("OLD~withdrawn", "7", status="Symbol Withdrawn", aliases="RLR1"),
    ]
    lexicon = releases.load()
    assert meanings(lexicon, "RIGI") == {
        ("hgnc_symbol", "HGNC", "RIGI"),
        ("hgnc_alias_symbol", "HGNC", "RIGI"),
    }
    assert meanings(lexicon, "ddx-58") == {("hgnc_prev_symbol", "HGNC", "RIGI")}
    assert meanings(lexicon, "RLR1") == {("hgnc_alias_symbol", "HGNC", "RIGI")}
    assert meanings(lexicon, "NOID") == meanings(lexicon, "OLD~withdrawn") == set()
    gene = lexicon.gene("RIGI")
    assert gene is not None
    assert gene.entrez == "23586"


def test_approved_names_are_terms_only_where_a_figure_may_print_them(releases: Releases) -> None:
    releases.hgnc = [
        hgnc_row("OCLN", "1", "occludin"),
        hgnc_row("CASP3", "2", "caspase 3"),
        hgnc_row("TLR4", "3", "toll like receptor 4"),
        hgnc_row("MAPK1", "4", "mitogen-activated protein kinase 1"),
        hgnc_row("IL1A", "5", "interleukin 1, alpha"),
        hgnc_row("LONG", "6", "one two three four five"),
        hgnc_row("CASPX", "7", "caspase x pseudogene"),
        hgnc_row("PSEUDO", "8", "occludin copy", locus="pseudogene"),
    ]
    lexicon = releases.load()
    named = ("hgnc_alias_symbol", "approved name")
    assert meanings(lexicon, "Occludin") == {(*named, "OCLN")}
    assert meanings(lexicon, "caspase-3") == {(*named, "CASP3")}
    assert meanings(lexicon, "mitogen-activated protein kinase 1") == {(*named, "MAPK1")}
    for name in ("toll like receptor 4", "interleukin 1, alpha", "one two three four five"):
        assert meanings(lexicon, name) == set()
    assert meanings(lexicon, "caspase x pseudogene") == meanings(lexicon, "occludin copy") == set()


def test_families_with_all_their_names(releases: Releases) -> None:
    releases.relations = [
        "HGNC,AKT1,isa,FPLX,AKT_family",
        "HGNC,AKT2,isa,FPLX,AKT_family",
        "HGNC,AKT3,isa,FPLX,AKT_part",
        "FPLX,AKT_part,isa,FPLX,AKT_family",
    ]
    releases.grounding = [
        "PKB,FPLX,AKT_family,,,,",
        "PKB proteins,FPLX,AKT_family,,,,",
        "ghost,FPLX,Ghost,,,,",
        "RAC-alpha,UP,P31749,,,,",
        "RAC-beta,HGNC,AKT2,,,,",
        "nothing,UP,P00000,,,,",
        "water,CHEBI,CHEBI:15377,,,,",
    ]
    releases.equivalences = ["BEL,Akt Complex,AKT_family", "NXP,protein kinase B,AKT_family"]
    releases.hgnc[0] = hgnc_row("AKT1", "207", uniprot="P31749")
    lexicon = releases.load()
    family = {("bioentities_symbol", "FamPlex", "AKT1 AKT2 AKT3")}
    names = ["AKT_family", "PKB", "PKB proteins", "Akt Complex"]
    assert all(meanings(lexicon, name) == family for name in names)
    assert {entry.term for name in names for entry in lexicon.lookup(name)} == {"AKT_family"}
    assert meanings(lexicon, "RAC-α") == {("hgnc_alias_symbol", "FamPlex", "AKT1")}
    assert meanings(lexicon, "RAC-beta") == {("hgnc_alias_symbol", "FamPlex", "AKT2")}
    for name in ("ghost", "nothing", "water", "protein kinase B"):
        assert meanings(lexicon, name) == set()


def test_a_name_is_also_known_without_the_word_complex_or_family(releases: Releases) -> None:
    releases.relations = ["HGNC,AKT1,isa,FPLX,F"]
    releases.grounding = ["Ragulator complex,FPLX,F,,,,", "Raptor Family,FPLX,F,,,,"]
    lexicon = releases.load()
    for name in ("Ragulator", "Ragulator complex", "raptor"):
        assert meanings(lexicon, name) == {("bioentities_symbol", "FamPlex", "AKT1")}


def test_names_that_papers_have_for_a_protein(releases: Releases) -> None:
    releases.hgnc += [
        hgnc_row("AZI2", "1", aliases="NAP1, FLJ21939", previous="AZ2"),
        hgnc_row("CXCL8", "2", aliases="NAP1"),
        hgnc_row("ZYX", "3", name="zyxin"),
    ]
    names = [
        "NAP1 protein, human",
        "Nak-associated protein 1, human",
        "docking protein, human",
        "LOC64343 protein, human",
        "zyxin protein, human",
        "AZI2 deficiency, human",
        "NAP1, inverted protein, human",
        "Tbk1 binder protein, mouse",
    ]
    releases.mesh = {
        "supplements.tsv": [
            "\t".join(("C1", "AZI2 protein, human", "|".join(names), "D1")),
            "\t".join(("C2", "Cxcl8 protein, mouse", "Gro9 protein, mouse", "D1")),
            "\t".join(("C3", "Ghost protein, human", "spectre protein, human", "D1")),
            "\t".join(("C4", "Cxcl8 protein, fly", "Fly8 protein, fly", "D1")),
        ]
    }
    lexicon = releases.load()
    paper, alias = ("hgnc_alias_symbol", "MeSH"), ("hgnc_alias_symbol", "HGNC")
    assert meanings(lexicon, "NAP-1") == {(*paper, "AZI2"), (*alias, "CXCL8")}
    assert meanings(lexicon, "Nak-associated protein 1") == {(*paper, "AZI2")}
    assert meanings(lexicon, "docking protein") == {(*paper, "AZI2")}
    assert meanings(lexicon, "Gro9") == {(*paper, "CXCL8")}
    assert meanings(lexicon, "AZI2") == {("hgnc_symbol", "HGNC", "AZI2")}
    assert meanings(lexicon, "AZ2") == {("hgnc_prev_symbol", "HGNC", "AZI2")}
    assert meanings(lexicon, "zyxin") == {("hgnc_alias_symbol", "approved name", "ZYX")}
    releases.names = ["NAP1\tCXCL8"]
    curated = releases.load("curated")
    listed = ("hgnc_alias_symbol", "pathway names", "CXCL8")
    assert meanings(curated, "NAP-1") == {listed, (*alias, "AZI2"), (*alias, "CXCL8")}
    for name in ("docking", "LOC64343", "AZI2 deficiency", "spectre", "Ghost", "Fly8"):
        assert meanings(lexicon, name) == set(), name


def test_numbered_symbols_make_a_family(releases: Releases) -> None:
    releases.hgnc += [
        hgnc_row("WNT5A", "1"),
        hgnc_row("WNT5B", "2"),
        hgnc_row("TLR7", "3"),
        hgnc_row("TLR8", "4"),
        hgnc_row("CD1", "5"),
        hgnc_row("CD2", "6"),
        hgnc_row("SOLO1", "7"),
        hgnc_row("REL", "8"),
        hgnc_row("REL1", "9"),
        hgnc_row("REL2", "10"),
        hgnc_row("GHOST1", "11", locus="pseudogene"),
        hgnc_row("GHOST2", "12", locus="pseudogene"),
    ]
    lexicon = releases.load()
    root = ("bioentities_symbol", "gene root")
    assert meanings(lexicon, "AKT") == {(*root, "AKT1 AKT2 AKT3")}
    assert meanings(lexicon, "WNT5") == {(*root, "WNT5A WNT5B")}
    assert meanings(lexicon, "TLR") == set(), "not numbered from 1"
    assert meanings(lexicon, "CD") == set(), "too short"
    assert meanings(lexicon, "SOLO") == set(), "one gene"
    assert meanings(lexicon, "REL") == {("hgnc_symbol", "HGNC", "REL")}, "an approved symbol"
    assert meanings(lexicon, "GHOST") == set(), "no proteins"


def test_a_known_family_is_not_replaced_by_its_root(releases: Releases) -> None:
    releases.relations = ["HGNC,AKT1,isa,FPLX,AKT"]
    assert meanings(releases.load(), "AKT") == {("bioentities_symbol", "FamPlex", "AKT1")}


def test_microrna_families(releases: Releases) -> None:
    every = ("MIR29A MIR29B1 MIR29B2 MIR29C MIR16-1 MIR16-2 MIR21 MIRLET7A1 MIRLET7A2 MIRLET7G "
             "MIR9-2")  # fmt: skip
    releases.hgnc = [hgnc_row(s, str(i), locus=MICRORNA) for i, s in enumerate(every.split(), 1)]
    releases.hgnc += [hgnc_row("MIR16-1HG", "98", locus="RNA, long non-coding")]
    releases.hgnc += [hgnc_row("MIR17HG", "99", locus="RNA, long non-coding")]
    lexicon = releases.load()
    expected = {
        "MIR29": "MIR29A MIR29B1 MIR29B2 MIR29C",
        "MIR29B": "MIR29B1 MIR29B2",
        "MIR16": "MIR16-1 MIR16-2",
        "MIRLET7": "MIRLET7A1 MIRLET7A2 MIRLET7G",
        "MIRLET7A": "MIRLET7A1 MIRLET7A2",
    }
    for root, members in expected.items():
        assert meanings(lexicon, root) == {("bioentities_symbol", "gene root", members)}
    for single in ("MIR29A", "MIR21"):
        assert meanings(lexicon, single) == {("hgnc_symbol", "HGNC", single)}
    assert meanings(lexicon, "MIR9") == meanings(lexicon, "MIR17") == set()


def test_curated_names_add_terms_and_families(releases: Releases) -> None:
    releases.relations = ["HGNC,AKT1,isa,FPLX,AKT_family"]
    releases.names = [
        "PKBβ\tAKT2",
        "AKT3\tAKT3",
        "PKB\tFPLX:AKT_family",
        "two AKTs\tAKT2 AKT3",
        "AKTx\tAKT3\tAKT_family",
    ]
    lexicon = releases.load()
    origin = "pathway names"
    assert meanings(lexicon, "PKB-beta") == {("hgnc_alias_symbol", origin, "AKT2")}
    assert ("hgnc_symbol", origin, "AKT3") in meanings(lexicon, "AKT3")
    assert meanings(lexicon, "PKB") == {("bioentities_symbol", origin, "AKT1 AKT3")}
    assert meanings(lexicon, "two AKTs") == {("bioentities_symbol", origin, "AKT2 AKT3")}
    assert {entry.term for entry in lexicon.lookup("AKTx")} == {"AKT_family"}


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        ("TRIF\tTICAM1", "TRIF: TICAM1 is not an approved symbol"),
        ("PKB\tAKT1 AKTX", "PKB: AKTX is not an approved symbol"),
        ("PKB\tFPLX:AKT", "PKB: FamPlex has no AKT"),
        ("PKB\tFPLX:AKT_family AKT2", "PKB: FPLX:AKT_family is not an approved symbol"),
    ],
)
def test_a_curated_name_for_nothing_is_named(releases: Releases, line: str, cause: str) -> None:
    releases.relations = ["HGNC,AKT1,isa,FPLX,AKT_family"]
    releases.names = ["good\tAKT1", line]
    with pytest.raises(LexiconError) as caught:
        releases.build()
    assert caught.value.subject == str(releases.folder / "names.tsv")
    assert caught.value.cause == cause


def test_mesh_terms_stand_in_a_table_of_their_own(releases: Releases) -> None:
    releases.mesh = {"mesh.tsv": ["D1\tLipopolysaccharides\tLPS\tD09.400"]}
    counts = releases.build()
    folder = releases.folder / "lexicon"
    assert tables.read_table(folder / tables.MESH) == {
        "LIPOPOLYSACCHARIDES": "Lipopolysaccharides|chemical|D1",
        "LPS": "LPS|chemical|D1",
    }
    assert counts["MeSH: chemical"] == 2
    assert tables.verify(folder) == []


def test_counts_and_what_was_left_out_stand_in_the_manifest(releases: Releases) -> None:
    releases.relations = ["HGNC,CKBE,isa,FPLX,F", "HGNC,AKT1,isa,FPLX,F"]
    releases.hgnc += [hgnc_row("NOID", "")]
    releases.names = ["PKB\tAKT1"]
    counts = releases.build()
    assert counts == {
        "FamPlex: bioentities_symbol": 1,
        "HGNC: hgnc_symbol": 3,
        "gene root: bioentities_symbol": 1,
        "pathway names: hgnc_alias_symbol": 1,
    }
    manifest = tables.read_manifest(releases.folder / "lexicon")
    assert manifest["notes"] == {
        "terms by origin": counts,
        "approved genes without NCBI Gene id, left out": 1,
        "family members unknown to HGNC, left out": ["CKBE"],
    }
    sources = manifest["sources"]
    assert isinstance(sources, list)
    assert [(s["name"], s["version"], s["licence"]) for s in sources] == [
        ("HGNC hgnc.tsv", "2024-07-01", "CC0-1.0"),
        ("FamPlex relations.csv", "", "CC0-1.0"),
        ("FamPlex grounding_map.csv", "", "CC0-1.0"),
        ("FamPlex equivalences.csv", "", "CC0-1.0"),
        ("pfcurate names.tsv", "", "Apache-2.0"),
    ]
    relations = releases.folder / "famplex" / "relations.csv"
    assert sources[1]["sha256"] == tables.sha256_of(relations)


def test_building_twice_gives_the_same_bytes(releases: Releases) -> None:
    releases.relations = [f"HGNC,AKT{i},isa,FPLX,F" for i in (3, 1, 2)]
    releases.build("one")
    releases.build("other")
    for path in (releases.folder / "one").iterdir():
        assert path.read_bytes() == (releases.folder / "other" / path.name).read_bytes()


@pytest.mark.figures
def test_the_committed_lexicon_is_what_its_sources_give(shared: Path, tmp_path: Path) -> None:
    committed = models_dir() / "lexicon"
    manifest = tables.read_manifest(committed)
    sources = manifest["sources"]
    assert isinstance(sources, list)
    versions = {source["name"].split()[0]: source["version"] for source in sources}
    folder = shared / "lexicon-sources"
    curated = models_dir() / "curated"
    names, concepts = curated / "pathway_names.tsv", curated / "concepts.tsv"
    hgnc, famplex = folder / "hgnc_entries.tsv.gz", folder / "famplex"
    mesh = [folder / s["name"].split()[1] for s in sources if s["name"].startswith("MeSH ")]
    build_lexicon(tmp_path, hgnc, famplex, names, mesh, versions, concepts)
    rebuilt = tables.read_manifest(tmp_path)
    assert rebuilt["sources"] == sources
    assert rebuilt["notes"] == manifest["notes"]
    assert {path.name for path in committed.iterdir()} == {p.name for p in tmp_path.iterdir()}
    for path in committed.glob("*.gz"):
        # Another zlib may compress otherwise; the tables themselves must agree.
        rows = gzip.decompress((tmp_path / path.name).read_bytes())
        assert gzip.decompress(path.read_bytes()) == rows, path.name


def test_the_committed_lexicon_is_what_its_manifest_says() -> None:
    assert tables.verify(models_dir() / "lexicon") == []


def test_every_kind_of_term_is_in_the_committed_lexicon() -> None:
    rows = tables.read_table(models_dir() / "lexicon" / tables.TERMS).values()
    kinds = {term.source for row in rows for term in tables.parse_terms(row)}
    assert kinds == set(Source)
