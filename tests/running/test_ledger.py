from __future__ import annotations

import json
import os
import pickle
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.curation.lines import plain_lines
from pipeline.errors import InputError, OutputError, OutputFolderError
from pipeline.running.ledger import Fingerprint, Ledger
from pipeline.running.ledger_rows import figure_of, line_of, line_rows
from pipeline.running.ledger_tables import CHANGES, SCHEMA_VERSION
from pipeline.running.ledger_view import LedgerView
from pipeline.types import (
    ConceptMention,
    EndState,
    Figure,
    FigureError,
    Gene,
    LexiconEntry,
    Line,
    Mention,
    Outcome,
    Reading,
    Region,
    Source,
    StoredLines,
)
from tests.running.old_ledgers import TABLES

FINGERPRINT = Fingerprint("inputs", "config", {"pfcurate": "1"})
REGION = Region(((1, 2), (9, 2), (9, 5), (1, 5)), 0.9, "double")
OUTCOME = Outcome(
    "f",
    EndState.DONE,
    lines=(
        Line("NF-κB", 0.5, REGION, (Reading("NF-κB", 0.5, "a"), Reading("NF-kB", 0.25, "b", 2.0))),
        Line("text without a place"),
    ),
    mentions=(
        Mention(
            "NF-κB",
            0,
            0,
            5,
            LexiconEntry(
                "NFkappaB", Source.FAMILY, (Gene("NFKB1", "4790"), Gene("RELA", "5970")), "NFkappaB"
            ),
            ("greek", "exact"),
            0.75,
            REGION,
            (("family", 2.3), ("doubtful reading", -0.5)),
            "NF-κB",
        ),
    ),
    seconds={"read": 1.5},
    image_size=(640, 480),
    concepts=(
        ConceptMention(
            "H202",
            "H2O2",
            1,
            5,
            9,
            "chemical",
            "H2O2",
            "D006861",
            ("0 for O",),
            REGION,
            "some H202",
        ),
    ),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.db"


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def states(path: Path) -> dict[object, object]:
    return dict(rows(path, "SELECT figid, state FROM figures"))  # type: ignore[arg-type]


def test_a_figure_goes_through_its_states(path: Path) -> None:
    with Ledger(path) as ledger:
        ledger.register([Figure("f"), Figure("g")])
        assert states(path) == {"f": "pending", "g": "pending"}
        ledger.start(Figure("f", image=Path("f.png")))
        assert states(path) == {"f": "running", "g": "pending"}
        ledger.finish(OUTCOME, FINGERPRINT, {"new": 2})
        assert states(path) == {"f": "done", "g": "pending"}
        assert ledger.states() == {"done": 1, "pending": 1}


def test_lines_and_mentions_are_kept_with_their_evidence(path: Path) -> None:
    with Ledger(path) as ledger:
        ledger.register([Figure("f")])
        ledger.finish(OUTCOME, FINGERPRINT, {"new": 2})
    ((width, height, counts, seconds),) = rows(
        path, "SELECT width, height, counts, seconds FROM figures"
    )
    assert (width, height) == (640, 480)
    assert json.loads(str(counts)) == {"new": 2}
    assert json.loads(str(seconds)) == {"read": 1.5}
    first, second = rows(path, "SELECT * FROM lines ORDER BY idx")
    assert first[:4] == ("f", 0, "NF-κB", 0.5)
    assert json.loads(str(first[4])) == [[1, 2], [9, 2], [9, 5], [1, 5]]
    assert [r["text"] for r in json.loads(str(first[5]))] == ["NF-κB", "NF-kB"]
    assert second[2:] == ("text without a place", 1.0, None, "[]", None, None)
    ((*_, symbol, source, family, _origin, genes, rules, score, polygon, reading, evidence),) = (
        rows(path, "SELECT * FROM mentions")
    )
    assert reading == "NF-κB"
    assert json.loads(str(evidence)) == [["family", 2.3], ["doubtful reading", -0.5]]
    assert (symbol, source, family, score) == ("NFkappaB", "bioentities_symbol", "NFkappaB", 0.75)
    assert json.loads(str(genes)) == [["NFKB1", "4790"], ["RELA", "5970"]]
    assert json.loads(str(rules)) == ["greek", "exact"]
    assert polygon == first[4]


def test_finishing_again_replaces_what_was_kept(path: Path) -> None:
    error = FigureError("ImageError", "f.png", "it is damaged", "Replace it")
    with Ledger(path) as ledger:
        ledger.register([Figure("f")])
        ledger.finish(OUTCOME, FINGERPRINT, {})
        ledger.finish(Outcome("f", EndState.FAILED, error=error), FINGERPRINT, {})
        assert list(ledger.failures()) == [("f", error)]
        ledger.finish(OUTCOME, FINGERPRINT, {})
        assert list(ledger.failures()) == []
    assert len(rows(path, "SELECT * FROM lines")) == 2
    assert rows(path, "SELECT error_kind FROM figures") == [(None,)]


def test_finishing_is_all_or_nothing(path: Path) -> None:
    broken = Outcome("f", EndState.DONE, lines=(Line("a"), Line("b", "high")))  # type: ignore[arg-type]
    with Ledger(path) as ledger:
        ledger.register([Figure("f")])
        ledger.start(Figure("f"))
        with pytest.raises(ValueError, match="high"):
            ledger.finish(broken, FINGERPRINT, {})
        assert states(path) == {"f": "running"}
        assert rows(path, "SELECT * FROM lines") == []


def stands(path: Path, fingerprint: Fingerprint) -> bool:
    """Whether a run would leave the figure ``f`` as it is."""
    with Ledger(path) as ledger:
        ledger.register([Figure("f")])
        (row,) = ledger.pending(9)
        return row["result"] is not None and fingerprint.same(row)


@pytest.mark.parametrize(
    "other",
    [
        Fingerprint("changed", "config", {"pfcurate": "1"}),
        Fingerprint("inputs", "changed", {"pfcurate": "1"}),
        Fingerprint("inputs", "config", {"pfcurate": "2"}),
        Fingerprint("", "config", {"pfcurate": "1"}),
    ],
)
def test_a_result_stands_only_for_what_it_was_made_from(path: Path, other: Fingerprint) -> None:
    assert not stands(path, FINGERPRINT)
    with Ledger(path) as ledger:
        ledger.finish(OUTCOME, FINGERPRINT, {})
    assert stands(path, FINGERPRINT)
    assert not stands(path, other)


def test_inputs_that_could_not_be_read_never_stand(path: Path) -> None:
    unread = Fingerprint("", "config", {})
    with Ledger(path) as ledger:
        ledger.register([Figure("f")])
        ledger.finish(OUTCOME, unread, {})
    assert not stands(path, unread)


def test_a_figure_that_was_begun_again_does_not_stand(path: Path) -> None:
    with Ledger(path) as ledger:
        ledger.register([Figure("f")])
        ledger.finish(OUTCOME, FINGERPRINT, {})
        ledger.start(Figure("f"))
    assert not stands(path, FINGERPRINT)


def test_a_failure_keeps_what_was_there_and_does_not_stand(path: Path) -> None:
    with Ledger(path) as ledger:
        ledger.register([Figure("f")])
        ledger.finish(OUTCOME, FINGERPRINT, {})
        ledger.start(Figure("f"))
        ledger.finish(Outcome("f", EndState.FAILED), FINGERPRINT, {})
    assert rows(path, "SELECT state, result FROM figures") == [("failed", "done")]
    assert len(rows(path, "SELECT * FROM mentions")) == 1
    assert not stands(path, FINGERPRINT)


def test_a_failure_after_reading_keeps_the_new_lines_alone(path: Path) -> None:
    failed = Outcome("f", EndState.FAILED, lines=(Line("anew"),))
    with Ledger(path) as ledger:
        ledger.register([Figure("f")])
        ledger.finish(OUTCOME, FINGERPRINT, {})
        ledger.finish(failed, FINGERPRINT, {})
    assert rows(path, "SELECT text FROM lines") == [("anew",)]
    assert rows(path, "SELECT * FROM mentions") == []
    assert rows(path, "SELECT result FROM figures") == [(None,)]


READ = Fingerprint("inputs", "config", {}, source="image:1", reading="r1")


@pytest.mark.parametrize(
    ("wanted", "there"),
    [
        (READ, True),
        (Fingerprint("other record", "other", {"lexicon": "2"}, "image:1", "r1"), True),
        (Fingerprint("inputs", "config", {}, "image:2", "r1"), False),
        (Fingerprint("inputs", "config", {}, "image:1", "r2"), False),
        (Fingerprint("inputs", "config", {}), False),
    ],
)
def test_lines_are_reused_for_the_same_pixels_and_readers_alone(
    path: Path, wanted: Fingerprint, there: bool
) -> None:
    with Ledger(path) as ledger:
        ledger.register([Figure("f")])
        ledger.finish(OUTCOME, READ, {})
        (row,) = ledger.pending(9) or [None]
        assert row is None  # done
        ledger.register([Figure("f")])
        (row,) = ledger.pending(9)
        kept = ledger.stored_lines(row, wanted)
    stored = kept and pickle.loads(pickle.dumps(kept)).decoded()  # as it comes to a worker
    assert stored == (StoredLines(OUTCOME.lines, (640, 480)) if there else None)


def test_lines_of_an_unknown_source_are_not_reused(path: Path) -> None:
    with Ledger(path) as ledger:
        ledger.register([Figure("f")])
        ledger.finish(OUTCOME, FINGERPRINT, {})
        ledger.register([Figure("f")])
        (row,) = ledger.pending(9)
        assert ledger.stored_lines(row, FINGERPRINT) is None


texts = st.text(st.characters(codec="utf-8"), max_size=9)
shares = st.floats(0, 1)
numbers = st.floats(-1e6, 1e6)
regions = st.builds(Region, st.tuples(*[st.tuples(numbers, numbers)] * 4), shares, texts)
alternatives = st.lists(st.lists(st.tuples(texts, shares), max_size=2).map(tuple), max_size=3)
readings = st.builds(Reading, texts, shares, texts, numbers, alternatives.map(tuple))
line_lists = st.lists(
    st.builds(Line, texts, shares, st.none() | regions, st.lists(readings, max_size=2).map(tuple)),
    max_size=4,
)


@given(line_lists)
def test_plain_lines_come_back_as_they_were(lines: list[Line]) -> None:
    plain = plain_lines(lines, Path("f.png"))
    assert plain_lines(plain, Path("f.png")) == plain
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    connection.executescript(CHANGES[0])
    connection.executemany(
        "INSERT INTO lines VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        line_rows(Outcome("f", EndState.DONE, lines=plain)),
    )
    found = connection.execute("SELECT * FROM lines ORDER BY idx").fetchall()
    connection.close()
    assert tuple(map(line_of, found)) == plain


def test_what_a_killed_run_was_doing_is_pending_again(path: Path) -> None:
    with Ledger(path) as ledger:
        ledger.register([Figure("f"), Figure("g")])
        ledger.start(Figure("f"))
        ledger.finish(OUTCOME, FINGERPRINT, {})
        ledger.start(Figure("g"))
    with Ledger(path) as ledger:
        ledger.register([])
    assert states(path) == {"f": "done", "g": "pending"}


def test_a_full_disk_is_named_and_leaves_what_was_there(path: Path) -> None:
    lines = tuple(Line("word " * 100) for _ in range(1000))
    with Ledger(path) as ledger:
        ledger.register([Figure("f"), Figure("g")])
        ledger.finish(OUTCOME, READ, {})
        ledger.start(Figure("g"))
        ledger._db.execute("PRAGMA max_page_count = 40")
        with pytest.raises(OutputFolderError, match="full"):
            ledger.finish(Outcome("g", EndState.DONE, lines=lines), READ, {})
        assert ledger.states() == {"done": 1, "running": 1}
        ledger.postpone(["g"])
    assert states(path) == {"f": "done", "g": "pending"}


def test_only_what_is_not_finished_is_postponed(path: Path) -> None:
    with Ledger(path) as ledger:
        ledger.register([Figure("f"), Figure("g")])
        ledger.start(Figure("f"))
        ledger.finish(OUTCOME, READ, {})
        ledger.start(Figure("g"))
        ledger.postpone(["f", "g"])
    assert states(path) == {"f": "done", "g": "pending"}


def test_only_one_run_writes_at_a_time(path: Path) -> None:
    with Ledger(path), pytest.raises(OutputError, match="another run is writing"):
        Ledger(path)
    with Ledger(path):
        pass


def test_a_reader_is_not_held_up(path: Path) -> None:
    with Ledger(path) as ledger:
        ledger.register([Figure("f")])
        with ledger._transaction():
            ledger._db.execute("DELETE FROM figures")
            assert states(path) == {"f": "pending"}


@pytest.mark.parametrize("content", [b"this is no database, but plain text" * 9, b"\0" * 4096])
def test_a_file_that_is_no_ledger_is_named(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(OutputError, match=r"run\.db"):
        Ledger(path)
    assert path.read_bytes() == content


def test_a_newer_ledger_is_left_alone(path: Path) -> None:
    with Ledger(path) as ledger:
        ledger._db.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    with pytest.raises(OutputError, match="newer pfcurate"):
        Ledger(path)


def test_names_that_are_not_unicode_can_be_kept(path: Path) -> None:
    with Ledger(path) as ledger:
        ledger.register([Figure("f")])
        ledger.start(Figure("f", image=Path("\udcff/f.png")))
        error = FigureError("ImageError", "\udcff/f.png", "it is damaged", "Replace it")
        ledger.finish(Outcome("f", EndState.FAILED, error=error), FINGERPRINT, {})
        ((_, kept),) = ledger.failures()
    assert kept.subject == "\\udcff/f.png"


def test_chemicals_and_diseases_are_kept(path: Path) -> None:
    with Ledger(path) as ledger:
        ledger.register([Figure("f")])
        ledger.finish(OUTCOME, FINGERPRINT, {})
        ledger.finish(OUTCOME, FINGERPRINT, {})
    (kept,) = rows(path, "SELECT * FROM concepts")
    assert kept[:10] == ("f", 0, 1, 5, 9, "H202", "H2O2", "chemical", "H2O2", "D006861")
    assert json.loads(str(kept[10])) == ["0 for O"]
    assert json.loads(str(kept[11])) == [[1, 2], [9, 2], [9, 5], [1, 5]]
    assert kept[12] == "some H202"


@pytest.mark.parametrize("version", sorted(TABLES))
def test_an_older_ledger_is_brought_up_to_date_and_keeps_all(path: Path, version: int) -> None:
    connection = sqlite3.connect(path)
    connection.executescript(
        TABLES[version] + f"PRAGMA user_version = {version};"
        "INSERT INTO figures (figid, state) VALUES ('f', 'done'), ('g', 'failed');"
        "INSERT INTO lines VALUES ('f', 0, 'TP53', 0.5, NULL, '[]');"
    )
    connection.close()
    with Ledger(path) as ledger:
        assert ledger.states() == {"done": 1, "failed": 1}
        assert rows(path, "SELECT figid, result FROM figures") == [("f", "done"), ("g", None)]
        assert rows(path, "SELECT text FROM lines") == [("TP53",)]
        ledger.register([Figure("f")])
        (row,) = ledger.pending(9)
        assert ledger.stored_lines(row, READ) is None
        ledger.finish(OUTCOME, READ, {"new": 2})
    assert rows(path, "PRAGMA user_version") == [(SCHEMA_VERSION,)]
    assert rows(path, "PRAGMA foreign_key_check") == []
    with Ledger(path) as new, new._transaction():
        new._db.execute("DELETE FROM figures WHERE figid = 'f'")
    for table in ("lines", "mentions", "concepts"):
        assert rows(path, f"SELECT * FROM {table}") == []


def test_an_older_ledger_has_the_tables_of_a_new_one(tmp_path: Path) -> None:
    def columns(path: Path) -> dict[object, set[object]]:
        tables = rows(path, "SELECT name FROM sqlite_master WHERE type = 'table'")
        return {t: {tuple(c[1:]) for c in rows(path, f"PRAGMA table_info({t})")} for (t,) in tables}

    Ledger(tmp_path / "new.db").close()
    for version, tables in TABLES.items():
        path = tmp_path / f"{version}.db"
        connection = sqlite3.connect(path)
        connection.executescript(tables + f"PRAGMA user_version = {version};")
        connection.close()
        Ledger(path).close()
        assert columns(path) == columns(tmp_path / "new.db")


def test_a_run_whose_process_is_gone_is_killed(path: Path) -> None:
    with Ledger(path) as ledger:
        ledger.begin("1 worker", {})
        with LedgerView(path) as view:
            run = view.run()
            assert run is not None
            assert (run.id, run.state, run.pid) == (1, "running", os.getpid())
    with LedgerView(path) as view:
        assert view.run().state == "killed"  # type: ignore[union-attr]
    with Ledger(path) as ledger:
        ledger.begin("1 worker", {})
        ledger.end("finished")
    assert rows(path, "SELECT state FROM runs ORDER BY id") == [("killed",), ("finished",)]


def test_a_view_gives_what_was_kept(path: Path) -> None:
    error = FigureError("ImageError", "g.png", "it is damaged", "Replace it")
    with Ledger(path) as ledger:
        ledger.begin("1 worker", {})
        figures = [Figure(name, image=Path(f"/images/{name}.png")) for name in "fgh"]
        ledger.register(figures)
        for figure in figures:
            ledger.start(figure)
        ledger.finish(OUTCOME, READ, {"new": 2})
        ledger.finish(Outcome("g", EndState.FAILED, error=error), READ, {})
        with LedgerView(path) as view:
            assert view.states() == view.states(run=1) == {"done": 1, "failed": 1, "running": 1}
            assert view.states(run=2) == {}
            assert view.failures(1) == [("g", "failed", error)]
            assert [figid for figid, _ in view.running()] == ["h"]


def test_a_view_writes_nothing_and_reads_a_folder_that_is_read_only(path: Path) -> None:
    with Ledger(path) as ledger:
        ledger.register([Figure("f")])
    before = sorted((p.name, p.stat().st_mtime_ns) for p in path.parent.iterdir())
    path.parent.chmod(0o555)
    try:
        with LedgerView(path) as view:
            assert view.states() == {"pending": 1}
    finally:
        path.parent.chmod(0o755)
    after = [(p.name, p.stat().st_mtime_ns) for p in path.parent.iterdir()]
    assert sorted(entry for entry in after if "-" not in entry[0]) == before


@pytest.mark.parametrize("content", [None, b"this is no database, but plain text" * 9])
def test_a_view_of_no_ledger_is_refused(path: Path, content: bytes | None) -> None:
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=r"run\.db"):
        LedgerView(path)


def test_a_file_name_that_is_not_unicode_comes_back(path: Path) -> None:
    figure = Figure("f", image=Path("/\udcff/f.png"))
    with Ledger(path) as ledger:
        ledger.register([figure])
        (row,) = ledger.pending(9)
    assert figure_of(row) == figure
