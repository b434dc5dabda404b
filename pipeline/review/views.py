"""What the templates are given: plain values, so that templates only lay out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from urllib.parse import quote

from pipeline.curation.decisions import Kind, label_key
from pipeline.curation.misses import Trace
from pipeline.review import words
from pipeline.review.choices import Choice, Chooser
from pipeline.review.deciding import stamp
from pipeline.review.items import Item, part_of
from pipeline.review.sheet import Desk, Sheet
from pipeline.types import GeneRow, Mention, Polygon

_LINKED = 12  # so many members of a family are linked; its count is told in any case


@dataclass(frozen=True, slots=True)
class Link:
    """A link to an authority's page."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class Crop:
    """The cut-out of one label, as attributes of SVG: turned upright, with some margin."""

    view_box: str
    transform: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class RowView:
    """One label of the list, as it is shown."""

    key: str
    state: str
    kind: str
    word: str
    read: str
    label: str
    name: str
    links: tuple[Link, ...]
    summary: str
    pros: tuple[str, ...]
    cons: tuple[str, ...]
    alternatives: tuple[Choice, ...]
    crop: Crop | None
    crop_note: str
    points: str
    asks: bool
    decision: str
    verb: str
    by: str
    at: str
    stamp: str


@dataclass(frozen=True, slots=True)
class SheetView:
    """The list of labels and how far it is decided."""

    rows: tuple[RowView, ...]
    folded: tuple[RowView, ...]
    decided: int
    asks: int
    verdict: str
    verdict_stamp: str
    revision: str
    can_undo: bool
    can_redo: bool

    @property
    def done(self) -> bool:
        """Whether nothing is left to decide."""
        return bool(self.verdict) or self.decided == self.asks


def sheet_view(sheet: Sheet, desk: Desk, chooser: Chooser) -> SheetView:
    """Return the list of labels of a figure as it is shown."""
    traces = desk.traces(sheet)
    rows = [_row(item, traces.get(item.key), sheet, desk, chooser) for item in sheet.items]
    asked = tuple(row for row in rows if row.asks)
    return SheetView(
        rows=asked,
        folded=tuple(row for row in rows if not row.asks),
        decided=sum(bool(row.decision) for row in asked),
        asks=len(asked),
        verdict=sheet.decided.verdict.value,
        verdict_stamp=stamp(sheet.decided.on(label_key(Kind.FIGURE, ()))),
        revision=sheet.revision,
        can_undo=bool(sheet.decided.made),
        can_redo=bool(sheet.decided.undone),
    )


def plain_outlines(sheet: Sheet) -> list[str]:
    """Return the outlines of the lines in which nothing was named, as SVG points."""
    named = {item.mention.line for item in sheet.items if item.mention}
    named |= {mention.line for mention in sheet.mentions}
    return [
        points(line.region.polygon)
        for index, line in enumerate(sheet.lines)
        if line.region is not None and index not in named
    ]


def other_outlines(sheet: Sheet) -> list[tuple[str, str]]:
    """Return state and outline of the further places where listed genes are named."""
    states = {
        item.mention.entry.term: item.state.value
        for item in sheet.items
        if isinstance(item.mention, Mention)
    }
    shown = {id(item.mention) for item in sheet.items}
    return [
        (
            states[mention.entry.term],
            points(
                part_of(mention.region.polygon, mention.start, mention.end, len(mention.reading))
            ),
        )
        for mention in sheet.mentions
        if mention.region is not None and mention.entry.term in states and id(mention) not in shown
    ]


def points(polygon: Polygon) -> str:
    """Return a polygon as the ``points`` of SVG."""
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in polygon)


def crop(polygon: Polygon) -> Crop | None:
    """Return the cut-out of a polygon, or None if it has no area."""
    (x0, y0), (x1, y1), _, (x3, y3) = polygon
    width, height = math.hypot(x1 - x0, y1 - y0), math.hypot(x3 - x0, y3 - y0)
    if not width or not height:
        return None
    margin = 0.35 * height
    turn = -math.degrees(math.atan2(y1 - y0, x1 - x0))
    shown_height = 46.0
    shown_width = (width + 2 * margin) * shown_height / (height + 2 * margin)
    if shown_width > 190:
        shown_width, shown_height = 190, max(16.0, shown_height * 190 / shown_width)
    return Crop(
        view_box=f"{-margin:.2f} {-margin:.2f} {width + 2 * margin:.2f} {height + 2 * margin:.2f}",
        transform=f"rotate({turn:.2f}) translate({-x0:.2f} {-y0:.2f})",
        width=max(1, round(shown_width)),
        height=max(1, round(shown_height)),
    )


def _row(item: Item, trace: Trace | None, sheet: Sheet, desk: Desk, chooser: Chooser) -> RowView:
    place, note, read = item.polygon, "", item.mention.text if item.mention else ""
    if trace is not None and trace.line is not None:
        region = sheet.lines[trace.line].region
        place, note, read = region.polygon if region else None, "nearest text", trace.text
    pros, cons = words.pros_and_cons(item)
    decision = item.decision
    return RowView(
        key=item.key,
        state=item.state.value,
        kind=item.kind.value,
        word=item.word,
        read=read,
        label=_label(item),
        name=words.gene_name(item, desk.lexicon),
        links=_links(item),
        summary=words.summary(item, trace),
        pros=pros,
        cons=cons,
        alternatives=chooser.alternatives(item) if item.asks else (),
        crop=crop(place) if place else None,
        crop_note=note,
        points=points(place) if place else "",
        asks=item.asks,
        decision=words.decided(decision) if decision else "",
        verb=decision.verb.value if decision else "",
        by=decision.by if decision else "",
        at=decision.at[:16].replace("T", " ") if decision else "",
        stamp=stamp(decision),
    )


def _label(item: Item) -> str:
    row = item.rows[0]
    if not isinstance(row, GeneRow):
        return row.word
    return row.hgnc_symbol if len(item.rows) == 1 else row.symbol


def _links(item: Item) -> tuple[Link, ...]:
    genes = [row for row in item.rows if isinstance(row, GeneRow)]
    if len(genes) == 1:
        symbol, entrez = quote(genes[0].hgnc_symbol), quote(genes[0].entrez)
        return (
            Link("HGNC", f"https://www.genenames.org/data/gene-symbol-report/#!/symbol/{symbol}"),
            Link("NCBI Gene", f"https://www.ncbi.nlm.nih.gov/gene/{entrez}"),
        )
    if genes:
        return tuple(
            Link(row.hgnc_symbol, f"https://www.ncbi.nlm.nih.gov/gene/{quote(row.entrez)}")
            for row in genes[:_LINKED]
        )
    identifier = getattr(item.rows[0], "identifier", "").upper().removeprefix("MESH:")
    if not identifier:
        return ()
    return (Link("MeSH", f"https://meshb.nlm.nih.gov/record/ui?ui={quote(identifier)}"),)
