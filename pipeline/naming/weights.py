"""The weights of evidence, and the one threshold: fitted to figures read by eye, kept as data.

``models/naming_weights.tsv`` holds, for every piece of evidence, the fitted weight and the prior
that it was fitted from, both in log odds; ``bench/calibration.py`` writes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipeline.errors import LexiconError
from pipeline.resources import models_dir

THRESHOLD = "threshold"

#: The threshold that goes with the priors: even odds.
_EVEN = 0.5


@dataclass(frozen=True)
class Weights:
    """What each piece of evidence counts.

    Attributes:
        values: log odds by name of the evidence.
        threshold: a candidate is a mention from this score (0 to 1) on.
        version: digest of the table.
    """

    values: Mapping[str, float]
    threshold: float
    version: str = ""

    def __getitem__(self, name: str) -> float:
        return self.values[name]


@cache
def load_weights(path: Path | None = None, *, prior: bool = False) -> Weights:
    """Read the table of weights.

    Args:
        path: None for the one that comes with the product.
        prior: take the priors, which are set by hand, and even odds.

    Raises:
        LexiconError: it is missing or malformed.
    """
    import hashlib

    path = path or models_dir() / "naming_weights.tsv"
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise LexiconError(path, f"cannot be read ({error})", "Reinstall pfcurate") from error
    values: dict[str, float] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if line and not line.startswith("#"):
            try:
                name, fitted, by_hand = line.split("\t")
                values[name] = float(by_hand if prior else fitted)
            except ValueError as error:
                cause = "is not `evidence<TAB>weight<TAB>prior`"
                raise LexiconError(f"{path}:{number}", cause, "Reinstall pfcurate") from error
    threshold = values.pop(THRESHOLD, _EVEN)
    return Weights(values, threshold, hashlib.sha256(text.encode()).hexdigest()[:12])
