from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipeline.cli.main import app
from pipeline.curation.decision_files import DecisionFiles
from pipeline.curation.decisions import Decision, Kind, Verb
from pipeline.errors import ExitCode
from pipeline.lexicon.sources import read_names
from pipeline.types import GeneRow


def suggest(*words: str | Path) -> Result:
    return CliRunner().invoke(app, ["lexicon", "suggest", *map(str, words)])


@pytest.fixture
def out(tmp_path: Path) -> Path:
    files = DecisionFiles(tmp_path / "decisions")
    old = GeneRow("RIP1", "RIP1", "hgnc_alias_symbol", "KRR1", "11103")
    new = GeneRow("RIP1", "RIPK1", "hgnc_symbol", "RIPK1", "8737")
    pair = tuple(GeneRow("AKTs", "AKT", "bioentities_symbol", f"AKT{n}", str(n)) for n in (1, 2))
    for figid in ("a", "b"):
        replace = Decision(Verb.REPLACE, Kind.GENE, (old,), (new,))
        files.change(figid, lambda d, made=replace: d.decide(made))
    files.change("b", lambda d: d.decide(Decision(Verb.ADD, Kind.GENE, chosen=pair)))
    return tmp_path


def test_a_table(out: Path) -> None:
    result = suggest(out)
    assert result.exit_code == ExitCode.OK
    assert [line.split() for line in result.stdout.splitlines()] == [
        ["advice", "kind", "name", "stands", "for", "for", "against"],
        ["drop", "gene", "RIP1", "KRR1", "0", "2"],
        ["add", "gene", "RIP1", "RIPK1", "2", "0"],
        ["add", "gene", "AKTs", "AKT1,", "AKT2", "1", "0"],
    ]
    assert "AKTs" not in suggest(out, "--min", "2").stdout


def test_a_list_that_a_lexicon_is_built_with(out: Path, tmp_path: Path) -> None:
    path = tmp_path / "names.tsv"
    path.write_text(suggest(out, "--names").stdout, "utf-8")
    assert list(read_names(path)) == [
        ("RIP1", "", ["RIPK1"]),
        ("AKTs", "AKTs", ["AKT1", "AKT2"]),
    ]


def test_json(out: Path) -> None:
    lines = [json.loads(line) for line in suggest(out, "--json").stdout.splitlines()]
    assert lines[1] == {
        "advice": "add",
        "kind": "gene",
        "word": "RIP1",
        "meaning": ["RIPK1"],
        "for": ["a", "b"],
        "against": [],
    }


def test_nothing_decided(tmp_path: Path) -> None:
    result = suggest(tmp_path)
    assert result.exit_code == ExitCode.INVALID_INPUT
    assert "it holds no decisions" in result.stderr
