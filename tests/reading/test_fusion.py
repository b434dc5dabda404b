from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.imaging.geometry import box_polygon, turned
from pipeline.reading.fusion import Sighting, calibrated, clean, fuse
from pipeline.reading.vocabulary import Vocabulary
from pipeline.types import Line, Reading, Region

NONE = Vocabulary()
NAMES = Vocabulary(frozenset({"MDM2", "P53"}))


def seen(
    left: float,
    right: float,
    *readings: tuple[str, float, str],
    top: float = 0,
    bottom: float = 20,
    quarters: int = 0,
) -> Sighting:
    polygon = turned(box_polygon(left, top, right, bottom), quarters)
    return Sighting(
        Region(polygon, 0.9, "test"), tuple(Reading(t, c, reader) for t, c, reader in readings)
    )


def texts(*sightings: Sighting, least: float = 0.0) -> list[str]:
    return [line.text for line in fuse(sightings, least, NONE)]


def only(*sightings: Sighting) -> Line:
    (line,) = fuse(sightings, 0.0, NONE)
    return line


def test_the_more_reliable_reader_wins_a_tie() -> None:
    line = only(seen(0, 50, ("lL-6", 0.9, "tesseract"), ("IL-6", 0.9, "ppocr")))
    assert line.text == "IL-6"
    assert [r.text for r in line.readings] == ["IL-6", "lL-6"]
    assert line.readers == ("ppocr",)


def test_an_unsure_reader_loses_to_a_sure_one() -> None:
    assert texts(seen(0, 50, ("JAKI", 0.3, "ppocr"), ("JAK1", 0.95, "tesseract"))) == ["JAK1"]


def test_agreement_strengthens_a_text() -> None:
    alone = only(seen(0, 50, ("JAK1", 0.8, "ppocr")))
    both = only(seen(0, 50, ("JAK1", 0.8, "ppocr"), ("JAK1", 0.8, "tesseract")))
    assert both.confidence > alone.confidence
    assert both.readers == ("ppocr", "tesseract")


def test_one_reader_does_not_agree_with_itself() -> None:
    once = only(seen(0, 50, ("JAK1", 0.8, "ppocr")))
    twice = only(seen(0, 50, ("JAK1", 0.8, "ppocr"), ("JAK1", 0.7, "ppocr")))
    assert twice.confidence == once.confidence


def test_two_boxes_of_one_place_give_one_line() -> None:
    line = only(seen(0, 50, ("STAT1", 0.99, "ppocr")), seen(2, 52, ("STATI", 0.7, "ppocr")))
    assert line.text == "STAT1"
    assert [r.text for r in line.readings] == ["STAT1", "STATI"]
    assert line.region is not None
    assert line.region.polygon[0] == (0, 0)


def test_the_place_is_where_the_believed_text_was_read() -> None:
    line = only(
        seen(0, 50, ("STATI", 0.75, "ppocr")),
        seen(2, 52, ("STAT1", 0.8, "ppocr"), ("STAT1", 0.8, "tesseract")),
    )
    assert line.region is not None
    assert line.region.polygon[0] == (2, 0)


def test_what_was_read_the_wrong_way_round_is_no_opinion() -> None:
    up = seen(0, 20, ("IRF9", 0.97, "ppocr"), bottom=60, quarters=-1)
    down = seen(0, 20, ("6d8l", 0.6, "ppocr"), bottom=60, quarters=1)
    line = only(down, up)
    assert line.text == "IRF9"
    assert [r.text for r in line.readings] == ["IRF9"]


def test_a_piece_of_a_longer_line_is_dropped() -> None:
    whole = seen(0, 100, ("IL-6 IL-10", 0.9, "ppocr"))
    piece = seen(0, 40, ("IL-6", 0.99, "ppocr"))
    assert texts(whole, piece) == ["IL-6 IL-10"]


def test_pieces_that_say_something_else_stay() -> None:
    whole = seen(0, 100, ("ILGIL10", 0.9, "ppocr"))
    pieces = seen(0, 40, ("IL-6", 0.99, "ppocr")), seen(60, 100, ("IL-10", 0.99, "ppocr"))
    assert sorted(texts(whole, *pieces)) == ["IL-6", "ILGIL10"]


def test_neighbours_are_not_merged() -> None:
    assert texts(seen(0, 50, ("RAS", 0.9, "ppocr")), seen(55, 99, ("RAS", 0.9, "ppocr"))) == [
        "RAS",
        "RAS",
    ]


@pytest.mark.parametrize("text", ["", "  ", "--", "\x00", "·"])
def test_what_has_no_letter_or_digit_is_no_line(text: str) -> None:
    assert texts(seen(0, 50, (text, 0.99, "ppocr"))) == []


def test_unsure_lines_are_dropped() -> None:
    assert texts(seen(0, 50, ("x", 0.2, "ppocr")), least=0.3) == []
    assert texts(seen(0, 50, ("x", 0.9, "ppocr")), least=0.3) == ["x"]


def test_text_is_cleaned() -> None:
    assert clean("  IL\u0007-6\n a\u0308 ") == "IL -6 \u00e4"


def test_confidence_is_calibrated_below_the_readers_own() -> None:
    assert calibrated(Reading("x", 1.0, "tesseract")) < calibrated(Reading("x", 1.0, "ppocr")) < 1


sightings = st.builds(
    seen,
    st.integers(0, 30),
    st.integers(40, 90),
    st.tuples(st.sampled_from(["A1", "A1 B2", "B2"]), st.floats(0, 1), st.just("ppocr")),
    st.tuples(st.sampled_from(["A1", "AI"]), st.floats(0, 1), st.just("tesseract")),
    top=st.sampled_from([0, 4, 30]),
    bottom=st.sampled_from([40, 50]),
)


@given(st.lists(sightings, max_size=8), st.randoms())
def test_fusion_does_not_depend_on_the_order_found(
    found: list[Sighting], chance: random.Random
) -> None:
    lines = fuse(found, 0.0, NONE)
    shuffled = list(found)
    chance.shuffle(shuffled)
    assert [(x.text, x.confidence) for x in fuse(shuffled, 0.0, NONE)] == [
        (x.text, x.confidence) for x in lines
    ]
    for line in lines:
        assert 0.0 <= line.confidence <= 1.0
        assert line.readings[0].text == line.text


def test_a_name_is_believed_over_a_text_that_is_none() -> None:
    sighting = seen(0, 50, ("MOM2", 0.8, "ppocr"), ("MDM2", 0.7, "label"))
    assert fuse([sighting], 0.0, NONE)[0].text == "MOM2"
    (line,) = fuse([sighting], 0.0, NAMES)
    assert line.text == "MDM2"
    assert {r.text for r in line.readings} == {"MOM2", "MDM2"}


def test_a_sure_reading_stands_though_it_is_no_name() -> None:
    sighting = seen(0, 50, ("MOM2", 0.99, "ppocr"), ("MDM2", 0.3, "label"))
    assert fuse([sighting], 0.0, NAMES)[0].text == "MOM2"


def test_a_name_among_the_characters_considered_becomes_a_reading() -> None:
    others = ((), (("D", 0.4), ("C", 0.3)), (), ())
    reading = Reading("MOM2", 0.6, "ppocr", 2.0, others)
    region = Region(box_polygon(0, 0, 50, 20), 0.9, "test")
    (line,) = fuse([Sighting(region, (reading,))], 0.0, NAMES)
    assert line.text == "MDM2"
    assert line.readers == ("ppocr",)
    (line,) = fuse([Sighting(region, (reading,))], 0.0, NONE)
    assert [r.text for r in line.readings] == ["MOM2"]


def test_a_name_whose_end_was_cut_off_is_made_whole() -> None:
    names = Vocabulary(frozenset({"IFIT1", "TLR", "TLR4"}))
    cut = seen(0, 50, ("FIT1", 0.95, "label"), ("IFIT1", 0.3, "ppocr"))
    assert fuse([cut], 0.0, names)[0].text == "IFIT1"
    assert fuse([cut], 0.0, NONE)[0].text == "FIT1"
    both = seen(0, 50, ("TLR", 0.98, "ppocr"), ("TLR 4", 0.3, "label"))
    assert fuse([both], 0.0, names)[0].text == "TLR"
    both = seen(0, 50, ("TLR", 0.98, "ppocr"), ("TLR 4", 0.9, "label"))
    assert fuse([both], 0.0, names)[0].text == "TLR 4"
