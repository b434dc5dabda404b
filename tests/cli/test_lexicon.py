from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipeline.cli.main import app
from pipeline.errors import ExitCode
from pipeline.lexicon import tables
from pipeline.lexicon.load import load_lexicon
from tests.lexicon.releases import COLUMNS, hgnc_row


def lexicon(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["lexicon", *map(str, arguments)])


@pytest.fixture
def sources(tmp_path: Path) -> list[str | Path]:
    """Options of ``build`` for small releases, and the folder ``built`` to write."""
    rows = [hgnc_row("AKT1", "207", aliases="PKB"), hgnc_row("AKT2", "208")]
    files = {
        "hgnc.tsv": ["\t".join(COLUMNS), *rows],
        "famplex/relations.csv": ["HGNC,AKT1,isa,FPLX,AKT", "HGNC,AKT2,isa,FPLX,AKT"],
        "famplex/grounding_map.csv": ["Akt kinases,FPLX,AKT,,,,"],
        "famplex/equivalences.csv": [],
        "mesh.tsv": ["D1\tLipopolysaccharides\tLPS\tD09.400"],
        "names.tsv": ["RAC-PK\tAKT1"],
        "concepts.tsv": ["endotoxin\tchemical\tLipopolysaccharides"],
    }
    (tmp_path / "famplex").mkdir()
    for name, lines in files.items():
        (tmp_path / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    options = {"hgnc": "hgnc.tsv", "famplex": "famplex", "names": "names.tsv", "mesh": "mesh.tsv",
               "concepts": "concepts.tsv", "out": "built"}  # fmt: skip
    return [part for key, name in options.items() for part in (f"--{key}", tmp_path / name)]


def test_build_writes_a_lexicon_that_can_be_loaded(
    tmp_path: Path, sources: list[str | Path]
) -> None:
    result = lexicon("build", *sources, "--release", "HGNC=2024-07-01", "--release", "MeSH=2024")
    assert result.exit_code == ExitCode.OK, result.stderr
    assert "2  HGNC: hgnc_symbol" in result.stdout
    assert result.stderr == f"Lexicon written to {tmp_path / 'built'}\n"
    built = load_lexicon(tmp_path / "built")
    assert [entry.genes[0].hgnc_symbol for entry in built.lookup("rac-pk")] == ["AKT1"]
    manifest = tables.read_manifest(tmp_path / "built")
    listed = manifest["sources"]
    assert isinstance(listed, list)
    versions = {source["name"]: source["version"] for source in listed}
    assert versions["HGNC hgnc.tsv"] == "2024-07-01"
    assert versions["MeSH mesh.tsv"] == "2024"
    assert versions["FamPlex relations.csv"] == ""
    assert "ENDOTOXIN" in tables.read_table(tmp_path / "built" / tables.MESH)


def test_the_curated_names_of_the_product_are_the_default(
    tmp_path: Path, sources: list[str | Path]
) -> None:
    at = sources.index("--names")
    result = lexicon("build", *sources[:at], *sources[at + 2 :])
    # The two genes of these releases cannot hold them all; the list is looked at.
    assert result.exit_code == ExitCode.INVALID_INPUT
    assert "pathway_names.tsv" in result.stderr
    assert not (tmp_path / "built").exists()


def test_a_malformed_release_option_is_a_usage_error(sources: list[str | Path]) -> None:
    result = lexicon("build", *sources, "--release", "2024")
    assert result.exit_code == ExitCode.USAGE
    assert "--release 2024: is not SOURCE=VERSION" in result.stderr


@pytest.mark.parametrize("name", ["hgnc.tsv", "famplex/relations.csv", "mesh.tsv", "names.tsv"])
def test_a_missing_source_is_named_and_nothing_written(
    tmp_path: Path, sources: list[str | Path], name: str
) -> None:
    (tmp_path / name).unlink()
    result = lexicon("build", *sources)
    assert result.exit_code == ExitCode.INVALID_INPUT
    assert result.stderr.startswith(f"Error: {tmp_path / name}: ")
    assert not (tmp_path / "built").exists()


def test_an_output_that_is_a_file_is_named(tmp_path: Path, sources: list[str | Path]) -> None:
    (tmp_path / "built").write_text("", encoding="utf-8")
    result = lexicon("build", *sources)
    assert result.exit_code == ExitCode.INVALID_INPUT
    assert result.stderr.startswith(f"Error: {tmp_path / 'built'}: ")


def test_show_explains_terms(tmp_path: Path, sources: list[str | Path]) -> None:
    assert lexicon("build", *sources).exit_code == ExitCode.OK
    result = lexicon("show", "p-AKT1", "AKT", "PKB", "--lexicon", tmp_path / "built")
    assert result.exit_code == ExitCode.OK
    lines = result.stdout.splitlines()
    assert lines[:2] == ["p-AKT1  (key PAKT1)", "  not in the lexicon as it is written"]
    akt1 = "AKT1 (NCBI Gene 207, a long name, with a comma)"
    symbol = f"{akt1}; approved symbol 'AKT1' of HGNC"
    said = "".join(lines[2 : lines.index("AKT  (key AKT)")])  # long lines are wrapped
    assert said.startswith(f"  printed alone: {symbol} by phosphorylated; score 0.")
    pkb = f"{akt1}; alias 'PKB' of HGNC"
    at = lines.index("AKT  (key AKT)")
    assert lines[at : at + 2] == [
        "AKT  (key AKT)",
        "  the family AKT: AKT1, AKT2; family or complex 'AKT' of FamPlex",
    ]
    assert lines[-3:-1] == ["PKB  (key PKB)", f"  {pkb}"]


def test_show_says_what_is_not_taken_for_a_gene() -> None:
    result = lexicon("show", "LPS", "nothing of the kind", "")
    assert result.exit_code == ExitCode.OK
    lines = result.stdout.splitlines()
    assert lines.count("  printed alone: not taken for a gene") == 3
    assert lines.count("  not in the lexicon as it is written") == 2


def test_check_of_the_built_in_lexicon() -> None:
    result = lexicon("check")
    assert result.exit_code == ExitCode.OK
    assert "genes.tsv.gz: 43,765 rows, as the manifest says" in result.stdout.splitlines()
    assert result.stderr == ""


def test_check_names_every_table_that_is_wrong(tmp_path: Path, sources: list[str | Path]) -> None:
    assert lexicon("build", *sources).exit_code == ExitCode.OK
    folder = tmp_path / "built"
    assert lexicon("check", "--lexicon", folder).exit_code == ExitCode.OK
    (folder / tables.GENES).unlink()
    (folder / tables.TERMS).write_bytes(b"")
    result = lexicon("check", "--lexicon", folder)
    assert result.exit_code == ExitCode.INVALID_INPUT
    assert result.stdout == ""
    for name in (tables.GENES, tables.TERMS):
        assert str(folder / name) in result.stderr.replace("\n", "")


@pytest.mark.parametrize("text", ["{", "[]", json.dumps({"format": 1, "tables": 3})])
def test_check_of_what_is_no_lexicon(tmp_path: Path, text: str) -> None:
    (tmp_path / tables.MANIFEST).write_text(text, encoding="utf-8")
    result = lexicon("check", "--lexicon", tmp_path)
    assert result.exit_code == ExitCode.INVALID_INPUT
    assert result.stderr.startswith(f"Error: {tmp_path / tables.MANIFEST}: ")


def test_check_of_the_published_lexicon_says_why_it_cannot(tmp_path: Path) -> None:
    (tmp_path / "1_symbol.csv").write_text("entrez_id,symbol\n", encoding="utf-8")
    result = lexicon("check", "--lexicon", tmp_path)
    assert result.exit_code == ExitCode.INVALID_INPUT
    assert "have no manifest" in result.stderr
