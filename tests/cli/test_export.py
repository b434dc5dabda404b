from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipeline.cli.main import app
from pipeline.errors import ExitCode
from tests.exports.runs import write_run


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return write_run(tmp_path)


def export(*words: object) -> Result:
    return CliRunner().invoke(app, ["export", *map(str, words)])


def test_results_go_to_standard_output(out: Path) -> None:
    result = export(out, "--format", "gmt", "--min-genes", "2")
    assert result.exit_code == ExitCode.OK
    assert result.stdout.startswith("PMC1__a\t")
    assert len(result.stdout.splitlines()) == 1
    assert result.stderr == "1 gene set from 2 records\n"


def test_a_file_is_whole_or_as_it_was(out: Path, tmp_path: Path) -> None:
    path = tmp_path / "figures.ndjson"
    path.write_text("old", "utf-8")
    assert export(out, "--format", "ndjson", "--output", path).exit_code == ExitCode.OK
    assert [json.loads(line)["figid"] for line in path.read_text("utf-8").splitlines()] == [
        "PMC1__a",
        "b",
    ]
    assert [entry.name for entry in tmp_path.iterdir() if entry.name.startswith(".")] == []
    result = export(out, "--format", "tsv", "--output", tmp_path / "nowhere" / "a.tsv")
    assert result.exit_code == ExitCode.SOME_FAILED
    assert "cannot be written" in result.stderr


def test_networks_go_to_a_folder(out: Path, tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "networks"
    result = export(out, "--format", "cx2", "--output", folder)
    assert result.exit_code == ExitCode.OK
    assert sorted(path.name for path in folder.iterdir()) == ["PMC1__a.cx2", "b.cx2"]
    assert export(out, "--format", "cx2").exit_code == ExitCode.USAGE
    assert (
        export(out, "--format", "cx2", "--output", out / "run.db").exit_code == ExitCode.SOME_FAILED
    )


def test_bad_records_are_named(out: Path) -> None:
    (out / "records" / "b.md").write_text("no front matter", "utf-8")
    result = export(out, "--format", "tsv")
    assert result.exit_code == ExitCode.SOME_FAILED
    assert "b.md: it has no front matter" in result.stderr
    assert len(result.stdout.splitlines()) == 5


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["--format", "tsv", "--ids", "entrez"], ExitCode.USAGE),
        (["--format", "ndjson", "--min-genes", "2"], ExitCode.USAGE),
        (["--format", "gmt", "--min-genes", "0"], ExitCode.USAGE),
        ([], ExitCode.USAGE),
    ],
)
def test_usage(out: Path, words: list[str], status: ExitCode) -> None:
    assert export(out, *words).exit_code == status


def test_a_folder_without_records(tmp_path: Path) -> None:
    result = export(tmp_path, "--format", "gmt")
    assert result.exit_code == ExitCode.INVALID_INPUT
    assert "it holds no record FIGID.md" in result.stderr
