from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.curation.curator import Curator
from pipeline.curation.decision_files import DecisionFiles
from pipeline.curation.decisions import Decision, Kind, Verb
from pipeline.curation.policies import Policy
from pipeline.records.create import new_record
from pipeline.records.frontmatter import load_record, parse_record
from pipeline.types import ConceptMention, EndState, Figure, GeneRow, Line, Names, TermRow
from tests.faults.engines import Fault, FaultyReader, WordNamer, draw

CURATED = GeneRow("SECRETGENE", "SECRETGENE", "hgnc_symbol", "SECRETGENE", "1")


@pytest.fixture
def figure(tmp_path: Path) -> Figure:
    return Figure("f", image=draw(tmp_path / "f.png"))


def curator(folder: Path, policy: Policy = Policy.UNION) -> Curator:
    return Curator(FaultyReader(folder), WordNamer(), policy)


def with_record(figure: Figure, folder: Path) -> Figure:
    metadata = folder / "f.yml"
    metadata.write_text("caption: How TP53 acts\narticle_title: On acting\n")
    record = folder / "f.md"
    record.write_text(new_record("f", metadata).with_genes([CURATED]).text, "utf-8", newline="")
    return Figure("f", image=figure.image, record=record)


def test_an_image_becomes_an_outcome(tmp_path: Path, figure: Figure) -> None:
    outcome = curator(tmp_path).curate(figure)
    assert outcome.state is EndState.DONE
    assert [line.text for line in outcome.lines] == ["TP53"]
    assert [row.hgnc_symbol for row in outcome.rows] == ["TP53"]
    assert outcome.image_size == (32, 32)
    assert outcome.error is None
    assert outcome.record is not None
    assert parse_record(outcome.record, Path("f.md")).genes == outcome.rows
    assert set(outcome.seconds) == {"record", "decode", "read", "name", "compare"}
    assert all(seconds >= 0 for seconds in outcome.seconds.values())


def test_curated_rows_are_no_evidence(tmp_path: Path, figure: Figure) -> None:
    namer = WordNamer()
    outcome = Curator(FaultyReader(tmp_path), namer, Policy.UNION).curate(
        with_record(figure, tmp_path)
    )
    (context,) = namer.contexts
    assert "How TP53 acts" in context
    assert "On acting" in context
    assert "SECRETGENE" not in context
    assert outcome.rows == parse_record(str(outcome.record), Path("f.md")).genes[1:]


@pytest.mark.parametrize(
    ("policy", "symbols"),
    [(Policy.UNION, ["SECRETGENE", "TP53"]), (Policy.REPLACE, ["TP53"]), (Policy.REPORT, None)],
)
def test_the_policy_decides_what_is_emitted(
    tmp_path: Path, figure: Figure, policy: Policy, symbols: list[str] | None
) -> None:
    outcome = curator(tmp_path, policy).curate(with_record(figure, tmp_path))
    emitted = outcome.record and parse_record(outcome.record, Path("f.md")).genes
    assert (emitted and [row.hgnc_symbol for row in emitted]) == symbols
    counts = outcome.diff["counts"]
    assert isinstance(counts, dict)
    assert (counts["missing"], counts["new"]) == (1, 1)


def test_an_image_without_text_is_empty_and_keeps_its_record(tmp_path: Path) -> None:
    figure = Figure("f", image=draw(tmp_path / "f.png", Fault.NO_TEXT))
    figure = with_record(figure, tmp_path)
    outcome = curator(tmp_path).curate(figure)
    assert outcome.state is EndState.EMPTY
    assert figure.record is not None
    assert outcome.record == load_record(figure.record).text


def test_given_text_is_used_instead_of_the_image(tmp_path: Path) -> None:
    (tmp_path / "f.txt").write_text("nothing\nEGFR\n")
    figure = Figure("f", image=tmp_path / "missing.png", text=tmp_path / "f.txt")
    outcome = Curator(None, WordNamer(), Policy.UNION).curate(figure)
    assert outcome.state is EndState.DONE
    assert [row.hgnc_symbol for row in outcome.rows] == ["EGFR"]
    assert "text" in outcome.seconds
    assert "read" not in outcome.seconds


@pytest.mark.parametrize(
    ("changes", "kind", "subject"),
    [
        ({"image": "none.png"}, "ImageError", "none.png"),
        ({"image": None}, "InputError", "f"),
        ({"record": "none.md"}, "RecordError", "none.md"),
        ({"metadata": "none.yml"}, "RecordError", "none.yml"),
        ({"text": "none.txt"}, "InputError", "none.txt"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(
    tmp_path: Path, figure: Figure, changes: dict[str, str | None], kind: str, subject: str
) -> None:
    files: dict[str, Path | None] = {"image": figure.image}
    files |= {role: name and tmp_path / name for role, name in changes.items()}  # type: ignore[misc]
    outcome = curator(tmp_path).curate(Figure("f", **files))
    assert outcome.state is EndState.FAILED
    assert outcome.record is None
    assert outcome.error is not None
    assert outcome.error.kind == kind
    assert outcome.error.subject.endswith(subject)


def test_without_reader_and_text_the_remedy_names_both_ways(figure: Figure) -> None:
    outcome = Curator(None, WordNamer(), Policy.UNION).curate(figure)
    assert outcome.error is not None
    assert outcome.error.subject == "f"
    assert "--text" in outcome.error.remedy


def test_an_unexpected_error_is_kept_with_its_traceback(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    figure = Figure("f", image=draw(tmp_path / "f.png", Fault.RUNTIME_ERROR))
    with caplog.at_level(logging.DEBUG, "pipeline"):
        outcome = curator(tmp_path).curate(figure)
    assert outcome.error is not None
    assert outcome.error.kind == "RuntimeError"
    assert outcome.error.cause == "what no one expected"
    assert "--debug" in outcome.error.remedy
    assert outcome.image_size == (32, 32)
    assert "read" in outcome.seconds
    assert "tests/faults/engines.py" in caplog.text


def test_an_interruption_is_no_failure(tmp_path: Path) -> None:
    figure = Figure("f", image=draw(tmp_path / "f.png", Fault.INTERRUPT))
    with pytest.raises(KeyboardInterrupt):
        curator(tmp_path).curate(figure)


class TermNamer(WordNamer):
    """Names ATP and cancer in every figure, too."""

    def names(self, lines: Sequence[Line], context: str = "") -> Names:
        found = super().names(lines, context)
        atp = ConceptMention("ATP", "ATP", 0, 0, 3, "chemical", "ATP", "D000255")
        cancer = ConceptMention("cancer", "cancer", 0, 0, 6, "disease", "cancer", "D009369")
        return Names(found.genes, (atp, cancer))


ATP = TermRow("ATP", "MeSH", "D000255")


def test_a_new_record_gets_chemicals_diseases_and_organisms(tmp_path: Path) -> None:
    (tmp_path / "f.yml").write_text("caption: How mice act\n")
    figure = Figure("f", image=draw(tmp_path / "f.png"), metadata=tmp_path / "f.yml")
    outcome = Curator(FaultyReader(tmp_path), TermNamer(), Policy.UNION).curate(figure)
    record = parse_record(str(outcome.record), Path("f.md"))
    assert record.chemicals == (ATP,)
    assert record.diseases == (TermRow("cancer", "MeSH", "D009369"),)
    # Its rows are human genes, whatever species the paper speaks of.
    assert record.fields["organisms"] == ["Mus musculus", "Homo sapiens"]
    described = record.fields["schema-jsonld"]
    assert isinstance(described, dict)
    assert described["keywords"] == ["TP53", "ATP", "cancer"]
    assert [concept.word for concept in outcome.concepts] == ["ATP", "cancer"]
    assert "chemicals" in outcome.diff


@pytest.mark.parametrize(
    ("policy", "diseases"),
    [
        (Policy.UNION, ["Cancer", "gone"]),
        (Policy.REPLACE, ["Cancer"]),
    ],
)
def test_curated_terms_are_compared_and_organisms_left(
    tmp_path: Path, figure: Figure, policy: Policy, diseases: list[str]
) -> None:
    record = tmp_path / "f.md"
    curated = new_record("f").with_terms(diseases=[TermRow("Cancer"), TermRow("gone")])
    record.write_text(curated.text, "utf-8", newline="")
    figure = Figure("f", image=figure.image, record=record)
    outcome = Curator(FaultyReader(tmp_path), TermNamer(), policy).curate(figure)
    emitted = parse_record(str(outcome.record), Path("f.md"))
    assert [row.word for row in emitted.diseases] == diseases
    assert emitted.chemicals == (ATP,)
    assert emitted.fields["organisms"] == []
    gone, cancer = ({"word": w, "source": "", "identifier": ""} for w in ("gone", "Cancer"))
    assert outcome.diff["diseases"] == {"confirmed": [cancer], "missing": [gone]}


@pytest.mark.parametrize("value", ["", "diseases: many\n"])
def test_a_record_without_a_list_of_terms_is_no_failure(
    tmp_path: Path, figure: Figure, value: str
) -> None:
    record = tmp_path / "f.md"
    record.write_text(f"---\nfigid: f\ngenes: []\nchemicals: []\n{value}---\n")
    figure = Figure("f", image=figure.image, record=record)
    outcome = Curator(FaultyReader(tmp_path), TermNamer(), Policy.UNION).curate(figure)
    emitted = parse_record(str(outcome.record), Path("f.md"))
    assert (emitted.chemicals, emitted.diseases) == ((ATP,), ())


def test_a_figure_without_names_says_nothing_of_terms(tmp_path: Path, figure: Figure) -> None:
    outcome = curator(tmp_path).curate(figure)
    assert not {"chemicals", "diseases"} & outcome.diff.keys()


def test_decisions_change_the_record_and_stand_in_the_diff(tmp_path: Path, figure: Figure) -> None:
    given = with_record(figure, tmp_path)
    assert given.record is not None
    reject = Decision(Verb.REJECT, Kind.GENE, (CURATED,), by="ann", at="2026-01-02T03:04:05Z")
    path = tmp_path / "decisions" / "f.yaml"
    DecisionFiles(path.parent).change("f", lambda d: d.decide(reject))
    outcome = curator(tmp_path).curate(replace(given, decisions=path))
    assert outcome.record is not None
    assert parse_record(outcome.record, Path("f.md")).genes == outcome.rows
    assert outcome.diff["decided"] == [
        {
            "decision": "reject",
            "kind": "gene",
            "rows": [{"word": "SECRETGENE", "hgnc_symbol": "SECRETGENE", "entrez": "1"}],
            "by": "ann",
            "at": "2026-01-02T03:04:05Z",
        }
    ]


def test_malformed_decisions_fail_the_figure(tmp_path: Path, figure: Figure) -> None:
    path = tmp_path / "f.yaml"
    path.write_text("figid: [")
    outcome = curator(tmp_path).curate(replace(figure, decisions=path))
    assert outcome.state is EndState.FAILED
    assert outcome.error is not None
    assert (outcome.error.kind, outcome.error.subject) == ("DecisionsError", str(path))
