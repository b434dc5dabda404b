"""Networks in CX2, the format of NDEx and Cytoscape: one a figure, genes at their place.

A network has a node per gene and no edges, for arrows are not read. Its coordinates are
pixels of the figure, x to the right and y down as in Cytoscape. The format is specified
at https://cytoscape.org/cx/cx2/specification/cytoscape-exchange-format-specification-(version-2)/.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import TypeAlias

from pipeline.exports.source import ExportFigure
from pipeline.exports.texts import document
from pipeline.types import GeneRow, Polygon

Node: TypeAlias = "dict[str, object]"

#: Pixels between the nodes of genes that share a label, in the size of a small node.
_PITCH_X, _PITCH_Y = 36.0, 14.0

#: Nodes side by side under the figure, where the genes stand that have no place in it.
_COLUMNS = 12

_NETWORK_ATTRIBUTES = {
    "name": "string",
    "description": "string",
    "figid": "string",
    "number": "string",
    "pmcid": "string",
    "citation": "string",
    "paper_title": "string",
    "pfocr_url": "string",
    "figure_url": "string",
    "organisms": "list_of_string",
    "chemicals": "list_of_string",
    "diseases": "list_of_string",
    "width": "integer",
    "height": "integer",
}
_NODE_ATTRIBUTES = {
    "name": "string",
    "ncbigene": "string",
    "word": "string",
    "symbol": "string",
    "source": "string",
    "confidence": "double",
    "placed": "boolean",
}
_VISUAL = {
    "default": {
        "node": {
            "NODE_SHAPE": "round-rectangle",
            "NODE_WIDTH": _PITCH_X - 2,
            "NODE_HEIGHT": _PITCH_Y - 2,
            "NODE_LABEL_FONT_SIZE": 7,
        }
    },
    "nodeMapping": {
        "NODE_LABEL": {
            "type": "PASSTHROUGH",
            "definition": {"attribute": "name", "type": "string"},
        }
    },
}


def cx2(figure: ExportFigure) -> str:
    """Return the network of a figure as a CX2 document."""
    nodes = _nodes(figure)
    declarations = {
        "networkAttributes": {name: {"d": kind} for name, kind in _NETWORK_ATTRIBUTES.items()},
        "nodes": {name: {"d": kind} for name, kind in _NODE_ATTRIBUTES.items()},
    }
    aspects: list[tuple[str, list[object]]] = [
        ("attributeDeclarations", [declarations]),
        ("networkAttributes", [_about(figure)]),
        ("nodes", list(nodes)),
        ("visualProperties", [_VISUAL]),
    ]
    fragments: list[object] = [
        {"CXVersion": "2.0", "hasFragments": False},
        {"metaData": [{"name": n, "elementCount": len(e)} for n, e in aspects]},
        *({name: elements} for name, elements in aspects),
        {"status": [{"success": True}]},
    ]
    lines = (json.dumps(each, ensure_ascii=False, separators=(",", ":")) for each in fragments)
    return "[" + ",\n".join(lines) + "]\n"


def _about(figure: ExportFigure) -> dict[str, object]:
    told = document(figure)
    about: dict[str, object] = {
        **{key: told[key] for key in _NETWORK_ATTRIBUTES if key in told},
        "name": told["title"] or figure.figid,
        "description": told["caption"],
        "chemicals": [row.word for row in figure.record.chemicals],
        "diseases": [row.word for row in figure.record.diseases],
    }
    if figure.size is not None:
        about["width"], about["height"] = figure.size
    return about


def _nodes(figure: ExportFigure) -> list[Node]:
    """Return a node per gene, those of one label side by side around its centre."""
    rows: dict[str, GeneRow] = {}
    labels: dict[str, Polygon | None] = {}
    scores: dict[str, float | None] = {}
    for row in figure.record.genes:
        for place in figure.places(row):
            known = scores.get(row.entrez)
            if place.region is not None and (
                labels.get(row.entrez) is None or (place.confidence or 0.0) > (known or 0.0)
            ):
                rows[row.entrez] = row
                labels[row.entrez] = place.region.polygon
                scores[row.entrez] = place.confidence
        rows.setdefault(row.entrez, row)
        labels.setdefault(row.entrez, None)
    groups: dict[Polygon | None, list[str]] = defaultdict(list)
    for entrez, polygon in labels.items():
        groups[polygon].append(entrez)
    placed: dict[str, tuple[float, float]] = {}
    for polygon, genes in groups.items():
        if polygon is not None:
            placed.update(zip(genes, _around(polygon, len(genes)), strict=True))
    below = max((y for _, y in placed.values()), default=0.0)
    below = max(below, figure.size[1] if figure.size else 0.0) + 3 * _PITCH_Y
    for index, entrez in enumerate(groups.get(None, ())):
        row_of, column = divmod(index, _COLUMNS)
        placed[entrez] = ((column + 0.5) * _PITCH_X, below + row_of * _PITCH_Y)
    return [
        _node(index, row, placed[row.entrez], scores.get(row.entrez), labels[row.entrez])
        for index, row in enumerate(rows.values())
    ]


def _node(
    index: int,
    row: GeneRow,
    place: tuple[float, float],
    score: float | None,
    polygon: Polygon | None,
) -> Node:
    values: dict[str, object] = {
        "name": row.hgnc_symbol,
        "ncbigene": row.entrez,
        "word": row.word,
        "symbol": row.symbol,
        "source": row.source,
        "placed": polygon is not None,
    }
    if score is not None:
        values["confidence"] = round(score, 3)
    return {"id": index, "x": round(place[0], 1), "y": round(place[1], 1), "v": values}


def _around(polygon: Polygon, count: int) -> Iterable[tuple[float, float]]:
    """Yield places for ``count`` nodes, in a grid as square as can be around the centre."""
    x = sum(corner[0] for corner in polygon) / 4
    y = sum(corner[1] for corner in polygon) / 4
    columns = max(1, round((count * _PITCH_Y / _PITCH_X) ** 0.5))
    rows = -(-count // columns)
    for index in range(count):
        row, column = divmod(index, columns)
        yield (
            x + (column - (columns - 1) / 2) * _PITCH_X,
            y + (row - (rows - 1) / 2) * _PITCH_Y,
        )
