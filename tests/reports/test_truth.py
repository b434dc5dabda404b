"""The definitions of accuracy: those of the scorer that everything is measured by."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.lexicon.nomenclature import Nomenclature
from pipeline.records.frontmatter import load_record
from pipeline.reports.truth import Family, Scores, Truth, compare, load_truth, mentions_of
from tests.review.runs import namer

TRUTH = Truth(
    frozenset({"TP53", "EGFR"}),
    {"AKT": Family(frozenset({"AKT1", "AKT2", "AKT3"}), frozenset({"AKT"}))},
)


@pytest.mark.parametrize(
    ("mentions", "hits", "right"),
    [
        ({}, 0, 0),
        ({"TP53": {"TP53"}}, 1, 1),
        ({"TP53": {"TP53"}, "IL6": {"IL6"}}, 1, 1),
        ({"AKT": {"AKT1", "AKT2", "AKT3"}}, 1, 1),
        ({"AKT": {"AKT1"}}, 1, 1),  # by its name
        ({"PKB": {"AKT1"}}, 0, 1),
        ({"PKB": {"AKT1", "AKT2"}}, 1, 1),  # a group, half of which belong
        ({"PKB1": {"AKT1"}, "PKB2": {"AKT2"}}, 1, 2),  # half of the members
        ({"X": {"TP53", "A", "B"}}, 1, 0),
    ],
)
def test_hits_and_right(mentions: dict[str, set[str]], hits: int, right: int) -> None:
    scores = compare(TRUTH, mentions).scores
    assert scores == Scores(3, hits, len(mentions), right)


def test_shares() -> None:
    both = Scores(4, 3, 6, 3) + Scores(4, 1, 2, 1)
    assert both == Scores(8, 4, 8, 4)
    assert (both.recall, both.precision, both.f1) == (0.5, 0.5, 0.5)
    assert (Scores().recall, Scores().precision) == (1.0, 1.0)
    assert Scores(1, 0, 1, 0).f1 == 0


def test_symbols_of_the_past_are_brought_up_to_date(tmp_path: Path) -> None:
    nomenclature = Nomenclature(namer().lexicon)
    path = tmp_path / "f.json"
    families = [{"text": "AKT", "family": "AKT", "hgnc": []}, {"text": "?", "family": "nobody"}]
    path.write_text(json.dumps({"genes": [{"hgnc": ["MLL", "TP53"]}], "families": families}))
    truth = load_truth(path, nomenclature)
    assert truth.genes == {"KMT2A", "TP53"}
    assert set(truth.families) == {"AKT"}
    assert truth.families["AKT"].members == {"AKT1", "AKT2", "AKT3"}


@pytest.mark.figures
def test_the_scorer_agrees(shared: Path) -> None:
    """On the published records the two differ by families that only one knows."""
    nomenclature = Nomenclature(namer().lexicon)
    total = Scores()
    for path in sorted((shared / "figures" / "truth").glob("*.json")):
        rows = load_record(shared / "figures" / "records" / f"{path.stem}.md").genes
        truth = load_truth(path, nomenclature)
        total += compare(truth, mentions_of(rows, nomenclature)).scores
    command = [shared / "bench" / "score.py", shared / "figures" / "records"]
    told = subprocess.run(
        [sys.executable, *command, shared / "figures" / "truth"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert abs(total.recall - float(told[2])) < 0.005
    assert abs(total.precision - float(told[5])) < 0.005
