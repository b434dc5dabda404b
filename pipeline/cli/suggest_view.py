"""What ``pfcurate lexicon suggest`` prints."""

from __future__ import annotations

from collections.abc import Iterable

import typer

from pipeline.cli import console
from pipeline.curation.decisions import Kind
from pipeline.curation.suggestions import Advice, Suggestion
from pipeline.records.figid import printable

_NAMED = 4  # a meaning with more genes is a family, and is told by their number


def print_table(found: Iterable[Suggestion]) -> None:
    """Print one row a name."""
    from rich.table import Table

    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for name in ("advice", "kind", "name", "stands for"):
        table.add_column(name)
    for name in ("for", "against"):
        table.add_column(name, justify="right")
    for suggestion in found:
        table.add_row(
            suggestion.advice.value,
            suggestion.kind.value,
            printable(suggestion.word),
            printable(_told(suggestion.meaning)),
            str(len(suggestion.for_it)),
            str(len(suggestion.against)),
        )
    console.out().print(table)


def print_names(found: Iterable[Suggestion]) -> None:
    """Print the genes to be added in the form that ``lexicon build --names`` reads."""
    for suggestion in found:
        if suggestion.advice is Advice.ADD and suggestion.kind is Kind.GENE:
            word = " ".join(printable(suggestion.word).split())
            # Several genes are a family, which that list names by the term.
            typer.echo(f"{word}\t{' '.join(suggestion.meaning)}")


def print_ndjson(found: Iterable[Suggestion]) -> None:
    """Print one JSON object a name."""
    for suggestion in found:
        console.print_json(
            {
                "advice": suggestion.advice.value,
                "kind": suggestion.kind.value,
                "word": suggestion.word,
                "meaning": list(suggestion.meaning),
                "for": sorted(suggestion.for_it),
                "against": sorted(suggestion.against),
            }
        )


def _told(meaning: tuple[str, ...]) -> str:
    if len(meaning) > _NAMED:
        return f"{', '.join(meaning[:_NAMED])} and {len(meaning) - _NAMED} more"
    return ", ".join(meaning)
