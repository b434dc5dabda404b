"""``pfcurate match``: the names in plain text."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.cli import console
from pipeline.errors import ExitCode, InputError
from pipeline.records.figid import printable

if TYPE_CHECKING:
    from pipeline.types import Line, Mention, Names

STDIN = "-"


def match(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE...]", help="Text files; standard input if none, or -."),
    ] = None,
    lexicon: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Lexicon folder to use instead of the built-in one."),
    ] = None,
    context: Annotated[
        str, typer.Option(help="Caption or title that the names are to be judged with.")
    ] = "",
    explain: Annotated[
        bool, typer.Option("--explain", help="Say what led to each name and how much it weighs.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object per file.")
    ] = False,
) -> None:
    """Find the genes, families, chemicals and diseases named in plain text, line by line.

    Only lines that hold text are counted. A file that cannot be read is named on
    standard error, the others are read, and the exit status is 4.
    """
    from pipeline.lexicon.load import load_lexicon
    from pipeline.naming.namer import Namer

    namer = Namer(load_lexicon(lexicon))
    failed = False
    for path in files or [Path(STDIN)]:
        try:
            lines = _lines(path)
        except InputError as error:
            console.err().print(printable(f"Error: {error}"), soft_wrap=True)
            failed = True
            continue
        names = namer.names(lines, context)
        if as_json:
            console.print_json(_document(path, names))
        else:
            _print(path if files else None, lines, names, explain=explain)
    if failed:
        raise typer.Exit(ExitCode.INVALID_INPUT)


def _lines(path: Path) -> tuple[Line, ...]:
    from pipeline.reading.external import parse_text, read_text

    if str(path) != STDIN:
        return read_text(path)
    try:
        return parse_text(sys.stdin.buffer.read().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        cause = f"is not UTF-8 ({error})"
        raise InputError("standard input", cause, "Convert the text to UTF-8") from error


def _document(path: Path, names: Names) -> dict[str, Any]:
    from dataclasses import asdict

    from pipeline.naming.rows import gene_rows, term_rows

    return {
        "file": printable(str(path)),
        "mentions": [
            {
                "text": m.text,
                "line": m.line,
                "reading": m.reading,
                "start": m.start,
                "end": m.end,
                "symbol": m.entry.term,
                "source": m.entry.source.value,
                "genes": [gene.hgnc_symbol for gene in m.entry.genes],
                "rules": list(m.rules),
                "score": round(m.score, 4),
                "evidence": {name: round(weight, 2) for name, weight in m.evidence},
            }
            for m in names.genes
        ],
        "genes": [asdict(row) for row in gene_rows(names.genes)],
        "chemicals": [asdict(row) for row in term_rows(names.concepts, "chemical")],
        "diseases": [asdict(row) for row in term_rows(names.concepts, "disease")],
    }


def _print(path: Path | None, lines: Sequence[Line], names: Names, *, explain: bool) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(title=printable(str(path)) if path else None, title_justify="left")
    for heading in ("line", "text", "symbol", "source", "stands for", "score"):
        table.add_column(heading, justify="right" if heading in ("line", "score") else "left")
    for mention in names.genes:
        table.add_row(
            str(mention.line + 1),
            Text(mention.text),
            Text(mention.entry.term),
            mention.entry.source.value,
            _genes(mention),
            f"{mention.score:.2f}",
        )
        if explain:
            table.add_row("", Text(explanation(mention), style="dim"), end_section=True)
    for concept in names.concepts:
        table.add_row(
            str(concept.line + 1),
            Text(concept.text),
            Text(concept.term),
            concept.kind,
            concept.identifier,
        )
    if table.row_count:
        console.out().print(table)
    else:
        console.out().print(f"No gene is named in {len(lines)} lines.")


def _genes(mention: Mention) -> str:
    symbols = [gene.hgnc_symbol for gene in mention.entry.genes]
    shown = " ".join(symbols[:4])
    return f"{shown} and {len(symbols) - 4} more" if len(symbols) > 4 else shown


def explanation(mention: Mention) -> str:
    """The evidence of a mention in words, one piece a line with its log odds."""
    how = f"by {', '.join(mention.rules)}" if mention.rules else "as printed"
    lines = [f"{mention.entry.origin} term {mention.entry.spelling!r}, {how}"]
    lines += [f"{weight:+.1f} {name}" for name, weight in mention.evidence]
    return "\n".join(lines)
