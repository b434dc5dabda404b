"""``pfcurate recall``: what a run found again of the curated records, and why not the rest."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.cli import console
from pipeline.errors import InputError

if TYPE_CHECKING:
    from rich.table import Table

SHOWN = 15
"""Figures listed on the terminal; the report has all of them."""


def recall(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="Output folder of a run.")],
    records: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Curated FIGID.md (default: the records that the run was given)."
        ),
    ] = None,
    truth: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="FIGID.json of labels read by eye: also tell accuracy."),
    ] = None,
    lexicon: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Lexicon of the run, if not the built-in one."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the numbers as one JSON object.")
    ] = False,
) -> None:
    """Report the recall of a run against curated records, and its accuracy against truth.

    Prints the numbers and writes OUT/report/recall.json and recall.html, which holds
    plots and the crops of what was missed.
    """
    from pipeline.lexicon.load import load_lexicon
    from pipeline.naming.namer import Namer
    from pipeline.reports.recall import Assessor
    from pipeline.reports.summary import summary
    from pipeline.reports.writing import write
    from pipeline.running.writing import Output

    for option, folder in (("--records", records), ("--truth", truth)):
        if folder is not None and not folder.is_dir():
            raise InputError(folder, "there is no such folder", f"Correct {option}")
    output = Output(out)
    report = Assessor(output, Namer(load_lexicon(lexicon)), records, truth).report()
    numbers = summary(report)
    if not numbers["figures"] and numbers["accuracy"] is None:
        raise InputError(
            out,
            "none of its figures has a curated record",
            "Name the folder of curated records with --records",
        )
    page = write(output, report, numbers)
    if as_json:
        console.print_json(numbers)
    else:
        _print(numbers)
    console.err().print(f"Report written to {page}", soft_wrap=True)


def _print(numbers: dict[str, Any]) -> None:
    out, found = console.out(), numbers["recall"]
    if found["pairs"]:
        out.print(
            f"curated genes found again  {_percent(found['micro'])}{_ends(found['interval'])}  "
            f"{found['found']:,} of {found['pairs']:,} in {numbers['figures']} figures",
            style="bold",
        )
        out.print(
            f"mean of the figures        {_percent(found['macro'])}{_ends(found['macro_interval'])}"
        )
    accuracy = numbers["accuracy"]
    if accuracy:
        for name, label in (("recall", "label recall"), ("precision", "precision"), ("f1", "F1")):
            out.print(
                f"{label + ', by truth':25}  {_percent(accuracy[name])}"
                f"{_ends(accuracy[f'{name}_interval'])}"
                + (f"  {accuracy['figures']} figures" if name == "f1" else "")
            )
    for key, told in (
        ("figures_without_record", "figures without a curated record"),
        ("records_without_figure", "curated records without a figure"),
    ):
        if numbers[key]:
            out.print(f"{numbers[key]} {told}")
    if found["pairs"]:
        out.print(_shares("lexicon source", numbers["sources"]))
        out.print(_shares("reader", numbers["readers"]))
        out.print(_misses(numbers))
        out.print(_figures(numbers["per_figure"]))


def _shares(heading: str, shares: dict[str, dict[str, Any]]) -> Table:
    table = _table(heading, "found", "of", "recall")
    for name, share in shares.items():
        table.add_row(name, str(share["found"]), str(share["pairs"]), _percent(share["micro"]))
    return table


def _misses(numbers: dict[str, Any]) -> Table:
    table = _table("missed because", "genes")
    for name, count in numbers["misses"].items():
        table.add_row(name, str(count))
    table.add_row("all", str(numbers["recall"]["pairs"] - numbers["recall"]["found"]))
    return table


def _figures(figures: list[dict[str, Any]]) -> Table:
    table = _table("figure, by what a review would gain", "gain", "found", "of", "new labels")
    for figure in figures[:SHOWN]:
        table.add_row(
            figure["figid"],
            f"{figure['gain']:.1f}",
            str(figure["found"]),
            str(figure["pairs"]),
            str(figure["new_labels"]),
        )
    if len(figures) > SHOWN:
        table.add_row(f"and {len(figures) - SHOWN} more", "", "", "", "")
    return table


def _table(first: str, *others: str) -> Table:
    from rich.table import Table

    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold", title_justify="left")
    table.add_column(f"\n{first}", min_width=25)
    for name in others:
        table.add_column(f"\n{name}", justify="right")
    return table


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f} %"


def _ends(ends: list[float] | None) -> str:
    return "" if ends is None else f"  ({100 * ends[0]:.1f} to {100 * ends[1]:.1f})"
