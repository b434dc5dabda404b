"""Text that was read elsewhere: plain lines, or what Google Cloud Vision returned."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeline.errors import InputError
from pipeline.types import Line, Polygon, Reading, Region

NAME = "external"
MAX_BYTES = 64 * 1024 * 1024

_REMEDY = "Give plain text, or the JSON of a Google Cloud Vision text detection"


def read_text(path: str | os.PathLike[str]) -> tuple[Line, ...]:
    """Lines of a text file, or of a Google Cloud Vision answer in JSON.

    Of an answer, the lines of its full text are taken with their places if it has
    ``fullTextAnnotation``, else the lines of the first of ``textAnnotations``. A file is
    taken for JSON if its name ends in ``.json`` or its first character is a brace.

    Args:
        path: the file, UTF-8 with or without byte order mark.

    Raises:
        InputError: the file cannot be read, is not UTF-8, too large, or its JSON is no
            such answer.
    """
    path = Path(path)
    text = _load(path)
    if path.suffix.lower() == ".json" or text.lstrip()[:1] == "{":
        try:
            answer = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise InputError(path, f"is not valid JSON ({error})", _REMEDY) from error
        return tuple(_lines_of_answer(path, answer))
    return parse_text(text)


def parse_text(text: str) -> tuple[Line, ...]:
    """The lines of plain text that hold anything, without the blanks around them."""
    return tuple(_plain_lines(text))


def _load(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(path, "is over 64 MB, no figure has so much text", _REMEDY)
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        cause = error.strerror or type(error).__name__
        raise InputError(path, f"cannot be read ({cause})", "Check path and permissions") from error
    except UnicodeDecodeError as error:
        raise InputError(path, f"is not UTF-8 ({error})", "Save it as UTF-8") from error
    except ValueError as error:
        raise InputError(repr(str(path)), "is not a file name", "Check the path") from error


def _plain_lines(text: str) -> Iterator[Line]:
    for row in text.replace("\0", "").splitlines():
        if row.strip():
            yield _line(row.strip())


def _line(text: str, confidence: float = 1.0, region: Region | None = None) -> Line:
    return Line(text, confidence, region, (Reading(text, confidence, NAME),))


def _lines_of_answer(path: Path, answer: Any) -> list[Line]:
    if isinstance(answer, dict) and "responses" in answer:
        responses = answer["responses"]
        if not isinstance(responses, list) or len(responses) != 1:
            raise InputError(path, "does not hold the answer for exactly one image", _REMEDY)
        answer = responses[0]
    if not isinstance(answer, dict):
        raise InputError(path, "is JSON, but no object", _REMEDY)
    if "error" in answer:
        raise InputError(path, f"holds an error of the service: {answer['error']}", _REMEDY)
    known = {"fullTextAnnotation", "textAnnotations"} & answer.keys()
    if not known and answer:
        raise InputError(path, "holds no text annotations", _REMEDY)
    try:
        full = answer.get("fullTextAnnotation")
        if full and full.get("pages"):
            return list(_lines_of_pages(full["pages"]))
        if full:
            return list(_plain_lines(full["text"]))
        notes = answer.get("textAnnotations")
        return list(_plain_lines(notes[0]["description"])) if notes else []
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise InputError(
            path, f"has text annotations of an unknown form ({error!r})", _REMEDY
        ) from error


def _lines_of_pages(pages: Any) -> Iterator[Line]:
    """Lines of the pages, blocks, paragraphs, words and symbols, split at line breaks."""
    for page in pages:
        for block in page.get("blocks", []):
            for paragraph in block.get("paragraphs", []):
                yield from _lines_of_paragraph(paragraph)


def _lines_of_paragraph(paragraph: Any) -> Iterator[Line]:
    text = ""
    boxes: list[Polygon] = []
    confidences: list[float] = []
    for word in paragraph.get("words", []):
        for symbol in word.get("symbols", []):
            text += str(symbol["text"])
            box = _polygon(symbol.get("boundingBox"))
            if box:
                boxes.append(box)
            confidences.append(float(symbol.get("confidence", word.get("confidence", 1.0))))
            gap = symbol.get("property", {}).get("detectedBreak", {}).get("type", "")
            if gap in ("SPACE", "SURE_SPACE"):
                text += " "
            elif gap in ("EOL_SURE_SPACE", "LINE_BREAK", "HYPHEN"):
                yield from _finished(text + ("-" if gap == "HYPHEN" else ""), boxes, confidences)
                text, boxes, confidences = "", [], []
    yield from _finished(text, boxes, confidences)


def _finished(text: str, boxes: list[Polygon], confidences: list[float]) -> Iterator[Line]:
    if not text.strip():
        return
    confidence = min(1.0, max(0.0, sum(confidences) / len(confidences)))
    region = None
    if boxes:
        first, last = boxes[0], boxes[-1]
        region = Region((first[0], last[1], last[2], first[3]), confidence, NAME)
    yield _line(text.strip(), confidence, region)


def _polygon(box: Any) -> Polygon | None:
    """A bounding box; coordinates of 0 are left out of the service's JSON."""
    vertices = (box or {}).get("vertices", [])
    if len(vertices) != 4:
        return None
    corners = [(float(v.get("x", 0)), float(v.get("y", 0))) for v in vertices]
    return corners[0], corners[1], corners[2], corners[3]
