"""How far PFOCR's lexicon regenerates the published rows: ``python bench/published.py ...``.

    python bench/published.py RECORDS --text DIR --lexicon DIR [--list]

Names the text of the figures with PFOCR's own lexicon and compares the rows with those of the
published records, label by label. A label is accepted by both where a row of ours has its
folded word. Of the published rows with such labels the share is printed that is identical in
word, symbol, source, approved symbol and NCBI Gene id; each other row falls into one class.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from pipeline.lexicon.folding import fold
from pipeline.lexicon.load import load_lexicon
from pipeline.naming.namer import Namer
from pipeline.naming.rows import gene_rows
from pipeline.reading.external import read_text
from pipeline.records.frontmatter import parse_record
from pipeline.types import GeneRow

IDENTICAL = "identical"
NOT_ACCEPTED = "label not accepted by us"


def class_of(row: GeneRow, ours: list[GeneRow]) -> str:
    """What became of a published row, given our rows with its folded word."""
    if not ours:
        return NOT_ACCEPTED
    if row in ours:
        return IDENTICAL
    same_gene = [other for other in ours if other.entrez == row.entrez]
    if not same_gene:
        families = [o for o in ours if o.source == row.source == "bioentities_symbol"]
        return "another member of the family" if families else "another gene"
    other = min(same_gene, key=lambda o: _differences(row, o))
    differing = [
        field for field in GeneRow.__slots__ if getattr(row, field) != getattr(other, field)
    ]
    return "other " + ", ".join(differing)


def _differences(row: GeneRow, other: GeneRow) -> int:
    return sum(getattr(row, field) != getattr(other, field) for field in GeneRow.__slots__)


def compared(records: Path, texts: Path, namer: Namer) -> Iterator[tuple[str, GeneRow, str]]:
    """(figure, published row, its class) for every published row of a figure with text."""
    for path in sorted(records.glob("*.md")):
        text = texts / f"{path.stem}.txt"
        if not text.is_file():
            continue
        record = parse_record(path.read_text("utf-8"), path)
        ours: dict[str, list[GeneRow]] = defaultdict(list)
        for row in gene_rows(namer.name(read_text(text), record.context)):
            ours[fold(row.word)].append(row)
        for row in record.genes:
            yield path.stem, row, class_of(row, ours[fold(row.word)])


def main() -> None:
    """Print the share and the classes."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("records", type=Path, metavar="RECORDS", help="published records")
    parser.add_argument("--text", type=Path, required=True, metavar="DIR", help="their text")
    parser.add_argument("--lexicon", type=Path, required=True, metavar="DIR", help="PFOCR's files")
    parser.add_argument("--list", action="store_true", help="list every row that differs")
    args = parser.parse_args()
    namer = Namer(load_lexicon(args.lexicon))
    found = list(compared(args.records, args.text, namer))
    classes = Counter(kind for _, _, kind in found)
    accepted = len(found) - classes[NOT_ACCEPTED]
    share = classes[IDENTICAL] / accepted if accepted else 1.0
    print(f"identical {share:.3f} ({classes[IDENTICAL]} of {accepted} rows with accepted labels)")
    for kind, count in classes.most_common():
        print(f"{count:6}  {kind}")
    if args.list:
        for figid, row, kind in found:
            if kind != IDENTICAL:
                print(f"{figid}  {kind}: {row.word} {row.symbol} {row.source} {row.hgnc_symbol}")


if __name__ == "__main__":
    main()
