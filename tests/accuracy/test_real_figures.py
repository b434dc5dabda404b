"""The product on real figures: what it must not lose again.

``baseline.json`` holds the label F1 of the last release on the figures read by eye. Raise
it when the product gets better; it is never lowered to let a change pass.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.curation.policies import Policy

BASELINE = json.loads((Path(__file__).parent / "baseline.json").read_text(encoding="utf-8"))

#: A change may cost this much label F1 by chance of the figures; more is a regression.
TOLERANCE = 0.01

pytestmark = pytest.mark.figures


def _run(images: list[Path], records: Path, out: Path, texts: Path | None = None) -> None:
    from pipeline.curation.discovery import discover
    from pipeline.running.batch import default_jobs, run_batch
    from pipeline.running.engines import Engines, reader_names
    from pipeline.running.plan import Plan
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
    summary = run_batch(plan, LocalExecutor(engines, default_jobs()))
    assert not summary.failures


def _label_f1(records: Path, truth: Path, shared: Path) -> float:
    """Label F1 as the scorer beside the figures prints it."""
    scorer = shared / "bench" / "score.py"
    sources = ["--lexicon-sources", shared / "lexicon-sources"]
    command = [sys.executable, scorer, records, truth, *sources]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    match = re.search(r"^label .* F1 ([\d.]+)$", printed, re.MULTILINE)
    assert match is not None, printed
    return float(match.group(1))


def test_label_f1_does_not_drop(shared: Path, tmp_path: Path) -> None:
    """Images in, records out, against the labels read by eye; takes a few minutes."""
    truth = sorted((shared / "figures" / "truth").glob("*.json"))
    images = [shared / "figures" / "images" / f"{path.stem}.jpg" for path in truth]
    _run(images, shared / "figures" / "blank", tmp_path)
    reached = _label_f1(tmp_path / "records", shared / "figures" / "truth", shared)
    assert reached >= BASELINE["label F1 from images"] - TOLERANCE


def test_label_f1_on_other_text_does_not_drop(shared: Path, tmp_path: Path) -> None:
    """The same with Google Cloud Vision's text: naming alone."""
    figures = shared / "figures"
    _run([], figures / "blank", tmp_path, figures / "gcv")
    reached = _label_f1(tmp_path / "records", figures / "truth", shared)
    assert reached >= BASELINE["label F1 from Google Cloud Vision text"] - TOLERANCE
