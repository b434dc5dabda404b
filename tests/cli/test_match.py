from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from pipeline.cli.main import app
from pipeline.errors import ExitCode


def match(*arguments: str | Path, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(app, ["match", *map(str, arguments)], input=stdin)


def matched(*arguments: str | Path, stdin: str | bytes | None = None) -> list[dict[str, Any]]:
    result = match("--json", *arguments, stdin=stdin)
    assert result.exit_code == ExitCode.OK, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_json_of_standard_input() -> None:
    (document,) = matched(stdin="LPS activates\n\n  p-STAT3\n")
    assert document["file"] == "-"
    assert document["genes"] == [
        {
            "word": "p-STAT3",
            "symbol": "STAT3",
            "source": "hgnc_symbol",
            "hgnc_symbol": "STAT3",
            "entrez": "6774",
        }
    ]
    (mention,) = document["mentions"]
    assert {"text", "line", "start", "end", "rules", "score", "evidence"} <= set(mention)
    assert (mention["text"], mention["line"], mention["rules"]) == (
        "p-STAT3",
        1,
        ["phosphorylated"],
    )
    assert mention["reading"][mention["start"] : mention["end"]] == "p-STAT3"
    assert 0.5 <= mention["score"] <= 1
    assert mention["evidence"]["approved symbol"] > 0 > mention["evidence"]["phosphorylated"]


def test_one_object_per_file_in_the_order_given(tmp_path: Path) -> None:
    for name, text in {"b.txt": "TLR4", "a.txt": "nothing"}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    first, second = matched(tmp_path / "b.txt", tmp_path / "a.txt")
    assert [gene["word"] for gene in first["genes"]] == ["TLR4"]
    assert (second["file"], second["genes"]) == (str(tmp_path / "a.txt"), [])


def test_a_dash_is_standard_input() -> None:
    assert matched("-", stdin="TLR4") == matched(stdin="TLR4")


def test_the_answer_of_google_cloud_vision_is_text_too(tmp_path: Path) -> None:
    answer = {"textAnnotations": [{"description": "TLR4\nMyD88\n"}]}
    (tmp_path / "a.json").write_text(json.dumps(answer), encoding="utf-8")
    (document,) = matched(tmp_path / "a.json")
    assert [gene["hgnc_symbol"] for gene in document["genes"]] == ["TLR4", "MYD88"]


def test_people_get_a_table(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("TLR4\n\nNF-κB and [bold]STAT1/2\n", encoding="utf-8")
    result = match(path)
    assert result.exit_code == ExitCode.OK
    shown = result.stdout
    assert str(path) in shown
    assert "NFKB1 NFKB2 REL RELA and 1 more" in shown
    assert shown.count("STAT1/2") == 2
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in shown.splitlines()]
    assert ["1", "TLR4", "TLR4", "hgnc_symbol", "TLR4"] in [row[:5] for row in rows]
    assert "approved symbol" not in shown


def test_explain_names_the_rules_and_the_weights() -> None:
    shown = match("--explain", stdin="p-STAT3").stdout
    assert "HGNC term 'STAT3', by phosphorylated" in shown
    assert re.search(r"\+\d\.\d approved symbol", shown)
    assert "-0.2 phosphorylated" in shown


def test_no_name_is_said() -> None:
    assert match(stdin="one\ntwo\n").stdout == "No gene is named in 2 lines.\n"


def test_a_caption_is_evidence() -> None:
    (plain,) = matched(stdin="Smac")[0]["mentions"]
    (backed,) = matched("--context", "release of Smac", stdin="Smac")[0]["mentions"]
    assert backed["score"] > plain["score"]


def test_another_lexicon(tmp_path: Path) -> None:
    columns = ("symbol", "bioentities", "alias_symbol", "prev_symbol")
    for number, column in enumerate(columns, 1):
        rows = {"symbol": "7157,TP53", "alias_symbol": "7157,guardian"}.get(column, "")
        path = tmp_path / f"{number}_{column}.csv"
        path.write_text(f"entrez_id,{column}\r{rows}\r", encoding="utf-8")
    (document,) = matched("--lexicon", tmp_path, stdin="Guardian\nSTAT1\n")
    assert [gene["hgnc_symbol"] for gene in document["genes"]] == ["TP53"]


@pytest.mark.parametrize("name", ["missing", "empty", "a.txt"])
def test_a_folder_that_is_no_lexicon(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "a.txt").write_text("TLR4", encoding="utf-8")
    result = match("--lexicon", tmp_path / name, stdin="TLR4")
    assert result.exit_code == ExitCode.INVALID_INPUT
    assert result.stdout == ""
    assert result.stderr.startswith(f"Error: {tmp_path / name}")


def test_a_bad_file_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    (tmp_path / "bad.txt").write_bytes(b"TLR4 \xff")
    (tmp_path / "good.txt").write_text("TLR4", encoding="utf-8")
    paths = [tmp_path / name for name in ("bad.txt", "missing.txt", "good.txt")]
    result = match("--json", *paths)
    assert result.exit_code == ExitCode.INVALID_INPUT
    assert json.loads(result.stdout)["file"] == str(paths[2])
    bad, missing = result.stderr.splitlines()
    assert bad.startswith(f"Error: {paths[0]}: is not UTF-8")
    assert missing.startswith(f"Error: {paths[1]}: cannot be read")


def test_standard_input_that_is_no_text() -> None:
    result = match(stdin=b"TLR4 \xff")
    assert result.exit_code == ExitCode.INVALID_INPUT
    assert result.stderr.startswith("Error: standard input: is not UTF-8")


def test_hostile_text_does_not_reach_the_terminal() -> None:
    shown = match("--explain", stdin="\x1b TLR4\x07 [red]STAT1[/red] \u202eMYD88\n").stdout
    assert not {"\x1b", "\x07", "\u202e"} & set(shown)
    assert {"TLR4", "STAT1", "MYD88"} <= set(shown.split())
