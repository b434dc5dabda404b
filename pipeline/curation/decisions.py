"""What reviewers decided about a figure, and what that makes of its record.

A decision names the rows that it is about, whole, so that it still means the same after a
lexicon release. The last decision on a label counts; earlier ones stay on file.

``apply_decisions`` is the one place where decisions change records: ``run`` calls it on
what the policy gives, the exports on what a run emitted. It is idempotent.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from pipeline.types import GeneRow, Polygon, TermRow

if TYPE_CHECKING:
    from pipeline.records.frontmatter import Record

Row = GeneRow | TermRow
_Row = TypeVar("_Row", GeneRow, TermRow)


class Kind(StrEnum):
    """What a decision is about: rows of one of the record's lists, or the whole figure."""

    GENE = "gene"
    CHEMICAL = "chemical"
    DISEASE = "disease"
    FIGURE = "figure"


class Verb(StrEnum):
    """What was decided.

    Attributes:
        ACCEPT: the rows belong into the record: they are added, or stay.
        REJECT: they do not: they are left out, or go.
        REPLACE: other rows take their place.
        UNREADABLE: nobody can tell what is printed: rows read are left out, curated stay.
        ADD: rows of a label that was not read.
        VERDICT: on the whole figure; see ``Verdict``.
    """

    ACCEPT = "accept"
    REJECT = "reject"
    REPLACE = "replace"
    UNREADABLE = "unreadable"
    ADD = "add"
    VERDICT = "verdict"


class Verdict(StrEnum):
    """Why a figure is set aside: its record stays as it was, and exports leave it out."""

    NONE = ""
    NOT_A_PATHWAY = "not a pathway"
    WRONG_ORGANISM = "wrong organism"


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision of one reviewer.

    Attributes:
        verb: what was decided.
        kind: what it is about.
        rows: the rows of the label decided on; for ``ADD`` none.
        chosen: the rows that ``REPLACE`` and ``ADD`` put in.
        curated: whether ``rows`` are rows of the curated record.
        verdict: for ``VERDICT``; ``Verdict.NONE`` takes an earlier one back.
        reading: the text as it was read there, or empty.
        polygon: where it stands, corners in pixels of the upright image, if known.
        by: who decided.
        at: when (UTC, ISO 8601).
    """

    verb: Verb
    kind: Kind
    rows: tuple[Row, ...] = ()
    chosen: tuple[Row, ...] = ()
    curated: bool = False
    verdict: Verdict = Verdict.NONE
    reading: str = ""
    polygon: Polygon | None = None
    by: str = ""
    at: str = ""

    @property
    def key(self) -> str:
        """Tells the label (or the figure) that it is about; see ``label_key``."""
        return label_key(self.kind, self.rows or self.chosen)


@dataclass(frozen=True, slots=True)
class Decided:
    """All decisions about one figure; immutable, changes give a new one.

    Attributes:
        figid: the figure.
        made: the decisions in the order in which they were made.
        undone: those taken back, the last one first to be made again.
    """

    figid: str
    made: tuple[Decision, ...] = ()
    undone: tuple[Decision, ...] = ()
    _standing: dict[str, Decision] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        standing: dict[str, Decision] = {}
        for decision in self.made:
            standing.pop(decision.key, None)
            standing[decision.key] = decision
        object.__setattr__(self, "_standing", standing)

    @property
    def standing(self) -> tuple[Decision, ...]:
        """The last decision on each label, in the order in which they were made."""
        return tuple(self._standing.values())

    def on(self, key: str) -> Decision | None:
        """Return the decision that stands on the label of that key, or None."""
        return self._standing.get(key)

    @property
    def verdict(self) -> Verdict:
        """The verdict on the whole figure."""
        decision = self.on(label_key(Kind.FIGURE, ()))
        return decision.verdict if decision else Verdict.NONE

    def decide(self, decision: Decision) -> Decided:
        """Return these decisions and one more; what was undone can then not be redone."""
        return replace(self, made=(*self.made, decision), undone=())

    def undo(self) -> Decided:
        """Return these decisions without the last one; the same if there is none."""
        if not self.made:
            return self
        return replace(self, made=self.made[:-1], undone=(*self.undone, self.made[-1]))

    def redo(self) -> Decided:
        """Return these decisions with the one undone last; the same if there is none."""
        if not self.undone:
            return self
        return replace(self, made=(*self.made, self.undone[-1]), undone=self.undone[:-1])

    def document(self) -> list[dict[str, object]]:
        """Return what stands as plain dicts and strings, for the diff."""
        return [_told(decision) for decision in self.standing]


def label_key(kind: Kind, rows: Iterable[Row]) -> str:
    """Return what tells one label of a figure from the others: 12 hexadecimal digits.

    It follows from what the rows say, whatever their order, and from nothing else.
    """
    said = sorted("\0".join(map(str, astuple(row))) for row in rows)
    text = "\1".join((kind.value, *said)).encode("utf-8", "backslashreplace")
    return hashlib.sha256(text).hexdigest()[:12]


def apply_decisions(record: Record, decided: Decided, curated: Record | None = None) -> Record:
    """Return ``record`` with what was decided about its figure.

    Only the rows that a decision names change, and the keywords that follow from them.

    Args:
        record: what a policy, or an earlier run, made of the curated record.
        decided: the decisions.
        curated: the curated record, which gives rows their place and a verdict its rows.
            Without it ``record`` is all that is known.

    Raises:
        RecordError: the record's layout cannot be edited in place.
    """
    if not decided.made:
        return record
    base = curated or record
    if decided.verdict:
        genes, terms = base.genes, (base.chemicals, base.diseases)
    else:
        standing = decided.standing
        genes = _decide(GeneRow, record.genes, base.genes, standing, Kind.GENE)
        terms = (
            _decide(TermRow, record.chemicals, base.chemicals, standing, Kind.CHEMICAL),
            _decide(TermRow, record.diseases, base.diseases, standing, Kind.DISEASE),
        )
    keys = ("chemicals", "diseases")
    changed = {
        key: rows
        for key, rows in zip(keys, terms, strict=True)
        if isinstance(record.fields.get(key, ""), list | None)
    }
    return record.with_genes(genes).with_terms(
        chemicals=changed.get("chemicals"), diseases=changed.get("diseases")
    )


def _decide(
    row_type: type[_Row],
    rows: Sequence[_Row],
    curated: Sequence[_Row],
    decisions: Iterable[Decision],
    kind: Kind,
) -> tuple[_Row, ...]:
    """Return ``rows`` with what was decided about rows of ``kind``."""
    result = list(rows)
    for decision in decisions:
        if decision.kind is not kind:
            continue
        about = [row for row in decision.rows if isinstance(row, row_type)]
        chosen = [row for row in decision.chosen if isinstance(row, row_type)]
        if decision.verb is Verb.ACCEPT:
            _put(result, about, curated)
        elif decision.verb is Verb.ADD:
            _put(result, chosen, curated)
        elif decision.verb is Verb.UNREADABLE:
            if decision.curated:
                _put(result, about, curated)
            else:
                _take(result, about)
        else:
            _exchange(result, about, chosen)
    return tuple(result)


def _exchange(result: list[_Row], old: Sequence[_Row], new: Sequence[_Row]) -> None:
    """Put ``new`` rows in the place of ``old`` ones; what was exchanged before stays."""
    gone = not any(row in result for row in old if row not in new)
    if new and gone and all(row in result for row in new):
        return
    place = _take(result, old)
    result[place:place] = [row for row in new if row not in result]


def _take(result: list[_Row], rows: Sequence[_Row]) -> int:
    """Remove ``rows``; return where the first of them stood, or the end."""
    places = [index for index, row in enumerate(result) if row in rows]
    for index in reversed(places):
        del result[index]
    return places[0] if places else len(result)


def _put(result: list[_Row], rows: Sequence[_Row], curated: Sequence[_Row]) -> None:
    """Add those of ``rows`` that are not there: curated ones in their order, others last."""
    for row in rows:
        if row in result:
            continue
        if row not in curated:
            result.append(row)
            continue
        before = set(curated[: curated.index(row)])
        result.insert(1 + max((i for i, r in enumerate(result) if r in before), default=-1), row)


def _told(decision: Decision) -> dict[str, object]:
    told: dict[str, object] = {"decision": decision.verb.value, "kind": decision.kind.value}
    if decision.verb is Verb.VERDICT:
        told["verdict"] = decision.verdict.value
    for name, rows in (("rows", decision.rows), ("chosen", decision.chosen)):
        if rows:
            told[name] = [
                {"word": row.word, "hgnc_symbol": row.hgnc_symbol, "entrez": row.entrez}
                if isinstance(row, GeneRow)
                else {"word": row.word, "identifier": row.identifier}
                for row in rows
            ]
    return {**told, "by": decision.by, "at": decision.at}
