"""One figure with everything that the page shows of it, read from the output folder."""

from __future__ import annotations

import hashlib
import html
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from pipeline.curation.decision_files import DecisionFiles, dump
from pipeline.curation.decisions import Decided
from pipeline.curation.misses import Trace, Tracer
from pipeline.errors import InputError, PfcurateError
from pipeline.lexicon.load import Lexicon
from pipeline.records.figid import printable
from pipeline.records.frontmatter import load_record
from pipeline.review.items import Item, State, items
from pipeline.running.stored import Stored, StoredFigure
from pipeline.running.writing import Output
from pipeline.types import GeneRow, Line, Mention


@dataclass(frozen=True, slots=True)
class Sheet:
    """One figure under review.

    Attributes:
        figure: what the ledger says of it.
        items: its labels; see ``items``.
        decided: the decisions about it.
        lines: its lines, for the outlines of what was read and not named.
        mentions: the genes named in it.
        figtitle: title of the figure.
        papertitle: title of the paper.
        caption: its caption.
        link: where the paper's figure is on the web, or empty.
        problem: why it cannot be reviewed, or empty.
    """

    figure: StoredFigure
    items: tuple[Item, ...]
    decided: Decided
    lines: tuple[Line, ...]
    mentions: tuple[Mention, ...]
    figtitle: str
    papertitle: str
    caption: str
    link: str
    problem: str

    @property
    def figid(self) -> str:
        """Identifier of the figure."""
        return self.figure.figid

    @property
    def title(self) -> str:
        """Title of the figure, or of the paper, or empty."""
        return self.figtitle or self.papertitle

    @property
    def revision(self) -> str:
        """Changes with every decision about the figure."""
        return hashlib.sha256(dump(self.decided).encode("utf-8")).hexdigest()[:12]

    def item(self, key: str) -> Item | None:
        """Return the label of that key, or None."""
        return next((item for item in self.items if item.key == key), None)


class Desk:
    """Where sheets come from: one output folder and the lexicon.

    Attributes:
        output: the output folder.
        lexicon: the lexicon that alternatives are looked up in.
        decisions: the decision files.
    """

    def __init__(self, output: Output, lexicon: Lexicon) -> None:
        self.output = output
        self.lexicon = lexicon
        self.decisions = DecisionFiles(output.decisions)
        self._titles: dict[Path, tuple[int, dict[str, str]]] = {}
        self._lock = threading.Lock()

    def figure(self, figid: str) -> StoredFigure:
        """Return what the ledger says of one figure.

        Raises:
            InputError: the run has no such figure, or its ledger cannot be read.
        """
        with Stored(self.output.ledger) as stored:
            return _known(figid, stored.figure(figid))

    def sheet(self, figid: str) -> Sheet:
        """Return one figure with its labels.

        Raises:
            InputError: the run has no such figure, or its ledger cannot be read.
            DecisionsError: its decisions are malformed.
        """
        with Stored(self.output.ledger) as stored:
            figure = _known(figid, stored.figure(figid))
            lines, mentions = stored.lines(figid), stored.mentions(figid)
            concepts = stored.concepts(figid)
        decided = self.decisions.load(figid)
        diff, problem = self._diff(figure)
        said = self._said(figure)
        return Sheet(
            figure=figure,
            items=tuple(items(diff, lines, mentions, concepts, decided)),
            decided=decided,
            lines=lines,
            mentions=mentions,
            figtitle=said.get("figtitle", ""),
            papertitle=said.get("papertitle", ""),
            caption=said.get("caption", ""),
            link=_link(said),
            problem=problem,
        )

    def traces(self, sheet: Sheet) -> dict[str, Trace]:
        """Return why the missing labels of a sheet were not found, by their keys."""
        missing = [item for item in sheet.items if item.state is State.MISSING]
        rows = [(item.key, item.rows[0]) for item in missing]
        genes = [(key, row) for key, row in rows if isinstance(row, GeneRow)]
        if not genes:
            return {}
        tracer = Tracer(sheet.lines, sheet.mentions, self.lexicon)
        return {key: tracer.trace(row) for key, row in genes}

    def _diff(self, figure: StoredFigure) -> tuple[dict[str, Any], str]:
        """Return the figure's diff, and why it has none."""
        if not figure.read:
            reason = str(figure.error) if figure.error else f"It is {figure.state}."
            return {}, reason
        path = self.output.diff(figure.figid)
        try:
            diff = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
        except OSError as error:
            return {}, f"{path}: it cannot be read ({error.strerror}). Run again."
        except yaml.YAMLError as error:
            return {}, f"{path}: it is no YAML ({' '.join(str(error).split())}). Run again."
        return (diff, "") if isinstance(diff, dict) else ({}, f"{path}: it is no diff. Run again.")

    def _said(self, figure: StoredFigure) -> dict[str, str]:
        """Return what the paper says of a figure: titles, caption, link; empty if unknown."""
        for path in (self.output.record(figure.figid), figure.record):
            if path is None or not path.is_file():
                continue
            changed = path.stat().st_mtime_ns
            known = self._titles.get(path)
            if known and known[0] == changed:
                return known[1]
            try:
                fields = load_record(path).fields
            except PfcurateError:
                continue
            names = ("figtitle", "papertitle", "caption", "figlink", "pmcid")
            said = {
                name: html.unescape(value).strip()
                for name in names
                if isinstance(value := fields.get(name), str)
            }
            with self._lock:
                self._titles[path] = (changed, said)
            return said
        return {}


def _known(figid: str, figure: StoredFigure | None) -> StoredFigure:
    if figure is None:
        raise InputError(printable(figid), "the run has no such figure", "Go back to the queue")
    return figure


def _link(said: dict[str, str]) -> str:
    """Return the figure's address at PubMed Central, from a ``figlink`` that is a path there."""
    link = said.get("figlink", "")
    if link.startswith("/pmc/articles/") and "//" not in link:
        return f"https://www.ncbi.nlm.nih.gov{link}"
    return ""
