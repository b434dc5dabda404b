from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.curation.lines import plain_lines
from pipeline.errors import ReadingError
from pipeline.types import Line, Reading, Region

IMAGE = Path("f.png")
CORNERS = ((1, 1), (9, 1), (9, 5), (1, 5))


def test_numbers_become_plain_and_end() -> None:
    corners = tuple((np.float32(x + 1 / 3), np.float64(y)) for x, y in CORNERS)
    region = Region(corners, np.float32(0.87654321), "network")  # type: ignore[arg-type]
    reading = Reading("TP53", np.float32(1 / 3), "a", np.float64(2 / 3))  # type: ignore[arg-type]
    (line,) = plain_lines([Line("TP53", np.float32(0.1), region, (reading,))], IMAGE)  # type: ignore[arg-type]
    assert line == Line(
        "TP53",
        0.1,
        Region(((1.33, 1.0), (9.33, 1.0), (9.33, 5.0), (1.33, 5.0)), 0.8765, "network"),
        (Reading("TP53", 0.3333, "a", 0.6667),),
    )
    numbers = [line.confidence, line.readings[0].confidence, line.region.confidence]  # type: ignore[union-attr]
    assert {type(number) for number in numbers} == {float}
    assert math.copysign(1, plain_lines([Line("", -0.0)], IMAGE)[0].confidence) == 1


def test_text_that_is_not_unicode_is_marked_and_told(caplog: pytest.LogCaptureFixture) -> None:
    found = plain_lines([Line("NF-\udcffB", 1.0), Line("TP53")], IMAGE)
    assert found[0].text.encode("utf-8").decode("utf-8") == found[0].text
    assert found[0].text.startswith("NF-\ufffd")
    assert found[1] == Line("TP53")
    assert "1 lines hold characters that are not Unicode" in caplog.text


@pytest.mark.parametrize(
    "given",
    [
        None,
        [None],
        ["TP53"],
        [Line(b"TP53")],  # type: ignore[arg-type]
        [Line("TP53", float("nan"))],
        [Line("TP53", 1.5)],
        [Line("TP53", 0.5, Region(CORNERS[:3], 0.5, "d"))],  # type: ignore[arg-type]
        [Line("TP53", 0.5, Region(((math.inf, 0), *CORNERS[1:]), 0.5, "d"))],
        [Line("TP53", 0.5, None, (Reading("TP53", "high", "a"),))],  # type: ignore[arg-type]
    ],
)
def test_what_is_no_line_is_refused(given: Any) -> None:
    with pytest.raises(ReadingError, match=r"f\.png: the reader gave something that is not a line"):
        plain_lines(given, IMAGE)
