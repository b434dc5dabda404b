"""What a reviewer gains: how many changes of a record deciding a label is expected to make."""

from __future__ import annotations

#: Share of curated labels not read again that are not printed in their figure, and so should
#: go: 55 of 62 in 46 published figures that were also read by eye (`pfcurate recall --truth`).
UNREAD = 0.9

#: Share of labels whose genes the lexicon sees otherwise now and that change; an even guess.
LEXICON = 0.5


def of_new(score: float) -> float:
    """Return the gain of a label that was read and is not curated: it is added if right.

    Args:
        score: the belief that the figure shows it, 0 to 1.
    """
    return score


def of_unsure(belief: float) -> float:
    """Return the gain of a curated label that was read with doubt: it goes if wrong.

    Args:
        belief: that it is right, 0 to 1.
    """
    return 1.0 - belief
