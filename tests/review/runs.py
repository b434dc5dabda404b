"""Runs to review: the drawn figures through the whole pipeline, but for the reading.

Their lines come from the truth of the drawings, so that a run takes a fraction of a second
and every label has its true place.
"""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.curation.curator import Curator
from pipeline.curation.discovery import with_decisions
from pipeline.curation.policies import Policy
from pipeline.naming.namer import Namer
from pipeline.records.create import new_record
from pipeline.records.frontmatter import load_record
from pipeline.review.server import prepare
from pipeline.running.batch import run_batch
from pipeline.running.engines import Engines, Versions
from pipeline.running.plan import Plan, RunSummary
from pipeline.running.writing import Output
from pipeline.types import Figure, GeneRow, Line, Outcome, Reading, Region, StoredLines
from tests.faults.executors import SerialExecutor

ROOT = Path(__file__).resolve().parents[2]
SEED = "PMC5400654__oncotarget-08-22145-g003"
WNT = "FIXTURE001__wnt-signalling"
CYCLE = "FIXTURE002__cell-cycle"
UNREAD = GeneRow("Zyxin", "Zyxin", "hgnc_alias_symbol", "ZYX", "7791")


@cache
def namer() -> Namer:
    return Engines(Policy.UNION, ()).namer()


class TruthReader:
    """Reads what is printed in one drawn figure."""

    def __init__(
        self, figid: str, extra: Sequence[str] = (), truth: dict[str, Any] | None = None
    ) -> None:
        if truth is None:
            truth = json.loads((ROOT / "fixtures" / "truth" / f"{figid}.json").read_text("utf-8"))
        self._labels = [(label["text"], label["polygon"]) for label in truth["labels"]]
        self._labels += [(text, [[5, 5], [60, 5], [60, 20], [5, 20]]) for text in extra]

    def read(self, pixels: Any) -> Sequence[Line]:
        return [
            Line(
                " ".join(text.split()),
                0.95,
                Region(tuple(map(tuple, polygon)), 0.9, "truth"),
                (Reading(" ".join(text.split()), 0.95, "truth"),),
            )
            for text, polygon in self._labels
        ]


class TruthCurator:
    def __init__(
        self, extra: Sequence[str], policy: Policy, truth: dict[str, dict[str, Any]]
    ) -> None:
        self._extra, self._policy, self._truth = extra, policy, truth

    def curate(self, figure: Figure, stored: StoredLines | None = None) -> Outcome:
        stem = figure.image.stem if figure.image else figure.figid
        reader = TruthReader(stem, self._extra, self._truth.get(stem))
        curator = Curator(reader, namer(), self._policy)
        return curator.curate(figure, stored)


class DrawnRun:
    """Drawn figures, their curated records, and a run over them.

    Args:
        folder: where all of it goes.
        figures: ids of the figures; all drawn ones by default.
        extra: texts that are read besides in every figure.
    """

    def __init__(
        self, folder: Path, figures: Sequence[str] = (), extra: Sequence[str] = ()
    ) -> None:
        self.folder = folder
        self.output = Output(folder / "out")
        self.curated = folder / "curated"
        self.curated.mkdir(exist_ok=True)
        self._extra = extra
        self._truth: dict[str, dict[str, Any]] = {}
        images = sorted((ROOT / "fixtures" / "figures").glob("*.[jp][pn]g"))
        self.images = {p.stem: p for p in images if not figures or p.stem in figures}

    def copy(self, folder: Path) -> DrawnRun:
        """Return the same run in another folder."""
        shutil.copytree(self.folder, folder)
        return DrawnRun(folder, list(self.images), self._extra)

    def lines_of(self, figid: str, truth: dict[str, Any]) -> None:
        """Say what is printed in a figure that is none of the drawn ones."""
        self._truth[figid] = truth

    def curate(self, figid: str, rows: Sequence[GeneRow] = (), caption: str = "") -> Path:
        """Write the curated record of a figure; the seed's is the seed."""
        path = self.curated / f"{figid}.md"
        if figid == SEED and not rows:
            path.write_bytes((ROOT / "seeds" / f"{SEED}.md").read_bytes())
            return path
        metadata = self.curated / f"{figid}.yml"
        metadata.write_text(json.dumps({"caption": caption, "article_title": "How it acts"}))
        record = new_record(figid, metadata).with_genes(rows)
        path.write_bytes(record.text.encode("utf-8"))
        return path

    def run(self, policy: Policy = Policy.UNION, *, force: bool = False) -> RunSummary:
        """Do what ``pfcurate run`` does."""
        figures = [
            Figure(figid, image=image, record=self.curated / f"{figid}.md")
            for figid, image in self.images.items()
        ]
        plan = Plan(
            figures=with_decisions(figures, self.output.decisions),
            output=self.output,
            config=policy.value,
            versions=Versions({}, {"double": "1"}),
            force=force,
        )
        return run_batch(
            plan, SerialExecutor(lambda _: TruthCurator(self._extra, policy, self._truth))
        )

    def emitted(self, figid: str) -> str:
        return self.output.record(figid).read_text("utf-8")

    def genes(self, figid: str) -> tuple[GeneRow, ...]:
        return load_record(self.output.record(figid)).genes


def drawn_run(folder: Path, extra: Sequence[str] = (), figures: Sequence[str] = ()) -> DrawnRun:
    """Drawn figures, all by default.

    They are curated with the first half of what is read, and one row more.
    """
    run = DrawnRun(folder, figures, extra)
    for figid in run.images:
        if figid == SEED:
            run.curate(figid)
            continue
        mentions = namer().names(TruthReader(figid).read(None)).genes
        half = mentions[: len(mentions) // 2]
        rows = {
            gene: GeneRow(m.text, m.entry.term, m.entry.source.value, gene.hgnc_symbol, gene.entrez)
            for m in half
            for gene in m.entry.genes
        }
        run.curate(figid, (*rows.values(), UNREAD), f"What {figid} shows")
    run.run()
    return run


@contextmanager
def serving(output: Output, reviewer: str = "ann") -> Iterator[str]:
    """Serve the review of a run; gives the address of the page."""
    page = prepare(output, reviewer=reviewer)
    thread = threading.Thread(target=page.server.run, kwargs={"sockets": [page.listener]})
    thread.start()
    try:
        yield page.address
    finally:
        page.server.should_exit = True
        thread.join()
        page.listener.close()
