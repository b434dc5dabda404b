"""One worker process: a group of its own that never outlives whoever started it.

It is started as a program, not forked: a fork would share the parent's threads' locks,
and a worker of a Dask cluster may not have children of ``multiprocessing``. The process
leads a process group, to which the Tesseract that it calls belongs, and with which it
is killed. A guard in the group, a shell that does nothing but wait for the parent's end
of a pipe to close, kills the group when the parent is gone, whatever the worker is then
doing.
"""

from __future__ import annotations

import contextlib
import gc
import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Protocol

from pipeline.errors import PfcurateError, WorkerError
from pipeline.running import logs
from pipeline.running.ledger_rows import KeptLines
from pipeline.types import Figure, Outcome, StoredLines

log = logging.getLogger(__name__)

_GRACE = 5.0  # seconds that a worker without work is given to leave by itself
_GUARD = "read -r _; kill -KILL 0"
_BOOT = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from pipeline.running.process import serve; serve(int(sys.argv[2]))"
)


class Curates(Protocol):
    """What a worker holds: see ``curation.curator.Curator``."""

    def curate(self, figure: Figure, stored: StoredLines | None = None) -> Outcome:
        """Return what ``figure`` came to, its error included."""
        ...


class Factory(Protocol):
    """Loads the engines. It is pickled, and called in every worker."""

    def __call__(self, reading: bool) -> Curates:
        """Return what curates figures; without ``reading``, those with stored lines alone."""
        ...


@dataclass(frozen=True, slots=True)
class Task:
    """One figure to be worked on.

    Attributes:
        figure: the figure, with absolute paths.
        kept: its lines, if an earlier reading of them holds.
    """

    figure: Figure
    kept: KeptLines | None = None

    @property
    def stored(self) -> StoredLines | None:
        """Its lines, decoded: dear, and for the worker to do."""
        return self.kept.decoded() if self.kept else None


@dataclass(frozen=True, slots=True)
class Working:
    """A worker's word that its engines are loaded and that the work on its task begins."""


class WorkerProcess:
    """A worker as its parent sees it: one process, one pipe, one task at a time.

    Args:
        factory: loads the engines.
        level: from which on its log records are sent.
        idle: seconds without a task after which the worker leaves; None for never.
    """

    def __init__(self, factory: Factory, level: int, idle: float | None = None) -> None:
        self.pipe, theirs = Pipe()
        watched, self._lifeline = os.pipe()
        command = [sys.executable, "-c", _BOOT, json.dumps(sys.path), str(theirs.fileno())]
        try:
            self._process = subprocess.Popen(
                command, stdin=watched, pass_fds=(theirs.fileno(),), process_group=0
            )
        except OSError as error:
            os.close(self._lifeline)
            self.pipe.close()
            raise WorkerError(
                "worker process",
                f"it cannot be started ({error.strerror or error})",
                "Give the run fewer --jobs",
            ) from error
        finally:
            os.close(watched)
            theirs.close()  # so that the pipe ends when the worker does
        self.pid = self._process.pid
        with contextlib.suppress(OSError):  # dead already: hearing it will show
            self.pipe.send((factory, level, idle))

    def give(self, task: Task) -> bool:
        """Send ``task``; return False if the worker is no longer there."""
        try:
            self.pipe.send(task)
        except OSError:
            return False
        return True

    def hear(self) -> Outcome | Working | logs.Message:
        """Take one message.

        Raises:
            PfcurateError: the engines cannot be loaded.
            EOFError: the worker is gone.
        """
        try:
            message = self.pipe.recv()
        except OSError as error:
            raise EOFError from error
        if isinstance(message, PfcurateError):
            raise message
        assert isinstance(message, Outcome | Working | logs.Message)
        return message

    def is_running(self) -> bool:
        """Tell whether the process is there."""
        return self._process.poll() is None

    def dismiss(self) -> None:
        """Ask the worker to leave."""
        with contextlib.suppress(OSError):
            self.pipe.send(None)

    def end(self, grace: float = 0.0) -> str:
        """See the whole process group end, after ``grace`` seconds by force.

        Returns:
            How the process ended, to stand after "the worker process".
        """
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(grace)
        # The guard keeps the group in being, so that its number is nobody else's.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        code = self._process.wait()
        os.close(self._lifeline)
        self.pipe.close()
        if code >= 0:
            return f"ended with exit status {code}"
        try:
            return f"was killed by {signal.Signals(-code).name}"
        except ValueError:
            return f"was killed by signal {-code}"


def dismiss_all(workers: list[WorkerProcess], *, at_once: bool) -> None:
    """End workers, at once or after they were asked to leave."""
    if not at_once:
        for worker in workers:
            worker.dismiss()
    deadline = time.monotonic() + _GRACE
    for worker in workers:
        worker.end(0.0 if at_once else max(0.0, deadline - time.monotonic()))
    workers.clear()


def serve(descriptor: int) -> None:
    """Serve one pipe until it ends: the whole life of a worker process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    subprocess.Popen(["/bin/sh", "-c", _GUARD])  # in this group, with the parent's pipe
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(2, 1)  # standard output belongs to the results, which the parent prints
    os.close(nothing)
    sys.stdout = sys.stderr
    pipe = Connection(descriptor)
    # A pipe that breaks means that the parent is gone: nobody is left to work for.
    with contextlib.suppress(EOFError, OSError):
        try:
            factory, level, idle = pipe.recv()
        except (EOFError, OSError):
            return
        except Exception as error:  # unpickling runs code of others
            pipe.send(_unloadable(error))
            return
        with logs.handled(logs.ForwardingHandler(pipe.send), level):
            _serve(pipe, factory, idle)


def _serve(pipe: Connection, factory: Factory, idle: float | None) -> None:
    curator: Curates | None = None
    reading = False
    while pipe.poll(idle) and (task := pipe.recv()) is not None:
        with logs.about(task.figure.figid):
            if curator is None or (task.kept is None and not reading):
                # PP-OCR's networks are not loaded for lines that are there already.
                reading = task.kept is None
                curator = None  # its engines go before others come
                try:
                    curator = _loaded(factory, reading)
                except PfcurateError as error:
                    pipe.send(error)
                    return
            pipe.send(Working())
            pipe.send(curator.curate(task.figure, task.stored))


def _loaded(factory: Callable[[bool], Curates], reading: bool) -> Curates:
    gc.unfreeze()
    try:
        return factory(reading)
    except PfcurateError:
        raise
    except Exception as error:
        log.debug("traceback of %s", type(error).__name__, exc_info=True)
        raise _unloadable(error) from error
    finally:
        # Lexicon and engines stay: no need for the collector to look through them again.
        gc.freeze()


def _unloadable(error: Exception) -> WorkerError:
    cause = f"it could not load the engines ({type(error).__name__}: {error})"
    return WorkerError("worker process", cause, "Run pfcurate doctor")
