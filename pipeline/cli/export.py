"""``pfcurate export``: what a run found, as gene sets, a table, documents or networks."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli import console
from pipeline.errors import ExitCode, OutputError, UsageError
from pipeline.exports.formats import Format, Ids

if TYPE_CHECKING:
    from pipeline.exports.source import Figures


def export(
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help="The --out of a run, or a folder of records.")
    ],
    format: Annotated[
        Format,
        typer.Option(
            help="gmt: a gene set a figure; tsv: a line a gene with its place; ndjson: a document "
            "a figure; cx2: a network a figure."
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="PATH",
            help="File to write, for cx2 a folder (default: standard output).",
        ),
    ] = None,
    ids: Annotated[
        Ids | None, typer.Option(help="gmt: HGNC symbols or NCBI Gene ids (default: symbol).")
    ] = None,
    min_genes: Annotated[
        int | None,
        typer.Option(
            "--min-genes", min=1, metavar="N", help="gmt: leave smaller sets out (default: 1)."
        ),
    ] = None,
) -> None:
    """Export the records of a run for other tools.

    Decisions of reviewers are applied; figures that they set aside are left out. Figures
    come in the order of their ids, and the same folder gives the same bytes. A record that
    cannot be read is named on standard error, the others are exported, and the exit status
    is 1.
    """
    for option, value in (("--ids", ids), ("--min-genes", min_genes)):
        if value is not None and format is not Format.GMT:
            raise UsageError(option, "only gene sets have it", "Leave it out, or use --format gmt")
    if format is Format.CX2 and output is None:
        raise UsageError("--output", "networks are written to a folder", "Name it with --output")
    from pipeline.exports.source import Figures

    figures = Figures(out)
    if format is Format.CX2:
        assert output is not None
        written = _write_networks(figures, output)
    else:
        written = _write_lines(_lines(figures, format, ids, min_genes), output)
    _report(figures, written, format, output)
    if figures.errors:
        raise typer.Exit(ExitCode.SOME_FAILED)


def _lines(
    figures: Figures, format: Format, ids: Ids | None, min_genes: int | None
) -> Iterable[str]:
    from pipeline.exports import texts

    if format is Format.GMT:
        return texts.gmt(figures, ids or Ids.SYMBOL, min_genes or 1)
    return texts.tsv(figures) if format is Format.TSV else texts.ndjson(figures)


def _write_lines(lines: Iterable[str], output: Path | None) -> int:
    """Write the lines as UTF-8 and return their number; a file is replaced when it is whole."""
    if output is None:
        count = 0
        for line in lines:
            sys.stdout.buffer.write(line.encode("utf-8", "backslashreplace"))
            count += 1
        sys.stdout.buffer.flush()
        return count
    from pipeline.running.writing import whole_file

    with whole_file(output) as file:
        count = 0
        for line in lines:
            file.write(line.encode("utf-8", "backslashreplace"))
            count += 1
    return count


def _write_networks(figures: Figures, folder: Path) -> int:
    from pipeline.exports.cx2 import cx2
    from pipeline.running.writing import replace_file

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            folder,
            f"the folder cannot be created ({error.strerror})",
            "Choose another one with --output",
        ) from error
    count = 0
    for figure in figures:
        data = cx2(figure).encode("utf-8", "backslashreplace")
        replace_file(folder / f"{figure.figid}.cx2", data)
        count += 1
    return count


def _report(figures: Figures, written: int, format: Format, output: Path | None) -> None:
    from pipeline.records.figid import printable

    err = console.err()
    for error in figures.errors:
        err.print(printable(f"Error: {error}"), soft_wrap=True)
    count = written - 1 if format is Format.TSV else written  # the heading
    what = {
        Format.GMT: "gene set",
        Format.TSV: "gene row",
        Format.NDJSON: "document",
        Format.CX2: "network",
    }[format]
    aside = f", {len(figures.set_aside)} set aside by reviewers" if figures.set_aside else ""
    where = f" to {output}" if output is not None else ""
    told = f"{_counted(count, what)} from {_counted(len(figures), 'record')}{aside}{where}"
    err.print(printable(told), soft_wrap=True)


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
