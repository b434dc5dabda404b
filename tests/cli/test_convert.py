from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipeline.cli.main import app
from pipeline.errors import ExitCode
from pipeline.records.create import new_record
from pipeline.types import GeneRow, TermRow


@pytest.fixture
def records(tmp_path: Path) -> Path:
    folder = tmp_path / "records"
    folder.mkdir()
    first = new_record("a").with_genes([GeneRow("p53", "P53", "hgnc_alias_symbol", "TP53", "7157")])
    for record in (first, new_record("b").with_terms(chemicals=[TermRow("H2O")])):
        (folder / f"{record.figid}.md").write_bytes(record.text.encode())
    return folder


def convert(*words: object) -> Result:
    return CliRunner().invoke(app, ["convert", *map(str, words)])


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_there_and_back(records: Path, tmp_path: Path) -> None:
    result = convert(records, "--layout", "tables", "--out", tmp_path / "site")
    assert result.exit_code == ExitCode.OK
    assert result.stderr == f"2 of 2 records written to {tmp_path / 'site'}\n"
    assert sorted(contents(tmp_path / "site")) == [
        "_data/a-genes.tsv",
        "_data/b-chemicals.tsv",
        "_figures/a.md",
        "_figures/b.md",
    ]
    figures = tmp_path / "site" / "_figures"
    assert convert(figures, "--layout", "rows", "--out", tmp_path / "back").exit_code == ExitCode.OK
    assert contents(tmp_path / "back") == contents(records)
    assert convert(figures, "--layout", "tables", "--out", tmp_path / "two").exit_code == 0
    assert contents(tmp_path / "two") == contents(tmp_path / "site")


def test_tables_of_an_earlier_conversion_go(records: Path, tmp_path: Path) -> None:
    stale = tmp_path / "site" / "_data" / "a-diseases.tsv"
    stale.parent.mkdir(parents=True)
    stale.write_text("word\tmesh\n", "utf-8")
    convert(records, "--layout", "tables", "--out", tmp_path / "site")
    assert not stale.exists()


def test_another_style_of_writing_is_told(records: Path, tmp_path: Path) -> None:
    path = records / "a.md"
    path.write_text(path.read_text("utf-8").replace("word: p53", 'word: "p53"'), "utf-8")
    result = convert(records, "--layout", "tables", "--out", tmp_path / "site")
    assert "1 will come back in the usual style of writing" in result.stderr


def test_a_bad_record_stops_nothing(records: Path, tmp_path: Path) -> None:
    (records / "a.md").write_text("---\nfigid: a\n---\n", "utf-8")
    result = convert(records, "--layout", "tables", "--out", tmp_path / "site")
    assert result.exit_code == ExitCode.SOME_FAILED
    assert "a.md: the key 'genes' is missing" in result.stderr
    assert (tmp_path / "site" / "_figures" / "b.md").is_file()


def test_records_are_not_written_over(records: Path, tmp_path: Path) -> None:
    before = contents(records)
    result = convert(records, "--layout", "rows", "--out", records / ".")
    assert result.exit_code == ExitCode.USAGE
    assert contents(records) == before
    assert convert(tmp_path / "no", "--layout", "rows", "--out", tmp_path / "x").exit_code == 4
    assert convert(tmp_path, "--layout", "rows", "--out", tmp_path / "x").exit_code == 4
