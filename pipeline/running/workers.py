"""Where figures are curated: in this process, or in worker processes of this machine.

An executor takes an iterator of figures and gives an iterator of their outcomes, each
as soon as it is ready. It pulls a figure only when somebody is free to work on it, so
memory does not grow with the batch, and the one who feeds it can stop by ending the
iterator: what is in flight is then finished.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from multiprocessing import connection, get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Protocol

from pipeline.errors import PfcurateError, WorkerError
from pipeline.running import logs
from pipeline.running.interrupt import shielded
from pipeline.running.streams import stdout_to_stderr
from pipeline.types import EndState, Figure, FigureError, Outcome

log = logging.getLogger(__name__)

ATTEMPTS = 2
"""How often a figure may end its worker before it is failed."""

_GRACE = 5.0  # seconds that a worker without work is given to leave by itself


class Curates(Protocol):
    """What a worker holds: see ``curation.curator.Curator``."""

    def curate(self, figure: Figure) -> Outcome:
        """Return what ``figure`` came to, its error included."""
        ...


Factory = Callable[[], Curates]
"""Loads the engines. It is pickled and called once in every worker."""


class Executor(Protocol):
    """Turns figures into outcomes."""

    def run(self, figures: Iterator[Figure]) -> Generator[Outcome, None, None]:
        """Yield one outcome per figure, in the order in which they become ready.

        Closing the generator stops the work at once and leaves no process behind.

        Raises:
            PfcurateError: if the engines cannot be loaded.
        """
        ...


class SerialExecutor:
    """Curates in this process, one figure after the other.

    Args:
        factory: loads the engines, when the first figure comes.
    """

    def __init__(self, factory: Factory) -> None:
        self._factory = factory

    def run(self, figures: Iterator[Figure]) -> Generator[Outcome, None, None]:
        """Yield the outcomes in the order of the figures."""
        curator: Curates | None = None
        for figure in figures:
            with logs.about(figure.figid), stdout_to_stderr():
                curator = curator or self._factory()
                outcome = curator.curate(figure)
            yield outcome


class LocalExecutor:
    """Curates in worker processes of this machine; each loads the engines once.

    A worker that dies takes nothing with it but its figure, which is tried once more
    in a fresh worker and then failed with the reason.

    Args:
        factory: loads the engines in each worker.
        jobs: number of workers, at least 1; each is started when there is work for it.
    """

    def __init__(self, factory: Factory, jobs: int) -> None:
        self._factory = factory
        self._jobs = jobs
        self._workers: list[_Worker] = []
        self._retries: deque[_Task] = deque()

    def run(self, figures: Iterator[Figure]) -> Generator[Outcome, None, None]:
        """Yield the outcomes as they become ready."""
        tasks = (_Task(figure) for figure in figures)
        finished = False
        try:
            while True:
                while self._has_room() and (task := self._next(tasks)) is not None:
                    self._assign(task)
                busy = {worker.pipe: worker for worker in self._workers if worker.task}
                if not busy:
                    break
                for pipe in connection.wait(busy):
                    outcome = self._hear(busy[pipe])  # type: ignore[index]  # a key of busy
                    if outcome is not None:
                        yield outcome
            finished = True
        finally:
            self._end(at_once=not finished)

    def _has_room(self) -> bool:
        return len(self._workers) < self._jobs or any(w.task is None for w in self._workers)

    def _next(self, tasks: Iterator[_Task]) -> _Task | None:
        return self._retries.popleft() if self._retries else next(tasks, None)

    def _assign(self, task: _Task) -> None:
        """Give ``task`` to an idle worker, or to a new one."""
        for worker in [w for w in self._workers if w.task is None]:
            if worker.give(task):
                return
            self._workers.remove(worker)  # it died while it was idle
            worker.end()
        worker = _Worker(self._factory)
        self._workers.append(worker)
        worker.give(task)  # if this worker is dead already, hearing it will show

    def _hear(self, worker: _Worker) -> Outcome | None:
        """Take one message of a busy worker; return the outcome, if it is one."""
        try:
            message = worker.pipe.recv()
        except (EOFError, OSError):
            return self._lose(worker)
        if isinstance(message, logs.Message):
            logs.replay(message)
        elif isinstance(message, Outcome):
            worker.task = None
            return message
        elif isinstance(message, PfcurateError):
            raise message
        else:
            worker.ready = True
        return None

    def _lose(self, worker: _Worker) -> Outcome | None:
        """Bury a worker that died; return the outcome of its figure, if that is final."""
        task = worker.task
        assert task is not None  # only busy workers are heard
        self._workers.remove(worker)
        end = worker.end()
        if not worker.ready:
            # The engines, not the figure, are at fault. With fewer workers it may do.
            if not any(other.ready for other in self._workers):
                raise WorkerError(
                    "worker process", f"it {end} while it loaded the engines", _remedy(end)
                )
            self._jobs = max(1, self._jobs - 1)
            log.warning("a worker %s while it loaded; going on with %d", end, self._jobs)
            self._retries.append(task)
            return None
        if task.attempts < ATTEMPTS:
            log.warning("%s: its worker %s; trying once more", task.figure.figid, end)
            self._retries.append(task)
            return None
        subject = str(task.figure.image or task.figure.text or task.figure.figid)
        cause = f"the worker process {end} while it worked on this figure, {ATTEMPTS} times"
        error = FigureError(WorkerError.__name__, subject, cause, _remedy(end))
        return Outcome(task.figure.figid, EndState.FAILED, error=error)

    def _end(self, *, at_once: bool) -> None:
        for worker in self._workers:
            if not at_once:
                worker.dismiss()
        for worker in self._workers:
            worker.end(grace=0.0 if at_once else _GRACE)
        self._workers.clear()
        self._retries.clear()


@dataclass(slots=True)
class _Task:
    figure: Figure
    attempts: int = 0


class _Worker:
    """One process and the pipe to it."""

    def __init__(self, factory: Factory) -> None:
        context = get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.task: _Task | None = None
        self.ready = False
        self._process: BaseProcess = context.Process(
            target=_work, args=(theirs, factory, logs.current_level()), daemon=True
        )
        with shielded():
            self._process.start()
        theirs.close()  # so that the pipe ends when the worker does

    def give(self, task: _Task) -> bool:
        """Send ``task``; return False if the worker is no longer there."""
        self.task = task
        try:
            self.pipe.send(task.figure)
        except OSError:
            return False
        task.attempts += 1
        return True

    def dismiss(self) -> None:
        """Ask the worker to leave."""
        with contextlib.suppress(OSError):
            self.pipe.send(None)

    def end(self, grace: float = _GRACE) -> str:
        """See the process and its children end, after ``grace`` seconds by force.

        Returns:
            How the process ended, to stand after "the worker process".
        """
        self._process.join(grace)
        group = self._process.pid
        # Its group, because a Tesseract child would outlive it.
        if group is not None and hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(group, signal.SIGKILL)
        if self._process.is_alive():
            self._process.kill()
        self._process.join()
        self.pipe.close()
        code = self._process.exitcode or 0
        if code >= 0:
            return f"ended with exit status {code}"
        try:
            return f"was killed by {signal.Signals(-code).name}"
        except ValueError:
            return f"was killed by signal {-code}"


def _remedy(end: str) -> str:
    if "SIGKILL" in end:
        return "Memory may have run out: give the run fewer --jobs"
    return "Run it alone with pfcurate --debug, and report what it prints"


def _work(pipe: Connection, factory: Factory, level: int) -> None:
    """Serve one pipe until it ends: the whole life of a worker process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "setpgid"):
        os.setpgid(0, 0)
    os.dup2(2, 1)  # standard output belongs to the results, which the parent prints
    sys.stdout = sys.stderr
    lock = threading.Lock()

    def send(message: object) -> None:
        with lock:
            pipe.send(message)

    # A pipe that breaks means that the parent is gone: nobody is left to work for.
    handled = logs.handled(logs.ForwardingHandler(send), level)
    with handled, contextlib.suppress(EOFError, OSError):
        try:
            curator = factory()
        except PfcurateError as error:
            send(error)
            return
        except Exception as error:
            log.debug("traceback of %s", type(error).__name__, exc_info=True)
            cause = f"it could not load the engines ({type(error).__name__}: {error})"
            send(WorkerError("worker process", cause, "Run pfcurate doctor"))
            return
        send("ready")
        while (figure := pipe.recv()) is not None:
            with logs.about(figure.figid):
                outcome = curator.curate(figure)
            send(outcome)
