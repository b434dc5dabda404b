from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.curation.decision_files import DecisionFiles
from pipeline.curation.decisions import Decision, Kind, Verb
from pipeline.curation.misses import Miss
from pipeline.errors import InputError
from pipeline.records.create import new_record
from pipeline.reports.html import render
from pipeline.reports.recall import FUSED, Assessor, Report
from pipeline.reports.summary import summary
from pipeline.running.ledger import Fingerprint, Ledger
from pipeline.running.writing import Output
from pipeline.types import EndState, Figure, FigureError, GeneRow, Line, Outcome, Reading, Region
from tests.review.runs import namer

FINGERPRINT = Fingerprint("inputs", "config", {"pfcurate": "1"})


def row(word: str, gene: str, entrez: str, source: str = "hgnc_symbol") -> GeneRow:
    return GeneRow(word, word, source, gene, entrez)


TP53, STAT3 = row("TP53", "TP53", "7157"), row("STAT3", "STAT3", "6774")
IL6 = row("IL-6", "IL6", "3569", "hgnc_alias_symbol")
EGFR, JAK2 = row("EGFR", "EGFR", "1956"), row("JAK2", "JAK2", "3717")
MADE_UP = row("LPS", "IRF6", "3664", "hgnc_alias_symbol")
UNKNOWN = row("qqq7", "ZYX", "7791")


def line(text: str, number: int, *others: str) -> Line:
    top = 20.0 * number
    region = Region(((0, top), (60, top), (60, top + 12), (0, top + 12)), 0.9, "double")
    readings = [Reading(text, 0.95, "one")]
    readings += [Reading(other, 0.9, "two") for other in others]
    return Line(text, 0.95, region, tuple(readings))


class Run:
    """A run whose lines are given."""

    def __init__(self, folder: Path) -> None:
        self.output = Output(folder / "out")
        self.output.create()
        self.records, self.truth = folder / "records", folder / "truth"
        self.records.mkdir()
        self.truth.mkdir()

    def add(self, figid: str, lines: list[Line], *curated: GeneRow, fails: bool = False) -> None:
        record = self.records / f"{figid}.md"
        record.write_bytes(new_record(figid).with_genes(curated).text.encode())
        names = namer().names(lines)
        outcome = Outcome(figid, EndState.DONE, tuple(lines), names.genes)
        if fails:
            error = FigureError("ImageError", figid, "it is torn", "Mend it")
            outcome = Outcome(figid, EndState.FAILED, error=error)
        figure = Figure(figid, record=record)
        with Ledger(self.output.ledger) as ledger:
            ledger.register([figure])
            ledger.start(figure)
            ledger.finish(outcome, FINGERPRINT, {})

    def report(self, **options: Path | None) -> Report:
        return Assessor(self.output, namer(), **options).report()


@pytest.fixture
def run(tmp_path: Path) -> Run:
    made = Run(tmp_path)
    made.add(
        "a",
        [
            line("TP53", 0, "TP53"),
            line("STAT3", 1, "STATE"),
            line("LPS", 2, "LPS"),
            line("EGFRvJAK2x", 3),
        ],
        TP53,
        STAT3,
        MADE_UP,
        EGFR,
        UNKNOWN,
    )
    made.add("b", [line("IL-6", 0, "1L-6"), line("TPW3", 1)], IL6, TP53, JAK2)
    made.add("c", [], TP53, fails=True)
    return made


def test_every_curated_gene_is_found_or_missed_for_a_reason(run: Run) -> None:
    report = run.report()
    by_miss = {
        miss: [(p.figid, p.row.word) for p in found]
        for miss, found in report.misses().items()
        if found
    }
    assert by_miss == {
        Miss.FAILED: [("c", "TP53")],
        Miss.UNDETECTED: [("a", "qqq7"), ("b", "JAK2")],
        Miss.MISREAD: [("b", "TP53")],
        Miss.SPLIT: [("a", "EGFR")],
        Miss.FILTERED: [("a", "LPS")],
    }
    assert [(p.figid, p.row) for p in report.pairs if p.found] == [
        ("a", TP53),
        ("a", STAT3),
        ("b", IL6),
    ]


def test_the_numbers_add_up(run: Run) -> None:
    numbers = summary(run.report())
    assert numbers["recall"]["pairs"] == 9
    assert numbers["recall"]["found"] == 3
    assert numbers["recall"]["micro"] == round(3 / 9, 4)
    assert numbers["recall"]["macro"] == round((2 / 5 + 1 / 3 + 0) / 3, 4)
    low, high = numbers["recall"]["interval"]
    assert low <= 3 / 9 <= high
    assert sum(numbers["misses"].values()) == 9 - 3 == len(numbers["missed"])
    assert sum(share["pairs"] for share in numbers["sources"].values()) == 9
    assert numbers["sources"]["alias"] == {"pairs": 2, "found": 1, "micro": 0.5}
    assert numbers["accuracy"] is None
    assert ["TP53", 2] in numbers["most_missed"]
    figures = {figure["figid"]: figure for figure in numbers["per_figure"]}
    assert (figures["b"]["found"], figures["b"]["pairs"]) == (1, 3)
    assert (figures["c"]["state"], figures["c"]["misses"]) == ("failed", {"figure failed": 1})
    gains = [figure["gain"] for figure in numbers["per_figure"]]
    assert gains == sorted(gains, reverse=True)
    assert json.loads(json.dumps(numbers)) == numbers


def test_each_reader_is_counted_alone(run: Run) -> None:
    report = run.report()
    assert report.readers == ("one", "two", FUSED)
    assert {p.row.word: sorted(p.by) for p in report.pairs if p.by and p.figid == "a"} == {
        "TP53": [FUSED, "one", "two"],
        "STAT3": [FUSED, "one"],
    }


def test_truth_tells_what_is_not_printed_and_what_is_wrong(run: Run) -> None:
    (run.truth / "a.json").write_text(
        json.dumps(
            {
                "genes": [
                    {"text": "TP53", "hgnc": ["TP53"]},
                    {"text": "EGFR", "hgnc": ["EGFR"]},
                ],
                "families": [],
            }
        )
    )
    report = run.report(truth=run.truth)
    (compared,) = report.compared
    assert compared.comparison is not None
    assert compared.comparison.missed == ("EGFR",)
    assert compared.comparison.wrong == ("STAT3",)
    unprinted = report.misses()[Miss.UNPRINTED]
    assert [(p.figid, p.row.word) for p in unprinted] == [("a", "LPS"), ("a", "qqq7")]
    accuracy = summary(report)["accuracy"]
    assert (accuracy["recall"], accuracy["precision"], accuracy["f1"]) == (0.5, 0.5, 0.5)


def test_what_a_reviewer_rejected_is_not_printed(run: Run) -> None:
    reject = Decision(Verb.REJECT, Kind.GENE, (MADE_UP,))
    DecisionFiles(run.output.decisions).change("a", lambda d: d.decide(reject))
    unprinted = run.report().misses()[Miss.UNPRINTED]
    assert [(p.figid, p.row.word) for p in unprinted] == [("a", "LPS")]


def test_curated_rows_are_no_evidence(run: Run) -> None:
    before = summary(run.report())["readers"]
    path = run.records / "a.md"
    path.write_bytes(new_record("a").with_genes([TP53, STAT3, JAK2, IL6]).text.encode())
    after = {p.row.word: p.found for p in run.report().pairs if p.figid == "a"}
    assert after == {"TP53": True, "STAT3": True, "JAK2": False, "IL-6": False}
    assert before["one"]["found"] == 3


def test_records_of_another_folder(run: Run, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "b.md").write_bytes(new_record("b").with_genes([IL6]).text.encode())
    (other / "z.md").write_bytes(new_record("z").with_genes([IL6]).text.encode())
    report = run.report(records=other)
    assert [(p.figid, p.found) for p in report.pairs] == [("b", True)]
    assert (report.without_record, report.unrun) == (2, 1)


@pytest.mark.parametrize("text", ["", "[]", '{"genes": [{}]}', '{"genes": 3}', "\x00"])
def test_malformed_truth_is_named(run: Run, text: str) -> None:
    (run.truth / "a.json").write_text(text)
    with pytest.raises(InputError, match="no truth file") as caught:
        run.report(truth=run.truth)
    assert caught.value.subject.endswith("a.json")


def test_the_page_needs_nothing_else_and_escapes_what_was_read(run: Run) -> None:
    evil = "<script>alert(1)</script>$x$"
    run.add("d", [line(evil, 0, evil)], replace(TP53, word=evil, symbol=evil))
    report = run.report()
    page = render(report, summary(report), evil)
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page
    assert page.count("<svg") >= 3
    assert page == render(report, summary(report), evil), "the same report gives the same bytes"
