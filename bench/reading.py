"""Read coverage and cost: ``python bench/reading.py IMAGES TRUTH [--readers A,B] [--misses PNG]``.

Reads every figure of ``TRUTH`` (``FIGID.json`` with the labels printed in it, under
``genes`` and ``families``) from ``IMAGES`` (``FIGID.*``) and prints the share of the
labels that stand in some line read: all parts together, each part switched off in turn,
and each reader alone. A part's cost is in CPU seconds per figure, of this process and its
children, and the whole is set against one plain RapidOCR pass at twice the size over the
same files in the same run. ``--misses`` writes a sheet of what was missed, to look at.

A label counts when its folded text (case, punctuation and Greek folded away) equals a
folded line or word or, from four characters on, stands inside a folded line. Labels
printed over two lines count when the lines are joined.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.decode import SUFFIXES, load_image
from pipeline.naming.figure_rows import joined_labels
from pipeline.reading.figure_reader import FigureReader
from pipeline.reading.fusion import Sighting, fuse
from pipeline.reading.options import DEFAULT_READERS, ReadingOptions
from pipeline.reading.vocabulary import Vocabulary

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


def missed(labels: Iterable[str], lines: Sequence[str]) -> list[str]:
    """The labels that stand in no line."""
    whole = [fold(line) for line in lines]
    words = {fold(word) for line in lines for word in re.split(r"[\s,;/|()\[\]:+]+", line)}
    words.update(whole)
    return [
        label
        for label in labels
        if fold(label) not in words
        and not (len(fold(label)) >= 4 and any(fold(label) in line for line in whole))
    ]


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


class Timed:
    """A detector or reader that adds up the CPU seconds of its calls."""

    def __init__(self, part: Any) -> None:
        self._part = part
        self.seconds = 0.0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._part, name)

    def detect(self, *arguments: Any) -> Any:
        """What the detector finds."""
        answer, seconds = timed(partial(self._part.detect, *arguments))
        self.seconds += seconds
        return answer

    def read(self, *arguments: Any) -> Any:
        """What the reader reads."""
        answer, seconds = timed(partial(self._part.read, *arguments))
        self.seconds += seconds
        return answer


@dataclass(frozen=True)
class Seen:
    """One figure: its image, the labels printed in it, and what was read where."""

    image: Path
    labels: list[str]
    sightings: list[Sighting]


def without(seen: Seen, *, reader: str = "", detector: str = "", only: str = "") -> list[Sighting]:
    """The sightings less those of one reader or detector, or of one reader only."""
    return [
        Sighting(
            sighting.region,
            tuple(r for r in sighting.readings if r.reader != reader and only in ("", r.reader)),
        )
        for sighting in seen.sightings
        if sighting.region.detector != detector
    ]


def texts(
    sightings: list[Sighting], vocabulary: Vocabulary, least: float, joined: bool = True
) -> list[str]:
    """Texts of the lines, and of the labels joined over two lines."""
    lines = fuse(sightings, least, vocabulary)
    return [line.text for line in (*lines, *(joined_labels(lines) if joined else ()))]


def variants(
    reader: FigureReader, least: float
) -> dict[str, tuple[Callable[[Seen], list[str]], float]]:
    """Name of each row of the table to what it reads, and to CPU seconds that it saves."""
    known, none = reader.vocabulary, Vocabulary()
    rows: dict[str, tuple[Callable[[Seen], list[str]], float]] = {
        "all": (lambda seen: texts(seen.sightings, known, least), 0.0)
    }
    for part in reader.readers:
        rows[f"without reader {part.name}"] = (
            lambda seen, name=part.name: texts(without(seen, reader=name), known, least),
            part.seconds,
        )
    for name, part in reader.detectors.items():
        rows[f"without regions of {name} alone"] = (
            lambda seen, name=name: texts(without(seen, detector=name), known, least),
            part.seconds,
        )
    rows["without vocabulary"] = (lambda seen: texts(seen.sightings, none, least), 0.0)
    rows["without joined lines"] = (
        lambda seen: texts(seen.sightings, known, least, joined=False),
        0.0,
    )
    for part in reader.readers:
        rows[f"reader {part.name} alone"] = (
            lambda seen, name=part.name: texts(without(seen, only=name), known, least),
            0.0,
        )
    return rows


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("images", type=Path)
    parser.add_argument("truth", type=Path)
    parser.add_argument("--readers", default=",".join(DEFAULT_READERS))
    parser.add_argument("--misses", type=Path, help="picture of missed labels to write (PNG)")
    args = parser.parse_args()
    figures = images_of(args.images, args.truth)
    if not figures:
        parser.error("no image has a truth file")

    options = ReadingOptions(readers=tuple(args.readers.split(",")))
    reader: Any = FigureReader(options)
    reader.readers = [Timed(part) for part in reader.readers]
    reader.detectors = {name: Timed(part) for name, part in reader.detectors.items()}
    plain = plain_rapidocr()
    seen: list[Seen] = []
    ours = theirs = 0.0
    plain_hits = 0
    for truth, image in figures.items():
        pixels = load_image(image).pixels
        sightings, seconds = timed(partial(reader.sight, pixels))
        seen.append(Seen(image, labels_of(truth), sightings))
        _, more = timed(partial(texts, sightings, reader.vocabulary, options.min_confidence))
        ours += seconds + more
        answer, seconds = timed(partial(plain, pixels))
        theirs += seconds
        plain_hits += len(seen[-1].labels) - len(missed(seen[-1].labels, answer.txts or ()))

    total = sum(len(one.labels) for one in seen)
    print(f"{len(seen)} figures, {total} labels, readers {args.readers}")
    print(f"{'read coverage':38} {'share':>6} {'labels':>6}  CPU s/figure saved")
    for name, (read, saved) in variants(reader, options.min_confidence).items():
        hits = sum(len(one.labels) - len(missed(one.labels, read(one))) for one in seen)
        cost = f"{saved / len(seen):.2f}" if saved else ""
        print(f"{name:38} {hits / total:6.3f} {hits:6}  {cost}")
    print(f"{'one plain RapidOCR pass x2':38} {plain_hits / total:6.3f} {plain_hits:6}")
    print(
        f"CPU seconds a figure: {ours / len(seen):.2f}, plain pass {theirs / len(seen):.2f}, ",
        end="",
    )
    print(f"ratio {ours / theirs:.2f}")
    if args.misses:
        from misses import write_sheet

        found = [
            (one.image, label, fuse(one.sightings, options.min_confidence, reader.vocabulary))
            for one in seen
            for label in missed(
                one.labels, texts(one.sightings, reader.vocabulary, options.min_confidence)
            )
        ]
        write_sheet(args.misses, found)
        print(f"{len(found)} missed labels: {args.misses}")


if __name__ == "__main__":
    main()
