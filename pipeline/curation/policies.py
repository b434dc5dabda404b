"""How the rows of the emitted record follow from curated rows and rows read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum

from pipeline.curation.diff import Diff, Renamed
from pipeline.types import GeneRow


class Policy(StrEnum):
    """What becomes of curated rows.

    Attributes:
        UNION: every curated row stays, in place and unchanged. Rows of new labels follow,
            and rows of genes that the lexicon now adds to curated labels, in reading order.
        REPLACE: curated rows whose gene was read come first, unchanged and in their order
            (a renamed gene keeps its curated symbol); then the same rows as for ``UNION``.
            The curated rows that are dropped are ``missing`` or ``lexicon`` in the diff.
        DECIDED: the rows stay as they are but for what reviewers decided, which every policy
            applies to what it gives.
        REPORT: the rows stay as they are, and no record is written.
    """

    UNION = "union"
    REPLACE = "replace"
    DECIDED = "decided"
    REPORT = "report"


def refreshable(policy: Policy, diff: Diff) -> tuple[Renamed, ...]:
    """Return the renamed rows that the record keeps under ``policy``, to be refreshed."""
    if policy is Policy.REPORT:
        return ()
    if policy is not Policy.REPLACE:
        return diff.renamed
    kept = set(diff.confirmed)
    return tuple(row for row in diff.renamed if row.curated in kept)


def apply_policy(
    policy: Policy,
    curated: Sequence[GeneRow],
    read: Sequence[GeneRow],
    diff: Diff,
    refreshed: Iterable[Renamed] = (),
) -> tuple[GeneRow, ...]:
    """Return the rows that ``policy`` gives a record.

    Args:
        policy: the policy.
        curated: rows of the record.
        read: rows read in the figure, in reading order.
        diff: their comparison, ``diff_rows(curated, read)``.
        refreshed: renamed rows that take the symbol and id that their gene has now.
    """
    if policy is Policy.REPORT:
        return tuple(curated)
    kept = diff.confirmed if policy is Policy.REPLACE else tuple(curated)
    now = {row.curated: row.refreshed for row in refreshed}
    kept = tuple(now.get(row, row) for row in kept)
    if policy is Policy.DECIDED:
        return kept
    additions = {*diff.new, *diff.lexicon_added}
    return (*kept, *_without_repeats(kept, (row for row in read if row in additions)))


def _without_repeats(kept: Iterable[GeneRow], rows: Iterable[GeneRow]) -> Iterable[GeneRow]:
    """Yield the rows whose word and gene stand together in no row before."""
    seen = {(row.word, row.entrez) for row in kept}
    for row in rows:
        if (row.word, row.entrez) not in seen:
            seen.add((row.word, row.entrez))
            yield row
