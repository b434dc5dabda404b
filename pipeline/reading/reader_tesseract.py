"""Reading crops with Tesseract, all crops of a figure in one process.

Starting Tesseract costs about 0.1 s of CPU, eight times what reading one crop costs, so
the crops go through a list file: Tesseract then treats each as one page.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np
import pytesseract
from numpy.typing import NDArray

from pipeline.errors import MissingDependencyError, ReadingError
from pipeline.imaging.crops import crop_polygon
from pipeline.imaging.tone import dark_on_light, grey
from pipeline.reading.registry import TESSERACT_REMEDY, probe_tesseract
from pipeline.reading.tesseract_hocr import parse_pages
from pipeline.types import Reading, Region

Pixels = NDArray[np.uint8]

NAME = "tesseract"
HEIGHT = 80
"""Rows of a crop: 32 to 96 were tried on 300 crops; a tight crop of 80 read best."""

_SECOND_HEIGHT = 48
"""Rows of a crop at the second look, which is taken without margin."""

_SURE = 0.85
"""Confidence from which a region needs no second look."""

MARGINS = {"lines": -0.07}
"""Space around a region by its detector, in region heights: the tighter, the better."""

_CONFIG = "--psm 7 -c tessedit_create_hocr=1 -c lstm_choice_mode=2"
"""One line of text; with the characters that it considered, which costs a fifth more."""


class TesseractReader:
    """Reads regions with Tesseract and its English model.

    Crops are cut tight, without border: a margin of 2 pixels costs a third of the
    labels, since the outlines of neighbouring shapes get into the crop.

    Args:
        timeout: seconds after which Tesseract is stopped.
        alone: whether no other reader reads; unsure regions then get a second look, which
            finds a tenth more labels. As a third opinion it does more harm than good.
    """

    name = NAME

    def __init__(self, timeout: float = 120.0, alone: bool = True) -> None:
        self._timeout = timeout
        self._alone = alone

    def version(self) -> str:
        """Version of the program."""
        return f"tesseract {probe_tesseract().version} (eng)"

    def read(self, pixels: Pixels, regions: Sequence[Region]) -> list[tuple[Reading, ...]]:
        """Read every region.

        Args:
            pixels: RGB image, uint8, shape (height, width, 3).
            regions: where to read, in pixels of ``pixels``.

        Returns:
            One tuple per region, empty where nothing was read.

        Raises:
            ReadingError: Tesseract failed or took too long.
            MissingDependencyError: the program is gone.
        """
        if not regions:
            return []
        shade = grey(pixels)
        found = self._look(shade, regions, HEIGHT, MARGINS)
        unsure = [
            i
            for i, seen in enumerate(found)
            if self._alone and (not seen or seen[0].confidence < _SURE)
        ]
        second = self._look(shade, [regions[i] for i in unsure], _SECOND_HEIGHT, {})
        for i, seen in zip(unsure, second, strict=True):
            found[i] += seen
        return found

    def _look(
        self, shade: Pixels, regions: Sequence[Region], height: int, margins: Mapping[str, float]
    ) -> list[tuple[Reading, ...]]:
        """Every region cut out at a height, with the margin that its detector asks for."""
        if not regions:
            return []
        crops = [
            dark_on_light(
                crop_polygon(
                    shade,
                    region.polygon,
                    height=height,
                    margin=margins.get(region.detector, 0.0) * region.height,
                )
            )
            for region in regions
        ]
        pages = parse_pages(self._run(crops))
        results: list[tuple[Reading, ...]] = []
        for number, region in enumerate(regions, start=1):
            page = pages.get(number)
            if page is None:
                results.append(())
                continue
            scale = round(height / max(1.0, region.height), 2)
            results.append(
                (Reading(page.text, page.confidence, self.name, scale, page.alternatives),)
            )
        return results

    def _run(self, crops: Sequence[Pixels]) -> bytes:
        with TemporaryDirectory(prefix="pfcurate-") as folder:
            paths = [Path(folder) / f"{i}.pgm" for i in range(len(crops))]
            for path, crop in zip(paths, crops, strict=True):
                path.write_bytes(cv2.imencode(".pgm", crop)[1].tobytes())
            listing = Path(folder) / "crops.txt"
            listing.write_text("\n".join(map(str, paths)) + "\n", encoding="utf-8")
            try:
                with _one_thread():
                    answer = pytesseract.run_and_get_output(
                        str(listing),
                        extension="hocr",
                        lang="eng",
                        config=_CONFIG,
                        timeout=self._timeout,
                        return_bytes=True,
                    )
            except pytesseract.TesseractNotFoundError as error:
                raise MissingDependencyError(
                    "tesseract", "the program is not on PATH", TESSERACT_REMEDY
                ) from error
            except (pytesseract.TesseractError, RuntimeError, OSError, ValueError) as error:
                raise ReadingError(
                    "tesseract",
                    f"failed on {len(crops)} crops ({_cause(error)})",
                    "Try again with fewer jobs, or without this reader",
                ) from error
        return bytes(answer)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Give Tesseract one thread, by its own environment and not by ours.

    pytesseract hands the ``environ`` of its module to the child.
    """
    module = pytesseract.pytesseract
    ours = module.environ
    module.environ = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    try:
        yield
    finally:
        module.environ = ours


def _cause(error: BaseException) -> str:
    lines = str(error).splitlines()
    return lines[0][:200] if lines else type(error).__name__
