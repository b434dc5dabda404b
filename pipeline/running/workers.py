"""Where figures are worked on: the executors, and the one of worker processes here.

An executor takes an iterator of tasks and gives an iterator of outcomes, each as soon
as it is ready. It pulls a task only when somebody is free to work on it, so memory does
not grow with the batch, and the one who feeds it can stop by ending the iterator: what
is in flight is then finished.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from multiprocessing import connection
from typing import Protocol

from pipeline.errors import TimeLimitError, WorkerError
from pipeline.running import logs
from pipeline.running.process import Factory, Task, WorkerProcess, Working, dismiss_all
from pipeline.types import EndState, Figure, FigureError, Outcome

log = logging.getLogger(__name__)

ATTEMPTS = 2
"""How often a figure may cost its worker before it is quarantined."""

TIME_LIMIT = 600.0
"""Seconds that one figure may take; the slowest of 108 real figures took a minute on one
core that it shared."""

PULSE = 1.0
"""Seconds after which an executor speaks up although nothing is ready."""

LOADING_LIMIT = 600.0
"""Seconds to load the engines: far more than any disk takes."""


class Executor(Protocol):
    """Turns tasks into outcomes."""

    @property
    def name(self) -> str:
        """Where the work is done, in words."""
        ...

    def run(
        self, tasks: Iterator[Task | None], stopping: Callable[[], bool] = lambda: False
    ) -> Generator[Outcome | None, None, None]:
        """Yield one outcome per task, in the order in which they become ready.

        Both iterators yield None now and then, so that the other side can look after its
        affairs. Closing the generator stops the work at once and leaves no process behind.

        Args:
            tasks: what is to be done.
            stopping: tells whether tasks that failed are not to be tried once more.

        Raises:
            PfcurateError: if the engines cannot be loaded.
        """
        ...

    def in_work(self) -> dict[str, float]:
        """Return the figures being worked on at this moment, with seconds so far."""
        ...


class LocalExecutor:
    """Works on figures in processes of this machine; each loads the engines once.

    A worker that dies takes nothing with it but its figure; so does one that is killed
    because its figure takes too long. That figure is tried once more in a fresh worker,
    after all others, and then quarantined with the reason.

    Args:
        factory: loads the engines in each worker.
        jobs: number of workers, at least 1; each is started when there is work for it.
        time_limit: seconds that one figure may take.
    """

    def __init__(self, factory: Factory, jobs: int, time_limit: float = TIME_LIMIT) -> None:
        self.name = f"{jobs} worker{'s' if jobs != 1 else ''}"
        self._factory = factory
        self._jobs = jobs
        self._time_limit = time_limit
        self._workers: list[_Worker] = []
        self._retries: deque[_Job] = deque()

    def run(
        self, tasks: Iterator[Task | None], stopping: Callable[[], bool] = lambda: False
    ) -> Generator[Outcome | None, None, None]:
        """Yield the outcomes as they become ready."""
        finished = False
        try:
            while True:
                if stopping():
                    self._retries.clear()
                waiting = self._fill(tasks)
                busy = {worker.process.pipe: worker for worker in self._workers if worker.job}
                if not busy and not waiting:
                    break
                patience = 0.0 if waiting else self._patience()
                for pipe in connection.wait(list(busy), patience):
                    yield self._hear(busy[pipe])  # type: ignore[index]  # a key of busy
                for worker in [w for w in self._workers if w.job and w.left() <= 0]:
                    yield self._lose(worker, overdue=True)
                yield None
            finished = True
        finally:
            dismiss_all([w.process for w in self._workers], at_once=not finished)
            self._workers.clear()
            self._retries.clear()

    def in_work(self) -> dict[str, float]:
        """Return the figures being worked on at this moment, with seconds so far."""
        now = time.monotonic()
        return {w.job.task.figure.figid: now - w.since for w in self._workers if w.job}

    def _fill(self, tasks: Iterator[Task | None]) -> bool:
        """Give work to all who are free; return whether there may be more for them."""
        while len(self._workers) < self._jobs or any(w.job is None for w in self._workers):
            try:
                task = next(tasks)
            except StopIteration:
                if not self._retries:
                    return False
                self._assign(self._retries.popleft())
                continue
            if task is None:
                return True
            self._assign(_Job(task))
        return False

    def _patience(self) -> float:
        """Return the seconds until the next worker is overdue, a pulse at most."""
        return max(0.0, min([PULSE, *(w.left() for w in self._workers if w.job)]))

    def _assign(self, job: _Job) -> None:
        """Give ``job`` to an idle worker, or to a new one."""
        for worker in [w for w in self._workers if w.job is None]:
            if worker.process.is_running() and worker.give(job, self._time_limit):
                return
            self._workers.remove(worker)  # it died while it was idle
            worker.process.end()
        worker = _Worker(WorkerProcess(self._factory, logs.current_level()))
        self._workers.append(worker)
        worker.give(job, self._time_limit)  # if it is dead already, hearing it will show

    def _hear(self, worker: _Worker) -> Outcome | None:
        """Take one message of a busy worker; return the outcome, if it is one."""
        try:
            message = worker.process.hear()
        except EOFError:
            return self._lose(worker)
        if isinstance(message, Outcome):
            worker.job = None
            return message
        if isinstance(message, Working):
            worker.begin(self._time_limit)
        else:
            logs.replay(message)
        return None

    def _lose(self, worker: _Worker, *, overdue: bool = False) -> Outcome | None:
        """Bury a worker; return the outcome of its figure, if that is final."""
        job, figure_at_fault = worker.job, worker.ready
        assert job is not None  # only busy workers are heard
        self._workers.remove(worker)
        end = worker.process.end()
        if not figure_at_fault:
            # The engines, not the figure, are at fault. With fewer workers it may do.
            if not any(other.ready for other in self._workers):
                raise WorkerError(
                    "worker process", f"it {end} while it loaded the engines", remedy(end)
                )
            self._jobs = max(1, self._jobs - 1)
            log.warning("a worker %s while it loaded; going on with %d", end, self._jobs)
            self._retries.append(job)
            return None
        job.attempts += 1
        loss = overrun(job.task.figure, self._time_limit) if overdue else loss_of(
            job.task.figure, end
        )  # fmt: skip
        if job.attempts < ATTEMPTS:
            log.warning("%s: %s; it will be tried once more", job.task.figure.figid, loss.cause)
            self._retries.append(job)
            return None
        return quarantined(job.task.figure, loss)


def loss_of(figure: Figure, end: str) -> FigureError:
    """Return the error of a figure whose worker process ``end``."""
    cause = f"its worker process {end} while it worked on this figure"
    return FigureError(WorkerError.__name__, _subject(figure), cause, remedy(end))


def overrun(figure: Figure, limit: float) -> FigureError:
    """Return the error of a figure that took longer than ``limit`` seconds."""
    cause = f"it took longer than the time limit of {limit:g} s"
    return FigureError(TimeLimitError.__name__, _subject(figure), cause, "Raise --time-limit")


def quarantined(figure: Figure, loss: FigureError) -> Outcome:
    """Return the outcome of a figure that was lost ``ATTEMPTS`` times, at last by ``loss``."""
    error = FigureError(
        loss.kind, loss.subject, f"{loss.cause}, {ATTEMPTS} times",
        f"{loss.remedy}; it is left alone until its files or the versions change, or --force "
        "is given",
    )  # fmt: skip
    return Outcome(figure.figid, EndState.QUARANTINED, error=error)


def remedy(end: str) -> str:
    """Return what helps against workers that end so."""
    if "SIGKILL" in end:
        return "Memory may have run out: give the run fewer --jobs"
    return "Run it alone with pfcurate --debug, and report what it prints"


def _subject(figure: Figure) -> str:
    return str(figure.image or figure.text or figure.figid)


@dataclass(slots=True)
class _Job:
    task: Task
    attempts: int = 0


@dataclass(slots=True)
class _Worker:
    """A worker process and what it is doing."""

    process: WorkerProcess
    job: _Job | None = None
    ready: bool = False  # its engines are loaded
    since: float = 0.0
    deadline: float = 0.0

    def give(self, job: _Job, limit: float) -> bool:
        self.job = job
        self.since = time.monotonic()
        # Engines may still have to be loaded, also by a worker that has done other work.
        self.deadline = self.since + max(limit, LOADING_LIMIT)
        return self.process.give(job.task)

    def begin(self, limit: float) -> None:
        self.ready = True
        self.since = time.monotonic()
        self.deadline = self.since + limit

    def left(self) -> float:
        return self.deadline - time.monotonic()
