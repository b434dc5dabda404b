"""What ``pfcurate lexicon diff`` shows: counts first, then rows, as tables or as NDJSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple
from typing import Any

from rich.table import Table

from pipeline.cli import console
from pipeline.curation.effects import Effect, RecordEffects, RowEffect
from pipeline.lexicon.releases import (
    FamilyChange,
    ReleaseDiff,
    Renamed,
    TermChange,
    Withdrawn,
)
from pipeline.records.figid import printable
from pipeline.types import Gene, GeneRow

_TITLES = {
    "renamed": "renamed genes",
    "withdrawn": "withdrawn genes",
    "new_genes": "new genes",
    "families": "families with other members",
    "changed_terms": "terms that lead elsewhere",
    "new_terms": "new terms",
    "dropped_terms": "dropped terms",
}
"""The classes of a ``ReleaseDiff`` in the order in which they are shown."""

_EFFECTS = {
    Effect.RENAMED: "rows renamed",
    Effect.WITHDRAWN: "rows of a withdrawn gene",
    Effect.LOST: "rows whose gene has left their family",
    Effect.GAINED: "rows to come, of genes that joined a family",
    Effect.CHANGED: "rows whose term leads elsewhere",
    Effect.DROPPED: "rows whose term was dropped",
}

_GENES_NAMED = 6


def print_tables(diff: ReleaseDiff, records: Sequence[RecordEffects] | None, limit: int) -> None:
    """Print counts, then at most ``limit`` rows of each class and of the affected records."""
    out = console.out()
    for name, title in _TITLES.items():
        out.print(f"{len(getattr(diff, name)):>8,}  {title}")
    for name, title in _TITLES.items():
        _print_rows(title, getattr(diff, name), _cells, limit)
    if records is None:
        return
    out.print()
    totals = _totals(records)
    touched = [record for record in records if record.effects]
    out.print(
        f"{len(records):,} records with {totals.pop('rows'):,} gene rows; "
        f"{totals.pop('affected'):,} records affected, {totals.pop('failed'):,} unreadable"
    )
    totals.pop("records")
    for effect, count in totals.items():
        out.print(f"{count:>8,}  {_EFFECTS[Effect(effect)]}")
    _print_rows("records affected", touched, _record_cells, limit)
    effects = [(record, effect) for record in touched for effect in record.effects]
    _print_rows("rows affected", effects, lambda pair: _effect_cells(*pair), limit)


def print_ndjson(diff: ReleaseDiff, records: Sequence[RecordEffects] | None) -> None:
    """Print one JSON object per line; ``class`` says of what kind each is.

    Counts come first (``counts``), then every row of each class, then the totals over the
    records (``records``) and every affected or unreadable record (``record``).
    """
    counts = {name: len(getattr(diff, name)) for name in _TITLES}
    console.print_json({"class": "counts", **counts})
    for name in _TITLES:
        for row in getattr(diff, name):
            console.print_json({"class": name, **_document(row)})
    if records is None:
        return
    console.print_json({"class": "records", **_totals(records)})
    for record in records:
        if record.effects or record.error:
            console.print_json({"class": "record", **_record_document(record)})


def _totals(records: Sequence[RecordEffects]) -> dict[str, int]:
    effects = Counter(each.effect for record in records for each in record.effects)
    return {
        "records": len(records),
        "rows": sum(record.rows for record in records),
        "affected": sum(bool(record.effects) for record in records),
        "failed": sum(record.error is not None for record in records),
        **{effect.value: effects[effect] for effect in Effect},
    }


def _print_rows(
    title: str, rows: Sequence[Any], cells: Callable[[Any], tuple[str, ...]], limit: int
) -> None:
    if not rows:
        return
    out = console.out()
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 2))
    for row in rows[:limit]:
        table.add_row(*map(printable, cells(row)))
    out.print(f"\n{title}", style="bold")
    out.print(table)
    if len(rows) > limit:
        out.print(f"  and {len(rows) - limit:,} more (--limit, or --json for all)")


def _cells(row: Gene | Renamed | Withdrawn | FamilyChange | TermChange) -> tuple[str, ...]:
    match row:
        case Renamed():
            return row.entrez, f"{row.old} -> {row.new}"
        case Withdrawn():
            now = row.successor
            successor = f"now {now.hgnc_symbol} ({now.entrez})" if now else ""
            return row.gene.entrez, row.gene.hgnc_symbol, successor
        case FamilyChange():
            return row.family, " ".join((*_signed("+", row.gained), *_signed("-", row.lost)))
        case TermChange():
            return row.term, row.source.value, _moved(row.old, row.new)
        case Gene():
            return row.entrez, row.hgnc_symbol


def _signed(sign: str, genes: Sequence[Gene]) -> Iterator[str]:
    for gene in genes[:_GENES_NAMED]:
        yield sign + gene.hgnc_symbol
    if len(genes) > _GENES_NAMED:
        yield f"{sign}{len(genes) - _GENES_NAMED} more"


def _moved(old: Sequence[Gene], new: Sequence[Gene]) -> str:
    return " -> ".join(_symbols(genes) for genes in (old, new) if genes)


def _symbols(genes: Sequence[Gene]) -> str:
    return ", ".join(name.strip() for name in _signed("", genes))


def _record_cells(record: RecordEffects) -> tuple[str, ...]:
    counts = record.counts().items()
    return record.figid, ", ".join(f"{count} {name}" for name, count in counts if count)


def _effect_cells(record: RecordEffects, effect: RowEffect) -> tuple[str, ...]:
    return record.figid, effect.effect.value, effect.row.word, _moved(effect.old, effect.new)


def _document(row: Gene | Renamed | Withdrawn | FamilyChange | TermChange) -> dict[str, Any]:
    match row:
        case Renamed():
            return {"entrez": row.entrez, "old": row.old, "new": row.new}
        case Withdrawn():
            successor = row.successor and _gene(row.successor)
            return {**_gene(row.gene), "successor": successor}
        case FamilyChange():
            return {"family": row.family, "gained": _genes(row.gained), "lost": _genes(row.lost)}
        case TermChange():
            moved = {"old": _genes(row.old), "new": _genes(row.new)}
            return {"term": row.term, "source": row.source.value, **moved}
        case Gene():
            return _gene(row)


def _record_document(record: RecordEffects) -> dict[str, Any]:
    error = record.error
    return {
        "figid": printable(record.figid),
        "record": printable(str(record.path)),
        "counts": record.counts(),
        "rows": [
            {
                "effect": each.effect.value,
                **dict(zip(GeneRow.__slots__, astuple(each.row), strict=True)),
                "old": _genes(each.old),
                "new": _genes(each.new),
            }
            for each in record.effects
        ],
        "error": str(error) if error else None,
    }


def _gene(gene: Gene) -> dict[str, str]:
    return {"hgnc_symbol": gene.hgnc_symbol, "entrez": gene.entrez}


def _genes(genes: Sequence[Gene]) -> dict[str, str]:
    return {gene.entrez: gene.hgnc_symbol for gene in genes}
