from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

from pipeline.cli import console, run_view
from pipeline.cli.main import app
from pipeline.curation.decision_files import DecisionFiles
from pipeline.curation.decisions import Decision, Kind, Verb
from pipeline.errors import ExitCode, MissingDependencyError
from pipeline.records.create import new_record
from pipeline.records.frontmatter import load_record, parse_record
from pipeline.records.tables import split
from pipeline.running import workers
from pipeline.running.engines import Engines, Versions
from pipeline.running.plan import RunSummary
from pipeline.running.workers import Executor, LocalExecutor
from pipeline.running.writing import Output
from pipeline.types import GeneRow
from tests.faults.engines import Fault, FaultyEngines, FaultyReader, WordNamer, draw
from tests.faults.executors import SerialExecutor

FAMILY = [GeneRow("PI3K", "PI3K", "bioentities_symbol", f"PIK3C{n}", f"{n}") for n in range(8)]


class Desk:
    """A folder of images to call ``pfcurate run`` on."""

    def __init__(self, folder: Path) -> None:
        self.images = folder / "images"
        self.images.mkdir()
        self.out = folder / "out"

    def add(self, figid: str, fault: Fault = Fault.NONE, *rows: GeneRow) -> None:
        draw(self.images / f"{figid}.png", fault)
        if rows:
            record = self.images / f"{figid}.md"
            record.write_text(new_record(figid).with_genes(rows).text, "utf-8", newline="")

    def run(self, *options: str | Path) -> Result:
        words = ["run", self.images, "--out", self.out, "--jobs", "1", *options]
        return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(Engines, "reader", lambda self: FaultyReader(tmp_path))
    monkeypatch.setattr(Engines, "namer", lambda self: WordNamer())
    monkeypatch.setattr(Engines, "probe", lambda self: Versions({}, {"double": "1"}))
    monkeypatch.setattr(workers, "LocalExecutor", SerialExecutor)
    return Desk(tmp_path)


def documents(result: Result) -> dict[str, dict[str, Any]]:
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert len({document["figid"] for document in found}) == len(found)
    return {document["figid"]: document for document in found}


def test_a_run_shows_what_was_found_by_label(desk: Desk) -> None:
    desk.add("f", Fault.NONE, *FAMILY)
    result = desk.run()
    assert result.exit_code == ExitCode.OK
    assert [line.split() for line in result.stdout.splitlines()[:3]] == [
        ["done", "f", "8", "missing,", "1", "new"],
        ["missing", "PI3K", "family", "8", "genes"],
        ["new", "TP53", "symbol", "TP53"],
    ]
    assert "1 figure: 1 done" in result.stdout
    assert result.stderr == ""


def test_many_figures_get_a_line_each(desk: Desk) -> None:
    for n in range(12):
        desk.add(f"fig{n:02}")
    result = desk.run()
    lines = result.stdout.splitlines()
    heading = "state confirmed missing new lexicon renamed figure"
    assert lines[0].split() == heading.split()
    assert sorted(line.split()[-1] for line in lines[1:13]) == [f"fig{n:02}" for n in range(12)]
    assert all(line.split()[:6] == ["done", "0", "0", "1", "0", "0"] for line in lines[1:13])
    assert lines[13].startswith("12 figures: 12 done")
    verbose = desk.run("--force", "--verbose").stdout
    assert verbose.count("TP53") == 12 * 2


def test_json_is_one_object_per_figure_and_nothing_else(desk: Desk) -> None:
    desk.add("bad", Fault.READING_ERROR)
    desk.add("blank", Fault.NO_TEXT)
    desk.add("good", Fault.PRINT, *FAMILY)
    result = desk.run("--json")
    assert result.exit_code == ExitCode.SOME_FAILED
    found = documents(result)
    assert {figid: d["state"] for figid, d in found.items()} == {
        "bad": "failed",
        "blank": "empty",
        "good": "done",
    }
    assert found["good"]["counts"] == {
        "confirmed": 0, "missing": 8, "new": 1, "lexicon": 0, "renamed": 0
    }  # fmt: skip
    assert Path(found["good"]["record"]).is_file()
    assert Path(found["good"]["diff"]).is_file()
    assert found["bad"]["record"] is None
    assert found["bad"]["error"] == {
        "kind": "ReadingError",
        "subject": "reader",
        "cause": "it gave up",
        "remedy": "Try another reader",
    }
    again = documents(desk.run("--json"))
    assert {figid: d["unchanged"] for figid, d in again.items()} == {
        "bad": False,
        "blank": True,
        "good": True,
    }
    assert again["good"]["counts"] == found["good"]["counts"]


def test_failures_are_named_with_cause_and_remedy(desk: Desk) -> None:
    desk.add("bad", Fault.READING_ERROR)
    desk.add("good")
    result = desk.run("--quiet")
    assert result.exit_code == ExitCode.SOME_FAILED
    assert "2 figures: 1 done, 1 failed" in result.stdout
    assert "bad  ReadingError: reader: it gave up. Try another reader." in result.stdout
    assert "TP53" not in result.stdout
    assert "Traceback" not in result.stdout + result.stderr


def test_a_run_without_a_terminal_says_now_and_then_how_far_it_is(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_view, "STATUS_SECONDS", 0.0)
    desk.add("a")
    desk.add("b")
    first, second = desk.run("--json").stderr.splitlines()
    assert first.startswith("1 of 2 figures, ")
    assert second.startswith("2 of 2 figures, ")
    assert desk.run("--quiet", "--force").stderr == ""


def test_figures_that_take_long_are_named_while_they_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run_view, "STATUS_SECONDS", 0.0)
    console.err.cache_clear()
    view = run_view.View(Output(tmp_path), 4, as_json=True, quiet=False, verbose=False)
    view.tick(RunSummary(total=4), {"large": 95.0, "quick": 1.0})
    console.err.cache_clear()
    assert capsys.readouterr().err == "0 of 4 figures, slow: large 1 min 35 s\n"


def test_a_figure_that_crashes_its_worker_is_told_as_quarantined(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "LocalExecutor", partial(_faulty_workers, desk))
    desk.add("bad", Fault.EXIT)
    desk.add("good")
    first, again = desk.run("--quiet"), desk.run("--quiet")
    assert first.exit_code == again.exit_code == ExitCode.SOME_FAILED
    assert "2 figures: 1 done, 1 quarantined" in first.stdout
    assert "2 figures: 1 unchanged, 1 quarantined" in again.stdout
    for told in (first.stdout, again.stdout):
        assert "bad  WorkerError: " in told
        assert "--force is given" in told


def _faulty_workers(desk: Desk, engines: Engines, jobs: int, limit: float) -> Executor:
    return LocalExecutor(FaultyEngines(desk.images), jobs, limit)


def test_log_lines_say_which_figure_they_are_about(desk: Desk) -> None:
    desk.add("odd")
    record = desk.images / "odd.md"
    record.write_text(new_record("odd").text.replace("year: ''\n", ""), "utf-8")
    result = desk.run()
    assert result.exit_code == ExitCode.OK
    assert result.stderr.startswith("WARNING odd: ")
    assert "year" in result.stderr


def test_interruption_says_how_to_go_on(desk: Desk) -> None:
    desk.add("a", Fault.INTERRUPT)
    desk.add("b")
    (desk.images / "a.png").write_bytes((desk.images / "a.png").read_bytes() + bytes(1000))
    result = desk.run()
    assert result.exit_code == ExitCode.INTERRUPTED
    assert "1 pending" in result.stdout
    assert "Run the same command again" in result.stderr
    assert desk.run().exit_code == ExitCode.OK


@pytest.mark.parametrize(
    ("options", "status", "message"),
    [
        (["--policy", "report", "--in-place"], ExitCode.USAGE, "--in-place"),
        (["--policy", "report", "--refresh-symbols"], ExitCode.USAGE, "--refresh-symbols"),
        (["--text", ".", "--readers", "tesseract"], ExitCode.USAGE, "--readers"),
        (["--quiet", "--verbose"], ExitCode.USAGE, "--quiet"),
        (["--jobs", "0"], ExitCode.USAGE, "--jobs"),
        (["--policy", "other"], ExitCode.USAGE, "--policy"),
        (["--records", "no-such-folder"], ExitCode.INVALID_INPUT, "no-such-folder"),
        (["--text", "no-such-folder"], ExitCode.INVALID_INPUT, "no-such-folder"),
        (["no-such-image.png"], ExitCode.INVALID_INPUT, "no-such-image.png"),
    ],
)
def test_what_cannot_be_done_is_refused_before_anything_is_written(
    desk: Desk, options: list[str], status: int, message: str
) -> None:
    desk.add("f")
    result = desk.run(*options)
    assert result.exit_code == status
    assert message in result.stderr
    assert not desk.out.exists()


def test_no_images_and_no_text_is_a_usage_error(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["run", "--out", str(tmp_path / "out")])
    assert result.exit_code == ExitCode.USAGE
    assert "IMAGES" in result.stderr


def test_a_folder_without_images_is_named(desk: Desk) -> None:
    result = desk.run()
    assert result.exit_code == ExitCode.INVALID_INPUT
    assert str(desk.images) in result.stderr


def test_output_over_the_inputs_is_refused(desk: Desk) -> None:
    desk.add("f", Fault.NONE, *FAMILY)
    before = {path: path.read_bytes() for path in desk.images.iterdir()}
    result = desk.run("--out", desk.images)
    assert result.exit_code == ExitCode.USAGE
    assert {path: path.read_bytes() for path in desk.images.iterdir()} == before


def test_a_missing_reader_is_told_before_any_work(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(self: Engines) -> dict[str, str]:
        raise MissingDependencyError("reader x", "it is not installed", "Install it")

    monkeypatch.setattr(Engines, "probe", missing)
    desk.add("f")
    result = desk.run()
    assert result.exit_code == ExitCode.MISSING_DEPENDENCY
    assert "Install it" in result.stderr
    assert not desk.out.exists()


def test_given_text_needs_no_image(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Engines, "namer", lambda self: WordNamer())
    texts = tmp_path / "texts"
    texts.mkdir()
    (texts / "f.txt").write_text("EGFR\n")
    words = ["run", "--text", texts, "--out", tmp_path / "out", "--jobs", "1"]
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == ExitCode.OK
    assert "EGFR" in (tmp_path / "out" / "records" / "f.md").read_text()


def two_texts(folder: Path) -> Path:
    texts = folder / "texts"
    texts.mkdir()
    (texts / "a.txt").write_text("TP53\nEGFR\n")
    (texts / "b.txt").write_text("MDM2\n")
    return texts


def start(root: Path, *words: str | Path, stderr: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", "from pipeline.cli.main import main; main()", *map(str, words)],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root), "TERM": "xterm"},
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
    )


def check_two(stdout: str) -> None:
    found = [json.loads(line) for line in stdout.splitlines()]
    assert {(d["figid"], d["counts"]["new"]) for d in found} == {("a", 2), ("b", 1)}


def test_real_engines_in_workers(root: Path, tmp_path: Path) -> None:
    """The whole command as users call it, on given text: nothing replaced, two workers."""
    words = ["run", "--text", two_texts(tmp_path), "--out", tmp_path / "out", "--jobs", "2"]
    with start(root, *words, "--json", stderr=subprocess.PIPE) as process:
        stdout, stderr = process.communicate(timeout=120)
    assert stderr == ""
    assert process.returncode == ExitCode.OK
    check_two(stdout)


def test_the_bar_is_drawn_on_a_terminal_and_only_there(root: Path, tmp_path: Path) -> None:
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    words = ["run", "--text", two_texts(tmp_path), "--out", tmp_path / "out", "--jobs", "1"]
    with start(root, *words, "--json", stderr=theirs) as process:
        os.close(theirs)
        shown = b""
        with contextlib.suppress(OSError):  # the end of a terminal
            while data := os.read(ours, 4096):
                shown += data
        stdout, _ = process.communicate(timeout=120)
    os.close(ours)
    assert process.returncode == ExitCode.OK
    assert b"figures" in shown
    assert b"2/2" in shown
    check_two(stdout)


@pytest.mark.parametrize("policy", ["union", "replace"])
def test_symbols_are_refreshed_only_where_asked_for(desk: Desk, policy: str) -> None:
    desk.add("f", Fault.NONE, GeneRow("TP53", "P53", "hgnc_prev_symbol", "P53", "99"))
    curated = (desk.images / "f.md").read_text("utf-8")
    emitted = desk.out / "records" / "f.md"
    plain = desk.run("--policy", policy)
    assert "P53 (99) -> TP53 (7157)" in plain.stdout
    assert "applied" not in plain.stdout
    assert emitted.read_text("utf-8") == curated
    # The flag is a setting that changes results: what stands is done again.
    refreshed = desk.run("--policy", policy, "--refresh-symbols")
    assert "P53 (99) -> TP53 (7157), applied" in refreshed.stdout
    expected = curated.replace("hgnc_symbol: P53\n", "hgnc_symbol: TP53\n")
    expected = expected.replace("entrez: '99'\n", "entrez: '7157'\n")
    assert emitted.read_text("utf-8") == expected.replace("- P53\n", "- TP53\n")
    (entry,) = yaml.safe_load((desk.out / "diff" / "f.yaml").read_text("utf-8"))["renamed"]
    assert entry["genes"] == {
        "99": {"old": "P53", "new": "TP53", "entrez": "7157", "applied": True}
    }
    assert "unchanged" in desk.run("--policy", policy, "--refresh-symbols").stdout


def test_decisions_are_applied_by_the_next_run_and_by_no_later_one(desk: Desk) -> None:
    desk.add("f", Fault.NONE, *FAMILY)
    desk.add("g")
    desk.run()
    before = (desk.out / "records" / "f.md").read_text("utf-8")
    genes = parse_record(before, Path("f.md")).genes
    assert genes == (*FAMILY, *(r for r in genes if r not in FAMILY))
    read = genes[-1]
    assert read.word == "TP53"
    reject = Decision(Verb.REJECT, Kind.GENE, (read,))
    DecisionFiles(desk.out / "decisions").change("f", lambda d: d.decide(reject))
    told = documents(desk.run("--json"))
    assert (told["f"]["unchanged"], told["g"]["unchanged"]) == (False, True)
    after = (desk.out / "records" / "f.md").read_text("utf-8")
    assert after == (desk.images / "f.md").read_text("utf-8")
    assert documents(desk.run("--json"))["f"]["unchanged"]


def test_new_figures_get_whole_records(desk: Desk) -> None:
    desk.add("PMC1__a")
    metadata = "number: Scheme 1\nfigure_title: A model of the IFN-γ response.\n"
    (desk.images / "PMC1__a.yml").write_text(metadata, "utf-8")
    (desk.images / "PMC1__b.yml").write_text("{}\n", "utf-8")
    result = desk.run()
    assert result.exit_code == ExitCode.OK
    assert "PMC1__b.yml: no image of that name was given" in result.stderr
    record = load_record(desk.out / "records" / "PMC1__a.md")
    assert record.fields["figtitle"] == "IFN-gamma response"
    assert record.fields["figid_alias"] == "PMC1__S1"
    diff = yaml.safe_load((desk.out / "diff" / "PMC1__a.yaml").read_text("utf-8"))
    assert diff["intake"]["figtitle"] == {
        "original": "A model of the IFN-γ response.",
        "rules": ["preamble", "full-stop", "greek"],
    }
    # Another choice of rules is another result.
    assert desk.run("--title-rules", "greek").exit_code == ExitCode.OK
    record = load_record(desk.out / "records" / "PMC1__a.md")
    assert record.fields["figtitle"] == "A model of the IFN-gamma response."
    assert desk.run("--title-rules", "nonsense").exit_code == ExitCode.USAGE


def test_diseases_by_enrichment(desk: Desk) -> None:
    # The reader finds TP53; two more genes are curated.
    curated = [GeneRow(g, g, "hgnc_symbol", g, e) for g, e in (("MDM2", "4193"), ("EGFR", "1956"))]
    desk.add("f", Fault.NONE, *curated)
    sets = desk.images.parent / "diseases.gmt"
    others = "\t".join(str(n) for n in range(1000, 1100))
    sets.write_text(f"Rare\tof it\t7157\t4193\nRest\tof it\t{others}\n", "utf-8")
    result = desk.run("--disease-sets", sets)
    assert result.exit_code == ExitCode.OK
    record = load_record(desk.out / "records" / "f.md")
    assert [row.word for row in record.diseases] == ["Rare"]
    assert "Rare" in record.fields["schema-jsonld"]["keywords"]
    diff = yaml.safe_load((desk.out / "diff" / "f.yaml").read_text("utf-8"))
    assert diff["enrichment"]["found"][0]["genes"] == ["MDM2", "TP53"]
    assert diff["diseases"]["new"][0]["word"] == "Rare"
    sets.write_text("Rare\tof it\t1956\n", "utf-8")
    assert desk.run("--disease-sets", sets, "--force").exit_code == ExitCode.OK
    assert load_record(desk.out / "records" / "f.md").diseases == ()
    sets.unlink()
    assert desk.run("--disease-sets", sets, "--force").exit_code == ExitCode.INVALID_INPUT


def test_records_of_the_layout_of_tables(desk: Desk) -> None:
    desk.add("f")
    whole = new_record("f").with_genes(FAMILY[:2])
    divided = split(whole.text, desk.images / "f.md")
    (desk.images / "f.md").write_text(divided.text, "utf-8")
    table = desk.images / "f-genes.tsv"
    table.write_text(divided.tables["genes"], "utf-8")
    assert desk.run().exit_code == ExitCode.OK
    written = load_record(desk.out / "records" / "f.md")
    assert written.genes[:2] == tuple(FAMILY[:2])
    assert [row.hgnc_symbol for row in written.genes[2:]] == ["TP53"]
    # A changed table is a changed input.
    table.write_text("".join(divided.tables["genes"].splitlines(True)[:-1]), "utf-8")
    assert desk.run().exit_code == ExitCode.OK
    assert len(load_record(desk.out / "records" / "f.md").genes) == 2
    before = (desk.images / "f.md").read_bytes()
    result = desk.run("--in-place", "--force")
    assert result.exit_code == ExitCode.SOME_FAILED
    assert "its genes stand in tables" in result.stdout
    assert (desk.images / "f.md").read_bytes() == before
