"""Reading Tesseract's hOCR output: words, their confidence, and the runners-up of characters."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.reading.ctc import Alternatives

_PAGE = re.compile(r"<div class='ocr_page' id='page_(\d+)'")
_WORD = re.compile(r"<span class='ocrx_word'[^>]*\bx_wconf (\d+)[^>]*>([^<]*)")
_CHOICES = re.compile(r"<span class='ocrx_cinfo' id='lstm_choices[^']*'>")
_CHOICE = re.compile(r"x_confs (\d+(?:\.\d+)?)'>([^<]*)</span>")

_DECAY = 7.0
"""Points of Tesseract's confidence by which a character is e times less likely.

Tesseract's scale is 100 plus a multiple of the logarithm of the chance, cut off at 0.
"""

_LISTED = 0.01
"""Least chance of a character that is listed as a choice at all: of 44 characters read
wrong, 38 right ones were listed, most of them with confidence 0."""

_MAX_ALTERNATIVES = 6


@dataclass(frozen=True, slots=True)
class Page:
    """What was read on one page.

    Attributes:
        text: its words.
        confidence: mean confidence of the words weighted by their length, 0 to 1.
        alternatives: per character of ``text`` other characters with their chances
            relative to it, likeliest first.
    """

    text: str
    confidence: float
    alternatives: Alternatives


def parse_pages(answer: bytes) -> dict[int, Page]:
    """What stands on each page of Tesseract's hOCR output.

    Args:
        answer: the bytes of the output with ``lstm_choice_mode=2``; what is not as
            expected is passed over.

    Returns:
        Page number (from 1) to what was read; pages without text are absent.
    """
    parts = _PAGE.split(answer.decode("utf-8", "replace"))
    pages = {}
    for number, body in zip(parts[1::2], parts[2::2], strict=True):
        words = list(_words(body))
        if words:
            letters = sum(len(text) for text, _, _ in words)
            pages[int(number)] = Page(
                " ".join(text for text, _, _ in words),
                sum(len(text) * confidence for text, confidence, _ in words) / letters,
                tuple(
                    others
                    for i, (_, _, alternatives) in enumerate(words)
                    for others in (((),) if i else ()) + alternatives
                ),
            )
    return pages


def _words(body: str) -> Iterator[tuple[str, float, Alternatives]]:
    starts = list(_WORD.finditer(body))
    ends = [*(m.start() for m in starts[1:]), len(body)]
    for start, end in zip(starts, ends, strict=False):
        text = " ".join(html.unescape(start[2]).replace("\ufffd", "").split())
        confidence = int(start[1]) / 100.0
        if text and 0.0 <= confidence <= 1.0:
            yield text, confidence, _alternatives(text, body[start.end() : end])


def _alternatives(text: str, body: str) -> Alternatives:
    """Per character of a word its other choices; none if the choices do not fit the word."""
    listed = _CHOICES.split(body)[1:]
    if len(listed) != len(text):
        return ((),) * len(text)
    return tuple(_others(char, part) for char, part in zip(text, listed, strict=True))


def _others(char: str, part: str) -> tuple[tuple[str, float], ...]:
    points = {html.unescape(c): float(x) for x, c in _CHOICE.findall(part)}
    if char not in points:
        return ()
    best = points.pop(char)
    chances = {
        other: round(max(_LISTED, min(0.99, math.exp((value - best) / _DECAY))), 4)
        for other, value in points.items()
        if len(other) == 1 and not other.isspace()
    }
    ranked = sorted(chances.items(), key=lambda item: (-item[1], item[0]))
    return tuple(ranked[:_MAX_ALTERNATIVES])
