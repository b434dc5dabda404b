"""What ``pfcurate run`` shows: results on standard output, progress on standard error."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from types import TracebackType
from typing import Any, Self

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from pipeline.cli import console
from pipeline.records.figid import printable
from pipeline.running import logs
from pipeline.running.plan import CLASSES, Observer, Result, RunSummary
from pipeline.running.progress import Pace, duration
from pipeline.running.writing import Output
from pipeline.types import EndState, Source

DETAILED = 10
"""Up to so many figures are shown with all their genes, more with a line each."""

STATUS_SECONDS = 60.0
"""How often a run without a terminal says how far it is."""

SLOW_SECONDS = 30.0
"""A figure that has taken so long is named while it is being worked on."""

_GENES_NAMED = 3  # a label with more genes is a family, and is told by their number
_SOURCES = {
    Source.SYMBOL.value: "symbol",
    Source.ALIAS.value: "alias",
    Source.PREVIOUS.value: "previous",
    Source.FAMILY.value: "family",
}
_STATE_STYLES = {
    EndState.DONE: "green",
    EndState.UNCHANGED: "dim",
    EndState.EMPTY: "yellow",
    EndState.FAILED: "bold red",
    EndState.QUARANTINED: "bold red",
}
_CLASS_STYLES = {"new": "green", "missing": "yellow", "lexicon": "cyan", "renamed": "cyan"}


class View(Observer):
    """Shows a run while it goes on; a context manager around it.

    Args:
        output: the output folder, for the paths that are named.
        total: figures of the run.
        as_json: one JSON object per figure on standard output and nothing else there.
        quiet: show the summary and its failures only.
        verbose: show the genes of every figure, however many there are, and log more.
    """

    def __init__(
        self, output: Output, total: int, *, as_json: bool, quiet: bool, verbose: bool
    ) -> None:
        self._output = output
        self._total = total
        self._as_json = as_json
        self._quiet = quiet
        self._detailed = verbose or total <= DETAILED
        self._level = logging.INFO if verbose else logging.WARNING
        self._verbose = verbose
        self._headed = False
        self._open = ExitStack()
        self._progress: Progress | None = None
        self._pace = Pace()
        self._told = time.monotonic()

    def __enter__(self) -> Self:
        # --debug before the command asks for more than --verbose does.
        asked = logging.getLogger("pipeline").level or self._level
        self._open.enter_context(logs.handled(_ConsoleHandler(), min(asked, self._level)))
        if sys.stderr.isatty() and not self._quiet:
            self._progress = _progress()
            self._progress.add_task("figures", total=self._total, state="")
            self._open.enter_context(self._progress)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._open.close()

    def show(self, result: Result) -> None:
        """Show one result; those that stand only where each is asked for."""
        plain = result.state is EndState.UNCHANGED and not self._detailed
        if self._as_json:
            with self._bar_aside():
                console.print_json(self._document(result))
        elif not self._quiet and not plain:
            with self._bar_aside():
                self._print(result)

    def tick(self, summary: RunSummary, in_work: Mapping[str, float]) -> None:
        """Show how far the run is."""
        worked = summary.settled - summary.unchanged
        self._pace.update(worked)
        if self._progress is not None:
            self._progress.update(
                self._progress.task_ids[0],
                completed=summary.settled,
                state=self._state(summary, worked, in_work),
            )
        elif not self._quiet and time.monotonic() - self._told >= STATUS_SECONDS:
            self._told = time.monotonic()
            state = self._state(summary, worked, in_work)
            console.err().print(
                f"{summary.settled} of {summary.total} figures, {state}", soft_wrap=True
            )

    def _state(self, summary: RunSummary, worked: int, in_work: Mapping[str, float]) -> str:
        """Return failures, rate, time left and the figures that take long, in words."""
        parts = [f"{summary.failed} failed"] if summary.failed else []
        left = self._pace.left(worked, summary.pending)
        if left is not None:
            parts.append(f"{self._pace.rate(worked) * 60:.1f} a minute")
            parts.append(f"about {duration(left)} left")
        slow = sorted(in_work.items(), key=lambda item: -item[1])
        named = [f"{printable(f)} {duration(s)}" for f, s in slow if s >= SLOW_SECONDS]
        parts += [f"slow: {', '.join(named[:3])}"] if named else []
        return ", ".join(parts) or "starting"

    def finish(self, summary: RunSummary) -> None:
        """Show the summary."""
        if summary.interrupted:
            console.err().print(
                f"Interrupted: {summary.pending} figures are still to be done. "
                "Run the same command again to go on."
            )
        if not self._as_json:
            _print_summary(summary, self._output)

    def _print(self, result: Result) -> None:
        out = console.out()
        if not self._headed and not self._detailed:
            self._headed = True
            out.print(_heading(), style="bold", soft_wrap=True)
        out.print(_line(result, aligned=not self._detailed), soft_wrap=True)
        if self._detailed and result.outcome is not None:
            table = _genes(result.outcome.diff)
            if table.row_count:
                out.print(table)
            for line in _terms(result.outcome.diff):
                out.print(line, soft_wrap=True)

    def _document(self, result: Result) -> dict[str, Any]:
        figid, error = result.figure.figid, result.error
        written = error is None
        record = self._output.record(figid) if written else None
        return {
            "figid": printable(figid),
            "state": result.state.value,
            "unchanged": result.state is EndState.UNCHANGED,
            "read": result.read,
            "image": printable(str(result.figure.image)) if result.figure.image else None,
            "record": str(record) if record and record.is_file() else None,
            "diff": str(self._output.diff(figid)) if written else None,
            "counts": {name: result.counts.get(name, 0) for name in CLASSES},
            "seconds": round(sum(result.outcome.seconds.values()), 3) if result.outcome else None,
            "error": error
            and {
                "kind": error.kind,
                "subject": printable(error.subject),
                "cause": printable(error.cause),
                "remedy": error.remedy,
            },
        }

    @contextmanager
    def _bar_aside(self) -> Iterator[None]:
        """Take the bar off the terminal while results are printed on the same one."""
        if self._progress is None or not sys.stdout.isatty():
            yield
            return
        self._progress.stop()
        try:
            yield
        finally:
            self._progress.start()


class _ConsoleHandler(logging.Handler):
    """Logs through the console that holds the bar, so that the two do not mix."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(logs.FigureFormatter())

    def emit(self, record: logging.LogRecord) -> None:
        # Line by line, because a traceback has several and names may hold anything.
        for line in self.format(record).splitlines():
            console.err().print(printable(line), soft_wrap=True)


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TextColumn("{task.fields[state]}", markup=False),
        console=console.err(),
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )


def _heading() -> str:
    return f"{'state':11}" + "".join(f"{name:>10}" for name in CLASSES) + "  figure"


def _line(result: Result, *, aligned: bool) -> Text:
    """One line for a figure: columns where there are many, words where there are few."""
    state = Text(f"{result.state.value:11}", style=_STATE_STYLES[result.state])
    figid = printable(result.figure.figid)
    done = result.outcome is not None and not result.state.is_failure
    mark = " (from stored lines)" if done and not result.read else ""
    if aligned:
        counts = "".join(f"{result.counts.get(name, 0):>10}" for name in CLASSES)
        return Text.assemble(state, counts, f"  {figid}{mark}")
    counts = ", ".join(f"{n} {name}" for name, n in result.counts.items())
    return Text.assemble(state, (figid, "bold"), f"  {counts}{mark}")


def _genes(diff: Mapping[str, Any]) -> Table:
    """Return the labels of a diff: a family is one label, however many genes it has."""
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(min_width=12)
    for name in CLASSES:
        for entry in diff.get(name, ()):
            table.add_row(
                Text(f"    {entry.get('change', name)}", style=_CLASS_STYLES.get(name, "")),
                printable(str(entry["word"])),
                _SOURCES.get(str(entry["source"]), printable(str(entry["source"]))),
                printable(_named(entry["genes"])),
            )
    return table


def _terms(diff: Mapping[str, Any]) -> Iterator[Text]:
    """Yield one line for the chemicals of a diff and one for its diseases, if it has any."""
    for key in ("chemicals", "diseases"):
        classes = [
            Text(f"{name} {', '.join(printable(row['word']) for row in rows)}", style=style)
            for name, rows in diff.get(key, {}).items()
            for style in (_CLASS_STYLES.get(name, ""),)
        ]
        if classes:
            yield Text.assemble(f"    {key:10}  ", Text("; ").join(classes))


def _named(genes: Mapping[str, Any]) -> str:
    if len(genes) > _GENES_NAMED:
        return f"{len(genes)} genes"
    return ", ".join(
        _renaming(entrez, gene) if isinstance(gene, dict) else str(gene)
        for entrez, gene in genes.items()
    )


def _renaming(entrez: str, gene: Mapping[str, Any]) -> str:
    old, new = str(gene["old"]), str(gene["new"])
    if "entrez" in gene:
        old, new = f"{old} ({entrez})", f"{new} ({gene['entrez']})"
    return f"{old} -> {new}{', applied' if gene.get('applied') else ''}"


def _print_summary(summary: RunSummary, output: Output) -> None:
    out = console.out()
    states = [f"{count} {state}" for state, count in summary.states.items() if count]
    if summary.pending:
        states.append(f"{summary.pending} pending")
    out.print(
        f"{summary.total} figure{'s' if summary.total != 1 else ''}: {', '.join(states)}"
        f"{f' ({summary.reused} of them from stored lines)' if summary.reused else ''}"
        f"; {duration(summary.seconds)}",
        style="bold",
        soft_wrap=True,
    )
    rows = ", ".join(f"{summary.counts[name]} {name}" for name in CLASSES)
    out.print(f"gene rows: {rows}", soft_wrap=True)
    out.print(f"written to {printable(str(output.root))}", soft_wrap=True)
    if summary.failed:
        out.print(f"failed: {summary.failed}", style="bold red", soft_wrap=True)
        for figid, error in summary.failures:
            reason = printable(f"{error.kind}: {error}")
            out.print(f"    {printable(figid)}  {reason}", soft_wrap=True)
        if summary.failed > len(summary.failures):
            rest = summary.failed - len(summary.failures)
            out.print(f"    and {rest} more: pfcurate status shows them", soft_wrap=True)
