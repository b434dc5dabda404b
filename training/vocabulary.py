"""Write the names that readers' doubts are settled by: ``python training/vocabulary.py``.

All names of the built-in lexicon as they compare (folded), into
``models/vocabulary/names.txt.gz``. The file is apart from the lexicon so that a new
lexicon changes what is named, and not what was read.
"""

from __future__ import annotations

import gzip
from pathlib import Path

from pipeline.lexicon.load import load_lexicon
from pipeline.resources import models_dir


def main() -> None:
    """Write the file; the same lexicon gives the same bytes."""
    path = Path(models_dir() / "vocabulary" / "names.txt.gz")
    path.parent.mkdir(exist_ok=True)
    names = "\n".join(sorted(load_lexicon().keys())) + "\n"
    path.write_bytes(gzip.compress(names.encode("ascii"), 9, mtime=0))
    print(f"{path}: {names.count(chr(10))} names, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
