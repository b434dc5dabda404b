from __future__ import annotations

from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.errors import RecordError
from pipeline.records.figid import MAX_BYTES, printable, safe_figid


@pytest.mark.parametrize(
    "figid",
    [
        "PMC5400654__oncotarget-08-22145-g003",
        "PMC3694812__pcbi.1003077.g001",
        "1",
        "Figure 3 (final)",
        "fig,a+b=c@d~e",
        "图1",
        "x" * MAX_BYTES,
    ],
)
def test_safe(figid: str) -> None:
    assert safe_figid(figid) == figid


@pytest.mark.parametrize(
    "figid",
    [
        *("", ".", "..", ".a", "-rf", "a/b", "a\\b", "a\0", "a\n", "a ", "a.", " a", "a:b", "a*"),
        *("a<b", 'a"b', "a|b", "a?", "\ud800", "a\u202eb", "a%2fb", "$a", "a;b", "a&b", "a#b"),
        "é" * (MAX_BYTES // 2 + 1),
    ],
)
def test_unsafe(figid: str) -> None:
    with pytest.raises(RecordError) as caught:
        safe_figid(figid)
    str(caught.value).encode()
    assert "\n" not in str(caught.value)
    assert caught.value.remedy == "Rename the figure's files"


@given(st.text())
@example("..")
@example("C:")
def test_what_is_safe_stays_in_its_folder(text: str) -> None:
    try:
        safe_figid(text)
    except RecordError:
        return
    for flavour in (PurePosixPath, PureWindowsPath):
        path = flavour("folder") / f"{text}.md"
        assert path.parent == flavour("folder")
        assert path.name == f"{text}.md"
        assert not path.name.startswith((".", "-"))


@given(st.text(st.characters()))
def test_printable(text: str) -> None:
    shown = printable(text)
    assert shown.isprintable()
    shown.encode()
    if text.isprintable():
        assert shown == text
