"""``pfcurate match``: the names in plain text."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.cli import console

if TYPE_CHECKING:
    from pipeline.types import Line, Mention

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
    """Find the genes and families named in plain text, line by line."""
    from pipeline.lexicon.load import load_lexicon
    from pipeline.naming.namer import Namer
    from pipeline.reading.external import parse_text, read_text

    namer = Namer(load_lexicon(lexicon))
    for path in files or [Path(STDIN)]:
        lines = parse_text(sys.stdin.read()) if str(path) == STDIN else read_text(path)
        mentions = namer.name(lines, context)
        if as_json:
            console.print_json(_document(path, mentions))
        else:
            _print(path if files else None, lines, mentions, explain=explain)


def _document(path: Path, mentions: Sequence[Mention]) -> dict[str, Any]:
    from dataclasses import asdict

    from pipeline.naming.rows import gene_rows

    return {
        "file": str(path),
        "mentions": [
            {
                "text": m.text,
                "line": m.line,
                "start": m.start,
                "end": m.end,
                "symbol": m.entry.term,
                "source": m.entry.source.value,
                "genes": [gene.hgnc_symbol for gene in m.entry.genes],
                "rules": list(m.rules),
                "score": round(m.score, 4),
                "evidence": {name: round(weight, 2) for name, weight in m.evidence},
            }
            for m in mentions
        ],
        "genes": [asdict(row) for row in gene_rows(mentions)],
    }


def _print(
    path: Path | None, lines: Sequence[Line], mentions: Sequence[Mention], *, explain: bool
) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(title=str(path) if path else None, title_justify="left")
    for heading in ("line", "text", "symbol", "source", "genes", "score"):
        table.add_column(heading, justify="right" if heading in ("line", "score") else "left")
    for mention in mentions:
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
    if mentions:
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
