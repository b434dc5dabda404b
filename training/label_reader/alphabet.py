"""The characters that the label reader knows, and how printed variants map onto them."""

from __future__ import annotations

import unicodedata

ALPHABET = "".join(map(chr, range(32, 127))) + "αβγδεζηθκλμπρστφχψω" + "ΓΔΘΛΠΣΦΨΩ" + "±°•×®™"
"""Every character that can be read; CTC's "no character" stands before the first."""

_SAME = str.maketrans(
    {
        **dict.fromkeys("‐‑‒–—−", "-"),
        **dict.fromkeys("‘’′ʹ´`", "'"),
        **dict.fromkeys("“”″", '"'),
        "µ": "μ",
        "ϵ": "ε",
        "ϕ": "φ",
        "ϑ": "θ",
        "∆": "Δ",
        "·": "•",
        "\u00a0": " ",
    }
)
"""Printed characters that cannot be told apart in a small label share one answer."""


def spell(text: str) -> str | None:
    """The answer expected for printed text; None if it has a character not in the alphabet."""
    answer = " ".join(unicodedata.normalize("NFC", text).translate(_SAME).split())
    return answer if all(c in ALPHABET for c in answer) else None
