"""Accuracy of naming: ``python bench/naming.py TRUTH (OUT | --text DIR | --lines OUT)``.

Scores against labels read by eye: ``TRUTH`` holds one ``FIGID.json`` a figure, with the
labels printed in it under ``genes``, ``families``, ``chemicals`` and ``diseases``. Scored is
a finished run, ``OUT/records/FIGID.md`` (run it with ``--policy replace`` on records
without curated rows), or what is named now in given text, ``DIR/FIGID.txt`` or
``FIGID.json``, or in the lines that a run stored, with the captions of ``--records``.

Genes are scored by the label view of the scorer that stands beside the figures
(``--scorer``, default ``TRUTH/../../bench/score.py``). A chemical or disease counts as
found when its folded word (``pipeline.lexicon.folding``) is that of a label; each of a
figure's labels counts once. All figures are micro-averaged.
"""

from __future__ import annotations

import argparse
import gc
import importlib.util
import json
import statistics
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

from pipeline.lexicon.folding import fold
from pipeline.records.frontmatter import Record, load_record, parse_record
from pipeline.types import GeneRow, Line, TermRow

TERMS = ("chemicals", "diseases")


@dataclass(frozen=True)
class Rows:
    """The rows of one figure."""

    genes: tuple[GeneRow, ...] = ()
    chemicals: tuple[TermRow, ...] = ()
    diseases: tuple[TermRow, ...] = ()


@dataclass
class Score:
    """Sums over figures; targets may be hit by more or fewer predictions than are right."""

    targets: int = 0
    hits: int = 0
    predicted: int = 0
    right: int = 0
    identified: int = 0
    errors: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        recall = self.hits / self.targets if self.targets else 1.0
        precision = self.right / self.predicted if self.predicted else 1.0
        both = recall + precision
        return (
            f"recall {recall:.3f} ({self.hits}/{self.targets})  "
            f"precision {precision:.3f} ({self.right}/{self.predicted})  "
            f"F1 {2 * recall * precision / both if both else 0.0:.3f}"
        )


def load_scorer(path: Path) -> ModuleType:
    """The scorer of gene labels, imported from its file."""
    spec = importlib.util.spec_from_file_location("score", path)
    if spec is None or spec.loader is None or not path.is_file():
        sys.exit(f"{path}: no scorer; name it with --scorer")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def records_of(out: Path) -> Callable[[str], Rows]:
    """What gives the rows of a finished run."""

    def rows(figid: str) -> Rows:
        path = out / "records" / f"{figid}.md"
        if not path.is_file():
            return Rows()
        record = load_record(path)
        return Rows(record.genes, record.chemicals, record.diseases)

    return rows


def given_text(folder: Path) -> Callable[[str], Sequence[Line]]:
    """What gives the lines of a figure's text; none if there is no text."""
    from pipeline.reading.external import read_text

    def lines(figid: str) -> Sequence[Line]:
        paths = (folder / (figid + suffix) for suffix in (".json", ".txt"))
        path = next((path for path in paths if path.exists()), None)
        return read_text(path) if path else ()

    return lines


def stored_lines(out: Path) -> Callable[[str], Sequence[Line]]:
    """What gives the lines that a run stored for a figure."""
    from pipeline.running.stored import Stored

    return Stored(out / "run.db").lines


class Namings:
    """Names given text now; keeps account of the time that it takes."""

    def __init__(
        self,
        lines: Callable[[str], Sequence[Line]],
        records: Path | None,
        lexicon: Path | None,
    ) -> None:
        from pipeline.lexicon.load import load_lexicon
        from pipeline.naming.namer import Namer

        self._lines_of, self._records = lines, records
        self._lines = 0
        self._seconds = 0.0
        self._each: list[float] = []
        start, used = time.perf_counter(), time.process_time()
        self._namer = Namer(load_lexicon(lexicon))
        self._namer.names([Line("STAT3")])  # what loads late is loaded now
        gc.freeze()  # as a worker does with what it has loaded
        self._loading = time.perf_counter() - start
        self._loading_cpu = time.process_time() - used

    def __call__(self, figid: str) -> Rows:
        """The rows of a figure's text; none if there is no text."""
        from pipeline.naming.rows import gene_rows, term_rows

        lines, context = self._lines_of(figid), self._context(figid)
        start = time.process_time()
        names = self._namer.names(lines, context)
        seconds = time.process_time() - start
        self._seconds += seconds
        self._lines += len(lines)
        if lines:
            self._each.append(seconds / len(lines))
        return Rows(
            gene_rows(names.genes),
            term_rows(names.concepts, "chemical"),
            term_rows(names.concepts, "disease"),
        )

    def __str__(self) -> str:
        rate = self._lines / self._seconds if self._seconds else 0.0
        middle = statistics.median(self._each) if self._each else 0.0
        return (
            f"loading {self._loading:.2f} s, {self._loading_cpu:.2f} s of them CPU; "
            f"{rate:,.0f} lines a CPU second ({self._lines} lines); "
            f"the median figure takes {60_000 * middle:.1f} ms per 60 lines"
        )

    def _context(self, figid: str) -> str:
        path = self._records / f"{figid}.md" if self._records else None
        return _record(path).context if path and path.is_file() else ""


def _record(path: Path) -> Record:
    return parse_record(path.read_bytes().decode("utf-8"), path)


def score_genes(
    total: Score, truth: Path, rows: Iterable[GeneRow], scorer: ModuleType, known: object
) -> None:
    """Add the label view of one figure."""
    genes, families = scorer.load_truth(truth, known)
    mentions: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        mentions[row.symbol.upper()].add(known.current(row.hgnc_symbol))  # type: ignore[attr-defined]
    result = scorer.score_figure(genes, families, mentions)
    total.targets += result["targets"]
    total.hits += result["hits"]
    total.predicted += result["mentions"]
    total.right += result["right"]
    total.errors += _listed(truth, "genes", result["missed"], result["wrong"])


def score_terms(total: Score, truth: Path, kind: str, rows: Iterable[TermRow]) -> None:
    """Add the chemicals or diseases of one figure."""
    labels = {
        fold(x["text"]): x["text"] for x in json.loads(truth.read_text("utf-8")).get(kind, [])
    }
    words = {fold(row.word): row for row in rows}
    hits = labels.keys() & words.keys()
    total.targets += len(labels)
    total.hits += len(hits)
    total.predicted += len(words)
    total.right += len(hits)
    total.identified += sum(bool(words[key].identifier) for key in hits)
    missed = [text for key, text in labels.items() if key not in hits]
    wrong = [row.word for key, row in words.items() if key not in hits]
    total.errors += _listed(truth, kind, missed, wrong)


def _listed(truth: Path, kind: str, missed: Iterable[str], wrong: Iterable[str]) -> Iterator[str]:
    for name, texts in (("missed", missed), ("wrong", wrong)):
        if texts:
            yield f"{truth.stem}  {kind} {name}: {', '.join(texts)}"


def main() -> None:
    """Print the scores."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("truth", type=Path, metavar="TRUTH")
    parser.add_argument("out", type=Path, nargs="?", metavar="OUT", help="output folder of a run")
    parser.add_argument("--text", type=Path, metavar="DIR", help="text of the figures instead")
    parser.add_argument("--lines", type=Path, metavar="OUT", help="lines of a run, named now")
    parser.add_argument("--records", type=Path, metavar="DIR", help="records with the captions")
    parser.add_argument("--lexicon", type=Path, metavar="DIR", help="lexicon, with --text")
    parser.add_argument("--scorer", type=Path, metavar="FILE", help="scorer of gene labels")
    parser.add_argument("--errors", action="store_true", help="list what is missed and wrong")
    args = parser.parse_args()
    if sum(given is not None for given in (args.out, args.text, args.lines)) != 1:
        parser.error("give one of OUT, --text DIR and --lines OUT")
    truths = sorted(args.truth.glob("*.json"))
    if not truths:
        parser.error(f"no truth in {args.truth}")
    scorer = load_scorer(args.scorer or args.truth.parents[1] / "bench" / "score.py")
    known = scorer.Nomenclature(Path(str(scorer.__file__)).parents[1] / "lexicon-sources")
    source: Callable[[str], Rows]
    if args.out:
        source = records_of(args.out)
    else:
        lines = given_text(args.text) if args.text else stored_lines(args.lines)
        source = Namings(lines, args.records, args.lexicon)
    totals = {kind: Score() for kind in ("genes", *TERMS)}
    for truth in truths:
        rows = source(truth.stem)
        score_genes(totals["genes"], truth, rows.genes, scorer, known)
        for kind in TERMS:
            score_terms(totals[kind], truth, kind, getattr(rows, kind))
    for kind, total in totals.items():
        named = f"  with identifier {total.identified}/{total.hits}" if kind in TERMS else ""
        print(f"{kind:9}  {total}{named}")
    both = [totals[kind] for kind in TERMS]
    sums = Counter(
        {n: sum(getattr(s, n) for s in both) for n in ("targets", "hits", "predicted", "right")}
    )
    print(f"{'both':9}  {Score(**sums)}")
    if isinstance(source, Namings):
        print(source)
    if args.errors:
        print("\n".join(error for total in totals.values() for error in total.errors))


if __name__ == "__main__":
    main()
