from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.curation.decisions import Decision, Kind, Verb, Verdict
from pipeline.errors import OutputError
from pipeline.review import queue as module
from pipeline.review.items import State
from pipeline.review.queue import Entry, Filter, Order, Queue, Show, ordered, parse_filter
from pipeline.review.sheet import Desk
from tests.review.runs import CYCLE, DrawnRun, namer


def queue_of(run: DrawnRun) -> Queue:
    return Queue(Desk(run.output, namer().lexicon), run.output.root / "review.db")


def entry(figid: str, gain: float = 0.0, left: int = 0, **others: object) -> Entry:
    fields = {
        "state": "done", "title": "", "counts": {"new": 3}, "open": left, "gain": gain,
        "verdict": "", "words": figid, **others,
    }  # fmt: skip
    return Entry(figid, **fields)  # type: ignore[arg-type]


def test_orders() -> None:
    entries = [entry("b", 1.0, 9), entry("a", 1.0, 9), entry("c", 2.0, 3)]
    by = {order: "".join(e.figid for e in ordered(entries, order)) for order in Order}
    assert by == {Order.GAIN: "cab", Order.FIGURE: "abc", Order.OPEN: "abc"}


def test_filters() -> None:
    entries = [
        entry("todo", 1.0, 1, words="todo tp53 stat3"),
        entry("done"),
        entry("aside", verdict="not a pathway"),
        entry("bad", problem="it is torn"),
    ]

    def shown(**fields: str) -> list[str]:
        return [e.figid for e in parse_filter(fields).listed(entries)]

    assert shown() == ["todo"]
    assert shown(show="done") == ["aside", "done"]
    assert shown(show="failed") == ["bad"]
    assert sorted(shown(show="all")) == ["aside", "bad", "done", "todo"]
    assert shown(text="STAT tp5") == ["todo"]
    assert shown(text="egfr") == []
    assert shown(has="missing") == []
    assert shown(has="new") == ["todo"]
    assert shown(show="nonsense", order="nonsense", has="nonsense") == ["todo"]


def test_an_address_holds_what_differs_from_the_usual() -> None:
    assert Filter().query() == {}
    filter_ = Filter(Show.DONE, "new", "p53", Order.OPEN)
    assert parse_filter(filter_.query()) == filter_


def test_entries_say_what_there_is_to_decide(run: DrawnRun) -> None:
    entries = {e.figid: e for e in queue_of(run).entries()}
    assert set(entries) == set(run.images)
    cycle = entries[CYCLE]
    sheet = Desk(run.output, namer().lexicon).sheet(CYCLE)
    asked = [item for item in sheet.items if item.asks]
    assert cycle.open == cycle.asks == len(asked)
    assert cycle.counts["missing"] == 1
    assert cycle.gain == pytest.approx(sum(item.gain for item in asked), abs=1e-3)
    assert all(0 <= item.gain <= 1 for item in asked)
    assert "zyxin" in cycle.words
    assert cycle.title == "How it acts"
    assert not cycle.done


def test_only_what_changed_is_made_anew(run: DrawnRun, monkeypatch: pytest.MonkeyPatch) -> None:
    queue_of(run).load()
    made: list[str] = []
    sheet = Desk.sheet
    monkeypatch.setattr(Desk, "sheet", lambda self, f: (made.append(f), sheet(self, f))[1])
    queue = queue_of(run)
    queue.load()
    assert made == []
    desk = Desk(run.output, namer().lexicon)
    item = desk.sheet(CYCLE).items[0]
    made.clear()
    decision = Decision(Verb.ACCEPT, item.kind, item.rows)
    desk.decisions.change(CYCLE, lambda d: d.decide(decision))
    before = {e.figid: e for e in queue_of(run).entries()}[CYCLE]
    made.clear()
    after = {e.figid: e for e in queue.entries()}[CYCLE]
    assert made == [CYCLE]
    assert after == before
    assert after.open == after.asks - 1
    aside = Decision(Verb.VERDICT, Kind.FIGURE, verdict=Verdict.NOT_A_PATHWAY)
    desk.decisions.change(CYCLE, lambda d: d.decide(aside))
    entry = {e.figid: e for e in queue.entries()}[CYCLE]
    assert (entry.open, entry.gain, entry.done) == (0, 0.0, True)


def test_a_cache_of_another_version_is_made_anew(
    run: DrawnRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue_of(run).load()
    monkeypatch.setattr(module, "_VERSION", 99)
    queue = queue_of(run)
    queue.load()
    assert len(queue.entries()) == len(run.images)


def test_a_cache_that_is_none_is_named(run: DrawnRun) -> None:
    cache = run.output.root / "review.db"
    cache.write_bytes(b"no database" * 99)
    with pytest.raises(OutputError, match="Delete it") as caught:
        queue_of(run).load()
    assert caught.value.subject == str(cache)


def test_a_figure_without_its_diff_is_told(run: DrawnRun) -> None:
    run.output.diff(CYCLE).unlink()
    entry = {e.figid: e for e in queue_of(run).entries()}[CYCLE]
    assert "Run again" in entry.problem
    run.output.diff(CYCLE).write_text("[")
    entry = {e.figid: e for e in queue_of(run).entries()}[CYCLE]
    assert "no YAML" in entry.problem
    assert not entry.done


def test_states_of_labels_have_one_name_everywhere() -> None:
    styles = Path(module.__file__).parent / "static" / "review.css"
    text = styles.read_text("utf-8")
    assert [state for state in State if f".{state.value} {{ --state" not in text] == []
