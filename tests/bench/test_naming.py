from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from pipeline.types import TermRow

Bench = Callable[[str], ModuleType]


def test_terms_are_found_by_their_folded_word(bench: Bench, tmp_path: Path) -> None:
    naming = bench("naming")
    truth = tmp_path / "F1.json"
    labels = [{"text": "H2O2"}, {"text": "glucose"}, {"text": "ATP"}]
    truth.write_text(json.dumps({"chemicals": labels}), encoding="utf-8")
    total = naming.Score()
    rows = [
        TermRow("Glucose", "MeSH", "D005947"),
        TermRow("ATP"),
        TermRow("NADH", "MeSH", "D009243"),
    ]
    naming.score_terms(total, truth, "chemicals", rows)
    assert (total.targets, total.hits, total.predicted, total.right) == (3, 2, 3, 2)
    assert total.identified == 1
    assert total.errors == ["F1  chemicals missed: H2O2", "F1  chemicals wrong: NADH"]
    assert str(total).startswith("recall 0.667 (2/3)  precision 0.667 (2/3)  F1 0.667")


def test_nothing_to_find_is_all_found(bench: Bench) -> None:
    assert "recall 1.000 (0/0)  precision 1.000 (0/0)" in str(bench("naming").Score())


def test_a_missing_scorer_is_named(bench: Bench, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"none\.py: no scorer; name it with --scorer"):
        bench("naming").load_scorer(tmp_path / "none.py")


@pytest.mark.figures
def test_given_text_is_named_and_scored(shared: Path, tmp_path: Path) -> None:
    figures = shared / "figures"
    truth = sorted((figures / "truth").glob("*.json"))[0]
    (tmp_path / truth.name).write_bytes(truth.read_bytes())
    scorer = ["--scorer", shared / "bench" / "score.py"]
    texts = ["--text", figures / "gcv", "--records", figures / "blank"]
    command = [sys.executable, "bench/naming.py", tmp_path, *texts, *scorer, "--errors"]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert printed.splitlines()[0].startswith("genes      recall ")
    assert "lines a CPU second" in printed


@pytest.mark.figures
def test_published_rows_are_regenerated(bench: Bench, shared: Path) -> None:
    """At least 95 of 100 rows whose label we accept are the same in every field."""
    published = bench("published")
    namer = published.Namer(published.load_lexicon(shared / "lexicon-sources" / "pfocr"))
    figures = shared / "figures"
    kinds = [kind for *_, kind in published.compared(figures / "records", figures / "gcv", namer)]
    accepted = [kind for kind in kinds if kind != published.NOT_ACCEPTED]
    assert len(accepted) > 0.95 * len(kinds)
    assert accepted.count(published.IDENTICAL) >= 0.95 * len(accepted)


def test_differences_of_published_rows_are_classed(bench: Bench) -> None:
    published = bench("published")
    row = published.GeneRow("IL6,", "IL6", "hgnc_symbol", "IL6", "3569")
    other = published.GeneRow("IL6", "IL-6", "hgnc_alias_symbol", "IL6", "3569")
    gene = published.GeneRow("IL6,", "IL6", "hgnc_symbol", "IL6R", "3570")
    assert published.class_of(row, []) == published.NOT_ACCEPTED
    assert published.class_of(row, [other, row]) == published.IDENTICAL
    assert published.class_of(row, [other]) == "other word, symbol, source"
    assert published.class_of(row, [gene]) == "another gene"


def test_the_fit_pulls_weights_to_what_is_right(bench: Bench) -> None:
    calibration = bench("calibration")
    np = calibration.np
    seen = np.array([[1.0, 0.0], [1.0, 1.0]] * 50)
    right = np.array([1.0, 0.0] * 50)
    found = calibration._most_likely(seen, np.zeros(100), right, np.zeros(2))
    assert found[0] > 0.5
    assert found[1] < -0.5
    unseen = calibration._most_likely(seen * [1.0, 0.0], np.zeros(100), right, np.ones(2))
    assert unseen[1] == pytest.approx(1.0)  # evidence that never occurs stays where it was


def test_the_halves_are_the_same_whatever_the_order(bench: Bench) -> None:
    calibration = bench("calibration")
    texts = [calibration.Text(f"F{n}", "text", None, ()) for n in range(9)]
    (one, other), (third, fourth) = calibration.both_ways(texts)
    assert (one, other) == (fourth, third)
    assert {t.figid for t in one} | {t.figid for t in other} == {t.figid for t in texts}
    reverse = next(iter(calibration.both_ways(texts[::-1])))
    assert {t.figid for t in reverse[0]} == {t.figid for t in one}
