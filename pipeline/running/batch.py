"""The batch: what is to be done, what came of it, and what is kept of that."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from pipeline.errors import OutputError, PfcurateError
from pipeline.running.interrupt import Interruption
from pipeline.running.ledger import Fingerprint, Ledger
from pipeline.running.workers import Executor
from pipeline.running.writing import Output, write_back
from pipeline.types import EndState, Figure, FigureError, Outcome

log = logging.getLogger(__name__)

CLASSES = ("confirmed", "missing", "new", "lexicon", "renamed")
"""The classes of a diff, in the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is to do.

    Attributes:
        figures: the figures, in any order.
        output: the output folder.
        config: hash of the settings that change results.
        versions: name and version of everything that takes part.
        emits: whether records are written (not under the policy ``report``).
        in_place: also write each emitted record over its input record.
        force: also do figures whose result is already there.
        problems: why figures cannot even be tried, with the figid as subject.
    """

    figures: Sequence[Figure]
    output: Output
    config: str
    versions: Mapping[str, str]
    emits: bool = True
    in_place: bool = False
    force: bool = False
    problems: Sequence[FigureError] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one figure in this run.

    Attributes:
        figure: the figure.
        state: its end state.
        counts: rows per class of its diff, classes without rows left out.
        outcome: everything it came to; None if an earlier run's result stands.
        error: the reason if it failed.
    """

    figure: Figure
    state: EndState
    counts: Mapping[str, int]
    outcome: Outcome | None = None
    error: FigureError | None = None


@dataclass(slots=True)
class RunSummary:
    """What a run came to; the numbers are of its own figures only.

    Attributes:
        total: figures of the run.
        states: figures per end state, those of an earlier run's result included.
        unchanged: figures whose earlier result stands.
        counts: rows per class over all diffs.
        failures: failed figures with their reasons, in the order in which they failed.
        seconds: wall time.
        interrupted: whether the run was asked to stop.
    """

    total: int
    states: dict[EndState, int] = field(default_factory=lambda: dict.fromkeys(EndState, 0))
    unchanged: int = 0
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(CLASSES, 0))
    failures: list[tuple[str, FigureError]] = field(default_factory=list)
    seconds: float = 0.0
    interrupted: bool = False

    @property
    def pending(self) -> int:
        """Figures that the run did not come to."""
        return self.total - sum(self.states.values())

    def add(self, result: Result) -> None:
        """Count one result."""
        self.states[result.state] += 1
        self.unchanged += result.outcome is None and result.error is None
        for name, count in result.counts.items():
            self.counts[name] = self.counts.get(name, 0) + count
        if result.error is not None:
            self.failures.append((result.figure.figid, result.error))


def run_batch(
    plan: Plan, executor: Executor, on_result: Callable[[Result], None] = lambda _: None
) -> RunSummary:
    """Do the figures of ``plan``, large images first, and keep what they come to.

    Each figure's files are written before the ledger says that it is finished. After
    a first interruption what is in flight is finished, after a second it is dropped;
    either way the ledger says which figures are still to be done.

    Args:
        plan: what is to be done.
        executor: where it is done.
        on_result: called in this process with each result as soon as it is kept.

    Raises:
        OutputError: if the output folder or the ledger cannot be written.
        PfcurateError: if the engines cannot be loaded.
    """
    start = time.perf_counter()
    plan.output.create()
    with Ledger(plan.output.ledger) as ledger, Interruption() as interruption:
        batch = _Batch(plan, ledger, interruption, on_result)
        try:
            batch.run(executor)
        except KeyboardInterrupt:
            batch.summary.interrupted = True
        finally:
            ledger.postpone(batch.in_flight)
        batch.summary.interrupted |= interruption.requested
    batch.summary.seconds = time.perf_counter() - start
    return batch.summary


class _Batch:
    """The state of one run."""

    def __init__(
        self,
        plan: Plan,
        ledger: Ledger,
        interruption: Interruption,
        on_result: Callable[[Result], None],
    ) -> None:
        self.summary = RunSummary(total=len(plan.figures) + len(plan.problems))
        self.in_flight: dict[str, tuple[Figure, str]] = {}  # with the hash of the inputs
        self._plan = plan
        self._ledger = ledger
        self._interruption = interruption
        self._on_result = on_result

    def run(self, executor: Executor) -> None:
        """Bring every figure of the plan to its end state, or until an interruption."""
        problems = [(Figure(error.subject), error) for error in self._plan.problems]
        self._ledger.register([*self._plan.figures, *(figure for figure, _ in problems)])
        for figure, error in problems:
            self._ledger.start(figure)
            self._keep(figure, "", Outcome(figure.figid, EndState.FAILED, error=error))
        with closing(executor.run(self._feed())) as outcomes:
            for outcome in outcomes:
                figure, inputs = self.in_flight[outcome.figid]
                if self._interruption.requested and outcome.state is EndState.FAILED:
                    # A terminal interrupts the children of a reader as well, so that the
                    # figure may not be at fault: it stays in flight, and so gets pending.
                    continue
                self._keep(figure, inputs, self._written(figure, inputs, outcome))
                del self.in_flight[outcome.figid]

    def _feed(self) -> Iterator[Figure]:
        """Yield the figures that need work; nothing more after an interruption."""
        for figure in sorted(self._plan.figures, key=_size, reverse=True):
            if self._interruption.requested:
                return
            inputs = _hash_inputs(figure)
            if not self._plan.force and self._stands(figure, inputs):
                continue
            self._ledger.start(figure)
            self.in_flight[figure.figid] = (figure, inputs)
            yield figure

    def _stands(self, figure: Figure, inputs: str) -> bool:
        """Tell whether an earlier run's result of ``figure`` still holds, and count it."""
        row = self._ledger.finished(figure.figid, self._fingerprint(inputs))
        if row is None or not self._plan.output.has(figure.figid, record=self._plan.emits):
            return False
        self._tell(Result(figure, EndState(row["state"]), json.loads(row["counts"])))
        return True

    def _written(self, figure: Figure, inputs: str, outcome: Outcome) -> Outcome:
        """Write the files of an outcome; return it, or the failure to do so."""
        if outcome.state is EndState.FAILED:
            return outcome
        plan = self._plan
        try:
            plan.output.write(outcome)
            if plan.in_place:
                if _hash_inputs(figure) != inputs:
                    raise OutputError(
                        figure.record or figure.figid,
                        "the record or its image was changed while it was being read",
                        "Run again, so that the change is not overwritten",
                    )
                write_back(figure, outcome)
        except PfcurateError as error:
            return _failed(outcome, error)
        except Exception as error:
            log.debug("traceback of %s", type(error).__name__, exc_info=True)
            return _failed(outcome, error)
        return outcome

    def _keep(self, figure: Figure, inputs: str, outcome: Outcome) -> None:
        counts = _count(outcome)
        # What was written in place is the input of the next run, and is up to date.
        if self._plan.in_place and outcome.state is not EndState.FAILED:
            inputs = _hash_inputs(figure)
        try:
            self._ledger.finish(outcome, self._fingerprint(inputs), counts)
        except (TypeError, ValueError) as error:  # lines or mentions that no table can hold
            outcome, counts = _failed(outcome, error), {}
            self._ledger.finish(outcome, self._fingerprint(inputs), counts)
        self._tell(Result(figure, outcome.state, counts, outcome, outcome.error))

    def _tell(self, result: Result) -> None:
        self.summary.add(result)
        self._on_result(result)

    def _fingerprint(self, inputs: str) -> Fingerprint:
        return Fingerprint(inputs, self._plan.config, self._plan.versions)


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
    if isinstance(error, PfcurateError):
        reason = FigureError(type(error).__name__, error.subject, error.cause, error.remedy)
    else:
        remedy = "This is a fault of pfcurate: report it with what pfcurate --debug shows"
        reason = FigureError(type(error).__name__, outcome.figid, str(error), remedy)
    return replace(
        outcome, state=EndState.FAILED, lines=(), mentions=(), concepts=(), rows=(), record=None,
        diff={}, error=reason,
    )  # fmt: skip


def _size(figure: Figure) -> tuple[int, str]:
    """Order figures by bytes of image: a large one that is started last is waited for."""
    try:
        size = figure.image.stat().st_size if figure.image is not None else 0
    except OSError:
        size = 0
    return size, figure.figid


def _hash_inputs(figure: Figure) -> str:
    """Return a hash of the bytes of all files of ``figure``, empty if one is unreadable."""
    digest = hashlib.sha256()
    for role in ("image", "record", "metadata", "text", "decisions"):
        path: Path | None = getattr(figure, role)
        if path is None:
            continue
        try:
            with path.open("rb") as file:
                digest.update(role.encode() + hashlib.file_digest(file, "sha256").digest())
        except OSError:
            return ""
    return digest.hexdigest()
