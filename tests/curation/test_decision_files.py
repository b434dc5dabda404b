from __future__ import annotations

import multiprocessing
import os
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.curation.decision_files import (
    DecisionFiles,
    _decided,
    dump,
    load_decided,
    load_decisions,
)
from pipeline.curation.decisions import Decided, Decision, Kind, Verb, Verdict
from pipeline.errors import DecisionsError, OutputError, RecordError
from pipeline.types import GeneRow, TermRow

ROW = GeneRow("p53", "TP53", "hgnc_symbol", "TP53", "7157")
ACCEPT = Decision(
    Verb.ACCEPT, Kind.GENE, (ROW,), reading="p53", by="ann", at="2026-01-02T03:04:05Z"
)

texts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
gene_rows = st.builds(GeneRow, texts, texts, texts, texts, st.text(string.digits, min_size=1))
term_rows = st.builds(TermRow, texts, texts, texts)
number = st.floats(-1e5, 1e5).map(lambda x: round(x, 2))
point = st.tuples(number, number)
polygon = st.none() | st.tuples(point, point, point, point)


def rows(strategy: st.SearchStrategy, least: int = 1) -> st.SearchStrategy:
    return st.lists(strategy, min_size=least, max_size=3).map(tuple)


said = {"curated": st.booleans(), "reading": texts, "polygon": polygon, "by": texts, "at": texts}
made = st.one_of(
    st.builds(
        Decision,
        st.sampled_from([Verb.ACCEPT, Verb.REJECT, Verb.UNREADABLE]),
        st.just(Kind.GENE),
        rows(gene_rows),
        **said,
    ),
    st.builds(
        Decision,
        st.just(Verb.REPLACE),
        st.sampled_from([Kind.CHEMICAL, Kind.DISEASE]),
        rows(term_rows),
        rows(term_rows, 0),
        **said,
    ),
    st.builds(Decision, st.just(Verb.ADD), st.just(Kind.GENE), chosen=rows(gene_rows), **said),
    st.builds(
        Decision,
        st.just(Verb.VERDICT),
        st.just(Kind.FIGURE),
        verdict=st.sampled_from(Verdict),
        **said,
    ),
)
decided = st.builds(
    Decided,
    st.just("f"),
    st.lists(made, max_size=3).map(tuple),
    st.lists(made, max_size=2).map(tuple),
)


@given(decided)
def test_what_is_written_is_read(decisions: Decided) -> None:
    import yaml

    document = yaml.load(dump(decisions), Loader=yaml.CSafeLoader)
    assert _decided(document, Path("f.yaml")) == decisions


def test_a_change_is_on_disk(tmp_path: Path) -> None:
    files = DecisionFiles(tmp_path / "out" / "decisions")
    assert files.load("f") == Decided("f")
    assert files.change("f", lambda d: d.decide(ACCEPT)).made == (ACCEPT,)
    assert files.load("f").made == (ACCEPT,)
    assert load_decisions(files.folder) == {"f": Decided("f", (ACCEPT,))}
    assert load_decisions(tmp_path / "nowhere") == {}


def test_no_change_writes_nothing(tmp_path: Path) -> None:
    files = DecisionFiles(tmp_path)
    files.change("f", Decided.undo)
    assert not files.path("f").exists()


def test_a_change_that_fails_leaves_the_file(tmp_path: Path) -> None:
    files = DecisionFiles(tmp_path)
    files.change("f", lambda d: d.decide(ACCEPT))
    before = files.path("f").read_bytes()

    def fail(_: Decided) -> Decided:
        raise KeyError

    with pytest.raises(KeyError):
        files.change("f", fail)
    assert files.path("f").read_bytes() == before


def test_what_a_crash_left_behind_does_not_matter(tmp_path: Path) -> None:
    files = DecisionFiles(tmp_path)
    files.change("f", lambda d: d.decide(ACCEPT))
    (tmp_path / ".f.yaml.tmp").write_text("half a fi")
    assert load_decisions(tmp_path)["f"].made == (ACCEPT,)
    files.change("f", lambda d: d.decide(ACCEPT))
    assert len(files.load("f").made) == 2


def _decide_often(folder: Path, by: str, times: int) -> None:
    files = DecisionFiles(folder)
    for number in range(times):
        decision = Decision(Verb.ACCEPT, Kind.GENE, (ROW,), by=by, at=str(number))
        files.change("f", lambda d, decision=decision: d.decide(decision))


def test_two_processes_lose_no_decision(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    others = [
        context.Process(target=_decide_often, args=(tmp_path, by, 20)) for by in ("ann", "bob")
    ]
    for other in others:
        other.start()
    for other in others:
        other.join()
    kept = load_decided(tmp_path / "f.yaml").made
    for by in ("ann", "bob"):
        assert [d.at for d in kept if d.by == by] == [str(n) for n in range(20)]


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("", "figid: f"),
        ("figid: g\n", "figid: f"),
        ("figid: f\ndecisions: 3\n", "'decisions' is no list"),
        ("figid: f\ndecisions: [3]\n", "entry 1 of 'decisions' is malformed"),
        ("figid: f\ndecisions: [{decision: eat, kind: gene}]\n", "entry 1"),
        ("figid: f\ndecisions: [{decision: accept, kind: gene}]\n", "it names no rows"),
        ("figid: f\ndecisions: [{decision: accept, kind: gene, rows: [{word: 1}]}]\n", "no text"),
        ("figid: f\ndecisions: [{decision: accept, kind: figure}]\n", "only a verdict"),
        ("figid: f\ndecisions: [{decision: accept, kind: gene, curated: 1}]\n", "'curated'"),
        ("figid: f\ndecisions: [{decision: verdict, kind: gene}]\n", "about the figure"),
        ("figid: f\ndecisions: [{decision: add, kind: gene}]\n", "'chosen' rows"),
        ("figid: f\nundone: [{decision: verdict, kind: figure, verdict: nice}]\n", "'undone'"),
        ("figid: [\n", "it is no YAML"),
        ("!!python/object/apply:os.getcwd []\n", "it is no YAML"),
        ("\xff\xfe\x00", "it is no YAML"),
    ],
)
def test_malformed_files_are_named_with_the_cause(tmp_path: Path, text: str, cause: str) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(DecisionsError, match=cause) as caught:
        load_decided(path)
    assert caught.value.subject == str(path)


@pytest.mark.parametrize("figid", ["../f", "a/b", "", ".f", "f\n"])
def test_no_name_leads_out_of_the_folder(tmp_path: Path, figid: str) -> None:
    with pytest.raises(RecordError):
        DecisionFiles(tmp_path).load(figid)


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="cannot be kept"):
        DecisionFiles(tmp_path).change("f", lambda d: d.decide(ACCEPT))


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "decisions").write_text("")
    with pytest.raises(OutputError, match="cannot be kept"):
        DecisionFiles(tmp_path / "decisions").change("f", lambda d: d.decide(ACCEPT))
