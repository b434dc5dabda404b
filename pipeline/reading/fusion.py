"""Many readings of overlapping regions made one line per printed line.

Every region was read by every reader, the same print often in several regions (found at
several scales) and directions. Readings of one place are weighed against each other:
readers that agree strengthen a text, a text that is a name is likelier than one that is
none, and the more reliable reader wins otherwise.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.reading.order import reading_order
from pipeline.reading.regions import area, around_text, overlap, shared_area
from pipeline.reading.vocabulary import Vocabulary
from pipeline.types import Line, Reading, Region

RELIABILITY = {"ppocr": 0.95, "label": 0.9, "tesseract": 0.75}
"""Share of crops that a reader which is sure of itself reads right."""

_OTHER_RELIABILITY = 0.9

_SURE = 0.9
"""Calibrated confidence from which no other spelling is looked for."""

_AS_LIKELY = 0.9
_LIKELY = 0.25
"""Chances of a name from which a text that is part of it gives way to it."""

_CUT_OFF = 2
"""Most letters and digits by which the name is longer."""

_RESPELT = 3
"""Other spellings of one reading that are kept."""

_SAME_PLACE = 0.5
_INSIDE = 0.7
_SAME_DIRECTION = 45.0


@dataclass(frozen=True, slots=True)
class Sighting:
    """One region, in one direction, with everything that was read there."""

    region: Region
    readings: tuple[Reading, ...]


def clean(text: str) -> str:
    """NFC, single blanks, no control characters."""
    kept = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text)
    return " ".join(unicodedata.normalize("NFC", kept).split())


def squeezed(text: str) -> str:
    """Letters and digits alone, lower case: what two readings must share to say the same."""
    return "".join(c for c in text.casefold() if c.isalnum())


def calibrated(reading: Reading) -> float:
    """Chance that a reading is right, from its reader's confidence and reliability."""
    reliability = RELIABILITY.get(reading.reader, _OTHER_RELIABILITY)
    return reliability * reading.confidence**2


def fuse(
    sightings: Iterable[Sighting], min_confidence: float, vocabulary: Vocabulary
) -> list[Line]:
    """The lines of a figure, in reading order.

    Args:
        sightings: regions with their readings, in any order.
        min_confidence: calibrated confidence below which a line is dropped.
        vocabulary: what labels are likely to say.
    """
    lines = [
        line
        for group in _places([s for s in sightings if s.readings])
        for line in [_line(group, vocabulary)]
        if line is not None and line.confidence >= min_confidence
    ]
    return reading_order(_without_repeats(lines))


def _places(sightings: Sequence[Sighting]) -> list[list[Sighting]]:
    """Groups of sightings of one place, the largest and surest leading each group."""
    ranked = sorted(
        sightings,
        key=lambda s: (-max(map(calibrated, s.readings)), s.region.polygon),
    )
    groups: list[list[Sighting]] = []
    for sighting in ranked:
        for group in groups:
            if overlap(sighting.region.polygon, group[0].region.polygon) >= _SAME_PLACE:
                group.append(sighting)
                break
        else:
            groups.append([sighting])
    return groups


def _line(group: Sequence[Sighting], vocabulary: Vocabulary) -> Line | None:
    """The line of one place: the text with most support, all its readings behind it."""
    lead = group[0].region
    # The group's first sighting is its surest; others that read in another direction
    # read the same print upside down, and are no second opinion.
    agreeing = [s for s in group if _turn_between(s.region, lead) < _SAME_DIRECTION]
    readings = [
        Reading(text, r.confidence, r.reader, r.scale, r.alternatives if text == r.text else ())
        for sighting in agreeing
        for r in sighting.readings
        if squeezed(text := clean(r.text))
    ]
    if not readings:
        return None
    readings += [other for r in readings for other in _respelt(r, vocabulary)]
    support: dict[str, dict[str, float]] = defaultdict(dict)
    for reading in readings:
        by_reader = support[reading.text]
        by_reader[reading.reader] = max(by_reader.get(reading.reader, 0.0), calibrated(reading))
    chances = {
        text: _raised(_any_right(said.values()), vocabulary.odds(text))
        for text, said in support.items()
    }
    best = min(chances, key=lambda text: (-chances[text], -len(text), text))
    believed = _whole(best, chances, vocabulary)
    ordered = sorted(
        dict.fromkeys(readings),
        key=lambda r: (r.text != believed, -calibrated(r), r.reader, r.text, r.scale),
    )
    place = next(
        (s.region for s in agreeing if any(clean(r.text) == believed for r in s.readings)), lead
    )
    return Line(believed, round(chances[believed], 4), around_text(place), tuple(ordered))


def _whole(best: str, chances: dict[str, float], vocabulary: Vocabulary) -> str:
    """A longer common name that the best text is part of, if it is likely enough.

    Boxes and outlines cut letters off (``FIT1`` of ``IFIT1``) more often than they add
    ones that make another name. A text that is a common name itself gives way only to one
    about as likely.
    """
    least = _AS_LIKELY if vocabulary.common(best) else _LIKELY
    longer = [
        text
        for text, chance in chances.items()
        if squeezed(best) in squeezed(text)
        and 0 < len(squeezed(text)) - len(squeezed(best)) <= _CUT_OFF
        and chance >= least
        and vocabulary.common(text)
    ]
    return max(longer, key=lambda text: (chances[text], text), default=best)


def _respelt(reading: Reading, vocabulary: Vocabulary) -> list[Reading]:
    """The names nearest to a reading that is none, by the characters the reader considered."""
    if calibrated(reading) >= _SURE or vocabulary.odds(reading.text) > 1.0:
        return []
    found = vocabulary.spellings(reading.text, reading.alternatives)
    ranked = sorted(found, key=lambda item: (-item[1], item[0]))[:_RESPELT]
    return [
        Reading(text, round(reading.confidence * chance**0.5, 4), reading.reader, reading.scale)
        for text, chance in ranked
    ]


def _any_right(chances: Iterable[float]) -> float:
    wrong = 1.0
    for chance in chances:
        wrong *= 1.0 - chance
    return 1.0 - wrong


def _raised(chance: float, odds: float) -> float:
    """A chance whose odds are multiplied."""
    return odds * chance / (1.0 + (odds - 1.0) * chance)


def _turn_between(one: Region, other: Region) -> float:
    turn = abs(one.angle - other.angle) % 360.0
    return min(turn, 360.0 - turn)


def _without_repeats(lines: Sequence[Line]) -> list[Line]:
    """Drop lines that say nothing beyond the lines over or within them.

    Scales split lines differently: "IL-6 IL-10" here, "IL-6" and "IL-10" there. A piece
    whose text stands in a longer line around it is dropped; a longer line survives
    beside its pieces only if they say something else.
    """
    dropped: set[int] = set()
    by_size = sorted(range(len(lines)), key=lambda i: (-area(_polygon(lines[i])), i))
    for place, whole in enumerate(by_size):
        outer = lines[whole]
        inside = [
            i
            for i in by_size[place + 1 :]
            if shared_area(_polygon(outer), _polygon(lines[i]))
            >= _INSIDE * area(_polygon(lines[i]))
        ]
        text = squeezed(outer.text)
        dropped.update(i for i in inside if squeezed(lines[i].text) in text)
    return [line for i, line in enumerate(lines) if i not in dropped]


def _polygon(
    line: Line,
) -> tuple[tuple[float, float], tuple[float, float], tuple[float, float], tuple[float, float]]:
    if line.region is None:
        raise ValueError("a fused line has a place")
    return line.region.polygon
