from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.records.numbers import TYPES, figure_number


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("Figure 3", "F3"),
        ("FIGURE 12.", "F12"),
        ("Fig. 2", "F2"),
        ("fig 2a", "F2a"),
        ("Figure\xa03", "F3"),
        ("Figure 5 (continued)", "F5"),
        ("Figure 03", "F3"),
        ("Figure III", "F3"),
        ("F7", "F7"),
        ("7", "F7"),
        ("Figure S1", "SF1"),
        ("Supplementary Figure 2", "SF2"),
        ("Supplementary Fig. S4", "SF4"),
        ("Supplemental Figure 12b", "SF12b"),
        ("Figure 3—figure supplement 2", "SF3_2"),
        ("Scheme 1", "S1"),
        ("Scheme II", "S2"),
        ("Figure A1", "AF1"),
        ("Appendix Figure S2", "AF2"),
        ("Figure EV4", "EV4"),
        ("Extended Data Fig. 5", "EV5"),
        ("Graphical Abstract", "GA"),
        ("Chart 1", "Chart 1"),
        ("Figure 1.2", "Figure 1.2"),
        ("Figure", "Figure"),
        ("", ""),
    ],
)
def test_printed_numbers(text: str, short: str) -> None:
    number = figure_number(text)
    assert number.text == short
    assert number.origin == ("number" if short != text or short == "F7" else "")


@pytest.mark.parametrize(
    ("link", "file", "short", "origin"),
    [
        ("/pmc/articles/PMC1/figure/F11/", "1741-7007-5-19-11.jpg", "F11", "figlink"),
        ("/pmc/articles/PMC1/figure/fig2/", "", "F2", "figlink"),
        ("/pmc/articles/PMC1/figure/viruses-08-00124-f001/", "", "F1", "figlink"),
        ("/pmc/articles/PMC1/figure/sch3/", "", "S3", "figlink"),
        ("/pmc/articles/PMC1/figure/undfig1/", "", "GA1", "figlink"),
        ("/pmc/articles/PMC1/figure/f0005/", "gr1.jpg", "F1", "filename"),
        ("/pmc/articles/PMC1/figure/pone.0154674.g004/", "pone.0154674.g004.jpg", "F4", "filename"),
        ("", "gr8_lrg.jpg", "F8", "filename"),
        ("", "joces-128-165209-g7.jpg", "F7", "filename"),
        ("", "41467_2023_37310_Fig7_HTML.jpg", "F7", "filename"),
        ("", "sc1.jpg", "S1", "filename"),
        ("", "ga1.jpg", "GA1", "filename"),
        ("", "1741-7007-5-19-11.jpg", "Figure", ""),
    ],
)
def test_numbers_that_are_not_printed(link: str, file: str, short: str, origin: str) -> None:
    number = figure_number("Figure", link, file)
    assert (number.text, number.origin) == (short, origin)


def test_the_type_follows_from_the_prefix() -> None:
    types = {figure_number(text).figtype for text in ("F1", "Scheme 1", "Figure S1", "Fig. EV1")}
    assert types == {"Figure", "Scheme", "Supplemental figure", "Extended view"}
    assert figure_number("Chart 1").figtype == "Figure"


@given(st.text(), st.text(), st.text())
def test_any_text_gives_a_number_and_a_type(printed: str, link: str, file: str) -> None:
    number = figure_number(printed, link, file)
    assert number.figtype in TYPES.values()
    assert bool(number.origin) <= number.text.startswith(tuple(TYPES))
