from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
import yaml

from pipeline.curation.discovery import discover
from pipeline.curation.policies import Policy
from pipeline.errors import OutputError, OutputFolderError
from pipeline.records.create import new_record
from pipeline.records.frontmatter import load_record
from pipeline.running import ledger_file
from pipeline.running.batch import run_batch
from pipeline.running.engines import Versions
from pipeline.running.ledger import Ledger
from pipeline.running.plan import Observer, Plan, Result, RunSummary
from pipeline.running.process import Curates, Task
from pipeline.running.workers import LocalExecutor
from pipeline.running.writing import Output
from pipeline.types import EndState, Figure, FigureError, GeneRow, Outcome
from tests.faults.engines import Fault, FaultyEngines, draw
from tests.faults.executors import SerialExecutor

MDM2 = GeneRow("Mdm-2", "MDM2", "hgnc_symbol", "MDM2", "4193")
OLD = GeneRow("OLD", "OLD1", "hgnc_symbol", "OLD1", "999999")


class Collector(Observer):
    def __init__(self, results: list[Result]) -> None:
        self._results = results

    def show(self, result: Result) -> None:
        self._results.append(result)


class Bench:
    """A folder of images and records, and runs over them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.images = folder / "images"
        self.records = folder / "records"
        self.output = Output(folder / "out")
        self.images.mkdir()
        self.records.mkdir()
        self.results: list[Result] = []

    def add(
        self,
        figid: str,
        fault: Fault = Fault.NONE,
        *rows: GeneRow,
        label: str = "TP53",
        size: int = 32,
    ) -> Path:
        """Add an image, and a record if there are rows for it; return the record's place."""
        draw(self.images / f"{figid}.png", fault, label, size)
        record = self.records / f"{figid}.md"
        if rows:
            record.write_text(new_record(figid).with_genes(rows).text, "utf-8", newline="")
        return record

    def run(
        self,
        *,
        jobs: int = 1,
        policy: Policy = Policy.UNION,
        config: str = "config",
        version: str = "1",
        reader: str = "1",
        force: bool = False,
        in_place: bool = False,
        problems: tuple[FigureError, ...] = (),
    ) -> RunSummary:
        engines = FaultyEngines(self.folder, policy)
        plan = Plan(
            discover([self.images], self.records).figures,
            self.output,
            config,
            Versions({"reader": reader}, {"pfcurate": version}),
            emits=policy is not Policy.REPORT,
            in_place=in_place,
            force=force,
            problems=problems,
        )
        self.results = []
        executor = SerialExecutor(engines) if jobs == 1 else LocalExecutor(engines, jobs)
        return run_batch(plan, executor, Collector(self.results))

    def states(self) -> dict[str, str]:
        connection = sqlite3.connect(self.output.ledger)
        try:
            return dict(connection.execute("SELECT figid, state FROM figures"))
        finally:
            connection.close()

    def written(self) -> dict[str, bytes]:
        root = self.output.root
        return {
            path.relative_to(root).as_posix(): path.read_bytes()
            for path in sorted(root.rglob("*"))
            if path.is_file() and not path.name.startswith("run.")
        }

    def touched(self) -> dict[Path, tuple[int, int]]:
        found = {}
        for path in sorted((*self.output.records.iterdir(), *self.output.diffs.iterdir())):
            status = path.stat()
            found[path] = (status.st_ino, status.st_mtime_ns)
        return found


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_figures_become_records_diffs_and_a_ledger(bench: Bench) -> None:
    bench.add("curated", Fault.NONE, MDM2, OLD)
    bench.add("new", label="EGFR")
    bench.add("blank", Fault.NO_TEXT, MDM2)
    summary = bench.run()
    assert bench.states() == {"curated": "done", "new": "done", "blank": "empty"}
    assert sorted(bench.written()) == [
        *("diff/blank.yaml", "diff/curated.yaml", "diff/new.yaml"),
        *("records/blank.md", "records/curated.md", "records/new.md"),
    ]
    assert {state: n for state, n in summary.states.items() if n} == {
        EndState.DONE: 2,
        EndState.EMPTY: 1,
    }
    assert summary.total == 3
    assert summary.pending == 0
    assert summary.counts["new"] == 2
    assert summary.counts["missing"] == 3
    assert not summary.interrupted


def test_union_keeps_every_curated_row_in_its_place(bench: Bench) -> None:
    bench.add("f", Fault.NONE, OLD, MDM2)
    bench.run()
    genes = load_record(bench.output.record("f")).genes
    assert genes[:2] == (OLD, MDM2)
    assert [row.hgnc_symbol for row in genes] == ["OLD1", "MDM2", "TP53"]


def test_replace_names_every_dropped_row_in_the_diff(bench: Bench) -> None:
    bench.add("f", Fault.NONE, OLD, MDM2)
    bench.run(policy=Policy.REPLACE)
    genes = load_record(bench.output.record("f")).genes
    assert [row.hgnc_symbol for row in genes] == ["TP53"]
    diff = yaml.safe_load(bench.output.diff("f").read_text("utf-8"))
    assert [entry["word"] for entry in diff["missing"]] == ["OLD", "Mdm-2"]


def test_report_writes_diffs_only(bench: Bench) -> None:
    record = bench.add("f", Fault.NONE, OLD)
    before = record.read_bytes()
    bench.run(policy=Policy.REPORT)
    assert list(bench.written()) == ["diff/f.yaml"]
    assert record.read_bytes() == before
    assert bench.run(policy=Policy.REPORT).unchanged == 1


def test_running_again_does_nothing(bench: Bench) -> None:
    for n in range(3):
        bench.add(f"fig{n}", Fault.NONE, OLD)
    first = bench.run()
    before = bench.written(), bench.touched()
    second = bench.run()
    assert (bench.written(), bench.touched()) == before
    assert (first.unchanged, second.unchanged) == (0, 3)
    assert second.states[EndState.UNCHANGED] == second.total == 3
    assert set(bench.states().values()) == {"unchanged"}
    assert second.counts == first.counts
    assert all(result.outcome is None for result in bench.results)


def test_only_what_changed_is_done_again(bench: Bench) -> None:
    bench.add("image")
    bench.add("record", Fault.NONE, OLD)
    bench.add("metadata")
    bench.add("same", Fault.NONE, OLD)
    bench.run()
    bench.add("image", label="EGFR")
    bench.add("record", Fault.NONE, OLD, MDM2)
    (bench.records / "metadata.yml").write_text("caption: TP53 and others\n")
    bench.run()
    done = {result.figure.figid for result in bench.results if result.outcome is not None}
    assert done == {"image", "record", "metadata"}


@pytest.mark.parametrize("change", [{"config": "other"}, {"version": "2"}, {"force": True}])
def test_settings_versions_and_force_do_all_again(bench: Bench, change: dict[str, object]) -> None:
    bench.add("f")
    bench.run()
    assert bench.run(**change).unchanged == 0  # type: ignore[arg-type]


def test_a_result_whose_file_was_removed_is_made_again(bench: Bench) -> None:
    bench.add("f")
    bench.run()
    before = bench.written()
    bench.output.record("f").unlink()
    assert bench.run().unchanged == 0
    assert bench.written() == before


def test_same_bytes_with_one_worker_and_with_two(bench: Bench) -> None:
    for n, label in enumerate(("TP53", "MDM2", "EGFR", "TP53", "MDM2")):
        bench.add(f"fig{n}", Fault.NONE, OLD, MDM2, label=label)
    bench.add("blank", Fault.NO_TEXT)
    bench.add("bad", Fault.READING_ERROR)
    bench.run(jobs=1)
    alone, states = bench.written(), bench.states()
    bench.run(jobs=2, force=True)
    assert bench.written() == alone
    assert bench.states() == states


CURABLE = {
    Fault.READING_ERROR: ("ReadingError", "it gave up"),
    Fault.RUNTIME_ERROR: ("RuntimeError", "what no one expected"),
    Fault.MEMORY_ERROR: ("MemoryError", "no message"),
    Fault.SYSTEM_EXIT: ("SystemExit", "3"),
    Fault.NOTHING: ("ReadingError", "not a line of text"),
    Fault.GARBAGE: ("ReadingError", "not a line of text"),
    Fault.NAN: ("ReadingError", "not a line of text"),
}
DEADLY = {
    Fault.EXIT: ("WorkerError", "exit status 7"),
    Fault.KILL: ("WorkerError", "SIGKILL"),
}


@pytest.mark.parametrize(
    ("fault", "jobs"), [(f, 1) for f in CURABLE] + [(f, 2) for f in (*CURABLE, *DEADLY)]
)
def test_a_reader_that_goes_wrong_costs_its_figure_alone(
    bench: Bench, fault: Fault, jobs: int
) -> None:
    bench.add("a")
    bench.add("bad", fault, OLD)
    bench.add("z")
    summary = bench.run(jobs=jobs)
    state = "quarantined" if fault in DEADLY else "failed"
    assert bench.states() == {"a": "done", "bad": state, "z": "done"}
    assert not [name for name in bench.written() if "bad" in name]
    ((figid, error),) = summary.failures
    kind, cause = (CURABLE | DEADLY)[fault]
    assert figid == "bad"
    assert error.kind == kind
    assert cause in error.cause
    assert "\n" not in error.cause
    assert error.subject
    assert error.remedy
    # A failure is tried again by the next run, what is done or in quarantine is not.
    again = bench.run(jobs=jobs)
    assert again.unchanged == 2
    assert again.failures == summary.failures
    tried = [result for result in bench.results if result.outcome is not None]
    assert len(tried) == (0 if fault in DEADLY else 1)


def test_a_worker_that_dies_once_costs_nothing(bench: Bench) -> None:
    bench.add("a", Fault.EXIT_ONCE)
    bench.add("z")
    assert not bench.run(jobs=2).failures
    assert bench.states() == {"a": "done", "z": "done"}


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_a_reader_prints_stays_out_of_the_results(
    bench: Bench, jobs: int, capfd: pytest.CaptureFixture[str]
) -> None:
    bench.add("f", Fault.PRINT)
    print("a result")
    assert not bench.run(jobs=jobs).failures
    captured = capfd.readouterr()
    assert captured.out == "a result\n"
    assert "a library says hello" in captured.err
    assert "and so does C" in captured.err


def test_a_bad_image_and_a_malformed_record_are_named(bench: Bench) -> None:
    bench.add("bad-image")
    (bench.images / "bad-image.png").write_bytes(b"not a PNG")
    record = bench.add("bad-record", Fault.NONE, OLD)
    record.write_text("---\nfigid: [unclosed\n---\n")
    before = record.read_bytes()
    bench.add("good")
    failures = dict(bench.run(in_place=True).failures)
    assert failures["bad-image"].kind == "ImageError"
    assert failures["bad-image"].subject.endswith("bad-image.png")
    assert failures["bad-record"].kind == "RecordError"
    assert failures["bad-record"].subject.endswith("bad-record.md")
    assert sorted(bench.written()) == ["diff/good.yaml", "records/good.md"]
    assert record.read_bytes() == before


def test_a_failure_leaves_the_earlier_result(bench: Bench) -> None:
    bench.add("f")
    bench.run()
    before = bench.written()
    bench.add("f", Fault.READING_ERROR)
    assert bench.run().failures
    assert bench.written() == before
    assert bench.states() == {"f": "failed"}


def test_a_disk_that_is_full_stops_the_run_and_leaves_nothing_half_written(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.add("f")
    bench.add("g")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OutputFolderError, match="No space left"):
            bench.run()
    assert bench.written() == {}
    assert bench.states() == {"f": "pending", "g": "pending"}
    assert not bench.run().failures


def test_problems_of_discovery_are_failures(bench: Bench) -> None:
    bench.add("good")
    problem = FigureError("InputError", "twice", "2 files would be one figure", "Rename one")
    summary = bench.run(problems=(problem,))
    assert summary.failures == [("twice", problem)]
    assert summary.total == 2
    assert bench.states() == {"good": "done", "twice": "failed"}


def test_in_place_changes_the_input_record_and_is_stable(bench: Bench) -> None:
    record = bench.add("f", Fault.NONE, OLD)
    bench.add("new")
    bench.run(in_place=True)
    assert [row.hgnc_symbol for row in load_record(record).genes] == ["OLD1", "TP53"]
    assert record.read_bytes() == bench.output.record("f").read_bytes()
    assert not (bench.records / "new.md").exists()
    assert sorted(path.name for path in bench.images.iterdir()) == ["f.png", "new.png"]
    before = record.stat().st_mtime_ns
    assert bench.run(in_place=True).unchanged == 2
    assert record.stat().st_mtime_ns == before


def test_without_in_place_inputs_are_not_written(bench: Bench) -> None:
    record = bench.add("f", Fault.NONE, OLD)
    before = record.read_bytes(), record.stat().st_mtime_ns
    bench.run()
    assert (record.read_bytes(), record.stat().st_mtime_ns) == before


def test_in_place_does_not_overwrite_what_was_edited_meanwhile(bench: Bench) -> None:
    record = bench.add("f", Fault.NONE, OLD)
    engines = FaultyEngines(bench.folder)

    def edit_and_load(reading: bool) -> Curates:
        record.write_text(record.read_text().replace("OLD1", "OLD2"))
        return engines()

    figures = discover([bench.images], bench.records).figures
    plan = Plan(figures, bench.output, "config", Versions({}, {}), in_place=True)
    summary = run_batch(plan, SerialExecutor(edit_and_load))
    ((_, error),) = summary.failures
    assert "changed while it was being read" in error.cause
    assert "TP53" not in record.read_text()


def test_large_images_come_first(bench: Bench) -> None:
    bench.add("a", size=16)
    bench.add("b", size=256)
    bench.add("c", size=64)
    sizes = {path.stem: path.stat().st_size for path in bench.images.iterdir()}
    bench.run()
    order = [result.figure.figid for result in bench.results]
    assert order == sorted(sizes, key=sizes.__getitem__, reverse=True)


@pytest.mark.parametrize("fault", [Fault.INTERRUPT, Fault.INTERRUPT_TWICE])
def test_an_interruption_keeps_what_is_done_and_the_next_run_goes_on(
    bench: Bench, fault: Fault
) -> None:
    bench.add("a", size=300)  # the larger, the earlier
    bench.add("b", fault, size=200)
    bench.add("c", size=100)
    handler = signal.getsignal(signal.SIGINT)
    summary = bench.run()
    assert signal.getsignal(signal.SIGINT) is handler
    assert summary.interrupted
    finished = fault is Fault.INTERRUPT
    assert bench.states() == {"a": "done", "b": "done" if finished else "pending", "c": "pending"}
    assert summary.pending == (1 if finished else 2)
    if not finished:
        bench.add("b", size=200)
    again = bench.run()
    assert not again.failed
    states = {"a": "unchanged", "b": "unchanged" if finished else "done", "c": "done"}
    assert bench.states() == states


def test_an_interruption_from_the_terminal_leaves_no_process(bench: Bench) -> None:
    """The first Ctrl-C waits for the figure in flight, the second does not."""
    bench.add("sleeper", Fault.SLEEP)
    bench.add("other")
    script = (
        "import sys; from pathlib import Path; from tests.running.test_batch import Bench\n"
        "if __name__ == '__main__':\n"
        "    bench = Bench.__new__(Bench); folder = Path(sys.argv[1])\n"
        "    bench.folder = folder; bench.images = folder / 'images'\n"
        "    bench.records = folder / 'records'\n"
        "    from pipeline.running.writing import Output; bench.output = Output(folder / 'out')\n"
        "    sys.exit(130 if bench.run(jobs=2).interrupted else 0)\n"
    )
    run = subprocess.Popen(
        [sys.executable, "-c", script, str(bench.folder)], start_new_session=True
    )
    try:
        mark = bench.folder / "sleeping"
        while not (mark.exists() and mark.read_text()):
            assert run.poll() is None
            time.sleep(0.02)
        worker = int(mark.read_text())
        os.killpg(run.pid, signal.SIGINT)
        time.sleep(0.3)
        assert run.poll() is None
        os.killpg(run.pid, signal.SIGINT)
        assert run.wait(30) == 130
    finally:
        run.kill()
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)
    assert bench.states()["sleeper"] == "pending"


def test_a_run_that_is_killed_is_gone_on_with(bench: Bench) -> None:
    bench.add("a")
    bench.run()
    with Ledger(bench.output.ledger) as ledger:
        ledger.start(Figure("a"))
    (bench.output.records / ".a.md.tmp").write_text("half")
    assert bench.run().unchanged == 0
    assert bench.states() == {"a": "done"}
    assert sorted(bench.written()) == ["diff/a.yaml", "records/a.md"]


def test_a_run_killed_under_other_settings_leaves_nothing_that_stands(bench: Bench) -> None:
    """Its files may have been written, although the ledger does not say so."""
    bench.add("a")
    bench.run()
    before = bench.written()
    with Ledger(bench.output.ledger) as ledger:
        ledger.start(Figure("a"))
        bench.output.record("a").write_text("of other settings")
    bench.run()
    assert bench.written() == before


def read(bench: Bench) -> dict[str, bool]:
    return {r.figure.figid: r.read for r in bench.results if r.outcome is not None}


@pytest.mark.parametrize("jobs", [1, 2])
def test_other_names_and_settings_are_made_from_stored_lines(bench: Bench, jobs: int) -> None:
    bench.add("f", Fault.NONE, OLD)
    bench.add("blank", Fault.NO_TEXT)
    bench.run(jobs=jobs)
    assert read(bench) == {"f": True, "blank": True}
    first = bench.written()
    summary = bench.run(jobs=jobs, version="2")
    assert read(bench) == {"f": False, "blank": False}
    assert (summary.reused, summary.states[EndState.EMPTY]) == (2, 1)
    assert bench.written() == first
    bench.run(jobs=jobs, version="2", reader="2")
    assert read(bench) == {"f": True, "blank": True}
    bench.run(jobs=jobs, version="2", reader="2", force=True)
    assert read(bench) == {"f": True, "blank": True}
    assert bench.written() == first


def test_an_edited_record_is_compared_anew_without_reading(bench: Bench) -> None:
    bench.add("f", Fault.NONE, OLD)
    bench.run()
    bench.add("f", Fault.NONE, OLD, MDM2)
    bench.run()
    assert read(bench) == {"f": False}
    bench.add("f", Fault.NONE, OLD, MDM2, label="EGFR")
    bench.run()
    assert read(bench) == {"f": True}


def test_lines_outlive_a_failure_to_write(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.add("f")

    def refuse(self: Output, outcome: Outcome) -> None:
        raise OutputError("f.md", "it is a folder", "Remove it")

    with monkeypatch.context() as patch:
        patch.setattr(Output, "write", refuse)
        assert bench.run().failed == 1
    assert bench.run().reused == 1
    assert bench.states() == {"f": "done"}


def test_an_outcome_that_comes_twice_counts_once(bench: Bench) -> None:
    bench.add("a")
    bench.add("b")

    class Twice(SerialExecutor):
        def run(
            self, tasks: Iterator[Task | None], stopping: Callable[[], bool] = lambda: False
        ) -> Generator[Outcome | None, None, None]:
            for outcome in super().run(tasks, stopping):
                yield outcome
                yield outcome

    plan = Plan(discover([bench.images]).figures, bench.output, "config", Versions({}, {}))
    summary = run_batch(plan, Twice(FaultyEngines(bench.folder)), Collector(bench.results))
    assert summary.states[EndState.DONE] == summary.settled == len(bench.results) == 2


def test_a_run_that_loses_a_figure_says_so(bench: Bench) -> None:
    bench.add("a")

    class Forgetful(SerialExecutor):
        def run(
            self, tasks: Iterator[Task | None], stopping: Callable[[], bool] = lambda: False
        ) -> Generator[Outcome | None, None, None]:
            yield from (None for _ in super().run(tasks, stopping))

    plan = Plan(discover([bench.images]).figures, bench.output, "config", Versions({}, {}))
    with pytest.raises(RuntimeError, match="1 figures of the run came to no end"):
        run_batch(plan, Forgetful(FaultyEngines(bench.folder)))
    assert bench.states() == {"a": "pending"}


def is_running(process: int) -> bool:
    """Whether a process is there and alive; one that only waits to be buried is not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("fault", [Fault.SLEEP, Fault.CHILD])
def test_a_figure_that_takes_too_long_is_quarantined(bench: Bench, fault: Fault) -> None:
    bench.add("a")
    bench.add("slow", fault)
    plan = Plan(discover([bench.images]).figures, bench.output, "config", Versions({}, {}))
    executor = LocalExecutor(FaultyEngines(bench.folder), 1, time_limit=0.5)
    ((figid, error),) = run_batch(plan, executor).failures
    assert (figid, error.kind) == ("slow", "TimeLimitError")
    assert "time limit of 0.5 s, 2 times" in error.cause
    assert bench.states() == {"a": "done", "slow": "quarantined"}
    assert not is_running(int((bench.folder / "sleeping").read_text()))


def test_text_that_is_not_unicode_is_told_and_kept_readable(bench: Bench) -> None:
    bench.add("f", Fault.BAD_TEXT)
    assert not bench.run(jobs=2).failed
    assert bench.states() == {"f": "done"}
    log = bench.output.log.read_text("utf-8")
    (told,) = [line for line in map(json.loads, log.splitlines()) if line["level"] == "WARNING"]
    assert told["figure"] == "f"
    assert "not Unicode" in told["message"]
    assert bench.run(version="2").reused == 1


def test_an_output_folder_that_is_read_only_stops_the_run(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.add("a", size=64)
    bench.add("b")
    bench.run()
    before = bench.written()
    real = os.open

    def refuse(path, flags, *mode):  # type: ignore[no-untyped-def]
        if flags & os.O_CREAT and str(path).startswith(str(bench.output.root)):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        return real(path, flags, *mode)

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", refuse)
        with pytest.raises(OutputFolderError, match=r"records|diff.*Read-only file system"):
            bench.run(version="2", force=True)
    assert set(bench.states().values()) == {"pending"}
    assert bench.written() == before
    assert bench.run(version="2").reused == 2


@pytest.mark.parametrize("folder", ["records", "diff"])
def test_a_folder_of_results_that_is_removed_stops_the_run(bench: Bench, folder: str) -> None:
    for n in range(4):
        bench.add(f"f{n}")

    class Remover(Observer):
        def show(self, result: Result) -> None:
            shutil.rmtree(bench.output.root / folder, ignore_errors=True)

    plan = Plan(discover([bench.images]).figures, bench.output, "config", Versions({}, {}))
    with pytest.raises(OutputFolderError, match=folder):
        run_batch(plan, SerialExecutor(FaultyEngines(bench.folder)), Remover())
    summary = run_batch(plan, SerialExecutor(FaultyEngines(bench.folder)))
    assert summary.states[EndState.DONE] == 4  # the first as well: its file was lost
    assert len(bench.written()) == 8


def test_the_order_in_which_figures_are_given_does_not_matter(bench: Bench) -> None:
    for n in range(9):
        bench.add(f"f{n}", Fault.NONE, OLD, label=("TP53", "MDM2", "EGFR")[n % 3], size=16 + n % 2)
    figures = discover([bench.images], bench.records).figures
    found = []
    for given in (figures, figures[::-1], figures[4:] + figures[:4]):
        shutil.rmtree(bench.output.root, ignore_errors=True)
        plan = Plan(given, bench.output, "config", Versions({}, {}))
        run_batch(plan, SerialExecutor(FaultyEngines(bench.folder)), Collector(bench.results))
        found.append((bench.written(), bench.states()))
        found.append(tuple(result.figure.figid for result in bench.results))
        bench.results.clear()
    assert found[:2] * 3 == found


def test_a_ledger_that_is_removed_stops_the_run(bench: Bench) -> None:
    bench.add("a")
    bench.add("b")

    class Remover(Observer):
        def show(self, result: Result) -> None:
            shutil.rmtree(bench.output.root)

    plan = Plan(discover([bench.images]).figures, bench.output, "config", Versions({}, {}))
    with pytest.raises(OutputFolderError, match="removed"):
        run_batch(plan, SerialExecutor(FaultyEngines(bench.folder)), Remover())
    assert not bench.run().failed


def test_a_ledger_that_another_program_holds_stops_the_run_and_keeps_what_is_done(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_file, "_PATIENCE", 0.1)
    bench.add("a", size=64)
    bench.add("b")
    other = []

    class Holder(Observer):
        def show(self, result: Result) -> None:
            connection = sqlite3.connect(bench.output.ledger, isolation_level=None)
            connection.execute("BEGIN IMMEDIATE")
            other.append(connection)

    plan = Plan(discover([bench.images]).figures, bench.output, "config", Versions({}, {}))
    engines = FaultyEngines(bench.folder)
    with pytest.raises(OutputFolderError, match=r"locked.*Close the program"):
        run_batch(plan, SerialExecutor(engines), Holder())
    other.pop().close()
    assert bench.states() == {"a": "done", "b": "pending"}
    assert run_batch(plan, SerialExecutor(engines)).unchanged == 1


def test_the_log_names_the_figure_on_every_line_about_one(bench: Bench) -> None:
    bench.add("bad", Fault.READING_ERROR)
    bench.add("good")
    bench.run(jobs=2)
    bench.run(jobs=1)
    lines = [json.loads(line) for line in bench.output.log.read_text("utf-8").splitlines()]
    assert [set(line) for line in lines] == [
        {"time", "level", "figure", "logger", "message"}
    ] * len(lines)
    assert {line["figure"] for line in lines if "it gave up" in line["message"]} == {"bad"}
    assert [line["message"][:4] for line in lines if line["figure"] == "good"] == ["done"]
    assert sum("run finished" in line["message"] for line in lines) == 2


def test_two_runs_do_not_write_to_one_folder(bench: Bench) -> None:
    bench.add("f")

    class Second(Observer):
        def show(self, result: Result) -> None:
            with pytest.raises(OutputError, match=rf"another run .* \(process {os.getpid()} on "):
                bench.run()

    figures = discover([bench.images]).figures
    plan = Plan(figures, bench.output, "config", Versions({}, {}))
    assert run_batch(plan, SerialExecutor(FaultyEngines(bench.folder)), Second()).total == 1
