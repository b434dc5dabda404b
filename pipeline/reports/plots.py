"""The plots of the recall report, as SVG that stands within a page."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from pipeline.reports.intervals import wilson
from pipeline.reports.recall import FigureReport, Report
from pipeline.reports.truth import Scores, compare

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

HEIGHTS = (0, 6, 8, 10, 12, 16, 24, float("inf"))
"""Bounds of the bins of text height, in pixels."""

SCORES = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 1.0)
"""Bounds of the bins of belief; naming takes nothing below the first."""

_GREEN, _ORANGE, _GREY = "#0b6e4f", "#b35900", "#6b7280"
_STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "pfcurate",  # the same report gives the same bytes
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.3,
}


def plots(report: Report, summary: dict[str, Any]) -> dict[str, str]:
    """Return the plots that the report has data for, as SVG by their titles."""
    found = {"Recall by text height": _by_height(report)}
    found["Calibration of belief"] = _calibration(report)
    if report.compared:
        found["Precision and recall by threshold"] = _trade_off(report.compared)
    if summary["most_missed"]:
        found["Most frequent missed names"] = _names(summary["most_missed"], _ORANGE)
    if summary["most_wrong"]:
        found["Most frequent wrong names"] = _names(summary["most_wrong"], _ORANGE)
    return found


def _by_height(report: Report) -> str:
    pairs = [pair for pair in report.pairs if pair.height is not None]
    with _drawing() as (figure, axes):
        labels = []
        for number, (low, high) in enumerate(pairwise(HEIGHTS)):
            inside = [p.found for p in pairs if p.height is not None and low <= p.height < high]
            labels.append(f"{low}+" if high == HEIGHTS[-1] else f"{low}-{high}")
            _point(axes, number, sum(inside), len(inside))
        axes.set_xticks(range(len(labels)), labels)
        axes.set_xlabel("height of the line, pixels (a missed one without a place: the median)")
        axes.set_ylabel("curated pairs found")
        axes.set_ylim(0, 1.12)
        return _svg(figure)


def _calibration(report: Report) -> str:
    """Belief against the share that is right: by truth, or else by the curated records."""
    figures = report.compared or report.figures
    judged = [
        (label.score, figure.truth.shows(label.genes) if figure.truth else label.curated)
        for figure in figures
        for label in figure.labels
    ]
    with _drawing() as (figure, axes):
        axes.plot((0.5, 1), (0.5, 1), color=_GREY, linestyle=":", linewidth=1)
        for low, high in pairwise(SCORES):
            inside = [
                (score, right)
                for score, right in judged
                if low <= score < high or score == high == SCORES[-1]
            ]
            if inside:
                mean = sum(score for score, _ in inside) / len(inside)
                _point(axes, mean, sum(right for _, right in inside), len(inside))
        axes.set_xlabel("belief")
        axes.set_ylabel("share printed in the figure" if report.compared else "share curated")
        axes.set_xlim(0.48, 1.02)
        axes.set_ylim(0, 1.12)
        return _svg(figure)


def _trade_off(figures: Sequence[FigureReport]) -> str:
    steps = [0.5 + 0.5 * number / 40 for number in range(41)]
    points = [_scores_from(figures, step) for step in steps]
    with _drawing() as (figure, axes):
        recall, precision = [s.recall for s in points], [s.precision for s in points]
        axes.plot(recall, precision, color=_GREEN, marker=".", markersize=3)
        for step, side in ((0.5, "left"), (0.9, "left")):
            at = steps.index(step)
            axes.annotate(f" from {step:g} on", (recall[at], precision[at]), ha=side, fontsize=8)
        axes.set_xlabel("label recall")
        axes.set_ylabel("label precision")
        axes.margins(x=0.15, y=0.15)
        return _svg(figure)


def _scores_from(figures: Sequence[FigureReport], least: float) -> Scores:
    """Return the scores of the labels that are believed at least so much."""
    total = Scores()
    for figure in figures:
        if figure.truth:
            kept = {
                label.term.upper(): set(label.genes)
                for label in figure.labels
                if label.score >= least
            }
            total += compare(figure.truth, kept).scores
    return total


def _names(counted: Sequence[Sequence[Any]], colour: str) -> str:
    from matplotlib.ticker import MaxNLocator

    with _drawing(height=0.9 + 0.19 * len(counted)) as (figure, axes):
        names = [_short(str(name)) for name, _ in counted]
        places = range(len(names))
        axes.barh(places, [count for _, count in counted], color=colour, height=0.7)
        axes.set_yticks(places, names)
        axes.invert_yaxis()
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(axis="y", visible=False)
        return _svg(figure)


def _point(axes: Axes, x: float, hits: int, total: int) -> None:
    """Draw a share with its interval and what it is a share of."""
    if not total:
        return
    share, (low, high) = hits / total, wilson(hits, total)
    axes.errorbar(
        x, share, yerr=[[max(0.0, share - low)], [max(0.0, high - share)]], fmt="o",
        color=_GREEN, capsize=3, markersize=4, linewidth=1,
    )  # fmt: skip
    axes.annotate(
        str(total), (x, high), textcoords="offset points", xytext=(0, 3), ha="center",
        fontsize=7, color=_GREY,
    )  # fmt: skip


@contextmanager
def _drawing(height: float = 3.0) -> Iterator[tuple[Figure, Axes]]:
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(5.2, height), layout="constrained")
        yield figure, figure.subplots()


def _svg(figure: Figure) -> str:
    """Return a drawing as an ``svg`` element, without what belongs to a file of its own."""
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    start = text.index("<svg")
    return re.sub(r"<metadata>.*?</metadata>", "", text[start:], flags=re.DOTALL)


def _short(text: str) -> str:
    # $ would begin a formula
    plain = text.replace("$", r"\$")
    return plain if len(plain) <= 24 else f"{plain[:23]}…"
