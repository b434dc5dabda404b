from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.reading.tesseract_hocr import parse_pages


def char(*choices: tuple[str, float]) -> str:
    spans = "".join(
        f"<span class='ocrx_cinfo' id='choice_1_1_{i}' title='x_confs {x}'>{c}</span>"
        for i, (c, x) in enumerate(choices)
    )
    return f"<span class='ocrx_cinfo' id='lstm_choices_1_1_1'>{spans}</span>"


def word(text: str, confidence: int = 90, chars: str = "") -> str:
    title = f"bbox 1 2 3 4; x_wconf {confidence}"
    return f"<span class='ocrx_word' id='word_1_1' title='{title}'>{text}\n {chars}</span>"


def page(number: int, *words: str) -> str:
    return f"<div class='ocr_page' id='page_{number}' title='image'>{''.join(words)}</div>"


def test_words_of_a_page_are_one_text() -> None:
    found = parse_pages(page(1, word("IL-6"), word("receptors", 60)).encode())[1]
    assert found.text == "IL-6 receptors"
    assert found.confidence == pytest.approx((4 * 0.9 + 9 * 0.6) / 13)
    assert len(found.alternatives) == len(found.text)


def test_pages_without_text_do_not_shift_the_others() -> None:
    answer = page(1) + page(2, word("JAK1")) + page(3) + page(4, word("Ub"))
    assert {n: p.text for n, p in parse_pages(answer.encode()).items()} == {2: "JAK1", 4: "Ub"}


def test_marks_of_the_format_are_read_as_printed() -> None:
    assert parse_pages(page(1, word("&#39;A&amp;B&lt;")).encode())[1].text == "'A&B<"


def test_other_choices_come_likeliest_first() -> None:
    chars = char(("T", 92.0), ("I", 85.0), ("l", 0.0), (" ", 91.0)) + char(("3", 90.0))
    (others, none) = parse_pages(page(1, word("T3", chars=chars)).encode())[1].alternatives
    assert [c for c, _ in others] == ["I", "l"]
    assert others[0][1] == pytest.approx(math.exp(-1), abs=1e-3)
    assert others[1][1] == 0.01
    assert none == ()


def test_choices_that_do_not_fit_the_word_are_left_out() -> None:
    chars = char(("T", 92.0), ("I", 85.0))
    assert parse_pages(page(1, word("T3", chars=chars)).encode())[1].alternatives == ((), ())
    other = char(("X", 92.0), ("I", 85.0)) + char(("3", 90.0), ("8", 80.0))
    assert parse_pages(page(1, word("T3", chars=other)).encode())[1].alternatives[0] == ()


@pytest.mark.parametrize(
    "answer",
    [b"", b"\xff\xfe\x00", page(1, word(" ")).encode(), page(1, word("A", 101)).encode()],
)
def test_garbage_gives_nothing(answer: bytes) -> None:
    assert parse_pages(answer) == {}


def test_bad_utf8_costs_a_character_and_no_more() -> None:
    answer = page(1, word("A")).encode().replace(b">A", b">A\xff")
    assert parse_pages(answer)[1].text == "A"


@given(st.binary(max_size=200), st.integers(0, 400))
def test_any_bytes_are_survived(noise: bytes, place: int) -> None:
    good = page(1, word("IL6", chars=char(("I", 90.0), ("l", 80.0)) * 3)).encode()
    for found in parse_pages(good[:place] + noise + good[place:]).values():
        assert found.text
        assert 0 <= found.confidence <= 1
        assert len(found.alternatives) == len(found.text)
