"""Read coverage and cost: ``python bench/reading.py IMAGES TRUTH [--readers A,B] [--lines DIR]``.

Reads every figure of ``TRUTH`` (``FIGID.json`` with the labels printed in it, under
``genes`` and ``families``) from ``IMAGES`` (``FIGID.*``) and prints, per reader and for
all of them fused, the share of the labels that stand in some line read; CPU seconds per
figure, of this process and its children; and their ratio to one plain RapidOCR pass at
twice the size over the same files in the same run.

A label counts when its folded text (case, punctuation and Greek folded away) equals a
folded line or word or, from four characters on, stands inside a folded line.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.decode import SUFFIXES, load_image
from pipeline.reading.figure_reader import FigureReader
from pipeline.reading.options import DEFAULT_READERS, ReadingOptions
from pipeline.types import Line

_GREEK = {
    "alpha": "a",
    "beta": "b",
    "gamma": "g",
    "delta": "d",
    "epsilon": "e",
    "kappa": "k",
    "lambda": "l",
    "theta": "q",
}


def fold(text: str) -> str:
    """Letters and digits alone, lower case, Greek letters as their Latin initials."""
    folded = ""
    for char in unicodedata.normalize("NFKC", text):
        name = unicodedata.name(char, "")
        folded += name.split()[-1].lower() if name.startswith("GREEK") else char.lower()
    for long, short in _GREEK.items():
        folded = folded.replace(long, short)
    return re.sub("[^a-z0-9]", "", folded)


def covered(labels: Iterable[str], lines: Sequence[str]) -> int:
    """How many labels stand in some line."""
    whole = [fold(line) for line in lines]
    words = {fold(word) for line in lines for word in re.split(r"[\s,;/|()\[\]:+]+", line)}
    words.update(whole)
    return sum(
        text in words or (len(text) >= 4 and any(text in line for line in whole))
        for text in map(fold, labels)
    )


def labels_of(path: Path) -> list[str]:
    """Gene and family labels of one truth file."""
    truth = json.loads(path.read_text("utf-8"))
    return [label["text"] for label in [*truth["genes"], *truth["families"]]]


def images_of(images: Path, truth: Path) -> dict[Path, Path]:
    """Truth file to image file, for every truth file that has one."""
    found = {p.stem: p for p in sorted(images.iterdir()) if p.suffix.lower() in SUFFIXES}
    return {t: found[t.stem] for t in sorted(truth.glob("*.json")) if t.stem in found}


def cpu_seconds() -> float:
    """User and system time of this process and the children it waited for."""
    times = os.times()
    return sum(times[:4])


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """What the work returns, and the CPU seconds that it took."""
    start = cpu_seconds()
    return work(), cpu_seconds() - start


def plain_rapidocr() -> Callable[[NDArray[np.uint8]], Any]:
    """One RapidOCR pass at twice the size, on one thread, nothing shrunk."""
    from rapidocr import RapidOCR

    engine = RapidOCR(
        params={
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            "Global.max_side_len": 100_000,
            "Global.use_cls": False,
            "Global.log_level": "error",
            "Det.limit_side_len": 32,
        }
    )

    def read(pixels: NDArray[np.uint8]) -> Any:
        twice: Any = cv2.resize(pixels, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
        return engine(twice[:, :, ::-1])

    return read


def texts_by_reader(lines: Sequence[Line], readers: Sequence[str]) -> dict[str, list[str]]:
    """What each reader read, and what was believed in the end."""
    said = {
        reader: [r.text for line in lines for r in line.readings if r.reader == reader]
        for reader in readers
    }
    return {**said, "fused": [line.text for line in lines]}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("images", type=Path)
    parser.add_argument("truth", type=Path)
    parser.add_argument("--readers", default=",".join(DEFAULT_READERS))
    parser.add_argument("--lines", type=Path, help="file to write the lines to, as JSON lines")
    args = parser.parse_args()
    readers = args.readers.split(",")
    figures = images_of(args.images, args.truth)
    if not figures:
        parser.error("no image has a truth file")

    reader = FigureReader(ReadingOptions(readers=tuple(readers)))
    plain = plain_rapidocr()
    hits: dict[str, int] = {}
    total = 0
    ours = theirs = 0.0
    rows: list[str] = []
    for truth, image in figures.items():
        pixels = load_image(image).pixels
        lines, seconds = timed(partial(reader.read, pixels))
        ours += seconds
        answer, seconds = timed(partial(plain, pixels))
        theirs += seconds
        labels = labels_of(truth)
        total += len(labels)
        said = texts_by_reader(lines, readers)
        said["rapidocr x2"] = list(answer.txts or ())
        for name, texts in said.items():
            hits[name] = hits.get(name, 0) + covered(labels, texts)
        rows.append(json.dumps({"image": image.name, "lines": _plain(lines)}, ensure_ascii=False))
    if args.lines:
        args.lines.write_text("\n".join(rows) + "\n", encoding="utf-8")

    print(f"{len(figures)} figures, {total} labels")
    for name, count in hits.items():
        print(f"read coverage {name:12} {count / total:.3f} ({count}/{total})")
    print(f"CPU seconds a figure: {ours / len(figures):.2f}")
    print(f"one plain RapidOCR pass x2: {theirs / len(figures):.2f}")
    print(f"ratio: {ours / theirs:.2f}")


def _plain(lines: Sequence[Line]) -> list[dict[str, Any]]:
    return [
        {
            "text": line.text,
            "polygon": line.region.polygon if line.region else None,
            "confidence": line.confidence,
            "readers": line.readers,
        }
        for line in lines
    ]


if __name__ == "__main__":
    main()
