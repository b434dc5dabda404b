"""The executor on a Dask cluster, with real schedulers and workers on this machine."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.curation.discovery import discover
from pipeline.errors import MissingDependencyError, SchedulerError, UsageError
from pipeline.running import cluster as cluster_module
from pipeline.running.batch import run_batch
from pipeline.running.cluster import DaskExecutor
from pipeline.running.engines import Versions
from pipeline.running.plan import Observer, Plan, Result, RunSummary
from tests.faults.engines import Fault, FaultyEngines
from tests.running.test_batch import MDM2, OLD, Bench

pytest.importorskip("distributed")
VERSIONS = Versions({}, {"double": "1"})


class Cluster:
    """A scheduler and workers as users start them, each a process of its own."""

    def __init__(self, folder: Path, root: Path) -> None:
        self._folder = folder
        self._env = os.environ | {"PYTHONPATH": str(root), "PFCURATE_TEST": str(folder)}
        self.scheduler = self._start("scheduler", "--no-dashboard", "--port", "0")
        log = folder / "scheduler.log"
        while not (found := re.search(r"(tcp://\S+:(\d+))", log.read_text())):
            assert self.scheduler.poll() is None, log.read_text()
            time.sleep(0.05)
        self.address, self.port = found[1], found[2]
        self.workers = [self.add_worker(n) for n in range(2)]

    def add_worker(self, number: int) -> subprocess.Popen[bytes]:
        options = ("--nthreads", "1", "--no-dashboard", "--local-directory", str(self._folder))
        return self._start("worker", self.address, *options, log=f"worker-{number}")

    def restart(self) -> None:
        """Start a scheduler in the place of the one that is gone."""
        self.scheduler = self._start("scheduler", "--no-dashboard", "--port", self.port)

    def close(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
        for process in (*self.workers, self.scheduler):
            process.wait(30)

    def engines(self) -> list[int]:
        """The processes of the cluster that hold engines, or guard one that does."""
        mark = f"PFCURATE_TEST={self._folder}".encode()
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                words = (folder / "cmdline").read_bytes()
                ours = b"pipeline.running.process" in words or b"kill -KILL 0" in words
                if ours and mark in (folder / "environ").read_bytes().split(b"\0"):
                    found.append(int(folder.name))
        return found

    def _start(self, *words: str, log: str = "") -> subprocess.Popen[bytes]:
        with (self._folder / f"{log or words[0]}.log").open("ab") as file:
            command = [sys.executable, "-m", "distributed.cli.dask_" + words[0], *words[1:]]
            return subprocess.Popen(command, stdout=file, stderr=file, env=self._env)


@pytest.fixture
def cluster(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Iterator[Cluster]:
    made = Cluster(tmp_path_factory.mktemp("cluster"), root)
    yield made
    made.close()


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def run(
    bench: Bench,
    scheduler: str,
    observer: Observer | None = None,
    *,
    time_limit: float = 60.0,
    versions: Versions = VERSIONS,
) -> RunSummary:
    engines = FaultyEngines(bench.folder)
    figures = discover([bench.images], bench.records).figures
    plan = Plan(figures, bench.output, "config", versions)
    executor = DaskExecutor(engines, scheduler, versions, time_limit)
    return run_batch(plan, executor, observer)


class OnFirst(Observer):
    """Does something as soon as there is a first result."""

    def __init__(self, action) -> None:  # type: ignore[no-untyped-def]
        self._action = action
        self.done = False

    def show(self, result: Result) -> None:
        if not self.done:
            self.done = True
            self._action()


def add_figures(bench: Bench, count: int = 12) -> None:
    for n in range(count):
        bench.add(f"fig{n:02}", Fault.NONE, OLD, MDM2, label=("TP53", "MDM2", "EGFR")[n % 3])
    bench.add("blank", Fault.NO_TEXT)
    bench.add("bad", Fault.READING_ERROR)


def expected(bench: Bench) -> tuple[dict[str, bytes], dict[str, str]]:
    """What an undisturbed run in this process comes to; its output is put away."""
    bench.run()
    found = bench.written(), bench.states()
    bench.output.root.rename(bench.folder / "undisturbed")
    return found


def is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def children(process: int) -> list[int]:
    listed = Path(f"/proc/{process}/task/{process}/children").read_text()
    return [int(word) for word in listed.split()]


def test_a_cluster_started_here_gives_what_one_process_gives(bench: Bench) -> None:
    add_figures(bench)
    bench.add("exits", Fault.EXIT)
    bench.add("sleeps", Fault.SLEEP)
    summary = run(bench, "local:2", time_limit=2.0)
    failures = dict(summary.failures)
    assert failures["exits"].kind == "WorkerError"
    assert failures["sleeps"].kind == "TimeLimitError"
    assert failures["bad"].kind == "ReadingError"
    states = bench.states()
    assert (states.pop("exits"), states.pop("sleeps")) == ("quarantined", "quarantined")
    assert not is_running(int((bench.folder / "sleeping").read_text()))
    written = bench.written()
    for figid in ("exits", "sleeps"):
        (bench.images / f"{figid}.png").unlink()
    bench.output.root.rename(bench.folder / "of the cluster")
    assert (written, states) == expected(bench)


def test_a_worker_that_is_killed_costs_nothing(bench: Bench, cluster: Cluster) -> None:
    add_figures(bench, 30)
    wanted = expected(bench)
    engines: list[int] = []

    def kill() -> None:
        engines.extend(cluster.engines())
        nanny = cluster.workers[0].pid
        for child in children(nanny):
            os.kill(child, signal.SIGKILL)
        os.kill(nanny, signal.SIGKILL)

    summary = run(bench, cluster.address, OnFirst(kill))
    assert engines
    assert cluster.engines() == []
    assert (bench.written(), bench.states()) == wanted
    assert summary.settled == summary.total == 32


def test_a_scheduler_that_comes_back_is_gone_on_with(
    bench: Bench, cluster: Cluster, caplog: pytest.LogCaptureFixture
) -> None:
    add_figures(bench, 30)
    wanted = expected(bench)

    def replace() -> None:
        cluster.scheduler.kill()
        cluster.scheduler.wait()
        cluster.restart()
        cluster.workers.append(cluster.add_worker(2))

    summary = run(bench, cluster.address, OnFirst(replace))
    assert "is gone; waiting for it" in caplog.text
    assert (bench.written(), bench.states()) == wanted
    assert summary.settled == summary.total == 32


def test_a_scheduler_that_stays_away_leaves_a_run_to_go_on_with(
    bench: Bench, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster_module, "_PATIENCE", 2.0)
    add_figures(bench, 30)
    wanted = expected(bench)
    with pytest.raises(SchedulerError, match=r"no scheduler answers there"):
        run(bench, cluster.address, OnFirst(cluster.scheduler.kill))
    states = set(bench.states().values())
    assert "pending" in states
    assert states & {"done", "empty", "failed"}
    assert "running" not in states
    bench.run()
    assert bench.written() == wanted[0]


def test_workers_with_other_versions_are_refused(bench: Bench) -> None:
    bench.add("f")
    (bench.folder / "other versions").touch()
    with pytest.raises(SchedulerError, match=r"other results: double is 2, not 1\. Install"):
        run(bench, "local:1")
    assert bench.states() == {"f": "pending"}


def test_files_that_a_worker_cannot_see_stop_the_run(
    bench: Bench, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.add("f")
    (image,) = bench.images.iterdir()
    real = DaskExecutor._submit

    def hide(self, job) -> None:  # type: ignore[no-untyped-def]
        image.rename(bench.folder / "elsewhere.png")
        real(self, job)

    monkeypatch.setattr(DaskExecutor, "_submit", hide)
    with pytest.raises(SchedulerError, match=r"f\.png \(on .*storage that all machines share"):
        run(bench, cluster.address)


def test_the_engines_leave_the_cluster_with_the_run(bench: Bench, cluster: Cluster) -> None:
    add_figures(bench, 4)
    bench.add("sleeps", Fault.SLEEP)
    run(bench, cluster.address, time_limit=1.0)
    assert not is_running(int((bench.folder / "sleeping").read_text()))
    assert cluster.engines() == []


@pytest.mark.parametrize("scheduler", ["local:0", "local:", "nowhere", "tcp://host", "a b:1"])
def test_what_is_no_address_is_a_usage_error(scheduler: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--scheduler"):
        DaskExecutor(FaultyEngines(tmp_path), scheduler, VERSIONS)


def test_no_scheduler_at_the_address_is_named(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster_module, "_PATIENCE", 0.5)
    bench.add("f")
    with pytest.raises(SchedulerError, match=r"127\.0\.0\.1:1: no scheduler answers there"):
        run(bench, "tcp://127.0.0.1:1")
    assert bench.states() == {"f": "pending"}


def test_without_dask_it_is_told_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MissingDependencyError, match=r"pfcurate\[dask\]"):
        DaskExecutor(FaultyEngines(tmp_path), "local:1", VERSIONS)
