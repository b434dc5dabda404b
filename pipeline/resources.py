"""Where the data files that the pipeline loads (``models/``) are found."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def models_dir() -> Path:
    """The folder of lexicon tables, lists and weights.

    An installed wheel carries it inside the package as ``_models``; a checkout has it
    at the top level as ``models``.
    """
    inside = _PACKAGE / "_models"
    return inside if inside.is_dir() else _PACKAGE.parent / "models"
