from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.lexicon.load import load_lexicon
from pipeline.naming.namer import Namer
from pipeline.types import Line

Naming = Callable[..., set[str]]


@pytest.fixture(scope="session")
def namer() -> Namer:
    """A namer with the built-in lexicon."""
    return Namer(load_lexicon())


@pytest.fixture(scope="session")
def named(namer: Namer) -> Naming:
    """Approved symbols of everything named in one line, given its caption."""

    def names(text: str, caption: str = "") -> set[str]:
        mentions = namer.name([Line(text)], caption)
        return {gene.hgnc_symbol for mention in mentions for gene in mention.entry.genes}

    return names
