"""The equality key of names: case, punctuation, Greek and look-alike letters folded away."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

#: Greek letters by the Latin letter that HGNC uses for them in symbols (IFNG, IKBKE,
#: PRKCQ, IFNW1), so that IFN-γ meets IFNG and PKCθ meets the key of PKC-theta.
GREEK_LETTERS = {
    "α": "A", "β": "B", "γ": "G", "δ": "D", "ε": "E", "ζ": "Z", "η": "H", "θ": "Q",
    "ι": "I", "κ": "K", "λ": "L", "μ": "M", "ν": "N", "ξ": "X", "ο": "O", "π": "P",
    "ρ": "R", "σ": "S", "ς": "S", "τ": "T", "υ": "U", "φ": "F", "χ": "C", "ψ": "Y",
    "ω": "W",
}  # fmt: skip

#: Greek letters as words. Only those that are not also parts of common words; ``eta``
#: would break ``beta``, ``pi`` and ``mu`` stand in a hundred others.
GREEK_WORDS = {
    "ALPHA": "A", "BETA": "B", "GAMMA": "G", "DELTA": "D", "EPSILON": "E", "ZETA": "Z",
    "THETA": "Q", "KAPPA": "K", "LAMBDA": "L", "SIGMA": "S", "OMEGA": "W",
}  # fmt: skip

#: Letters of other scripts, and typographic ones, that print as a Latin letter and that
#: readers and PDF text return in place of it.
LOOK_ALIKES = {
    "ß": "B", "ẞ": "B", "Ɛ": "E", "ɛ": "E", "ĸ": "K", "ı": "I", "ɑ": "A", "ɣ": "G",
    "А": "A", "В": "B", "Е": "E", "К": "K", "М": "M", "Н": "H", "О": "O", "Р": "P",
    "С": "C", "Т": "T", "Х": "X", "а": "A", "в": "B", "е": "E", "к": "K", "о": "O",
    "р": "P", "с": "C", "х": "X", "І": "I", "і": "I",
}  # fmt: skip

_CHARACTERS = str.maketrans(
    {**GREEK_LETTERS, **{g.upper(): v for g, v in GREEK_LETTERS.items()}, **LOOK_ALIKES}
)
_GREEK_WORD = re.compile("|".join(GREEK_WORDS))
_NOT_KEY = re.compile(r"[^A-Z0-9]+")


def latinise(text: str) -> str:
    """``text`` with Greek and look-alike letters as Latin capitals, otherwise as printed.

    Compatibility forms (superscripts, ligatures, full-width letters) are resolved too, so
    the result may be longer than the input.
    """
    if text.isascii():
        return text
    return unicodedata.normalize("NFKC", text).translate(_CHARACTERS)


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Fold a name to its equality key: capitals and digits only.

    ``fold("NF-κB") == fold("NFkappaB") == fold("NF-KB") == "NFKB"``. A Greek letter spelt
    out is folded as part of a name but not when it is the whole of it (the Notch ligand
    Delta keeps its name). Idempotent on its own output except for such spelt-out letters
    that folding itself would bring together; never raises.
    """
    upper = latinise(text).upper()
    if not upper.isascii():  # accents, and what upper() expanded
        upper = unicodedata.normalize("NFKD", upper)
    key = upper if upper.isascii() and upper.isalnum() else _NOT_KEY.sub("", upper)
    if len(key) > 5 and key not in GREEK_WORDS:
        key = _GREEK_WORD.sub(lambda match: GREEK_WORDS[match.group()], key)
    return key
