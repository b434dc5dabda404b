"""Fit the weights of naming to figures read by eye, and show what that is worth elsewhere.

    python bench/calibration.py TRUTH... --records DIR [--text DIR] [--run OUT]
                                [--curve PNG] [--write] [--check TRUTH ...]

Labels come from given text (``--text``, Google's) and from the lines that a run stored
(``--run``, ours); captions from ``--records``. What is named at a low threshold is right or
wrong by the label view of ``bench/score.py``. The weights are the most likely ones under a
Gaussian prior around those set by hand (``models/naming_weights.tsv``, third column): a
logistic regression that the hand pulls back.

**Cross-validated**: weights and threshold are fitted to one half of the figures and scored on
the other, both ways, and the counts of both are added. The threshold of a fit is the lowest
at which the precision on each kind of text of its figures reaches ``--precision``, which is
more than is wanted of other figures, for the weights know these.

``--write`` fits to all figures and writes the table; ``--check`` scores the result on further
figures, which nothing is fitted to; ``--curve`` draws precision over recall, cross-validated.
"""

from __future__ import annotations

import argparse
import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from naming import load_scorer
from spacy.tokens import Doc

from pipeline.lexicon.load import load_lexicon
from pipeline.naming.choosers import choose_longest
from pipeline.naming.evidence import score
from pipeline.naming.judged import CANDIDATES, GENES, Judged, annotate
from pipeline.naming.namer import Namer
from pipeline.naming.weights import THRESHOLD, load_weights
from pipeline.reading.external import read_text
from pipeline.records.frontmatter import parse_record
from pipeline.resources import models_dir
from pipeline.running.stored import Stored
from pipeline.types import Line

TABLE = models_dir() / "naming_weights.tsv"

#: Standard deviation of the prior around each weight, in log odds.
PRIOR_WIDTH = 0.5

#: Names are gathered, with the weights as they are, down to this score.
_LOW = 0.05
_ROUNDS, _STEPS = 3, 25

#: Thresholds tried: what is less likely than not is never named.
THRESHOLDS = [round(0.50 + 0.05 * step, 2) for step in range(10)]


@dataclass(frozen=True)
class Text:
    """The text of one figure, its candidates found and judged."""

    figid: str
    source: str
    doc: Doc
    found: Sequence[Judged]


class Bench:
    """The texts, their truth, and what a set of weights makes of them."""

    def __init__(self, folders: Sequence[Path], scorer: ModuleType, namer: Namer) -> None:
        sources = Path(str(scorer.__file__)).parents[1] / "lexicon-sources"
        self._known = scorer.Nomenclature(sources)
        self._scorer = scorer
        self._namer = namer
        paths = [path for folder in folders for path in sorted(folder.glob("*.json"))]
        self.truth = {path.stem: scorer.load_truth(path, self._known) for path in paths}

    def text(self, figid: str, source: str, lines: Sequence[Line], context: str) -> Text:
        """The candidates of a figure's lines."""
        doc = self._namer.candidates(lines, context)
        return Text(figid, source, doc, list(doc.user_data[CANDIDATES]))

    def chosen(self, text: Text, weights: Mapping[str, float], threshold: float) -> list[Judged]:
        """What is named under the weights."""
        judged = [_again(each, weights) for each in text.found]
        annotate(text.doc, GENES, choose_longest(judged, threshold))
        return self._namer.readings(text.doc)

    def count(
        self, texts: Iterable[Text], weights: Mapping[str, float], threshold: float
    ) -> Counter[str]:
        """Targets, hits, mentions and right ones over texts."""
        total: Counter[str] = Counter()
        for text in texts:
            mentions: dict[str, set[str]] = defaultdict(set)
            for judged in self.chosen(text, weights, threshold):
                entry = judged.candidate.entry
                mentions[entry.term.upper()] |= self._symbols(judged)
            result = self._scorer.score_figure(*self.truth[text.figid], mentions)
            total.update({k: v for k, v in result.items() if isinstance(v, int)})
        return total

    def samples(
        self, texts: Iterable[Text], weights: Mapping[str, float]
    ) -> list[tuple[Judged, bool]]:
        """What may be named, each term of a text once, and whether it is right."""
        found = []
        for text in texts:
            genes, families = self.truth[text.figid]
            printed = genes.union(*(members for members, _ in families.values()))
            terms: dict[str, Judged] = {}
            for judged in self.chosen(text, weights, _LOW):
                terms.setdefault(judged.candidate.entry.term, judged)
            for judged in terms.values():
                symbols = self._symbols(judged)
                found.append((judged, 2 * len(symbols & printed) >= len(symbols)))
        return found

    def _symbols(self, judged: Judged) -> set[str]:
        return {self._known.current(gene.hgnc_symbol) for gene in judged.candidate.entry.genes}


def _weight_of(name: str) -> str:
    return "also a" if name.startswith("also a ") else name


def _again(judged: Judged, weights: Mapping[str, float]) -> Judged:
    evidence = tuple(
        (name, weights.get(_weight_of(name), value)) for name, value in judged.evidence
    )
    return replace(judged, evidence=evidence, score=score(evidence))


def fit(bench: Bench, texts: Sequence[Text], prior: Mapping[str, float]) -> dict[str, float]:
    """The weights that make the texts' truth most likely, given the prior."""
    names = list(prior)
    column = {name: index for index, name in enumerate(names)}
    weights = dict(prior)
    for _ in range(_ROUNDS):
        samples = bench.samples(texts, weights)
        x = np.zeros((len(samples), len(names)))
        rest = np.zeros(len(samples))
        for row, (judged, _) in enumerate(samples):
            for name, value in judged.evidence:
                if (known := column.get(_weight_of(name))) is not None:
                    x[row, known] += 1.0
                else:  # the costs of rules and the doubt of readings are not fitted
                    rest[row] += value
        right = np.array([float(ok) for _, ok in samples])
        found = _most_likely(x, rest, right, np.array([prior[name] for name in names]))
        weights = dict(zip(names, (float(value) for value in found), strict=True))
    return weights


def _most_likely(x: Any, rest: Any, right: Any, prior: Any) -> Any:
    """Newton's method; the prior keeps the problem well-posed."""
    weights = prior.copy()
    for _ in range(_STEPS):
        chance = 1.0 / (1.0 + np.exp(-(x @ weights + rest)))
        slope = x.T @ (chance - right) + (weights - prior) / PRIOR_WIDTH**2
        curve = (x * (chance * (1.0 - chance))[:, None]).T @ x
        curve += np.eye(len(prior)) / PRIOR_WIDTH**2
        step = np.linalg.solve(curve, slope)
        weights -= step
        if np.abs(step).max() < 1e-6:
            break
    return weights


def precision(count: Counter[str]) -> float:
    """Share of the names that are right."""
    return count["right"] / count["mentions"] if count["mentions"] else 1.0


def recall(count: Counter[str]) -> float:
    """Share of the labels that are found."""
    return count["hits"] / count["targets"] if count["targets"] else 1.0


def shown(count: Counter[str]) -> str:
    """The three numbers."""
    p, r = precision(count), recall(count)
    both = 2 * p * r / (p + r) if p + r else 0.0
    return f"recall {r:.3f}  precision {p:.3f}  F1 {both:.3f}"


def threshold_of(
    bench: Bench, texts: Sequence[Text], weights: Mapping[str, float], wanted: float
) -> float:
    """The lowest threshold at which the precision on each kind of text is reached."""
    for threshold in THRESHOLDS:
        counts = [bench.count(of, weights, threshold) for of in by_source(texts).values()]
        if all(precision(count) >= wanted for count in counts):
            return threshold
    return THRESHOLDS[-1]


def curves_of(
    bench: Bench, texts: Sequence[Text], prior: Mapping[str, float]
) -> dict[str, list[Counter[str]]]:
    """Scores by source at every threshold, each half under the weights of the other."""
    curves: dict[str, list[Counter[str]]] = defaultdict(lambda: [Counter() for _ in THRESHOLDS])
    for known, unseen in both_ways(texts):
        weights = fit(bench, known, prior)
        for source, of in by_source(unseen).items():
            for total, threshold in zip(curves[source], THRESHOLDS, strict=True):
                total += bench.count(of, weights, threshold)
    return curves


def both_ways(texts: Sequence[Text]) -> Iterator[tuple[list[Text], list[Text]]]:
    """The two halves of the texts' figures, drawn by the digests of their ids, both ways."""
    figids = {text.figid for text in texts}
    ordered = sorted(figids, key=lambda figid: hashlib.sha256(figid.encode()).hexdigest())
    one = set(ordered[::2])
    first = [text for text in texts if text.figid in one]
    second = [text for text in texts if text.figid not in one]
    yield first, second
    yield second, first


def by_source(texts: Iterable[Text]) -> dict[str, list[Text]]:
    """Texts by where they come from."""
    found: dict[str, list[Text]] = defaultdict(list)
    for text in texts:
        found[text.source].append(text)
    return found


def cross_validate(
    bench: Bench, texts: Sequence[Text], prior: Mapping[str, float], wanted: float
) -> dict[str, Counter[str]]:
    """Scores by source, each half under weights and threshold fitted to the other."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for known, unseen in both_ways(texts):
        weights = fit(bench, known, prior)
        threshold = threshold_of(bench, known, weights, wanted)
        print(f"fitted to {len({text.figid for text in known})} figures: threshold {threshold}")
        for source, of in by_source(unseen).items():
            found[source] += bench.count(of, weights, threshold)
    return found


def draw(curve: Mapping[str, list[Counter[str]]], path: Path) -> None:
    """Precision over recall, one line a source."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(6, 4.5), dpi=120)
    for source, counts in curve.items():
        axes.plot([recall(c) for c in counts], [precision(c) for c in counts], "o-", label=source)
        for count, threshold in list(zip(counts, THRESHOLDS, strict=True))[::3]:
            axes.annotate(f"{threshold:.2f}", (recall(count), precision(count)), fontsize=8)
    axes.set_xlabel("recall of labels")
    axes.set_ylabel("precision")
    axes.set_title("Threshold of naming, cross-validated")
    axes.grid(alpha=0.3)
    axes.legend()
    figure.tight_layout()
    figure.savefig(path, metadata={"Software": None})


def write(weights: Mapping[str, float], threshold: float, prior: Mapping[str, float]) -> None:
    """Put the weights into the table, its comments and order kept."""
    lines = []
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        name = line.partition("\t")[0]
        if name == THRESHOLD:
            line = f"{THRESHOLD}\t{threshold:.2f}\t0.50"
        elif name in weights:
            line = f"{name}\t{weights[name]:.2f}\t{prior[name]:.2f}"
        lines.append(line)
    TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8")


def texts_of(bench: Bench, figids: Iterable[str], args: argparse.Namespace) -> list[Text]:
    """All texts of the figures that the arguments give."""
    found = []
    for figid in figids:
        record = args.records / f"{figid}.md"
        context = parse_record(record.read_text("utf-8"), record).context
        if args.text and (path := args.text / f"{figid}.txt").is_file():
            found.append(bench.text(figid, "Google's text", read_text(path), context))
        if args.run:
            with Stored(args.run / "run.db") as stored:
                found.append(bench.text(figid, "our reading", stored.lines(figid), context))
    return found


def main() -> None:
    """Fit, score and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("truth", type=Path, nargs="+", metavar="TRUTH")
    parser.add_argument("--scorer", type=Path, metavar="FILE", help="default TRUTH/../../bench")
    parser.add_argument("--records", type=Path, required=True, metavar="DIR", help="captions")
    parser.add_argument("--text", type=Path, metavar="DIR", help="text of the figures")
    parser.add_argument("--run", type=Path, metavar="OUT", help="output folder of a run")
    parser.add_argument("--check", type=Path, nargs="*", default=[], metavar="TRUTH")
    parser.add_argument("--precision", type=float, default=0.956, help="wanted of the threshold")
    parser.add_argument("--curve", type=Path, metavar="PNG")
    parser.add_argument("--write", action="store_true", help="write models/naming_weights.tsv")
    args = parser.parse_args()
    scorer = load_scorer(args.scorer or args.truth[0].parents[1] / "bench" / "score.py")
    bench = Bench([*args.truth, *args.check], scorer, Namer(load_lexicon()))
    prior = dict(load_weights(prior=True).values)
    figids = sorted(path.stem for folder in args.truth for path in folder.glob("*.json"))
    texts = texts_of(bench, figids, args)
    for source, count in cross_validate(bench, texts, prior, args.precision).items():
        right = f"{count['hits']}/{count['targets']}, {count['right']}/{count['mentions']}"
        print(f"cross-validated, {source:14} {shown(count)}  ({right})")
    curve = curves_of(bench, texts, prior)
    print("\nthreshold, weights cross-validated")
    for at, threshold in enumerate(THRESHOLDS):
        each = "   ".join(f"{source}: {shown(counts[at])}" for source, counts in curve.items())
        print(f"{threshold:.2f}   {each}")
    if args.curve:
        draw(curve, args.curve)
    weights = fit(bench, texts, prior)
    threshold = threshold_of(bench, texts, weights, args.precision)
    print(f"\nfitted to all: threshold {threshold}")
    for source, of in by_source(texts).items():
        print(f"{source:14} {shown(bench.count(of, weights, threshold))}")
    for folder in args.check:
        more = texts_of(bench, sorted(path.stem for path in folder.glob("*.json")), args)
        for source, of in by_source(more).items():
            print(f"{folder}: {source:14} {shown(bench.count(of, weights, threshold))}")
    if args.write:
        write(weights, threshold, prior)


if __name__ == "__main__":
    main()
