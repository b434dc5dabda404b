"""From what a page sends to a decision that is kept."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime

from pipeline.curation.decisions import Decided, Decision, Kind, Row, Verb, Verdict, label_key
from pipeline.errors import PfcurateError, UsageError
from pipeline.records.figid import printable
from pipeline.review.choices import Chooser
from pipeline.review.items import Item
from pipeline.review.sheet import Desk, Sheet
from pipeline.types import Polygon

MAX_WORD = 200
"""Longest word of a label, in characters; the longest curated one has some 60."""

_FIGURE = label_key(Kind.FIGURE, ())
_PLAIN = {"accept": Verb.ACCEPT, "reject": Verb.REJECT, "unreadable": Verb.UNREADABLE}


class ConflictError(PfcurateError):
    """What a page decided on has changed since the page was made."""


def stamp(decision: Decision | None) -> str:
    """Return what tells one decision on a label from another; empty for none."""
    return f"{decision.at} {decision.verb.value}" if decision else ""


class Clerk:
    """Keeps decisions.

    Args:
        desk: where they are kept.
        chooser: what a label can be made to stand for.
        reviewer: who decides.
    """

    def __init__(self, desk: Desk, chooser: Chooser, reviewer: str) -> None:
        self._desk = desk
        self._chooser = chooser
        self._reviewer = reviewer

    def keep(self, sheet: Sheet, form: Mapping[str, str]) -> str:
        """Do what a page asks for; it is on disk when this returns.

        Args:
            sheet: the figure as it is now.
            form: ``do`` and what it needs: ``item`` and ``stamp`` for a label, ``choice``
                and ``word`` for what to put in its place, ``polygon`` for an added one,
                ``verdict``, and ``revision`` for ``undo`` and ``redo``.

        Returns:
            The key of the label it was about, empty for the whole figure.

        Raises:
            ConflictError: the figure was decided on elsewhere meanwhile.
            UsageError: the form asks for something that there is not.
        """
        do = form.get("do", "")
        if do in ("undo", "redo"):
            return self._turn(sheet, do, form.get("revision", ""))
        decision = self._decision(sheet, do, form)

        def decide(now: Decided) -> Decided:
            before = now.on(decision.key)
            if stamp(before) != form.get("stamp", ""):
                by = f" by {printable(before.by)}" if before and before.by else ""
                raise ConflictError(
                    "this label", f"it was decided elsewhere meanwhile{by}", "Look again"
                )
            return now.decide(decision)

        self._desk.decisions.change(sheet.figid, decide)
        return "" if decision.key == _FIGURE else decision.key

    def _turn(self, sheet: Sheet, do: str, revision: str) -> str:
        def turn(now: Decided) -> Decided:
            if sheet.revision != revision or now != sheet.decided:
                raise ConflictError(
                    "this figure", "it was decided on elsewhere meanwhile", "Look again"
                )
            return now.undo() if do == "undo" else now.redo()

        old = sheet.decided
        moved = old.made[-1:] if do == "undo" else old.undone[-1:]
        if not moved:
            raise UsageError(do, f"there is nothing to {do}", "Decide something first")
        self._desk.decisions.change(sheet.figid, turn)
        return "" if moved[0].key == _FIGURE else moved[0].key

    def _decision(self, sheet: Sheet, do: str, form: Mapping[str, str]) -> Decision:
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        if do == "verdict":
            verdict = form.get("verdict", "")
            if verdict not in list(Verdict):
                raise UsageError(printable(verdict), "there is no such verdict", "Choose another")
            return Decision(
                Verb.VERDICT, Kind.FIGURE, verdict=Verdict(verdict), by=self._reviewer, at=at
            )
        if do == "add":
            word = _word(form)
            if not word:
                raise UsageError("the word", "it is empty", "Type what is printed")
            kind, chosen = self._chooser.rows(form.get("choice", ""), word)
            polygon = _polygon(form.get("polygon", ""), sheet.figure.size)
            return Decision(
                Verb.ADD, kind, chosen=chosen, polygon=polygon, by=self._reviewer, at=at
            )
        item = sheet.item(form.get("item", ""))
        if item is None:
            raise ConflictError(
                "this label", "it is no longer listed: the figure was run again", "Look again"
            )
        return self._on(item, do, form, at)

    def _on(self, item: Item, do: str, form: Mapping[str, str], at: str) -> Decision:
        choice = form.get("choice", "")
        chosen: tuple[Row, ...] = ()
        if do.startswith("choose:"):  # the button of an alternative carries its choice
            do, _, choice = do.partition(":")
        if do == "choose":
            kind, chosen = self._chooser.rows(choice, _word(form) or item.word)
            if kind is not item.kind:
                raise UsageError(choice, f"it is no {item.kind}", f"Choose a {item.kind}")
            verb = Verb.REPLACE
        elif do in _PLAIN:
            verb = _PLAIN[do]
        else:
            raise UsageError(printable(do) or "do", "there is no such decision", "Choose another")
        return Decision(
            verb=verb,
            kind=item.kind,
            rows=item.rows,
            chosen=chosen,
            curated=item.curated,
            reading=item.mention.text if item.mention else "",
            polygon=item.polygon,
            by=self._reviewer,
            at=at,
        )


def _word(form: Mapping[str, str]) -> str:
    word = " ".join(form.get("word", "").split())
    if len(word) > MAX_WORD or word != printable(word):
        raise UsageError("the word", "it is too long or holds control characters", "Shorten it")
    return word


def _polygon(text: str, size: tuple[int, int] | None) -> Polygon | None:
    """Return the polygon of ``x,y,width,height`` in pixels, kept within the image."""
    if not text:
        return None
    try:
        x, y, width, height = (float(part) for part in json.loads(f"[{text}]"))
    except (ValueError, TypeError) as error:
        raise UsageError("the box", "it is not four numbers", "Draw it again") from error
    if not all(map(math.isfinite, (x, y, width, height))):
        raise UsageError("the box", "it is not in the figure", "Draw it again")
    across, down = size or (1 << 20, 1 << 20)
    left, right = max(0.0, x), min(float(across), x + width)
    top, bottom = max(0.0, y), min(float(down), y + height)
    if left >= right or top >= bottom:
        raise UsageError("the box", "it is not in the figure", "Draw it again")
    return (left, top), (right, top), (right, bottom), (left, bottom)
