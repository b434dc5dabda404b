from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.naming.figure_rows import JOINED, Row, joined_labels, printable, rows_of
from pipeline.naming.namer import Namer
from pipeline.types import Line, Reading, Region

PIXELS = st.integers(0, 60)


def box(left: float, top: float, width: float = 40, height: float = 10) -> Region:
    right, bottom = left + width, top + height
    return Region(((left, top), (right, top), (right, bottom), (left, bottom)), 1.0, "test")


def joined(*lines: tuple[str, Region]) -> list[tuple[str, int, int]]:
    """Text, upper and lower line of the rows that join two lines."""
    rows = rows_of([Line(text, 1.0, region) for text, region in lines])
    return [(row.text, row.line, row.below) for row in rows if row.seam]


@given(st.text(st.characters(exclude_categories=())))
def test_printable_text(text: str) -> None:
    plain = printable(text)
    assert plain == printable(plain)
    assert plain == " ".join(plain.split())
    assert "\n" not in plain
    plain.encode("utf-8")


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("NF-κB", "NF-κB"),
        (" a \t b\n", "a b"),
        ("TL\u200bR\u00ad4\ufeff", "TLR4"),
        ("a\x00b\x1bc\u2028d\u3000e", "a b c d e"),
        ("a\ud800b", "ab"),
        ("", ""),
    ],
)
def test_what_leaves_nothing_on_paper_goes(text: str, plain: str) -> None:
    assert printable(text) == plain


def test_every_line_has_its_readings_below_it() -> None:
    readings = (Reading("TLR4", 0.9, "a"), Reading("TLRA", 0.5, "b"), Reading(" TLRA ", 0.7, "c"),
                Reading("", 0.9, "d"))  # fmt: skip
    rows = rows_of([Line("TLR4", 0.8, None, readings), Line("")])
    assert rows == [
        Row(0, "TLR4", 0.8, offset=0),
        Row(0, "TLRA", 0.5, believed=False, offset=5),
        Row(1, "", 1.0, offset=10),
    ]


def test_few_readings_of_a_line_are_looked_at() -> None:
    readings = tuple(Reading(f"TLR{number}", 0.5, "a") for number in range(100))
    assert len(rows_of([Line("x", 1.0, None, readings)])) == 6


@given(st.lists(st.tuples(st.text("TLR4 -"), PIXELS, PIXELS, PIXELS), max_size=12))
def test_offsets_are_places_in_the_joined_text(labels: list[tuple[str, int, int, int]]) -> None:
    rows = rows_of([Line(text, 1.0, box(x, y, 20, height)) for text, x, y, height in labels])
    document = "\n".join(row.text for row in rows)
    for row in rows:
        assert document[row.offset : row.offset + len(row.text)] == row.text
        if row.seam:
            upper, lower = printable(labels[row.line][0]), printable(labels[row.below][0])
            assert (row.text[: row.seam], row.text[row.seam :]) == (f"{upper} ", lower)
            assert row.line != row.below


def test_two_lines_of_one_label_are_joined() -> None:
    assert joined(("cyclin", box(0, 0)), ("D1", box(10, 12, 20))) == [("cyclin D1", 0, 1)]
    # whatever the order of the lines
    assert joined(("D1", box(10, 12, 20)), ("cyclin", box(0, 0))) == [("cyclin D1", 1, 0)]


@pytest.mark.parametrize(
    ("upper", "lower"),
    [
        (("cyclin", box(0, 0)), ("D1", box(0, 30))),  # far below
        (("cyclin", box(0, 0)), ("D1", box(45, 12))),  # beside
        (("cyclin", box(0, 0)), ("D1", box(0, 2))),  # upon it
        (("cyclin", box(0, 0)), ("D1", box(0, 12, 40, 20))),  # larger print
        (("c", box(0, 0)), ("D1", box(0, 12))),  # no head of a name
        (("a long line of running text", box(0, 0)), ("D1", box(0, 12))),
        (("cyclin", box(0, 0, 40, 0)), ("D1", box(0, 1, 40, 0))),  # no height
        (("cyclin", box(0, 0)), (" ", box(0, 12))),  # nothing there
    ],
)
def test_what_is_not_one_label(upper: tuple[str, Region], lower: tuple[str, Region]) -> None:
    assert joined(upper, lower) == []


def test_few_lines_are_tried_below_one() -> None:
    below = [(f"D{number}", box(0, 12)) for number in range(50)]
    assert len(joined(("cyclin", box(0, 0)), *below)) == 4


def test_turned_lines_are_not_joined() -> None:
    turned = Region(((0, 40), (0, 0), (10, 0), (10, 40)), 1.0, "test")
    assert joined(("cyclin", turned), ("D1", box(0, 42, 10))) == []


def test_a_name_broken_over_two_lines_is_one_mention(namer: Namer) -> None:
    (mention,) = namer.name([Line("cyclin", 0.9, box(0, 0)), Line("D1", 0.8, box(5, 12, 30))])
    assert mention.entry.genes[0].hgnc_symbol == "CCND1"
    assert (mention.line, mention.reading) == (0, "cyclin D1")
    assert mention.reading[mention.start : mention.end] == mention.text == "cyclin D1"


def test_names_below_each_other_stay_apart(namer: Namer) -> None:
    stack = [Line(text, 1.0, box(0, 12 * row)) for row, text in enumerate(["STAT1", "TLR4", "IL6"])]
    mentions = namer.name(stack)
    assert [(m.line, m.text, m.reading) for m in mentions] == [
        (0, "STAT1", "STAT1"),
        (1, "TLR4", "TLR4"),
        (2, "IL6", "IL6"),
    ]


def test_a_line_is_part_of_one_label_only(namer: Namer) -> None:
    lines = [
        Line("cyclin", 1.0, box(0, 0)),
        Line("D1", 1.0, box(10, 12, 20)),
        Line("Cyclin", 1.0, box(4, 0)),
    ]
    mentions = namer.name(lines)
    assert [m.entry.genes[0].hgnc_symbol for m in mentions].count("CCND1") == 1


def test_a_label_over_two_lines_is_one_line_around_both() -> None:
    lines = [
        Line("p27", 0.9, box(10, 10, 20)),
        Line("KIP1", 0.8, box(8, 22, 24)),
        Line("far", 0.9, box(200, 22)),
    ]
    (label,) = joined_labels(lines)
    assert (label.text, label.confidence) == ("p27 KIP1", 0.8)
    assert label.region is not None
    assert label.region.detector == JOINED
    assert label.region.polygon == ((8, 10), (32, 10), (32, 32), (8, 32))
    assert joined_labels([Line("p27"), Line("KIP1")]) == []
