from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from pipeline.errors import LexiconError
from pipeline.lexicon.mesh import read_mesh
from pipeline.lexicon.sources import (
    Hgnc,
    locus,
    read_famplex,
    read_hgnc,
    read_names,
    read_text,
    unique_previous,
)
from pipeline.lexicon.tables import GeneInfo, MeshTerm
from tests.lexicon.releases import COLUMNS, MICRORNA, Releases, hgnc_row

HEADER = "\t".join(COLUMNS)


def hgnc_file(folder: Path, *rows: str) -> Path:
    path = folder / "hgnc.tsv"
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return path


def test_hgnc_keeps_approved_genes_with_an_id(tmp_path: Path) -> None:
    release = read_hgnc(
        hgnc_file(
            tmp_path,
            hgnc_row("TP53", "7157", "tumor protein p53", aliases="p53, LFS1", uniprot="P04637"),
            hgnc_row("RIGI", "23586", "RNA sensor RIG-I", previous="DDX58, RIG-I"),
            hgnc_row("MIR21", "406991", "microRNA 21", locus=MICRORNA),
            hgnc_row("HTT-AS", "", "antisense"),
            hgnc_row("OLD~withdrawn", "1", status="Symbol Withdrawn", aliases="P53X"),
            hgnc_row("GONE", "2", status="Entry Withdrawn"),
        )
    )
    assert release.genes == {
        "TP53": GeneInfo("7157", "protein", "tumor protein p53"),
        "RIGI": GeneInfo("23586", "protein", "RNA sensor RIG-I"),
        "MIR21": GeneInfo("406991", "rna", "microRNA 21"),
    }
    assert release.aliases["TP53"] == ["p53", "LFS1"]
    assert release.previous["RIGI"] == ["DDX58", "RIG-I"]
    assert release.uniprot == {"P04637": "TP53"}
    assert release.without_entrez == ["HTT-AS"]


def test_hgnc_may_be_gzipped_and_have_a_byte_order_mark(tmp_path: Path) -> None:
    text = f"{HEADER}\r\n{hgnc_row('TP53', '7157')}\r\n"
    path = tmp_path / "hgnc.tsv.gz"
    path.write_bytes(gzip.compress(b"\xef\xbb\xbf" + text.encode()))
    assert read_hgnc(path).genes["TP53"].entrez == "7157"


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("", "has no column"),
        ("HGNC ID\tApproved symbol\n", "has no column Alias symbols, Approved name"),
        (HEADER + "\n", "holds no approved gene"),
        (HEADER + "\nHGNC:1\tTP53\ttumor protein\tApproved\n", "is cut short"),
    ],
)
def test_a_malformed_hgnc_download_is_named(tmp_path: Path, text: str, cause: str) -> None:
    path = tmp_path / "hgnc.tsv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LexiconError) as caught:
        read_hgnc(path)
    assert caught.value.subject.startswith(str(path))
    assert caught.value.cause.startswith(cause)
    assert "models/README.md" in caught.value.remedy


@pytest.mark.parametrize("data", [None, b"\x1f\x8b\x08", b"\x1f\x8b" + b"\x00" * 40, b"\xff\xfe"])
def test_an_unreadable_source_is_named(tmp_path: Path, data: bytes | None) -> None:
    path = tmp_path / "hgnc.tsv.gz"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(LexiconError, match=r"hgnc\.tsv\.gz: cannot be read"):
        read_text(path)


@pytest.mark.parametrize(
    ("hgnc_type", "expected"),
    [
        ("gene with protein product", "protein"),
        ("T cell receptor gene", "protein"),
        ("immunoglobulin gene", "protein"),
        ("complex locus constituent", "protein"),
        ("RNA, micro", "rna"),
        ("RNA, long non-coding", "rna"),
        ("RNA, ribosomal", "other"),
        ("pseudogene", "pseudo"),
        ("immunoglobulin pseudogene", "pseudo"),
        ("unknown", "other"),
    ],
)
def test_locus_classes(hgnc_type: str, expected: str) -> None:
    assert locus(hgnc_type) == expected


def test_a_previous_symbol_of_two_genes_belongs_to_none() -> None:
    release = Hgnc(previous={"A1": ["OLD", "SHARED"], "A2": ["SHARED"]})
    assert unique_previous(release) == {"OLD": "A1"}


def famplex(releases: Releases, **genes: str) -> dict[str, set[str]]:
    releases.hgnc += [
        hgnc_row(symbol, str(number), previous=previous)
        for number, (symbol, previous) in enumerate(genes.items(), 900)
    ]
    releases.build()
    hgnc = read_hgnc(releases.folder / "hgnc.tsv")
    return read_famplex(releases.folder / "famplex", hgnc).members


def test_a_hierarchy_is_expanded_through_all_levels(releases: Releases) -> None:
    releases.relations = [
        "HGNC,AKT1,isa,FPLX,Low",
        "FPLX,Low,isa,FPLX,Middle",
        "HGNC,AKT2,partof,FPLX,Middle",
        "FPLX,Middle,partof,FPLX,High",
        "FPLX,Nothing,isa,FPLX,High",
        "UP,P00001,isa,FPLX,High",
        "HGNC,AKT3,isa,HGNC,AKT1",
    ]
    assert famplex(releases) == {
        "Low": {"AKT1"},
        "Middle": {"AKT1", "AKT2"},
        "High": {"AKT1", "AKT2"},
    }


def test_families_may_contain_each_other(releases: Releases) -> None:
    releases.relations = [
        "FPLX,A,isa,FPLX,B",
        "FPLX,B,isa,FPLX,C",
        "FPLX,C,isa,FPLX,A",
        "FPLX,A,isa,FPLX,A",
        "HGNC,AKT1,isa,FPLX,A",
        "HGNC,AKT2,isa,FPLX,C",
    ]
    assert famplex(releases) == {family: {"AKT1", "AKT2"} for family in "ABC"}


def test_a_deep_hierarchy_is_expanded(releases: Releases) -> None:
    depth = 1500
    releases.relations = [f"FPLX,F{i + 1},isa,FPLX,F{i}" for i in range(depth)]
    releases.relations += [f"HGNC,AKT1,isa,FPLX,F{depth}"]
    release = famplex(releases)
    assert release["F0"] == {"AKT1"}
    assert len(release) == depth + 1


def test_members_under_an_older_symbol_are_found_unknown_ones_reported(releases: Releases) -> None:
    releases.relations = [
        "HGNC,DDX58,isa,FPLX,RLR",
        "HGNC,CKBE,isa,FPLX,RLR",
        "HGNC,SHARED,isa,FPLX,RLR",
        "HGNC,CKBE,isa,FPLX,Empty",
    ]
    members = famplex(releases, RIGI="DDX58", ONE="SHARED", TWO="SHARED")
    assert members == {"RLR": {"RIGI"}}
    hgnc = read_hgnc(releases.folder / "hgnc.tsv")
    assert read_famplex(releases.folder / "famplex", hgnc).unknown == ["CKBE", "SHARED"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("relations.csv", "HGNC,AKT1,isa,FPLX\n"),
        ("relations.csv", 'HGNC,"AKT1\n'),
        ("grounding_map.csv", "AKT,FPLX\n"),
        ("grounding_map.csv", "AKT,FPLX,AKT\rAKT,FPLX,AKT\r"),
        ("equivalences.csv", "BEL\n"),
        ("equivalences.csv", "BEL,A," + "x" * 200_000 + "\n"),
    ],
)
def test_a_malformed_famplex_file_is_named(releases: Releases, name: str, text: str) -> None:
    releases.build()
    path = releases.folder / "famplex" / name
    path.write_text(text, encoding="utf-8", newline="")
    with pytest.raises(LexiconError) as caught:
        read_famplex(path.parent, read_hgnc(releases.folder / "hgnc.tsv"))
    assert caught.value.subject.startswith(str(path))


def test_a_missing_famplex_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(LexiconError, match=r"relations\.csv: cannot be read"):
        read_famplex(tmp_path, Hgnc())


def names_file(folder: Path, text: str) -> Path:
    path = folder / "names.tsv"
    path.write_text(text, encoding="utf-8")
    return path


def test_curated_names(tmp_path: Path) -> None:
    text = "# a comment\n\nRIG-I\tRIGI\nIKK\tFPLX:IKK\nLC3 \t A B\nLC3s\tA B\tLC3\nOne\tA\tOnes\n"
    assert list(read_names(names_file(tmp_path, text))) == [
        ("RIG-I", "", ["RIGI"]),
        ("IKK", "", ["FPLX:IKK"]),
        ("LC3", "LC3", ["A", "B"]),
        ("LC3s", "LC3", ["A", "B"]),
        ("One", "Ones", ["A"]),
    ]


@pytest.mark.parametrize("line", ["RIG-I RIGI", "RIG-I\t", "\tRIGI", "a\tB\tc\td", "a\t\tB"])
def test_a_malformed_curated_name_is_named_with_its_line(tmp_path: Path, line: str) -> None:
    path = names_file(tmp_path, f"# comment\nTRIF\tTICAM1\n{line}\n")
    with pytest.raises(LexiconError) as caught:
        list(read_names(path))
    assert caught.value.subject == f"{path}:3"


def mesh_file(folder: Path, name: str, *rows: tuple[str, ...]) -> Path:
    path = folder / name
    path.write_text("".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_mesh_gives_chemicals_and_diseases(tmp_path: Path) -> None:
    supplements = mesh_file(
        tmp_path,
        "supplements.tsv",
        ("C1", "MG-132", "MG132|N-carbobenzoxy-leucyl-leucinal", "*D1"),
        ("C2", "some protein", "", "D4"),
        ("C3", "Rare disease", "", "D9|*D3"),
        ("C4", "baricitinib", "", "D9,*D1"),
    )
    descriptors = mesh_file(
        tmp_path,
        "descriptors.tsv",
        ("D1", "Lipopolysaccharides", "LPS|Lipopolysaccharide, Bacterial|A", "D09.400|D10.494"),
        ("D2", "Abattoirs", "Slaughterhouse", "J01.576"),
        ("D3", "Carcinoma", "", "C04.557"),
        ("D4", "Cytokines", "", "D12.776.467|D23.529.374"),
        ("D5", "Depression", "", "F03.600"),
    )
    assert list(read_mesh([supplements, descriptors])) == [
        MeshTerm("Lipopolysaccharides", "chemical", "D1"),
        MeshTerm("LPS", "chemical", "D1"),
        MeshTerm("Carcinoma", "disease", "D3"),
        MeshTerm("Depression", "disease", "D5"),
        MeshTerm("MG-132", "chemical", "C1"),
        MeshTerm("MG132", "chemical", "C1"),
        MeshTerm("Rare disease", "disease", "C3"),
        MeshTerm("baricitinib", "chemical", "C4"),
    ]


def test_a_malformed_mesh_file_is_named_with_its_line(tmp_path: Path) -> None:
    path = mesh_file(tmp_path, "mesh.tsv", ("D1", "x", "", "C1"), ("D2", "y"))
    with pytest.raises(LexiconError) as caught:
        list(read_mesh([path]))
    assert caught.value.subject == f"{path}:2"
