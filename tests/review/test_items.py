from __future__ import annotations

import pytest

from pipeline.curation.decisions import Decided, Decision, Kind, Verb, label_key
from pipeline.review.items import Item, State, items, part_of
from pipeline.types import (
    ConceptMention,
    Gene,
    GeneRow,
    LexiconEntry,
    Line,
    Mention,
    Region,
    Source,
    TermRow,
)

BOX = ((0.0, 0.0), (100.0, 0.0), (100.0, 10.0), (0.0, 10.0))
REGION = Region(BOX, 0.9, "double")


def entry(word: str, *genes: str, **more: str) -> dict[str, object]:
    named = {str(len(gene)): gene for gene in genes}
    return {"word": word, "symbol": word, "source": "hgnc_symbol", **more, "genes": named}


def mention(text: str, line: int, score: float = 0.99, start: int = 0) -> Mention:
    lexicon = LexiconEntry(text, Source.SYMBOL, (Gene(text, str(len(text))),))
    return Mention(
        text, line, start, start + len(text), lexicon, score=score, region=REGION, reading="x" * 20
    )


DIFF = {
    "confirmed": [entry("SURE", "SURE"), entry("DOUBT", "DOUBT"), entry("BLURRED", "BLURRED")],
    "missing": [entry("GONE", "GONE")],
    "new": [entry("LATER", "LATER"), entry("FIRST", "FIRST")],
    "lexicon": [entry("OLD", "OLD", change="removed"), entry("MORE", "MORE", change="added")],
    "chemicals": {"new": [{"word": "water", "source": "MeSH", "identifier": "D014867"}]},
    "diseases": {
        "missing": [
            {"word": "by enrichment", "source": "", "identifier": ""},
            {"word": "Fever", "source": "MeSH", "identifier": "D005334"},
        ]
    },
}
LINES = (Line("FIRST SURE", 0.9), Line("LATER DOUBT", 0.9), Line("BLURRED", 0.5), Line("water"))
MENTIONS = (
    mention("FIRST", 0),
    mention("SURE", 0, start=6),
    mention("LATER", 1),
    mention("DOUBT", 1, 0.6),
    mention("BLURRED", 2),
)
CONCEPTS = (
    ConceptMention("water", "water", 3, 0, 5, "chemical", "Water", "D014867", region=REGION),
)


def listed(decided: Decided = Decided("f")) -> dict[str, Item]:  # noqa: B008
    return {item.word: item for item in items(DIFF, LINES, MENTIONS, CONCEPTS, decided)}


def test_what_asks_comes_first_in_reading_order() -> None:
    assert [(item.word, item.state) for item in listed().values()] == [
        ("FIRST", State.NEW),
        ("LATER", State.NEW),
        ("water", State.NEW),
        ("DOUBT", State.UNCERTAIN),
        ("BLURRED", State.UNCERTAIN),
        ("OLD", State.LEXICON),
        ("MORE", State.LEXICON),
        ("GONE", State.MISSING),
        ("Fever", State.MISSING),
        ("SURE", State.CONFIRMED),
        ("by enrichment", State.CONFIRMED),
    ]


def test_rows_and_keys_are_those_of_the_diff() -> None:
    found = listed()
    row = GeneRow("GONE", "GONE", "hgnc_symbol", "GONE", "4")
    assert found["GONE"].rows == (row,)
    assert found["GONE"].key == label_key(Kind.GENE, [row])
    assert found["water"].rows == (TermRow("water", "MeSH", "D014867"),)
    assert len({item.key for item in found.values()}) == len(found)


def test_what_is_curated() -> None:
    curated = {word for word, item in listed().items() if item.curated}
    assert curated == {"DOUBT", "BLURRED", "OLD", "GONE", "Fever", "SURE", "by enrichment"}


def test_decisions_find_their_labels() -> None:
    gone = listed()["GONE"]
    added = Decision(
        Verb.ADD, Kind.GENE, chosen=(GeneRow("p53", "TP53", "hgnc_symbol", "TP53", "7157"),),
        polygon=BOX,
    )  # fmt: skip
    decided = Decided("f", (Decision(Verb.REJECT, Kind.GENE, gone.rows), added))
    found = listed(decided)
    assert not found["GONE"].open
    assert found["GONE"].decision == decided.made[0]
    assert found["FIRST"].open
    assert (found["p53"].state, found["p53"].polygon) == (State.ADDED, BOX)
    rejected = decided.decide(Decision(Verb.REJECT, Kind.GENE, added.chosen))
    assert "p53" not in listed(rejected)


def test_gain() -> None:
    found = listed()
    assert found["FIRST"].gain == 0.99
    assert found["DOUBT"].gain == pytest.approx(1 - 0.6 * 0.9)
    assert found["SURE"].gain == 0
    assert found["GONE"].gain > found["OLD"].gain > 0


@pytest.mark.parametrize(
    ("start", "end", "length", "left", "right"),
    [(0, 10, 10, 0, 100), (0, 4, 10, 0, 50), (5, 9, 10, 40, 100), (0, 5, 0, 0, 100)],
)
def test_a_name_takes_its_part_of_the_line(
    start: int, end: int, length: int, left: float, right: float
) -> None:
    polygon = part_of(BOX, start, end, length)
    assert (polygon[0], polygon[2]) == ((left, 0), (right, 10))
