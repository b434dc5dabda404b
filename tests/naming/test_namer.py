from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.lexicon.load import load_lexicon
from pipeline.naming.figure_rows import printable
from pipeline.naming.namer import Namer
from pipeline.naming.weights import load_weights
from pipeline.types import Line, Mention, Reading, Region

NAMES = (
    "TLR4", "IL-1β", "STAT1/2", "NF-κB", "p-AKT", "cyclin D1", "caspase 3", "TLR 7/8", "miR-21",
    "IFN-α/β", "pERK", "14-3-3", "XBP1(S)", "ERK 1/2", "TNFRI", "JAK1Tyk2", "Cathepsin A-D, F",
)  # fmt: skip
JUNK = ("→", "LPS", "(", ")", ",", "-", "\t", "  ", "rest", "p", "/2", "and", "\u200b", "\x07", "é")
PIECES = st.sampled_from(NAMES) | st.sampled_from(JUNK) | st.text(max_size=6)
LINES = st.lists(st.lists(PIECES, max_size=6).map(" ".join), max_size=6)


@settings(max_examples=200)
@given(LINES, st.text(max_size=30))
def test_a_mention_stands_where_it_says(namer: Namer, texts: list[str], caption: str) -> None:
    lines = [Line(text) for text in texts]
    mentions = namer.name(lines, caption)
    for mention in mentions:
        assert 0 <= mention.line < len(lines)
        line, after = (printable(text) for text in (*texts, "", "")[mention.line :][:2])
        assert mention.reading in (line, f"{line} {after}")  # a label may go on below
        assert mention.reading[mention.start : mention.end] == mention.text
        assert mention.text.strip() == mention.text != ""
        assert mention.entry.genes
        assert load_weights().threshold <= mention.score <= 1.0
        assert mention.evidence
    check_order(mentions)


def check_order(mentions: tuple[Mention, ...]) -> None:
    """Mentions are in reading order and only the names of one list share their place."""
    places = [(mention.line, mention.start, mention.end) for mention in mentions]
    assert places == sorted(places)
    for (line, _, end), (next_line, start, _), mention in zip(
        places, places[1:], mentions, strict=False
    ):
        assert next_line > line or start >= end or "list" in mention.rules


@given(LINES)
def test_a_figure_is_named_the_same_whatever_was_named_before(
    namer: Namer, texts: list[str]
) -> None:
    lines = [Line(text) for text in texts]
    first = namer.name(lines)
    namer.name([Line("STAT1/2 and other words"), *lines])
    assert namer.name(lines) == first


def test_a_name_is_believed_more_beside_others_of_its_family(namer: Namer) -> None:
    (alone,) = namer.name([Line("CXCR3")])
    beside = namer.name([Line("CXCR3"), Line("a line between the two"), Line("CXCR4")])
    assert [mention.text for mention in beside] == ["CXCR3", "CXCR4"]
    assert beside[0].score > alone.score
    assert ("a relative stands in the figure", beside[0].score) not in alone.evidence


def test_two_readings_of_one_place_do_not_vouch_for_each_other(namer: Namer) -> None:
    (alone,) = namer.name([Line("CXCR3")])
    readings = (Reading("CXCR3", 0.9, "one"), Reading("CXCR4", 0.9, "other"))
    (twice,) = namer.name([Line("CXCR3", readings=readings)])
    assert twice.score == alone.score


def test_other_readings_are_searched_where_they_could_be_settled_on(namer: Namer) -> None:
    readings = (Reading("STAT3", 0.9, "one"), Reading("STAT1", 0.8, "other"))
    for believed, named in (("STAT3", ["STAT3"]), ("stot", ["STAT3"])):
        line = Line(believed, 0.9, readings=readings)
        assert [mention.text for mention in namer.name([line])] == named
        found = namer.candidates([line]).user_data["candidates"]
        assert {"STAT3", "STAT1"} <= {judged.candidate.text for judged in found}


def test_a_symbol_in_a_case_that_nobody_uses_is_doubted(namer: Namer) -> None:
    def best(text: str) -> float:
        found = namer.candidates([Line(text)]).user_data["candidates"]
        return max(judged.score for judged in found)

    assert best("MMe") < best("MME")


def test_words_are_forgotten_after_the_figure(namer: Namer) -> None:
    namer.name([Line("TLR4")])
    known = len(namer.nlp.vocab.strings)
    namer.name([Line(" ".join(f"word{number}x" for number in range(500)))])
    assert len(namer.nlp.vocab.strings) == known


@pytest.mark.parametrize("texts", [[], [""], ["", "\n", " \t"], ["\ud800\udfff"], ["\u200b\ufeff"]])
def test_lines_without_text_name_nothing(namer: Namer, texts: list[str]) -> None:
    assert namer.name([Line(text) for text in texts]) == ()


def test_blank_lines_do_not_shift_the_others(namer: Namer) -> None:
    texts = ["", "", "TLR4", "", "  ", "STAT1", ""]
    mentions = namer.name([Line(text) for text in texts])
    assert [(m.line, m.start, m.text) for m in mentions] == [(2, 0, "TLR4"), (5, 0, "STAT1")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("TLR4\x00STAT1", ["TLR4", "STAT1"]),
        ("TLR4\u2028STAT1\x85MYD88", ["TLR4", "STAT1", "MYD88"]),
        ("\u202eTLR4\u202c שלום STAT1", ["TLR4", "STAT1"]),
        ("TL\u200bR4 ST\u00adAT1\ufeff", ["TLR4", "STAT1"]),
        ("TLR4\ud800 STAT1", ["TLR4", "STAT1"]),
        ("ＴＬＲ４", ["ＴＬＲ４"]),
        ("TLR4\r\nSTAT1", ["TLR4", "STAT1"]),
    ],
)
def test_odd_characters_hide_no_name(namer: Namer, text: str, words: list[str]) -> None:
    assert [mention.text for mention in namer.name([Line(text)])] == words


@pytest.mark.parametrize(
    "junk",
    [
        *("A" * 200_000, "a-A" * 50_000, "A1" * 100_000, "JAK1Tyk2" * 10_000, "I" * 100_000),
        *("(" * 50_000, " " * 200_000, "1 " * 5_000, "p-" * 50_000, "TLR1" + "/2" * 5_000),
    ],
)  # fmt: skip
def test_junk_of_any_length_is_passed_over(namer: Namer, junk: str) -> None:
    mentions = namer.name([Line(f"{junk} STAT3"), Line("TLR4")], junk)
    assert [m.text for m in mentions if not m.text.startswith("TLR1/2")] == ["STAT3", "TLR4"]


def test_a_figure_full_of_names(namer: Namer) -> None:
    mentions = namer.name([Line("STAT1 TLR4 " * 2000), *[Line("MYD88")] * 2000])
    assert len(mentions) == 6000
    assert (mentions[3999].line, mentions[3999].start) == (0, 11 * 1999 + 6)
    assert (mentions[5999].line, mentions[5999].start) == (2000, 0)


def test_a_doubtful_reading_is_believed_less(namer: Namer) -> None:
    (sure,) = namer.name([Line("TLR4", confidence=0.95)])
    (doubtful,) = namer.name([Line("TLR4", confidence=0.6)])
    assert doubtful.score < sure.score
    assert namer.name([Line("Rb", confidence=0.1)]) == ()


BOX = Region(((0, 0), (40, 0), (40, 10), (0, 10)), 1.0, "test")


def test_another_reading_may_hold_the_name(namer: Namer) -> None:
    readings = (Reading("|P53^", 0.6, "one"), Reading("TP53", 0.9, "other"))
    (mention,) = namer.name([Line("||xq^", 0.5, BOX, readings)])
    assert (mention.text, mention.reading, mention.region) == ("TP53", "TP53", BOX)


def test_the_believed_reading_is_kept_where_it_names_as_much(namer: Namer) -> None:
    readings = (Reading("STAT1", 0.9, "one"), Reading("STAT3", 0.9, "other"))
    (mention,) = namer.name([Line("STAT1", 0.9, BOX, readings)])
    assert mention.text == "STAT1"


def test_versions_say_what_decides(namer: Namer) -> None:
    versions = namer.versions()
    assert versions["lexicon"] == load_lexicon().version
    assert set(versions) >= {"naming", "lexicon", "meanings", "spacy"}
    assert all(versions.values())
