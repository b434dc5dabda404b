"""The work of a run on many machines: an executor on a Dask cluster.

Dask finds machines, sends tasks, and sends them anew when a machine is lost; that is
all it is asked for. What one figure may do to a process is dealt with where it happens,
in ``station``, and what becomes of it is decided where the ledger is, here.
"""

from __future__ import annotations

import logging
import queue
import re
import signal
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from pipeline.errors import MissingDependencyError, PfcurateError, SchedulerError, UsageError
from pipeline.running import logs, station
from pipeline.running.engines import Versions
from pipeline.running.process import Task
from pipeline.running.workers import ATTEMPTS, PULSE, TIME_LIMIT, quarantined
from pipeline.types import FigureError, Outcome

log = logging.getLogger(__name__)

_AHEAD = 2  # figures per thread that the cluster is given: one to do, one in hand
_PATIENCE = 60.0  # seconds that a scheduler is waited for
_FETCHING = 30.0  # seconds after which a result that a lost worker had is waited for anew


class DaskExecutor:
    """Works on figures on a Dask cluster; images and records are on storage it shares.

    Args:
        factory: loads the engines.
        scheduler: address of a scheduler, or ``local:N`` to start one here, with ``N``
            workers.
        versions: what the engines are here, and must be everywhere.
        time_limit: seconds that one figure may take.

    Raises:
        UsageError: ``scheduler`` is neither.
        MissingDependencyError: Dask is not installed.
    """

    def __init__(
        self,
        factory: station.RemoteFactory,
        scheduler: str,
        versions: Versions,
        time_limit: float = TIME_LIMIT,
    ) -> None:
        try:
            import distributed
        except ImportError as error:
            raise MissingDependencyError(
                "dask", f"it cannot be imported ({error})", "pip install 'pfcurate[dask]'"
            ) from error
        self._dask: Any = distributed
        self._local = _local_workers(scheduler)
        self.name = f"Dask at {scheduler}"
        self._factory = factory
        self._scheduler = scheduler
        self._versions = versions
        self._time_limit = time_limit
        self._client: Any = None
        self._jobs: dict[str, _Job] = {}
        self._retries: deque[_Job] = deque()
        self._ready: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._looked = 0.0
        self._room: int | None = None  # figures that the cluster may be given

    def run(
        self, tasks: Iterator[Task | None], stopping: Callable[[], bool] = lambda: False
    ) -> Generator[Outcome | None, None, None]:
        """Yield the outcomes as they become ready.

        Raises:
            SchedulerError: the scheduler cannot be reached, or is gone and does not come
                back; or a worker cannot do the work.
        """
        with ExitStack() as stack:
            stack.enter_context(_silenced())
            self._connect(stack)
            stack.callback(self._leave)
            while True:
                if stopping():
                    self._retries.clear()
                self._look()
                waiting = self._fill(tasks)
                if not self._jobs and not waiting:
                    break
                with suppress(queue.Empty):
                    patient = not waiting or not self._room
                    future = self._ready.get(timeout=PULSE if patient else 0.01)
                    yield self._collect(future, stack)
                yield None

    def in_work(self) -> dict[str, float]:
        """Return the figures being worked on at this moment, with seconds so far."""
        now = time.monotonic()
        jobs = self._jobs.values()
        return {job.figid: now - job.since for job in jobs if job.since is not None}

    def _connect(self, stack: ExitStack) -> None:
        address = self._scheduler
        if self._local:
            with _shielded():
                cluster = stack.enter_context(
                    self._dask.LocalCluster(
                        n_workers=self._local,
                        threads_per_worker=1,
                        dashboard_address=None,
                        silence_logs=logging.ERROR,
                    )
                )
            address = cluster.scheduler_address
        try:
            self._client = self._dask.Client(address, timeout=_PATIENCE, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            raise SchedulerError(
                self._scheduler,
                f"no scheduler answers there ({' '.join(str(error).split()) or 'no reason given'})",
                "Start it with dask scheduler, and workers with dask worker; then run again",
            ) from error
        self._looked = 0.0

    def _leave(self) -> None:
        """Drop what is not done and free the cluster's memory; a cluster that is gone is left."""
        self._jobs.clear()
        self._retries.clear()
        client, self._client = self._client, None
        with suppress(Exception):
            client.run(station.release, self._factory, on_error="ignore")
        with suppress(Exception):
            client.close()

    def _look(self) -> None:
        """Learn, about once a second, how many threads there are and who works on what."""
        now = time.monotonic()
        if now - self._looked < PULSE:
            return
        with suppress(Exception):  # a scheduler that is gone shows in the futures
            room = _AHEAD * sum(self._client.nthreads().values())
            if not room and self._room != room:
                log.warning("there is no worker at %s; waiting for one", self._scheduler)
            self._room = room
            for keys in self._client.processing().values():
                for key in keys:
                    if (job := self._jobs.get(str(key))) is not None:
                        job.since = job.since or now
        self._looked = now

    def _fill(self, tasks: Iterator[Task | None]) -> bool:
        """Hand out work as long as there is room; return whether there may be more."""
        if not self._room:
            return True
        while len(self._jobs) < self._room:
            try:
                task = next(tasks)
            except StopIteration:
                if not self._retries:
                    return False
                self._submit(self._retries.popleft())
                continue
            if task is None:
                return True
            self._submit(_Job(task))
        return False

    def _submit(self, job: _Job) -> None:
        order = station.Order(
            job.task, self._factory, self._versions, self._time_limit, logs.current_level()
        )
        key = f"curate-{uuid.uuid4().hex[:12]}-{job.figid}"
        job.since = None
        job.future = self._client.submit(station.carry_out, order, key=key, pure=False)
        self._jobs[key] = job
        job.future.add_done_callback(self._ready.put)

    def _collect(self, future: Any, stack: ExitStack) -> Outcome | None:
        """Take a future that is done; return the outcome if there is one."""
        job = self._jobs.get(future.key)
        if job is None:
            return None  # of a scheduler that was given up
        try:
            reply: station.Reply = future.result(timeout=_FETCHING)
        except self._dask.TimeoutError:
            # The worker that had it was lost before it was fetched: it is being done again.
            future.add_done_callback(self._ready.put)
            return None
        except PfcurateError:
            raise
        except self._dask.KilledWorker as error:
            reply = station.Reply(None, _killed(job.task, error))
        except (self._dask.client.FutureCancelledError, self._dask.CancelledError, OSError):
            self._reconnect(stack)
            return None
        except Exception as error:
            raise SchedulerError(
                self._scheduler,
                f"its workers cannot run pfcurate ({type(error).__name__}: {error})",
                "Install the same pfcurate on all machines",
            ) from error
        del self._jobs[future.key]
        for message in reply.messages:
            logs.replay(message)
        if reply.outcome is not None:
            return reply.outcome
        return self._lose(job, reply.loss)

    def _lose(self, job: _Job, loss: FigureError | None) -> Outcome | None:
        assert loss is not None  # a reply has one or the other
        job.attempts += 1
        if job.attempts < ATTEMPTS:
            log.warning("%s: %s; it will be tried once more", job.figid, loss.cause)
            self._retries.append(job)
            return None
        return quarantined(job.task.figure, loss)

    def _reconnect(self, stack: ExitStack) -> None:
        """Find the scheduler again, and give it what was given to the one that is gone."""
        log.warning("the scheduler at %s is gone; waiting for it", self._scheduler)
        given, self._jobs = list(self._jobs.values()), {}
        with suppress(Exception):
            self._client.close(timeout=1)
        self._connect(stack)
        for job in given:
            self._submit(job)


@dataclass(slots=True)
class _Job:
    task: Task
    attempts: int = 0
    since: float | None = None  # when a worker of the cluster was first seen to have it
    future: Any = None  # held, or the cluster would drop it

    @property
    def figid(self) -> str:
        return self.task.figure.figid


def _local_workers(scheduler: str) -> int:
    """Return N of ``local:N``, 0 for the address of a scheduler.

    Raises:
        UsageError: it is neither.
    """
    found = re.fullmatch(r"local:(\d+)", scheduler)
    if found and int(found[1]) > 0:
        return int(found[1])
    if found or not re.fullmatch(r"(\w+://)?[^\s/]+:\d+", scheduler):
        raise UsageError(
            "--scheduler",
            f"{scheduler} is no address of a scheduler",
            "Give one such as tcp://HOST:8786, or local:N to start N workers here",
        )
    return 0


def _killed(task: Task, error: Exception) -> FigureError:
    return FigureError(
        type(error).__name__,
        str(task.figure.image or task.figure.figid),
        "the machines that worked on it were lost",
        "Look at their memory and their logs",
    )


@contextmanager
def _silenced() -> Iterator[None]:
    """Keep Dask's tracebacks of lost connections to itself: they are told in our words."""
    loggers = [logging.getLogger(f"distributed{name}") for name in ("", ".client", ".utils")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


@contextmanager
def _shielded() -> Iterator[None]:
    """Let processes started in the block ignore Ctrl-C, which a terminal sends to all."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    previous = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)
