"""What a worker of a Dask cluster does for a run: it lends its threads to our processes.

Dask cannot stop a thread, so the engines do not run in it. Each thread looks after a
worker process as the parent of a local run does: same time limit, same end of the whole
process group, and no trace of a crash in the Dask worker itself.
"""

from __future__ import annotations

import pickle
import socket
import threading
import time
from dataclasses import dataclass, field
from multiprocessing import connection
from typing import Protocol

from pipeline.errors import PfcurateError, SchedulerError, WorkerError
from pipeline.running.engines import Versions
from pipeline.running.ledger_rows import ROLES
from pipeline.running.logs import Message
from pipeline.running.process import Curates, Task, WorkerProcess, Working, dismiss_all
from pipeline.running.workers import LOADING_LIMIT, loss_of, overrun, remedy
from pipeline.types import FigureError, Outcome

_IDLE = 300.0  # seconds after which engines leave that no run asks for any more


class RemoteFactory(Protocol):
    """A factory that can tell what it would load."""

    def __call__(self, reading: bool) -> Curates:
        """See ``process.Factory``."""
        ...

    def probe(self) -> Versions:
        """Return the versions of what would be loaded here."""
        ...


@dataclass(frozen=True, slots=True)
class Order:
    """A task on its way to a cluster.

    Attributes:
        task: the figure.
        factory: loads the engines.
        versions: what the engines must be, or the results would be others.
        time_limit: seconds that the figure may take.
        level: from which on log records are wanted.
    """

    task: Task
    factory: RemoteFactory
    versions: Versions
    time_limit: float
    level: int


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of an order.

    Attributes:
        outcome: what the figure came to, or None if it cost its worker process.
        loss: why, then.
        messages: log records about it.
    """

    outcome: Outcome | None
    loss: FigureError | None = None
    messages: tuple[Message, ...] = ()


@dataclass(slots=True)
class _Station:
    """The worker processes of one kind in this process, those without work."""

    idle: list[WorkerProcess] = field(default_factory=list)


_stations: dict[bytes, _Station] = {}
_lock = threading.Lock()


def carry_out(order: Order) -> Reply:
    """Do one order; what Dask calls in a thread of one of its workers.

    Raises:
        PfcurateError: this worker cannot do any: versions differ, files are not to be
            seen, or engines cannot be loaded.
    """
    _check_files(order)
    station = _station(order)
    process = _taken(station, order)
    messages: list[Message] = []
    try:
        outcome = _attend(process, order, messages)
    except EOFError:
        loss = loss_of(order.task.figure, process.end())
        return Reply(None, loss, tuple(messages))
    except TimeoutError:
        process.end()
        return Reply(None, overrun(order.task.figure, order.time_limit), tuple(messages))
    except PfcurateError as error:
        process.end()
        raise _here(error) from None
    except BaseException:  # a Dask worker that shuts down
        process.end()
        raise
    with _lock:
        station.idle.append(process)
    return Reply(outcome, messages=tuple(messages))


def release(factory: RemoteFactory) -> None:
    """End the worker processes that loaded ``factory`` and have no work."""
    with _lock:
        station = _stations.pop(pickle.dumps(factory), None)
    if station is not None:
        dismiss_all(station.idle, at_once=True)


def _station(order: Order) -> _Station:
    """Return the station for an order, made and checked with the first of its kind."""
    key = pickle.dumps(order.factory)
    with _lock:
        if key not in _stations:
            try:
                found = order.factory.probe().all
            except PfcurateError as error:
                raise _here(error) from None
            _check_versions(order.versions.all, found)
            _stations[key] = _Station()
        return _stations[key]


def _taken(station: _Station, order: Order) -> WorkerProcess:
    with _lock:
        while station.idle:
            process = station.idle.pop()
            if process.is_running():
                return process
            process.end()
    return WorkerProcess(order.factory, order.level, _IDLE)


def _attend(process: WorkerProcess, order: Order, messages: list[Message]) -> Outcome:
    """Return the outcome of an order that ``process`` is given.

    Raises:
        EOFError: the process ended.
        TimeoutError: it took too long.
        PfcurateError: it cannot load the engines.
    """
    begun = False
    deadline = time.monotonic() + max(LOADING_LIMIT, order.time_limit)
    process.give(order.task)
    while True:
        if not connection.wait([process.pipe], max(0.0, deadline - time.monotonic())):
            raise TimeoutError
        try:
            message = process.hear()
        except EOFError:
            if begun:
                raise
            end = process.end()
            cause = f"it {end} while it loaded the engines"
            raise WorkerError("worker process", cause, remedy(end)) from None
        if isinstance(message, Outcome):
            return message
        if isinstance(message, Working):
            begun = True
            deadline = time.monotonic() + order.time_limit
        else:
            messages.append(message)


def _check_files(order: Order) -> None:
    for role in ROLES:
        path = getattr(order.task.figure, role)
        if path is not None and not path.exists():
            raise _unseen(str(path))


def _unseen(path: str) -> SchedulerError:
    return SchedulerError(
        f"{path} (on {socket.gethostname()})",
        "the file is not to be seen there",
        "Put images and records on storage that all machines share, under one path",
    )


def _check_versions(wanted: dict[str, str], found: dict[str, str]) -> None:
    names = sorted(wanted.keys() | found.keys())
    others = [
        f"{name} is {found.get(name, 'absent')}, not {wanted.get(name, 'absent')}"
        for name in names
        if wanted.get(name) != found.get(name)
    ]
    if others:
        raise SchedulerError(
            f"worker on {socket.gethostname()}",
            f"it would give other results: {'; '.join(others)}",
            "Install the same versions on all machines",
        )


def _here(error: PfcurateError) -> PfcurateError:
    return type(error)(f"{error.subject} (on {socket.gethostname()})", error.cause, error.remedy)
