"""The numbers of a report, as plain dicts and lists: what the terminal, JSON and HTML show."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from statistics import fmean
from typing import Any

from pipeline.lexicon.explain import KINDS
from pipeline.reports.intervals import bootstrap
from pipeline.reports.recall import FUSED, FigureReport, Pair, Report
from pipeline.reports.truth import Scores
from pipeline.types import Source

FREQUENT = 15
"""So many of the most frequent missed and wrong names are listed."""


def summary(report: Report) -> dict[str, Any]:
    """Return everything that a report says; figures with most to gain come first.

    ``recall`` counts curated (figure, gene) pairs; ``micro`` is their share found over all
    figures, ``macro`` the mean of the shares of the figures. Intervals are 95 % ones over
    figures. ``accuracy`` is None without truth.
    """
    pairs = report.pairs
    figures = [figure for figure in report.figures if figure.pairs]
    return {
        "figures": len(figures),
        "figures_without_record": report.without_record,
        "records_without_figure": report.unrun,
        "recall": {
            **_share(pairs),
            "interval": _interval(figures, _micro),
            "macro": _rounded(fmean(map(_macro, figures))) if figures else None,
            "macro_interval": _interval(figures, lambda some: fmean(map(_macro, some))),
        },
        "sources": {
            KINDS[source]: _share([pair for pair in pairs if pair.row.source == source.value])
            for source in Source
        },
        "readers": {
            reader: _share(pairs, reader) for reader in report.readers
        },
        "misses": {miss.value: len(missed) for miss, missed in report.misses().items()},
        "accuracy": _accuracy(report.compared),
        "most_missed": _most(
            word for _, word in {(pair.figid, pair.row.word) for pair in pairs if not pair.found}
        ),
        "most_wrong": _most(
            name for figure in report.compared if figure.comparison
            for name in figure.comparison.wrong
        ),
        "per_figure": [
            _figure(figure) for figure in sorted(report.figures, key=lambda f: (-f.gain, f.figid))
        ],
        "missed": [_missed(pair) for pair in pairs if not pair.found],
    }  # fmt: skip


def _share(pairs: Sequence[Pair], reader: str = FUSED) -> dict[str, Any]:
    found = sum(reader in pair.by for pair in pairs)
    micro = _rounded(found / len(pairs)) if pairs else None
    return {"pairs": len(pairs), "found": found, "micro": micro}


def _micro(figures: Sequence[FigureReport]) -> float:
    total = sum(len(figure.pairs) for figure in figures)
    return 1 - sum(len(figure.missed) for figure in figures) / total


def _macro(figure: FigureReport) -> float:
    return 1 - len(figure.missed) / len(figure.pairs)


def _accuracy(figures: Sequence[FigureReport]) -> dict[str, Any] | None:
    """Return label recall, precision and F1 over the figures with truth, or None."""
    if not figures:
        return None

    def total(some: Iterable[FigureReport]) -> Scores:
        return sum((f.comparison.scores for f in some if f.comparison), Scores())

    scores = total(figures)
    measures: dict[str, Callable[[Scores], float]] = {
        "recall": lambda s: s.recall,
        "precision": lambda s: s.precision,
        "f1": lambda s: s.f1,
    }
    found: dict[str, Any] = {
        "figures": len(figures),
        "targets": scores.targets,
        "hits": scores.hits,
        "mentions": scores.mentions,
        "right": scores.right,
    }
    for name, measure in measures.items():
        found[name] = _rounded(measure(scores))
        found[f"{name}_interval"] = _interval(figures, lambda some, m=measure: m(total(some)))  # type: ignore[misc]
    return found


def _figure(figure: FigureReport) -> dict[str, Any]:
    scores = figure.comparison.scores if figure.comparison else None
    missed: Counter[str] = Counter(pair.trace.miss.value for pair in figure.missed if pair.trace)
    return {
        "figid": figure.figid,
        "state": figure.figure.state,
        "gain": round(figure.gain, 2),
        "pairs": len(figure.pairs),
        "found": len(figure.pairs) - len(figure.missed),
        "recall": _rounded(_macro(figure)) if figure.pairs else None,
        "new_labels": len(figure.new),
        "misses": dict(missed),
        "accuracy": None
        if scores is None
        else {
            "recall": _rounded(scores.recall),
            "precision": _rounded(scores.precision),
            "f1": _rounded(scores.f1),
        },
    }


def _missed(pair: Pair) -> dict[str, Any]:
    row, trace = pair.row, pair.trace
    assert trace is not None  # every pair that was not found has been traced
    return {
        "figid": pair.figid,
        "word": row.word,
        "symbol": row.symbol,
        "source": row.source,
        "hgnc_symbol": row.hgnc_symbol,
        "entrez": row.entrez,
        "miss": trace.miss.value,
        "read": trace.text,
        "taken_for": trace.taken_for,
    }


def _most(names: Iterable[str]) -> list[list[Any]]:
    counted = Counter(names)
    ordered = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
    return [list(pair) for pair in ordered[:FREQUENT]]


def _interval(
    figures: Sequence[FigureReport], statistic: Callable[[Sequence[FigureReport]], float]
) -> list[float] | None:
    low, high = bootstrap(figures, statistic)
    return None if math.isnan(low) else [_rounded(low), _rounded(high)]


def _rounded(share: float) -> float:
    return round(share, 4)
