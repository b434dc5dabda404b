"""What a run is to do, and what is told of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.running.engines import Versions
from pipeline.running.writing import Output
from pipeline.types import EndState, Figure, FigureError, Outcome

CLASSES = ("confirmed", "missing", "new", "lexicon", "renamed")
"""The classes of a diff, in the order in which they are shown."""

FAILURES_NAMED = 1000
"""Most failures that a summary holds; the ledger has them all."""


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
        force: also do figures whose result is already there, reading them anew.
        problems: why figures cannot even be tried, with the figid as subject.
    """

    figures: Sequence[Figure]
    output: Output
    config: str
    versions: Versions
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
        outcome: everything it came to; None if nothing was done on it.
        error: the reason if it failed.
        read: whether it was read now, rather than named anew from stored lines.
    """

    figure: Figure
    state: EndState
    counts: Mapping[str, int]
    outcome: Outcome | None = None
    error: FigureError | None = None
    read: bool = False


@dataclass(slots=True)
class RunSummary:
    """What a run came to; the numbers are of its own figures only.

    Attributes:
        total: figures of the run.
        states: figures per end state.
        reused: figures done from stored lines, without reading them.
        counts: rows per class over all diffs.
        failures: failed and quarantined figures with their reasons, by figid, the first
            ``FAILURES_NAMED`` of them.
        seconds: wall time.
        interrupted: whether the run was asked to stop.
    """

    total: int
    states: dict[EndState, int] = field(default_factory=lambda: dict.fromkeys(EndState, 0))
    reused: int = 0
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(CLASSES, 0))
    failures: list[tuple[str, FigureError]] = field(default_factory=list)
    seconds: float = 0.0
    interrupted: bool = False

    @property
    def settled(self) -> int:
        """Figures that have come to an end state."""
        return sum(self.states.values())

    @property
    def unchanged(self) -> int:
        """Figures whose earlier result stands."""
        return self.states[EndState.UNCHANGED]

    @property
    def failed(self) -> int:
        """Figures that failed or are in quarantine."""
        return sum(count for state, count in self.states.items() if state.is_failure)

    @property
    def pending(self) -> int:
        """Figures that the run did not come to."""
        return self.total - self.settled

    def add(self, result: Result) -> None:
        """Count one result."""
        self.states[result.state] += 1
        done = result.outcome is not None and not result.state.is_failure
        self.reused += done and not result.read
        for name, count in result.counts.items():
            self.counts[name] = self.counts.get(name, 0) + count


class Observer:
    """Is told, in this process, how a run goes; this one does not care."""

    def show(self, result: Result) -> None:
        """Take one result, as soon as it is kept."""

    def tick(self, summary: RunSummary, in_work: Mapping[str, float]) -> None:
        """Take the numbers so far and the seconds of figures in work; about once a second."""
