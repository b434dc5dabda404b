"""The batch: what is to be done, what came of it, and what is kept of that."""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from itertools import islice

from pipeline.errors import OutputError, OutputFolderError, PfcurateError
from pipeline.running import logs
from pipeline.running.inputs import Inputs, examine
from pipeline.running.interrupt import Interruption
from pipeline.running.ledger import Fingerprint, Ledger
from pipeline.running.ledger_rows import error_of, figure_of
from pipeline.running.plan import CLASSES, FAILURES_NAMED, Observer, Plan, Result, RunSummary
from pipeline.running.process import Task
from pipeline.running.workers import Executor
from pipeline.running.writing import write_back
from pipeline.types import EndState, Figure, FigureError, Outcome

log = logging.getLogger(__name__)

_PAGE = 256  # figures that are taken from the ledger at once
_LOOKING = 0.2  # seconds after which the feed lets the executor look after its workers
_BEAT = 5.0  # seconds between signs of life in the ledger


def run_batch(plan: Plan, executor: Executor, observer: Observer | None = None) -> RunSummary:
    """Do the figures of ``plan``, large images first, and keep what they come to.

    Each figure's files are written before the ledger says that it is finished. After
    a first interruption what is in flight is finished, after a second it is dropped;
    either way the ledger says which figures are still to be done.

    Args:
        plan: what is to be done.
        executor: where it is done.
        observer: is told how it goes.

    Raises:
        OutputError: if the output folder or the ledger cannot be written. What was
            finished stays finished; the rest is pending.
        PfcurateError: if the engines cannot be loaded.
    """
    start = time.monotonic()
    plan.output.create()
    with Ledger(plan.output.ledger) as ledger, Interruption() as interruption:
        batch = _Batch(plan, ledger, interruption, observer or Observer())
        with logs.kept(plan.output.log):
            ledger.begin(executor.name, plan.versions.all)
            try:
                batch.run(executor)
            except KeyboardInterrupt:
                batch.summary.interrupted = True
            except BaseException as error:
                batch.give_up(error)
                raise
            batch.close(interrupted=batch.summary.interrupted or interruption.requested)
    batch.summary.seconds = time.monotonic() - start
    return batch.summary


@dataclass(frozen=True, slots=True)
class _InFlight:
    """A figure that is being worked on, and what its result will depend on."""

    figure: Figure
    inputs: Inputs
    read: bool


class _Batch:
    """The state of one run."""

    def __init__(
        self, plan: Plan, ledger: Ledger, interruption: Interruption, observer: Observer
    ) -> None:
        self.summary = RunSummary(total=len(plan.figures) + len(plan.problems))
        self._in_flight: dict[str, _InFlight] = {}
        self._plan = plan
        self._reading = plan.versions.reading_hash()
        self._ledger = ledger
        self._interruption = interruption
        self._observer = observer
        self._beaten = time.monotonic()

    def run(self, executor: Executor) -> None:
        """Bring every figure of the plan to its end state, or until an interruption."""
        log.info("run of %d figures with %s", self.summary.total, executor.name)
        problems = [(Figure(error.subject), error) for error in self._plan.problems]
        self._ledger.register(self._plan.figures)
        self._ledger.register(figure for figure, _ in problems)
        for figure, error in problems:
            self._keep(
                _InFlight(figure, Inputs("", "", "{}"), read=False),
                Outcome(figure.figid, EndState.FAILED, error=error),
            )
        with closing(executor.run(self._feed(), lambda: self._interruption.requested)) as outcomes:
            for outcome in outcomes:
                if outcome is not None:
                    self._take(outcome)
                self._pulse(executor)

    def _take(self, outcome: Outcome) -> None:
        flight = self._in_flight.get(outcome.figid)
        if flight is None:  # a cluster may send what it had given up for lost
            log.debug("%s: a second outcome is ignored", outcome.figid)
            return
        if self._interruption.requested and outcome.state.is_failure:
            # A terminal interrupts the children of a reader as well, so that the figure
            # may not be at fault: it stays in flight, and so gets pending.
            return
        with logs.about(outcome.figid):
            self._keep(flight, self._written(flight, outcome))
        del self._in_flight[outcome.figid]

    def close(self, *, interrupted: bool) -> None:
        """Bring the ledger in order at the end of the run."""
        self.summary.interrupted = interrupted
        self._ledger.postpone(self._in_flight)
        lost = self._ledger.unsettled()
        self.summary.failures = list(islice(self._ledger.failures(), FAILURES_NAMED))
        if not interrupted and lost:
            raise RuntimeError(f"{lost} figures of the run came to no end")
        self._ledger.end("interrupted" if interrupted else "finished")
        log.info("run %s", "interrupted" if interrupted else "finished")

    def give_up(self, error: BaseException) -> None:
        """Leave the ledger in order, as far as it can be written, when the run breaks off."""
        with suppress(PfcurateError):
            self._ledger.postpone(self._in_flight)
            self._ledger.end("stopped", f"{type(error).__name__}: {error}")

    def _pulse(self, executor: Executor) -> None:
        now = time.monotonic()
        self._observer.tick(self.summary, executor.in_work())
        if now - self._beaten >= _BEAT:
            self._beaten = now
            self._ledger.beat()

    def _feed(self) -> Iterator[Task | None]:
        """Yield the figures that need work; nothing more after an interruption."""
        looked = time.monotonic()
        while page := self._ledger.pending(_PAGE):
            standing: list[tuple[Result, str]] = []
            for row in page:
                if self._interruption.requested:
                    self._stand(standing)
                    return
                figure = figure_of(row)
                inputs = examine(figure, row["stamps"])
                result = None if self._plan.force else self._standing(figure, inputs, row)
                if result is None:
                    self._stand(standing)
                    yield self._task(figure, inputs, row)
                else:
                    standing.append((result, inputs.stamps))
                if time.monotonic() - looked > _LOOKING:
                    self._stand(standing)
                    yield None
                    looked = time.monotonic()
            self._stand(standing)

    def _standing(self, figure: Figure, inputs: Inputs, row: sqlite3.Row) -> Result | None:
        """Return the result of ``figure`` if it needs no work."""
        fingerprint = self._fingerprint(inputs)
        if row["quarantine"] is not None and row["quarantine"] == fingerprint.digest():
            return Result(figure, EndState.QUARANTINED, {}, error=error_of(row))
        if row["result"] is None or not fingerprint.same(row):
            return None
        if not self._plan.output.has(figure.figid, record=self._plan.emits):
            return None
        return Result(figure, EndState.UNCHANGED, json.loads(row["counts"]))

    def _stand(self, standing: list[tuple[Result, str]]) -> None:
        """Keep results that stand, and tell of them."""
        if standing:
            self._ledger.settle(
                [(result.figure.figid, result.state, stamps) for result, stamps in standing]
            )
        for result, _ in standing:
            self._tell(result)
        standing.clear()

    def _task(self, figure: Figure, inputs: Inputs, row: sqlite3.Row) -> Task:
        kept = None
        if not self._plan.force:
            kept = self._ledger.stored_lines(row, self._fingerprint(inputs))
        self._ledger.start(figure)
        self._in_flight[figure.figid] = _InFlight(figure, inputs, read=kept is None)
        return Task(figure, kept)

    def _written(self, flight: _InFlight, outcome: Outcome) -> Outcome:
        """Write the files of an outcome; return it, or the failure to do so."""
        if outcome.state.is_failure:
            return outcome
        plan = self._plan
        try:
            if examine(flight.figure, flight.inputs.stamps).whole != flight.inputs.whole:
                outcome = replace(outcome, lines=())  # of which content, nobody knows
                raise OutputError(
                    flight.figure.record or flight.figure.image or flight.figure.figid,
                    "the record or its image was changed while it was being read",
                    "Run again, so that the change is not overwritten",
                )
            plan.output.write(outcome)
            if plan.in_place:
                write_back(flight.figure, outcome)
        except OutputFolderError:
            raise
        except PfcurateError as error:
            return _failed(outcome, error)
        except Exception as error:
            log.debug("traceback of %s", type(error).__name__, exc_info=True)
            return _failed(outcome, error)
        return outcome

    def _keep(self, flight: _InFlight, outcome: Outcome) -> None:
        counts, inputs = _count(outcome), flight.inputs
        # What was written in place is the input of the next run, and is up to date.
        if self._plan.in_place and not outcome.state.is_failure:
            inputs = examine(flight.figure, inputs.stamps)
        fingerprint = self._fingerprint(inputs)
        try:
            self._ledger.finish(
                outcome, fingerprint, counts, stamps=inputs.stamps, read=flight.read
            )
        except (TypeError, ValueError) as error:  # lines or mentions that no table can hold
            outcome, counts = replace(_failed(outcome, error), lines=()), {}
            self._ledger.finish(outcome, fingerprint, counts, stamps=inputs.stamps)
        self._tell(
            Result(flight.figure, outcome.state, counts, outcome, outcome.error, flight.read)
        )

    def _tell(self, result: Result) -> None:
        self.summary.add(result)
        if result.outcome is not None:
            with logs.about(result.figure.figid):
                took = sum(result.outcome.seconds.values())
                if result.error is None:
                    log.info("%s in %.1f s", result.state, took)
                else:
                    log.info("%s: %s: %s", result.state, result.error.kind, result.error)
        self._observer.show(result)

    def _fingerprint(self, inputs: Inputs) -> Fingerprint:
        return Fingerprint(
            inputs.whole, self._plan.config, self._plan.versions.all, inputs.source, self._reading
        )


def default_jobs() -> int:
    """Return the number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _count(outcome: Outcome) -> dict[str, int]:
    """Return rows per class, classes without rows left out."""
    counts = outcome.diff.get("counts")
    if not isinstance(counts, dict):
        return {}
    return {name: counts[name] for name in CLASSES if counts.get(name)}


def _failed(outcome: Outcome, error: Exception) -> Outcome:
    """Return the failure; the lines that were read stay, for they are dear."""
    if isinstance(error, PfcurateError):
        reason = FigureError(type(error).__name__, error.subject, error.cause, error.remedy)
    else:
        remedy = "This is a fault of pfcurate: report it with what pfcurate --debug shows"
        reason = FigureError(type(error).__name__, outcome.figid, str(error), remedy)
    return replace(
        outcome, state=EndState.FAILED, mentions=(), concepts=(), rows=(), record=None, diff={},
        error=reason,
    )  # fmt: skip
