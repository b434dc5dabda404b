"""Estimate what readers take characters for: ``python training/confusions/estimate.py OUT ...``.

Names are read at one place by several readers, at several scales, and by Google Cloud
Vision, and many of them stand in the figure's caption, whose characters are right. A
reading that differs in little from

- what two different readers agree on at the same place,
- another reading of the place that is a name of the lexicon, where this one is none, or
- a name of the caption, or
- what was drawn in it (``--drawn``),

is aligned with it, and what stands in place of what is counted. The cost of taking ``read``
for ``printed`` is the log odds of ``read`` being right, against it being a misread
``printed``: ``ln((right + 1) / (confused + 1/2))``. Where several printed words are as near,
each counts for as much as the costs of the round before make it likely.

Writes ``models/confusions.tsv``. Figures that accuracy is measured on are left out by
``--without``.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from rapidfuzz.distance import Levenshtein

from pipeline.lexicon.folding import fold
from pipeline.lexicon.load import Lexicon, load_lexicon
from pipeline.records.frontmatter import parse_record

#: Stands for the edge of a word in the table: what is lost or added there.
EDGE = "^"

#: A pair counts as one name read twice up to so many edits, and from so many characters on.
_EDITS, _LENGTH = 2, 4

#: Rounds of counting, and the cost of a confusion that no round has counted yet.
_ROUNDS, _UNKNOWN = 4, 9.0

#: What is counted fewer times is chance.
_LEAST = 3

#: What costs more is never worth a look.
_DEAREST = 7.0

#: Punctuation around a word that belongs to the sentence.
_AROUND = ".,;:()[]"

Counts = dict[tuple[str, str], float]

_NAME = re.compile(r"(?=\S*[A-Z\d\u0370-\u03ff])[^\W_][\w\-/]+")


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run", type=Path, metavar="OUT", help="output folder of a run")
    parser.add_argument("--text", type=Path, metavar="DIR", help="Google's text, FIGID.txt")
    parser.add_argument("--records", type=Path, required=True, metavar="DIR", help="captions")
    parser.add_argument("--drawn", type=Path, nargs="*", default=[], metavar="PAIRS")
    parser.add_argument("--without", type=Path, nargs="*", default=[], metavar="DIR")
    parser.add_argument("--output", type=Path, default=Path("models/confusions.tsv"))
    args = parser.parse_args()
    left_out = {path.stem for folder in args.without for path in folder.glob("*.json")}
    lexicon = load_lexicon()
    figures: list[list[tuple[str, list[str]]]] = []
    for figid, places in readings_of(args.run / "run.db").items():
        if figid in left_out:
            continue
        text = args.text / f"{figid}.txt" if args.text else None
        google = text.read_text("utf-8").split() if text and text.is_file() else []
        record = args.records / f"{figid}.md"
        caption = ""
        if record.is_file():
            caption = parse_record(record.read_text("utf-8"), record).context
        figures.append(list(pairs(places, google, set(_NAME.findall(caption)), lexicon)))
    figures.append([pair for path in args.drawn for pair in drawn_pairs(path)])
    costs: dict[tuple[str, str], float] = {}
    for _ in range(_ROUNDS):
        confused: Counts = defaultdict(float)
        right: dict[str, float] = defaultdict(float)
        for read, near in (pair for figure in figures for pair in figure):
            for printed, share in shares(read, near, costs):
                count(read, printed, share, confused, right)
        costs = {pair: cost_of(*pair, confused, right) for pair in confused}
    args.output.write_text(table(costs, confused, right), encoding="utf-8")
    print(f"{len(figures) - 1} figures; {sum(confused.values())} confusions; {args.output}")


def drawn_pairs(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Words of drawn labels, read and printed; see ``drawn.py``."""
    for line in path.read_text("utf-8").splitlines():
        _, ours, theirs = line.split("\t")
        words = list(zip(ours.split(), theirs.split(), strict=False))
        if len(ours.split()) == len(theirs.split()):
            yield from ((read, [printed]) for read, printed in words if alike(read, printed))


def readings_of(database: Path) -> dict[str, list[list[tuple[str, str]]]]:
    """(reader, text) of every reading of every line, by figure."""
    found: dict[str, list[list[tuple[str, str]]]] = defaultdict(list)
    with sqlite3.connect(database) as ledger:
        for figid, readings in ledger.execute("SELECT figid, readings FROM lines"):
            found[figid].append([(r["reader"], r["text"]) for r in json.loads(readings)])
    return found


def pairs(
    places: Iterable[list[tuple[str, str]]], google: list[str], names: set[str], lexicon: Lexicon
) -> Iterator[tuple[str, list[str]]]:
    """(word read, words that may be printed) wherever that is known."""
    words = [word.strip(_AROUND) for word in google]
    for readings in places:
        agreed = agreement(readings)
        texts = [text for _, text in readings]
        words += [word.strip(_AROUND) for text in texts for word in text.split()]
        for ours in texts:
            for theirs in dict.fromkeys(texts):
                yield from _in_step(ours.split(), theirs.split(), theirs == agreed, lexicon)
        if agreed is not None:
            for word in agreed.split():
                near = [other for other in set(words[: len(google)]) if alike(other, word)]
                if len(near) == 1 and fold(near[0]) not in lexicon:
                    yield near[0], [word]
    for word in words:
        if word in names:
            yield word, [word]
        elif fold(word) not in lexicon:
            # A caption says Ca2+ or ISGs where the figure says Ca and ISG: of another length
            # is another word.
            near = [name for name in names if len(name) == len(word) and alike(word, name)]
            if near:
                yield word, near


def _in_step(
    ours: list[str], theirs: list[str], agreed: bool, lexicon: Lexicon
) -> Iterator[tuple[str, list[str]]]:
    """Words of two readings of one place, where the second is known to be right."""
    if len(ours) != len(theirs):
        return
    for read, printed in zip(ours, theirs, strict=True):
        known = read == printed or fold(read) not in lexicon
        if known and (agreed or fold(printed) in lexicon) and alike(read, printed):
            yield read, [printed]


def shares(
    read: str, near: list[str], costs: Mapping[tuple[str, str], float]
) -> Iterator[tuple[str, float]]:
    """How likely each of the printed words is to be what was read; the sum is 1."""
    if len(near) == 1:
        yield near[0], 1.0
        return
    chances = []
    for printed in near:
        confused: Counts = defaultdict(float)
        count(read, printed, 1.0, confused, defaultdict(float))
        dear = sum(costs.get(pair, _UNKNOWN) * times for pair, times in confused.items())
        chances.append(math.exp(-dear))
    for printed, chance in zip(near, chances, strict=True):
        yield printed, chance / sum(chances)


def agreement(readings: Iterable[tuple[str, str]]) -> str | None:
    """The text that two different readers agree on, or None."""
    readers: dict[str, set[str]] = defaultdict(set)
    for reader, text in readings:
        readers[text].add(reader)
    agreed = [text for text, seen in readers.items() if len(seen) > 1]
    return max(agreed, key=len) if agreed else None


def alike(read: str, printed: str) -> bool:
    """Whether one may be a reading of the other."""
    if read == printed:
        return True
    if len(printed) < _LENGTH or abs(len(read) - len(printed)) > 1:
        return False
    # IL-6 is no misread IL-8: both are printed. Digits are taken for letters, not for digits.
    digits = [char for char in read if char.isdigit()], [c for c in printed if c.isdigit()]
    if len(digits[0]) == len(digits[1]) and digits[0] != digits[1]:
        return False
    edits = _EDITS if len(printed) > 5 else 1
    return bool(Levenshtein.distance(read.upper(), printed.upper(), score_cutoff=edits) <= edits)


def count(read: str, printed: str, share: float, confused: Counts, right: dict[str, float]) -> None:
    """Count what stands for what in one pair of words, ``share`` times."""
    for tag, a, b, c, d in Levenshtein.opcodes(read, printed):
        ours, theirs = read[a:b], printed[c:d]
        if tag == "equal":
            for char in (*ours, *[EDGE] * ((a == 0) + (b == len(read)))):
                right[char] += share
            continue
        if len(ours) > 2 or len(theirs) > 2:
            continue
        if len(ours) == len(theirs):
            for mine, real in zip(ours, theirs, strict=True):
                _add(mine, real, share, confused, right)
        elif ours and theirs:
            _add(ours, theirs, share, confused, right)
        elif (a == 0 or b == len(read)) and (ours + theirs).isalnum() and len(ours + theirs) == 1:
            _add(EDGE + ours if a == 0 else ours + EDGE, theirs, share, confused, right)


def _add(read: str, printed: str, share: float, confused: Counts, right: dict[str, float]) -> None:
    printed = printed if not printed.isascii() else printed.upper()
    if fold(read) == fold(printed):  # naming folds these together anyhow
        right[read] += share
    elif read.strip(EDGE) or printed:
        confused[read, printed] += share


def cost_of(read: str, printed: str, confused: Counts, right: Mapping[str, float]) -> float:
    """Log odds of ``read`` being right against its being a misread ``printed``."""
    return math.log((_times_right(read, right) + 1) / (confused[read, printed] + 0.5))


def table(
    costs: Mapping[tuple[str, str], float],
    confused: Counts,
    right: Mapping[str, float],
) -> str:
    """The table's text: one confusion a line, the cheapest first."""
    rows = [
        (cost, read, printed, confused[read, printed], _times_right(read, right))
        for (read, printed), cost in costs.items()
        if confused[read, printed] >= _LEAST and cost <= _DEAREST
    ]
    head = (
        "# What readers take characters for, estimated by training/confusions/estimate.py.\n"
        f"# read <TAB> printed <TAB> cost (log odds) <TAB> times confused <TAB> times right; "
        f"{EDGE} is the edge of a word\n"
    )
    return head + "".join(
        f"{read}\t{printed}\t{cost:.2f}\t{times:.1f}\t{sure:.0f}\n"
        for cost, read, printed, times, sure in sorted(rows)
    )


def _times_right(read: str, right: Mapping[str, float]) -> float:
    """Times that ``read`` was right; of a pair, from above, those of its rarer character."""
    return min(right.get(char, 0.0) for char in read.strip(EDGE) or EDGE)


if __name__ == "__main__":
    main()
