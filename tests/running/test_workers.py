from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.errors import MissingDependencyError, WorkerError
from pipeline.running.process import Curates, Task
from pipeline.running.workers import Executor, LocalExecutor
from pipeline.types import EndState, Figure, Outcome, StoredLines
from tests.faults.executors import SerialExecutor


@dataclass(frozen=True)
class Double:
    """A factory and its curator: the figure's id says what it does to its worker."""

    folder: Path

    def __call__(self, reading: bool) -> Curates:
        behaviour = self.folder / "loading"
        if behaviour.exists():
            if behaviour.read_text() == "exit":
                os._exit(9)
            raise MissingDependencyError("engine", "it is not installed", "Install it")
        (self.folder / f"loaded-{os.getpid()}").touch()
        return self

    def curate(self, figure: Figure, stored: StoredLines | None = None) -> Outcome:
        if figure.figid.startswith("exit"):
            os._exit(7)
        if figure.figid.startswith("kill"):
            os.kill(os.getpid(), signal.SIGKILL)
        if figure.figid.startswith("once"):
            mark = self.folder / figure.figid
            if not mark.exists():
                mark.touch()
                os._exit(7)
        if figure.figid.startswith("sleep"):
            time.sleep(60)
        return Outcome(figure.figid, EndState.DONE)

    def processes(self) -> list[int]:
        return [int(path.name.removeprefix("loaded-")) for path in self.folder.glob("loaded-*")]


def tasks(*figids: str) -> Iterator[Task]:
    return (Task(Figure(figid)) for figid in figids)


def run(executor: Executor, *figids: str) -> dict[str, Outcome]:
    outcomes = [o for o in executor.run(tasks(*figids)) if o is not None]
    assert len({outcome.figid for outcome in outcomes}) == len(outcomes)
    return {outcome.figid: outcome for outcome in outcomes}


def is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_serial_runs_in_this_process_and_loads_once(tmp_path: Path) -> None:
    double = Double(tmp_path)
    outcomes = run(SerialExecutor(double), "a", "b", "c")
    assert list(outcomes) == ["a", "b", "c"]
    assert double.processes() == [os.getpid()]


@pytest.mark.parametrize("kind", [SerialExecutor, lambda double: LocalExecutor(double, 2)])
def test_nothing_is_loaded_for_no_figures(tmp_path: Path, kind: type[SerialExecutor]) -> None:
    double = Double(tmp_path)
    assert run(kind(double)) == {}
    assert double.processes() == []


def test_local_spreads_the_work_and_leaves_no_process(tmp_path: Path) -> None:
    double = Double(tmp_path)
    figids = [f"fig{n}" for n in range(8)]
    outcomes = run(LocalExecutor(double, 2), *figids)
    assert sorted(outcomes) == figids
    processes = double.processes()
    assert 1 <= len(processes) <= 2
    assert os.getpid() not in processes
    assert not any(map(is_running, processes))


def test_local_starts_no_more_workers_than_there_is_work(tmp_path: Path) -> None:
    double = Double(tmp_path)
    run(LocalExecutor(double, 2), "only")
    assert len(double.processes()) == 1


@pytest.mark.parametrize(
    ("figid", "cause", "remedy"),
    [("exit", "exit status 7", "--debug"), ("kill", "SIGKILL", "--jobs")],
)
def test_a_figure_that_ends_its_worker_fails_alone(
    tmp_path: Path, figid: str, cause: str, remedy: str
) -> None:
    outcomes = run(LocalExecutor(Double(tmp_path), 2), "a", figid, "b", "c")
    failed = outcomes.pop(figid)
    assert failed.state is EndState.QUARANTINED
    assert failed.error is not None
    assert failed.error.kind == "WorkerError"
    assert failed.error.subject == figid
    assert cause in failed.error.cause
    assert "2 times" in failed.error.cause
    assert remedy in failed.error.remedy
    assert {o.state for o in outcomes.values()} == {EndState.DONE}
    assert sorted(outcomes) == ["a", "b", "c"]


def test_a_figure_is_tried_once_more(tmp_path: Path) -> None:
    outcomes = run(LocalExecutor(Double(tmp_path), 1), "once", "a")
    assert {o.state for o in outcomes.values()} == {EndState.DONE}
    assert sorted(outcomes) == ["a", "once"]


def test_a_worker_that_died_idle_is_replaced(tmp_path: Path) -> None:
    double = Double(tmp_path)
    executor = LocalExecutor(double, 1)

    def figures() -> Iterator[Task]:
        yield Task(Figure("a"))
        (process,) = double.processes()
        os.kill(process, signal.SIGKILL)
        while executor._workers[0].process.is_running():
            time.sleep(0.01)
        yield Task(Figure("b"))

    outcomes = [o for o in executor.run(figures()) if o is not None]
    assert [(o.figid, o.state) for o in outcomes] == [("a", EndState.DONE), ("b", EndState.DONE)]


@pytest.mark.parametrize("kind", [SerialExecutor, lambda double: LocalExecutor(double, 2)])
def test_engines_that_cannot_load_stop_the_run(tmp_path: Path, kind: type[SerialExecutor]) -> None:
    (tmp_path / "loading").write_text("raise")
    with pytest.raises(MissingDependencyError, match="not installed"):
        run(kind(Double(tmp_path)), "a", "b")


def test_workers_that_die_while_loading_stop_the_run(tmp_path: Path) -> None:
    (tmp_path / "loading").write_text("exit")
    with pytest.raises(WorkerError, match="exit status 9 while it loaded"):
        run(LocalExecutor(Double(tmp_path), 2), "a", "b")


def test_going_on_with_fewer_when_a_replacement_cannot_load(tmp_path: Path) -> None:
    double = Double(tmp_path)
    executor = LocalExecutor(double, 2)

    def figures() -> Iterator[Task]:
        yield Task(Figure("a"))
        while not double.processes():
            time.sleep(0.01)
        (tmp_path / "loading").write_text("exit")
        for n in range(4):
            yield Task(Figure(f"fig{n}"))

    outcomes = [o for o in executor.run(figures()) if o is not None]
    assert sorted(o.figid for o in outcomes) == ["a", "fig0", "fig1", "fig2", "fig3"]
    assert {o.state for o in outcomes} == {EndState.DONE}


def test_closing_stops_at_once(tmp_path: Path) -> None:
    double = Double(tmp_path)
    outcomes = LocalExecutor(double, 2).run(tasks("sleep", "a", "b"))
    first = next(outcome for outcome in outcomes if outcome is not None)
    assert first.figid == "a"
    start = time.monotonic()
    outcomes.close()
    assert time.monotonic() - start < 30  # not the minute that the figure would take
    assert not any(map(is_running, double.processes()))


def test_figures_are_pulled_only_when_a_worker_is_free(tmp_path: Path) -> None:
    pulled: list[str] = []

    def figures() -> Iterator[Task]:
        for n in range(10):
            pulled.append(f"fig{n}")
            yield Task(Figure(f"fig{n}"))

    outcomes = LocalExecutor(Double(tmp_path), 2).run(figures())
    for finished, _ in enumerate((o for o in outcomes if o is not None), start=1):
        assert len(pulled) <= finished + 2
