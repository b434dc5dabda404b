from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import InputError
from pipeline.reading.external import read_text


def box(left: int, top: int, right: int, bottom: int) -> dict[str, Any]:
    corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
    # The service leaves out coordinates that are 0.
    return {"vertices": [{k: v for k, v in zip("xy", c, strict=True) if v} for c in corners]}


def symbol(text: str, left: int, gap: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {"text": text, "boundingBox": box(left, 0, left + 9, 20)}
    found["confidence"] = 0.8
    if gap:
        found["property"] = {"detectedBreak": {"type": gap}}
    return found


def answer() -> dict[str, Any]:
    words = [
        {"symbols": [symbol("I", 0), symbol("L", 10, "SPACE")]},
        {"symbols": [symbol("6", 30, "LINE_BREAK")]},
        {"symbols": [symbol("J", 0), symbol("A", 10, "HYPHEN")]},
        {"symbols": [symbol("K", 0)]},
    ]
    return {
        "textAnnotations": [{"description": "IL 6\nJA-\nK"}, {"description": "IL"}],
        "fullTextAnnotation": {
            "text": "IL 6\nJA-\nK",
            "pages": [{"blocks": [{"paragraphs": [{"words": words}]}]}],
        },
    }


def write(path: Path, content: object) -> Path:
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return path


def texts(path: Path) -> list[str]:
    return [line.text for line in read_text(path)]


def test_plain_text_is_one_line_per_line(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", "\ufeffIL-6\r\n\n  NF-κB \nTNF")
    assert texts(path) == ["IL-6", "NF-κB", "TNF"]


def test_plain_lines_have_no_place_and_name_their_origin(tmp_path: Path) -> None:
    (line,) = read_text(write(tmp_path / "a.txt", "IL-6"))
    assert line.region is None
    assert line.confidence == 1.0
    assert line.readers == ("external",)


def test_an_empty_file_has_no_lines(tmp_path: Path) -> None:
    assert read_text(write(tmp_path / "a.txt", "")) == ()


@pytest.mark.parametrize("wrapped", [False, True])
def test_full_text_gives_lines_with_places(tmp_path: Path, wrapped: bool) -> None:
    content = {"responses": [answer()]} if wrapped else answer()
    lines = read_text(write(tmp_path / "a.json", content))
    assert [line.text for line in lines] == ["IL 6", "JA-", "K"]
    assert lines[0].confidence == pytest.approx(0.8)
    assert lines[0].region is not None
    assert lines[0].region.polygon == ((0, 0), (39, 0), (39, 20), (0, 20))


def test_without_pages_the_full_text_is_split(tmp_path: Path) -> None:
    content = {"fullTextAnnotation": {"text": "IL-6\nTNF\n"}}
    assert texts(write(tmp_path / "a.json", content)) == ["IL-6", "TNF"]


def test_without_full_text_the_first_annotation_counts(tmp_path: Path) -> None:
    content = {"textAnnotations": [{"description": "IL-6\nTNF"}, {"description": "IL-6"}]}
    assert texts(write(tmp_path / "a.json", content)) == ["IL-6", "TNF"]


@pytest.mark.parametrize("content", [{}, {"responses": [{}]}, {"textAnnotations": []}])
def test_an_answer_without_text_has_no_lines(tmp_path: Path, content: object) -> None:
    assert read_text(write(tmp_path / "a.json", content)) == ()


def test_json_is_known_by_its_brace(tmp_path: Path) -> None:
    assert texts(write(tmp_path / "a.txt", answer())) == ["IL 6", "JA-", "K"]


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]",
        "3",
        {"responses": []},
        {"responses": [{}, {}]},
        {"responses": {}},
        {"labels": []},
        {"error": {"code": 3}},
        {"textAnnotations": {}, "fullTextAnnotation": {"pages": 3}},
        {"textAnnotations": [{"text": "IL-6"}]},
        {"textAnnotations": "IL-6"},
        {"fullTextAnnotation": {"pages": [{"blocks": [{"paragraphs": [{"words": [3]}]}]}]}},
        "[" * 100_000,
    ],
)
def test_malformed_answers_are_refused(tmp_path: Path, content: object) -> None:
    path = write(tmp_path / "a.json", content)
    with pytest.raises(InputError) as caught:
        read_text(path)
    assert "a.json" in caught.value.subject
    assert caught.value.remedy


def test_other_encodings_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("NF-\xb5".encode("latin-1"))
    with pytest.raises(InputError, match="UTF-8"):
        read_text(tmp_path / "a.txt")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no\.txt"):
        read_text(tmp_path / "no.txt")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_text(tmp_path)


KEYS = [
    "pages",
    "blocks",
    "paragraphs",
    "words",
    "symbols",
    "text",
    "description",
    "boundingBox",
    "vertices",
    "confidence",
]
leaves = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
trees = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(trees)
def test_any_json_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, tree: Any) -> None:
    path = write(tmp_path_factory.mktemp("json") / "a.json", {"fullTextAnnotation": tree})
    try:
        assert all(line.text for line in read_text(path))
    except InputError as error:
        assert "a.json" in error.subject
