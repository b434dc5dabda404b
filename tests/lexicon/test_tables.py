from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import LexiconError
from pipeline.lexicon import tables
from pipeline.lexicon.folding import fold
from pipeline.lexicon.tables import GeneInfo, MeshTerm, SourceFile, Term
from pipeline.types import Source

GENES = {
    "TP53": GeneInfo("7157", "protein", "tumor protein p53", frozenset({"literature", "family"})),
    "MIR21": GeneInfo("1", "rna", ""),
}
FAMILIES = {"IKK": {"IKBKB", "CHUK"}}
TERMS = [
    Term("p53", Source.ALIAS, "TP53", "HGNC"),
    Term("P53", Source.FAMILY, "TP53_family", "FamPlex"),
    Term("TP53", Source.SYMBOL, "TP53", "HGNC"),
]
SOURCES = [SourceFile("HGNC x.tsv", "0" * 64, "2024", "CC0-1.0")]


def write(folder: Path, **changes: Any) -> Path:
    given = {"genes": GENES, "families": FAMILIES, "terms": TERMS, "mesh": [], "notes": {}}
    tables.write_tables(folder, sources=SOURCES, **(given | changes))
    return folder


def test_tables_come_back_as_they_were_written(tmp_path: Path) -> None:
    write(tmp_path / "new" / "lexicon")
    folder = tmp_path / "new" / "lexicon"
    assert tables.read_table(folder / tables.GENES) == {
        "TP53": "7157\tprotein\ttumor protein p53\tfamily literature",
        "MIR21": "1\trna\t\t",
    }
    assert tables.read_table(folder / tables.FAMILIES) == {"IKK": "CHUK IKBKB"}
    rows = tables.read_table(folder / tables.TERMS)
    assert {key: set(tables.parse_terms(row)) for key, row in rows.items()} == {
        "P53": set(TERMS[:2]),
        "TP53": {TERMS[2]},
    }


@given(st.lists(st.tuples(st.text(max_size=12), st.sampled_from(Source)), max_size=8))
def test_any_spelling_survives_under_its_key(
    tmp_path_factory: pytest.TempPathFactory, texts: list[tuple[str, Source]]
) -> None:
    folder = tmp_path_factory.mktemp("lexicon")
    write(folder, terms=[Term(text, source, "TP53", "HGNC") for text, source in texts])
    rows = tables.read_table(folder / tables.TERMS)
    for text, source in texts:
        key = fold(text)
        if len(key) > 1 and not key.isdigit():
            terms = tables.parse_terms(rows[key])
            spelt = " ".join(text.replace("|", " ").split())
            assert Term(spelt, source, "TP53", "HGNC") in terms
    assert tables.verify(folder) == []


def test_the_same_tables_in_any_order_are_the_same_bytes(tmp_path: Path) -> None:
    one = write(tmp_path / "one", mesh=[MeshTerm("LPS", "chemical", "D1")])
    other = write(
        tmp_path / "other",
        genes=dict(reversed(GENES.items())),
        terms=[*reversed(TERMS), TERMS[0]],
        mesh=[MeshTerm("LPS", "chemical", "D1")],
    )
    names = sorted(path.name for path in one.iterdir())
    assert names == sorted(
        [tables.FAMILIES, tables.GENES, tables.MANIFEST, tables.MESH, tables.TERMS]
    )
    for name in names:
        assert (one / name).read_bytes() == (other / name).read_bytes()


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("14-3-3", True),
        ("9-1-1", True),
        ("L5", True),
        *((text, False) for text in ("53", "6.3", "2-19", "A", "α", "--", "")),
    ],
)
def test_numbers_and_single_characters_are_no_names(tmp_path: Path, text: str, kept: bool) -> None:
    write(tmp_path, terms=[Term(text, Source.ALIAS, "TP53", "HGNC")])
    assert (fold(text) in tables.read_table(tmp_path / tables.TERMS)) is kept


def test_building_without_mesh_removes_an_older_mesh_table(tmp_path: Path) -> None:
    write(tmp_path, mesh=[MeshTerm("LPS", "chemical", "D1")])
    assert tables.read_table(tmp_path / tables.MESH) == {"LPS": "LPS|chemical|D1"}
    write(tmp_path)
    assert not (tmp_path / tables.MESH).exists()
    assert tables.verify(tmp_path) == []


def test_the_manifest_says_what_the_tables_hold(tmp_path: Path) -> None:
    write(tmp_path, notes={"remark": "β"})
    manifest = tables.read_manifest(tmp_path)
    described = manifest["tables"]
    assert isinstance(described, dict)
    assert {name: table["rows"] for name, table in described.items()} == {
        tables.GENES: 2,
        tables.FAMILIES: 1,
        tables.TERMS: 2,
    }
    assert manifest["notes"] == {"remark": "β"}
    assert manifest["sources"] == [
        {"name": "HGNC x.tsv", "sha256": "0" * 64, "version": "2024", "licence": "CC0-1.0"}
    ]


@pytest.mark.parametrize("name", [tables.GENES, tables.FAMILIES, tables.TERMS])
def test_verify_sees_one_changed_byte(tmp_path: Path, name: str) -> None:
    write(tmp_path)
    data = bytearray((tmp_path / name).read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / name).write_bytes(data)
    assert tables.verify(tmp_path) == [f"{tmp_path / name}: its sha256 is not the manifest's"]


def test_verify_sees_a_missing_table_and_a_wrong_count(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / tables.FAMILIES).unlink()
    manifest = json.loads((tmp_path / tables.MANIFEST).read_text("utf-8"))
    manifest["tables"][tables.TERMS]["rows"] = 3
    (tmp_path / tables.MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    assert tables.verify(tmp_path) == [
        f"{tmp_path / tables.FAMILIES}: missing",
        f"{tmp_path / tables.TERMS}: 2 rows, the manifest says 3",
    ]


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        (None, "cannot be read"),
        ("{", "is not JSON"),
        ("[]", "is not a lexicon of format 2"),
        ('{"format": 1, "tables": {}}', "is not a lexicon of format 2"),
        ('{"format": 2}', "does not list its tables"),
        ('{"format": 2, "tables": []}', "does not list its tables"),
        ('{"format": 2, "tables": {"genes.tsv.gz": {"rows": 1}}}', "does not list its tables"),
        ('{"format": 2, "tables": {"genes.tsv.gz": "x"}}', "does not list its tables"),
    ],
)
def test_a_malformed_manifest_is_named(tmp_path: Path, text: str | None, cause: str) -> None:
    if text is not None:
        (tmp_path / tables.MANIFEST).write_text(text, encoding="utf-8")
    with pytest.raises(LexiconError) as caught:
        tables.read_manifest(tmp_path)
    assert caught.value.subject == str(tmp_path / tables.MANIFEST)
    assert caught.value.cause.startswith(cause)


def damaged(whole: bytes) -> dict[str, bytes]:
    flipped = bytearray(whole)
    flipped[12] ^= 0xFF  # within the compressed stream
    return {
        "empty": b"",
        "not gzip": b"A\tB\n",
        "cut short": whole[: len(whole) // 2],
        "other bytes": bytes(flipped),
        "not UTF-8": gzip.compress(b"\xff\xfe\tx\n"),
    }


@pytest.mark.parametrize("kind", list(damaged(bytes(20))))
def test_a_damaged_table_is_named(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "genes.tsv.gz"
    path.write_bytes(damaged(gzip.compress(b"TP53\t7157\tprotein\tp53\n" * 50))[kind])
    with pytest.raises(LexiconError) as caught:
        tables.read_table(path)
    assert caught.value.subject == str(path)
    assert "pfcurate lexicon build" in caught.value.remedy


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(LexiconError, match=r"genes\.tsv\.gz: cannot be read"):
        tables.read_table(tmp_path / tables.GENES)


def test_tables_stay_as_they_were_when_writing_fails(tmp_path: Path) -> None:
    write(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def cut_short() -> Iterator[Term]:
        yield TERMS[0]
        raise OSError("no space")

    with pytest.raises(OSError, match="no space"):
        write(tmp_path, genes={}, terms=cut_short())
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
