from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipeline.cli.main import app
from pipeline.errors import ExitCode
from pipeline.records.create import new_record
from pipeline.types import GeneRow
from tests.lexicon.releases import Releases, hgnc_row


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Two releases: DDX58 becomes RIGI, GONE goes, AKT1 to AKT3 stay."""
    akt = [hgnc_row(f"AKT{number}", str(200 + number)) for number in (1, 2, 3)]
    (tmp_path / "sources").mkdir()
    releases = Releases(tmp_path / "sources")
    releases.hgnc = [*akt, hgnc_row("DDX58", "23586"), hgnc_row("GONE", "77")]
    releases.build("old")
    releases.hgnc = [*akt, hgnc_row("RIGI", "23586", previous="DDX58")]
    releases.build("new")
    return releases.folder / "old", releases.folder / "new"


@pytest.fixture
def records(tmp_path: Path) -> Path:
    folder = tmp_path / "records"
    folder.mkdir()
    rows = {
        "stale": [("DDX58", "23586"), ("GONE", "77"), ("AKT1", "201")],
        "fresh": [("AKT2", "202")],
    }
    for figid, genes in rows.items():
        lines = [GeneRow(name, name, "hgnc_symbol", name, entrez) for name, entrez in genes]
        text = new_record(figid).with_genes(lines).text
        (folder / f"{figid}.md").write_text(text, "utf-8", newline="")
    return folder


def diff(*words: str | Path) -> Result:
    return CliRunner().invoke(app, ["lexicon", "diff", *map(str, words)])


def test_counts_come_first(folders: tuple[Path, Path], records: Path) -> None:
    result = diff(*folders, "--records", records)
    assert result.exit_code == ExitCode.OK
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert lines[:4] == [
        "1 renamed genes",
        "1 withdrawn genes",
        "0 new genes",
        "0 families with other members",
    ]
    assert "23586 DDX58 -> RIGI" in lines
    assert "2 records with 4 gene rows; 1 records affected, 0 unreadable" in lines
    assert "stale 1 renamed, 1 withdrawn" in lines
    assert "stale renamed DDX58 DDX58 -> RIGI" in lines
    assert "fresh" not in result.stdout


def test_tables_are_cut_at_the_limit(folders: tuple[Path, Path], records: Path) -> None:
    result = diff(*folders, "--records", records, "--limit", "1")
    assert "stale  " in result.stdout
    assert "and 1 more" in result.stdout
    assert "withdrawn    GONE" not in result.stdout


def test_json_has_every_row(folders: tuple[Path, Path], records: Path) -> None:
    result = diff(*folders, "--records", records, "--json")
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert found[0]["class"] == "counts"
    for name, count in found[0].items():
        if name != "class":
            assert sum(row["class"] == name for row in found) == count
    by_class = {row["class"]: row for row in found}
    assert by_class["renamed"] == {
        "class": "renamed", "entrez": "23586", "old": "DDX58", "new": "RIGI"
    }  # fmt: skip
    assert by_class["withdrawn"]["hgnc_symbol"] == "GONE"
    assert by_class["withdrawn"]["successor"] is None
    totals = by_class["records"]
    assert (totals["records"], totals["rows"], totals["affected"]) == (2, 4, 1)
    assert (totals["renamed"], totals["withdrawn"]) == (1, 1)
    record = by_class["record"]
    assert record["figid"] == "stale"
    assert [(row["effect"], row["word"], row["new"]) for row in record["rows"]] == [
        ("renamed", "DDX58", {"23586": "RIGI"}),
        ("withdrawn", "GONE", {}),
    ]


def test_without_records_nothing_is_told_of_them(folders: tuple[Path, Path]) -> None:
    found = [json.loads(line) for line in diff(*folders, "--json").stdout.splitlines()]
    assert not {"records", "record"} & {row["class"] for row in found}


def test_a_bad_record_is_named_and_the_others_are_told(
    folders: tuple[Path, Path], records: Path
) -> None:
    (records / "bad.md").write_text("nothing")
    result = diff(*folders, "--records", records)
    assert result.exit_code == ExitCode.SOME_FAILED
    assert "bad.md" in result.stderr
    assert "front matter" in result.stderr
    assert "stale" in result.stdout


def test_the_built_in_lexicon_is_the_newer_one_by_default(folders: tuple[Path, Path]) -> None:
    result = diff(folders[1], "--json")
    counts = json.loads(result.stdout.splitlines()[0])
    assert counts["new_genes"] > 10_000


@pytest.mark.parametrize("words", [["missing"], ["missing", "missing"]])
def test_a_folder_that_is_no_lexicon_is_named(words: list[str]) -> None:
    result = diff(*words)
    assert result.exit_code == ExitCode.INVALID_INPUT
    assert "missing" in result.stderr
