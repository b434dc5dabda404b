from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import LexiconError
from pipeline.naming.weights import load_weights


def test_the_table_holds_what_was_fitted_and_the_prior(tmp_path: Path) -> None:
    path = tmp_path / "weights.tsv"
    path.write_text("# comment\nthreshold\t0.65\t0.5\nfamily\t1.5\t2.3\n", encoding="utf-8")
    fitted, prior = load_weights(path), load_weights(path, prior=True)
    assert (fitted["family"], fitted.threshold) == (1.5, 0.65)
    assert (prior["family"], prior.threshold) == (2.3, 0.5)
    assert fitted.version == prior.version != ""


def test_more_or_less_is_as_the_hand_had_it() -> None:
    fitted, prior = load_weights(), load_weights(prior=True)
    assert fitted.values.keys() == prior.values.keys()
    against = [name for name, weight in prior.values.items() if weight <= -1.0]
    assert all(fitted[name] < 0 for name in against)


@pytest.mark.parametrize("text", ["family\t1.5\n", "family\tx\t1\n", "family\n"])
def test_a_malformed_table_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "weights.tsv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LexiconError) as caught:
        load_weights(path)
    assert caught.value.subject == f"{path}:1"


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(LexiconError, match="cannot be read"):
        load_weights(tmp_path / "none.tsv")
