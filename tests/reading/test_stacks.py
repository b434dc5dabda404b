from __future__ import annotations

from pipeline.imaging.geometry import Affine, box_polygon
from pipeline.reading.stacks import stacked_labels
from pipeline.types import Line, Reading, Region


def line(
    text: str, left: float, top: float, width: float, *readers: str, height: float = 10
) -> Line:
    region = Region(box_polygon(left, top, left + width, top + height), 1.0, "test")
    return Line(text, 0.9, region, tuple(Reading(text, 0.9, reader) for reader in readers))


def texts(*lines: Line) -> list[str]:
    return [joined.text for joined in stacked_labels(lines)]


def test_a_label_over_two_lines_is_joined() -> None:
    (joined,) = stacked_labels([line("p16", 5, 0, 20, "a", "b"), line("INK4", 0, 10, 30, "b", "c")])
    assert joined.text == "p16 INK4"
    assert joined.region is not None
    assert joined.region.polygon == ((0, 0), (30, 0), (30, 20), (0, 20))
    assert joined.readers == ("b",)


def test_three_lines_are_joined_from_the_top() -> None:
    found = [line("subunit", 0, 20, 40), line("ATP", 10, 0, 20), line("synthase", 0, 10, 40)]
    assert texts(*found) == ["ATP synthase subunit"]


def test_a_column_of_names_is_a_list() -> None:
    assert texts(*(line(f"MMP{i}", 0, 10 * i, 30) for i in range(5))) == []


def test_flush_left_lines_are_joined() -> None:
    assert texts(line("UV Stress", 0, 0, 60), line("Response", 0, 11, 40)) == ["UV Stress Response"]


def test_far_shifted_or_other_sized_lines_are_not() -> None:
    upper = line("p16", 0, 0, 30)
    assert texts(upper, line("INK4", 0, 18, 30)) == []
    assert texts(upper, line("INK4", 20, 10, 30)) == []
    assert texts(upper, line("INK4", -30, 10, 90, height=25)) == []


def test_sentences_are_not_labels() -> None:
    assert texts(line("phosphorylation of", 0, 0, 80), line("the receptor", 10, 10, 60)) == []


def test_which_of_two_belongs_below_is_not_guessed() -> None:
    upper = line("IFN", 20, 0, 40)
    assert texts(upper, line("a", 22, 10, 10), line("b", 36, 10, 10)) == []


def test_slanted_lines_are_left_alone() -> None:
    tilt = Affine.turn(45)
    tilted = [
        Line(text, 0.9, Region(tilt.polygon(box_polygon(0, y, 30, y + 10)), 1.0, "test"))
        for text, y in (("p16", 0), ("INK4", 10))
    ]
    assert stacked_labels(tilted) == []


def test_lines_without_places_are_passed_over() -> None:
    assert stacked_labels([Line("p16"), Line("INK4")]) == []
