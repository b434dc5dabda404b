from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.lexicon.load import Lexicon, load_lexicon
from pipeline.lexicon.nomenclature import Nomenclature
from pipeline.lexicon.pfocr import FILES
from pipeline.lexicon.releases import (
    FamilyChange,
    ReleaseDiff,
    Releases,
    Renamed,
    TermChange,
    Withdrawn,
)
from pipeline.types import Gene, Source
from tests.lexicon.releases import Releases as Sources
from tests.lexicon.releases import hgnc_row

RIGI, AKT1, AKT2 = Gene("RIGI", "23586"), Gene("AKT1", "201"), Gene("AKT2", "202")
MICAL2 = Gene("MICAL2", "9645")


def member(symbol: str, family: str) -> str:
    return f"HGNC,{symbol},isa,FPLX,{family}"


@pytest.fixture
def pair(releases: Sources) -> tuple[Lexicon, Lexicon]:
    """Two releases between which everything happens that is told apart."""
    akt = list(releases.hgnc)
    releases.hgnc = [
        *akt,
        hgnc_row("DDX58", "23586", aliases="RIG-I"),
        hgnc_row("MICALCL", "84953", aliases="EBITEIN1"),
        hgnc_row("MICAL2", "9645"),
        hgnc_row("GONE1", "77", aliases="LOST-NAME"),
        hgnc_row("RIPK1", "8737"),
        hgnc_row("KRR1", "11103", aliases="RIP1"),
    ]
    releases.relations = [member("AKT1", "Akt"), member("AKT2", "Akt"), member("MICALCL", "MICAL"),
                          member("MICAL2", "MICAL")]  # fmt: skip
    old = releases.load("old")
    releases.hgnc = [
        *akt,
        hgnc_row("RIGI", "23586", aliases="RIG-I", previous="DDX58"),
        hgnc_row("MICAL2", "9645", aliases="EBITEIN1", previous="MICALCL"),
        hgnc_row("RIPK1", "8737", aliases="RIP1"),
        hgnc_row("KRR1", "11103"),
        hgnc_row("NEW1", "99", aliases="FRESH-NAME"),
    ]
    releases.relations = [member("AKT1", "AKT"), member("AKT3", "AKT"), member("MICAL2", "MICAL")]
    return old, releases.load("new")


def test_every_class_of_change(pair: tuple[Lexicon, Lexicon]) -> None:
    diff = Releases(*pair).compare()
    assert diff.renamed == (Renamed("23586", "DDX58", "RIGI"),)
    assert diff.withdrawn == (
        Withdrawn(Gene("GONE1", "77"), None),
        Withdrawn(Gene("MICALCL", "84953"), MICAL2),
    )
    assert diff.new_genes == (Gene("NEW1", "99"),)
    # The id of the family is spelt otherwise; the merger is no change of the other family.
    assert diff.families == (FamilyChange("AKT", (Gene("AKT3", "203"),), (AKT2,)),)
    changed = {change.term: change for change in diff.changed_terms}
    assert changed["RIP1"] == TermChange(
        "RIP1", Source.ALIAS, (Gene("KRR1", "11103"),), (Gene("RIPK1", "8737"),)
    )
    assert set(changed) == {"RIP1", "AKT"}
    assert {change.term for change in diff.new_terms} == {"NEW1", "FRESH-NAME"}
    assert {change.term for change in diff.dropped_terms} == {"GONE1", "LOST-NAME"}
    assert all(change.old and not change.new for change in diff.dropped_terms)
    assert all(change.new and not change.old for change in diff.new_terms)


def test_a_release_is_like_itself(pair: tuple[Lexicon, Lexicon]) -> None:
    for lexicon in pair:
        diff = Releases(lexicon, lexicon).compare()
        assert not any(getattr(diff, name) for name in ReleaseDiff.__slots__)


def test_there_and_back(pair: tuple[Lexicon, Lexicon]) -> None:
    there, back = Releases(*pair).compare(), Releases(*reversed(pair)).compare()
    assert {(r.entrez, r.new, r.old) for r in there.renamed} == {
        (r.entrez, r.old, r.new) for r in back.renamed
    }
    assert {w.gene for w in there.withdrawn} == set(back.new_genes)
    assert {w.gene for w in back.withdrawn} == set(there.new_genes)


def test_a_key_leads_to_its_first_kind_of_meaning(releases: Sources) -> None:
    releases.hgnc += [
        hgnc_row("CAT", "847"),
        hgnc_row("CRAT", "1384", aliases="CAT, TWO"),
        hgnc_row("CPT2", "1376", aliases="TWO"),
        hgnc_row("MAL", "4118"),
        hgnc_row("TIRAP", "114609"),
    ]
    releases.names = ["MAL\tTIRAP"]
    lexicon = releases.load()
    pair = Releases(lexicon, lexicon)
    found = {key: pair.after(key) for key in ("CAT", "TWO", "MAL", "AKT")}
    assert {key: meaning and meaning.genes for key, meaning in found.items()} == {
        "CAT": {"847"},  # approved symbol before alias
        "TWO": {"1384", "1376"},  # equals share it
        "MAL": {"114609"},  # curated names override
        "AKT": {"201", "202", "203"},
    }
    assert pair.after("NOTHING") is None


def test_pfocr_files_on_either_side(tmp_path: Path, releases: Sources) -> None:
    folder = tmp_path / "pfocr"
    folder.mkdir()
    rows = {Source.SYMBOL: "201,AKT1\r202,AKT2B", Source.FAMILY: "201,AKT\r202,AKT"}
    for name, column, source in FILES:
        (folder / name).write_text(f"entrez_id,{column}\r{rows.get(source, '')}", newline="")
    ours, theirs = releases.load(), load_lexicon(folder)
    diff = Releases(theirs, ours).compare()
    assert diff.renamed == (Renamed("202", "AKT2B", "AKT2"),)
    assert diff.new_genes == (Gene("AKT3", "203"),)
    assert Releases(ours, theirs).compare().renamed == (Renamed("202", "AKT2", "AKT2B"),)


@pytest.mark.parametrize(
    ("symbol", "entrez", "gene"),
    [
        ("RIGI", "23586", RIGI),
        ("DDX58", "23586", RIGI),  # the id decides
        ("ANYTHING", "23586", RIGI),
        ("AKT1", "23586", RIGI),
        ("DDX58", "", RIGI),  # no id: the previous symbol
        ("ddx58", "0", RIGI),
        ("RIGI", "", RIGI),
        ("MICALCL", "84953", MICAL2),  # merged
        ("RIG-I", "", None),  # an alias is no name of old
        ("NOTHING", "84953", None),
        ("", "", None),
        ("SHARED", "", None),  # of two genes
        ("REUSED", "12345", None),  # one gene's now, another's then
    ],
)
def test_present_genes(releases: Sources, symbol: str, entrez: str, gene: Gene | None) -> None:
    releases.hgnc += [
        hgnc_row("RIGI", "23586", aliases="RIG-I", previous="DDX58, SHARED"),
        hgnc_row("MICAL2", "9645", previous="MICALCL, SHARED, REUSED"),
        hgnc_row("REUSED", "5"),
    ]
    assert Nomenclature(releases.load()).present(symbol, entrez) == gene
