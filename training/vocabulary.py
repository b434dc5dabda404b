"""Write the names that readers' doubts are settled by: ``python training/vocabulary.py``.

Into ``models/vocabulary/names.txt.gz``, one name a line as names compare (folded): first
those that figures mostly use (approved symbols of proteins, families, the project's
pathway names), after an empty line all other names of the built-in lexicon. The file is
apart from the lexicon so that a new lexicon changes what is named, and not what was read.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from pathlib import Path

from pipeline.lexicon.folding import fold
from pipeline.lexicon.load import load_lexicon
from pipeline.resources import models_dir


def main() -> None:
    """Write the file; the same lexicon gives the same bytes."""
    path = Path(models_dir() / "vocabulary" / "names.txt.gz")
    path.parent.mkdir(exist_ok=True)
    lexicon = load_lexicon()
    common = {fold(name) for name in [*proteins(), *lexicon.families(), *pathway_names()]}
    common &= lexicon.keys()
    text = "\n".join([*sorted(common), "", *sorted(lexicon.keys() - common), ""])
    path.write_bytes(gzip.compress(text.encode("ascii"), 9, mtime=0))
    print(f"{path}: {len(common)} of {len(lexicon.keys())} common, {path.stat().st_size} bytes")


def proteins() -> Iterator[str]:
    """Approved symbols of genes that make proteins."""
    with gzip.open(models_dir() / "lexicon" / "genes.tsv.gz", "rt", encoding="utf-8") as rows:
        for row in csv.reader(rows, delimiter="\t", quoting=csv.QUOTE_NONE):
            if row[2] == "protein":
                yield row[0]


def pathway_names() -> Iterator[str]:
    """Names that pathway figures use, from the project's own list."""
    for row in (models_dir() / "curated" / "pathway_names.tsv").read_text("utf-8").splitlines():
        if row and not row.startswith("#"):
            yield row.split("\t")[0]


if __name__ == "__main__":
    main()
