"""What ``pfcurate run`` shows: results on standard output, progress on standard error."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from types import TracebackType
from typing import Any, Self

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from pipeline.cli import console
from pipeline.records.figid import printable
from pipeline.running import logs
from pipeline.running.batch import CLASSES, Result, RunSummary
from pipeline.running.writing import Output
from pipeline.types import EndState, Source

DETAILED = 10
"""Up to so many figures are shown with all their genes, more with a line each."""

STATUS_SECONDS = 30.0
"""How often a run without a terminal says how far it is."""

_GENES_NAMED = 3  # a label with more genes is a family, and is told by their number
_SOURCES = {
    Source.SYMBOL.value: "symbol",
    Source.ALIAS.value: "alias",
    Source.PREVIOUS.value: "previous",
    Source.FAMILY.value: "family",
}
_STATE_STYLES = {EndState.DONE: "green", EndState.EMPTY: "yellow", EndState.FAILED: "bold red"}
_CLASS_STYLES = {"new": "green", "missing": "yellow", "lexicon": "cyan", "renamed": "cyan"}


class View:
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
        self._shown = 0
        self._open = ExitStack()
        self._progress: Progress | None = None
        self._started = self._told = time.monotonic()

    def __enter__(self) -> Self:
        # --debug before the command asks for more than --verbose does.
        asked = logging.getLogger("pipeline").level or self._level
        self._open.enter_context(logs.handled(_ConsoleHandler(), min(asked, self._level)))
        if sys.stderr.isatty() and not self._quiet:
            self._progress = _progress()
            self._progress.add_task("figures", total=self._total)
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
        """Show one result."""
        self._shown += 1
        with self._bar_aside():
            if self._as_json:
                console.print_json(self._document(result))
            elif not self._quiet:
                self._print(result)
        if self._progress is not None:
            self._progress.advance(self._progress.task_ids[0])
        elif not self._quiet:
            self._tell_status()

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
        if self._shown == 1 and not self._detailed:
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
            "unchanged": result.outcome is None and error is None,
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

    def _tell_status(self) -> None:
        now = time.monotonic()
        if now - self._told < STATUS_SECONDS:
            return
        self._told = now
        rate = self._shown / (now - self._started)
        left = (self._total - self._shown) / rate
        console.err().print(
            f"{self._shown} of {self._total} figures, {rate * 60:.1f} a minute, "
            f"about {_duration(left)} left",
            soft_wrap=True,
        )


class _ConsoleHandler(logging.Handler):
    """Logs through the console that holds the bar, so that the two do not mix."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(logs.FigureFormatter())

    def emit(self, record: logging.LogRecord) -> None:
        # Line by line, because a traceback has several and names may hold anything.
        for line in self.format(record).splitlines():
            console.err().print(printable(line), soft_wrap=True)


class _RateColumn(ProgressColumn):
    """Figures a minute."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{speed * 60:.1f}/min" if speed else "-/min")


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _RateColumn(),
        TimeRemainingColumn(),
        console=console.err(),
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )


def _heading() -> str:
    return f"{'state':7}" + "".join(f"{name:>10}" for name in CLASSES) + "  figure"


def _line(result: Result, *, aligned: bool) -> Text:
    """One line for a figure: columns where there are many, words where there are few."""
    state = Text(f"{result.state.value:7}", style=_STATE_STYLES[result.state])
    figid = printable(result.figure.figid)
    mark = " (unchanged)" if result.outcome is None and result.error is None else ""
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
        f"{f'; {summary.unchanged} of them unchanged' if summary.unchanged else ''}"
        f"; {_duration(summary.seconds)}",
        style="bold",
        soft_wrap=True,
    )
    rows = ", ".join(f"{summary.counts[name]} {name}" for name in CLASSES)
    out.print(f"gene rows: {rows}", soft_wrap=True)
    out.print(f"written to {printable(str(output.root))}", soft_wrap=True)
    if summary.failures:
        out.print(f"failed: {len(summary.failures)}", style="bold red", soft_wrap=True)
        for figid, error in sorted(summary.failures, key=lambda failure: failure[0]):
            reason = printable(f"{error.kind}: {error}")
            out.print(f"    {printable(figid)}  {reason}", soft_wrap=True)


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {rest:02} s" if minutes else f"{seconds:.1f} s"
