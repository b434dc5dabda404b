"""A tokenizer for labels of pathway figures.

Gene names keep their hyphens, Greek letters and inner full stops (``NF-κB``, ``IL-1β``,
``Kir6.2``); what separates names in a label becomes a token of its own (``STAT1/2`` is
``STAT1``, ``/``, ``2``), so that the matcher can tell a list from a name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.tokens import Doc
    from spacy.vocab import Vocab

_TOKEN = re.compile(
    r"""
    \n                                   # parts the rows of a document
    | [^\S\n]+
    | [^\W_](?:[-‐‑–.'′’]?[^\W_])*      # a name: letters and digits, single joints inside
    | .                                  # anything else stands alone
    """,
    re.VERBOSE | re.DOTALL,
)
#: ``Ass,Mig.Mmp12``: a full stop between a letter and a capitalised word ends a name.
_STOP_BETWEEN_WORDS = re.compile(r"(?<=[a-z])\.(?=[A-Z][a-z])")


def split(text: str) -> list[str]:
    """Tokens of ``text`` including runs of white space; joining them gives ``text`` back."""
    pieces: list[str] = []
    for match in _TOKEN.finditer(text):
        token = match.group()
        start = 0
        if "." in token:
            for stop in _STOP_BETWEEN_WORDS.finditer(token):
                pieces += [token[start : stop.start()], "."]
                start = stop.end()
        pieces.append(token[start:])
    return pieces


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of one row of a document.

    Attributes:
        words: their texts.
        spaces: whether a blank follows each.
        start: number of tokens in the document before them.
    """

    words: list[str]
    spaces: list[bool]
    start: int = 0


def tokens(text: str) -> Tokens:
    """The tokens of ``text``; white space other than one blank is a token."""
    words: list[str] = []
    spaces: list[bool] = []
    for piece in split(text):
        if piece == " " and words and not spaces[-1]:
            spaces[-1] = True
        else:
            words.append(piece)
            spaces.append(False)
    return Tokens(words, spaces)


def written(words: Sequence[str], spaces: Sequence[bool], start: int, end: int) -> str:
    """The text of the tokens from ``start`` to before ``end``."""
    if end == start + 1:
        return words[start]
    return "".join(words[i] + (" " if spaces[i] and i + 1 < end else "") for i in range(start, end))


def row_tokens(doc: Doc) -> list[Tokens]:
    """The tokens of each row of a document that ``LabelTokenizer`` made."""
    rows: list[Tokens] | None = doc.user_data.get(_ROWS)
    if rows is None:
        rows = doc.user_data[_ROWS] = _rows(doc.user_data[_TOKENS])
    return rows


def _rows(known: Tokens) -> list[Tokens]:
    ends = [at for at, word in enumerate(known.words) if word == "\n"]
    rows = zip([0, *(end + 1 for end in ends)], [*ends, len(known.words)], strict=True)
    return [Tokens(known.words[low:high], known.spaces[low:high], low) for low, high in rows]


#: Where a document keeps its tokens: to read them back from spaCy takes longer than to find them.
_TOKENS, _ROWS = "tokens", "rows"


class LabelTokenizer:
    """spaCy tokenizer built on ``tokens``."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        """Tokens of ``text`` as a document."""
        from spacy.tokens import Doc

        found = tokens(text)
        doc = Doc(self.vocab, words=found.words, spaces=found.spaces)
        doc.user_data[_TOKENS] = found
        return doc

    # spaCy serialises a pipeline's tokenizer; this one has no state.
    def to_bytes(self, **_: object) -> bytes:
        """Nothing to store."""
        return b""

    def from_bytes(self, _data: bytes, **_: object) -> LabelTokenizer:
        """Nothing to restore."""
        return self

    def to_disk(self, _path: object, **_: object) -> None:
        """Nothing to store."""

    def from_disk(self, _path: object, **_: object) -> LabelTokenizer:
        """Nothing to restore."""
        return self
