"""The recall report as one HTML file that needs nothing else."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from pipeline.curation.misses import Miss
from pipeline.errors import ImageError
from pipeline.reports.plots import plots
from pipeline.reports.recall import FigureReport, Pair, Report

CROPS = 120
"""Most crops of missed labels shown; one takes some 4 kB."""

_HEIGHT = 44  # pixels of a crop


@dataclass(frozen=True, slots=True)
class Crop:
    """A missed label with the place where it stands, or may stand."""

    pair: Pair
    picture: str


def render(report: Report, summary: dict[str, Any], title: str) -> str:
    """Return the page.

    Args:
        report: the report.
        summary: its numbers; see ``summary.summary``.
        title: names the run.
    """
    templates = Environment(
        loader=PackageLoader("pipeline.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["percent"] = _percent
    crops = [crop for figure in report.figures for crop in _crops(figure)]
    # Of every class some, so that the many of one do not hide the few of another.
    by_class: dict[Miss, list[Crop]] = {}
    for crop in crops:
        if crop.pair.trace:
            by_class.setdefault(crop.pair.trace.miss, []).append(crop)
    share = CROPS // max(1, len(by_class))
    return templates.get_template("recall.html").render(
        title=title,
        summary=summary,
        plots=plots(report, summary),
        crops={miss.value: by_class[miss][:share] for miss in Miss if miss in by_class},
    )


def _crops(figure: FigureReport) -> Iterator[Crop]:
    """Yield the missed labels of a figure that have a place, one crop a place."""
    from pipeline.imaging.crops import crop_polygon
    from pipeline.imaging.decode import load_image

    placed: dict[int, Pair] = {}
    for pair in figure.missed:
        if pair.trace and pair.trace.line is not None:
            placed.setdefault(pair.trace.line, pair)
    if not placed or figure.figure.image is None:
        return
    try:
        pixels = load_image(figure.figure.image).pixels
    except ImageError:
        return  # the report is about what was read, and the figure was
    for index, pair in placed.items():
        region = figure.lines[index].region
        if region is not None and region.width and region.height:
            margin = 0.4 * region.height
            crop = crop_polygon(pixels, region.polygon, height=_HEIGHT, margin=margin)
            yield Crop(pair, _data(crop))


def _data(pixels: Any) -> str:
    import cv2

    _, data = cv2.imencode(
        ".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 80]
    )
    return "data:image/jpeg;base64," + base64.b64encode(data.tobytes()).decode("ascii")


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f} %"
