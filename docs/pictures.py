"""Draw the pictures of the documentation: ``python docs/pictures.py OUT`` after the tutorial.

``images/reading.png``: crops of a figure and what each reader saw in them.
``images/naming.png``: what the belief in some names is made of, in log odds.
"""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

from pipeline.imaging.decode import load_image
from pipeline.running.stored import Stored
from pipeline.types import Line, Mention

FIGID = "FIXTURE001__wnt-signalling"
LINES = ("DKK", "CK1α", "GSK3β", "β-catenin", "CCND1", "TLE1")
NAMES = ("GSK3β", "Proteasome", "CK1α", "TLE1", "MYC", "Ub")
IMAGES = Path(__file__).parent / "images"
GREEN, RED, GREY = "#148c3c", "#c03030", "#666666"


def draw_reading(image: Path, lines: list[Line]) -> None:
    """Draw crops, one under the other, each with its readings beside it."""
    pixels = load_image(image).pixels
    figure, axes = plt.subplots(
        len(lines), 2, figsize=(9, 0.95 * len(lines)), gridspec_kw={"width_ratios": [1, 3.2]}
    )
    for (left, right), line in zip(axes, lines, strict=True):
        assert line.region is not None
        xs, ys = zip(*line.region.polygon, strict=True)
        margin = 5
        top, bottom = max(0, int(min(ys)) - margin), int(max(ys)) + margin
        start, end = max(0, int(min(xs)) - margin), int(max(xs)) + margin
        left.imshow(pixels[top:bottom, start:end], interpolation="nearest")
        best = {r.reader: r for r in sorted(line.readings, key=lambda r: r.confidence)}
        readings = [(reader, r.text, r.confidence) for reader, r in sorted(best.items())]
        told = "     ".join(f"{reader}: {text}  {share:.2f}" for reader, text, share in readings)
        right.text(0, 0.68, f"{line.text}   {line.confidence:.2f}", color=GREEN, fontsize=13,
                   va="center", weight="bold")  # fmt: skip
        right.text(0, 0.22, told, color=GREY, fontsize=9, va="center")
        for axis in (left, right):
            axis.axis("off")
    figure.tight_layout()
    figure.savefig(IMAGES / "reading.png", dpi=110)


def draw_naming(mentions: list[Mention]) -> None:
    """Draw the evidence of each mention as bars, for and against."""
    figure, axis = plt.subplots(figsize=(9, 0.62 * len(mentions) + 1.0))
    for place, mention in enumerate(reversed(mentions)):
        plus = minus = 0.0
        for name, weight in mention.evidence:
            start = plus if weight > 0 else minus
            axis.barh(place, weight, left=start, color=GREEN if weight > 0 else RED, alpha=0.75,
                      edgecolor="white", height=0.62)  # fmt: skip
            if abs(weight) >= 0.75:
                label = textwrap.fill(name, max(8, int(abs(weight) * 10)))
                axis.text(start + weight / 2, place, label, ha="center", va="center", fontsize=6,
                          color="white")  # fmt: skip
            plus, minus = plus + max(weight, 0.0), minus + min(weight, 0.0)
        axis.text(plus + 0.1, place, f"{mention.score:.2f}", va="center", fontsize=10)
    names = [f"{m.text} → {m.entry.term}" for m in reversed(mentions)]
    axis.set_yticks(range(len(mentions)), names)
    axis.axvline(0, color="black", linewidth=0.8)
    axis.set_xlabel("evidence against | for, in log odds; at the end the score, 0 to 1")
    for side in ("top", "right", "left"):
        axis.spines[side].set_visible(False)
    figure.tight_layout()
    figure.savefig(IMAGES / "naming.png", dpi=110)


def main(out: Path) -> None:
    """Draw the pictures from the run in ``out``."""
    with Stored(out / "run.db") as stored:
        figure = stored.figure(FIGID)
        assert figure is not None
        assert figure.image is not None
        lines = {line.text: line for line in stored.lines(FIGID)}
        mentions = {mention.text: mention for mention in stored.mentions(FIGID)}
    draw_reading(figure.image, [lines[label] for label in LINES])
    draw_naming([mentions[label] for label in NAMES])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
