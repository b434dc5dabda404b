"""The product on real figures: what it must not lose again.

``baseline.json`` holds the label F1 of the last release on the figures read by eye. Raise
it when the product gets better; it is never lowered to let a change pass.
"""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

from pipeline.curation.policies import Policy

BASELINE = json.loads((Path(__file__).parent / "baseline.json").read_text(encoding="utf-8"))

#: A change may cost this much label F1 by chance of the figures; more is a regression.
TOLERANCE = 0.01

pytestmark = pytest.mark.figures


@pytest.fixture(scope="module")
def score(shared: Path) -> ModuleType:
    """The scorer that stands beside the figures."""
    path = shared / "bench" / "score.py"
    spec = importlib.util.spec_from_file_location("score", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _run(images: list[Path], records: Path, out: Path, texts: Path | None = None) -> None:
    from pipeline.curation.discovery import discover
    from pipeline.running.batch import Plan, default_jobs, run_batch
    from pipeline.running.engines import Engines, reader_names
    from pipeline.running.workers import LocalExecutor
    from pipeline.running.writing import Output

    engines = Engines(Policy.REPLACE, () if texts else reader_names(None), None)
    found = discover([str(image) for image in images], records, texts)
    assert not found.problems
    plan = Plan(
        figures=found.figures,
        problems=found.problems,
        output=Output(out),
        config=engines.config(),
        versions=engines.probe(),
        emits=True,
        in_place=False,
        force=False,
    )
    summary = run_batch(plan, LocalExecutor(engines, default_jobs()), lambda *_: None)
    assert not summary.failures


def _label_f1(score: ModuleType, records: Path, shared: Path) -> float:
    nomenclature = score.Nomenclature(shared / "lexicon-sources")
    hits = targets = right = mentions = 0
    for path in sorted((shared / "figures" / "truth").glob("*.json")):
        genes, families = score.load_truth(path, nomenclature)
        predicted = score.load_mentions(records / f"{path.stem}.md", nomenclature)
        result = score.score_figure(genes, families, predicted)
        hits, targets = hits + result["hits"], targets + result["targets"]
        right, mentions = right + result["right"], mentions + result["mentions"]
    return float(score.f1(right / mentions, hits / targets))


def test_label_f1_does_not_drop(shared: Path, score: ModuleType, tmp_path: Path) -> None:
    """Images in, records out, against the labels read by eye; takes a few minutes."""
    truth = sorted((shared / "figures" / "truth").glob("*.json"))
    images = [shared / "figures" / "images" / f"{path.stem}.jpg" for path in truth]
    _run(images, shared / "figures" / "blank", tmp_path)
    reached = _label_f1(score, tmp_path / "records", shared)
    assert reached >= BASELINE["label F1 from images"] - TOLERANCE


def test_label_f1_on_other_text_does_not_drop(
    shared: Path, score: ModuleType, tmp_path: Path
) -> None:
    """The same with Google Cloud Vision's text: naming alone."""
    figures = shared / "figures"
    _run([], figures / "blank", tmp_path, figures / "gcv")
    reached = _label_f1(score, tmp_path / "records", shared)
    assert reached >= BASELINE["label F1 from Google Cloud Vision text"] - TOLERANCE
