"""Edits of YAML text by place, and text in the style of the records."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import yaml

from pipeline.records.yamltext import Span, Value, compose


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the characters from ``start`` up to ``end`` by ``text``."""

    start: int
    end: int
    text: str


def apply_edits(text: str, edits: Sequence[Edit]) -> str:
    """Return ``text`` with edits made that do not overlap."""
    for edit in sorted(edits, key=lambda e: e.start, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def replace_value(text: str, span: Span, key: str, value: Value) -> Edit:
    """Return the edit that gives ``key``, which stands at ``span``, another value."""
    if span.flow:
        return Edit(span.value, span.end, dump_flow(value))
    column = _column(text, span.start)
    block = dump_block({key: value}, column)[column:]
    end = line_end(text, span.end)
    return Edit(span.start, end, block.replace("\n", _newline(text, span.start)))


def replace_scalars(text: str, bounds: tuple[int, int], changes: Mapping[str, str]) -> list[Edit]:
    """Return the edits that give keys of the mapping at ``bounds`` other texts, in place.

    Quotes stay as they are; a text that needs quotes gets them.

    Raises:
        RecordError: the mapping holds what cannot be read on its own, such as an alias.
        KeyError: a key is missing.
    """
    start, end = bounds
    # Read in its own column, the mapping is a document of its own.
    indent = _column(text, start)
    row = compose(" " * indent + text[start:end], "row")
    shift = start - indent
    edits = []
    for key, value in changes.items():
        span = row.spans[(key,)]
        first, last = span.value + shift, span.end + shift
        quote = text[first] if text[first] in "'\"" else None
        scalar = yaml.dump(
            [value],
            Dumper=yaml.CSafeDumper,
            default_style=quote,
            allow_unicode=True,
            width=2**31 - 1,
            default_flow_style=True,
        )
        edits.append(Edit(first, last, str(scalar).strip()[1:-1]))
    return edits


def replace_items(
    text: str, span: Span, key: str, items: Sequence[int | dict[str, Value]]
) -> Edit | None:
    """Return the edit that gives the sequence at ``span`` other items.

    Args:
        text: the YAML text.
        span: place of the key.
        key: the key.
        items: the new items; a number stands for the present item of that index, which
            keeps its characters.

    Returns:
        The edit, or None where the items do not stand on lines of their own.
    """
    if not items or not span.items:
        rows: list[Value] = [item for item in items if not isinstance(item, int)]
        return replace_value(text, span, key, rows)
    if span.flow or span.flow_items:
        parts = [
            text[slice(*span.items[item])] if isinstance(item, int) else dump_flow(item)
            for item in items
        ]
        return Edit(span.value, span.end, f"[{', '.join(parts)}]")
    starts = _item_starts(text, span)
    if starts is None:
        return None
    column = _column(text, span.value)
    bounds = [*starts, line_end(text, span.end)]
    newline = _newline(text, span.start)
    blocks = [
        text[bounds[item] : bounds[item + 1]]
        if isinstance(item, int)
        else dump_block({"_": [item]}, column).split("\n", 1)[1].replace("\n", newline)
        for item in items
    ]
    return Edit(bounds[0], bounds[-1], "".join(blocks))


def _item_starts(text: str, span: Span) -> list[int] | None:
    """Return where the line of each item's dash starts, for a block sequence."""
    column = _column(text, span.value)
    dash = re.compile(rf"^ {{{column}}}-(?=\s)", re.MULTILINE)
    starts, after = [], span.start
    for first, last in span.items:
        found = dash.search(text, after, first)
        if not found:
            return None
        starts.append(found.start())
        after = last
    return starts


def dump(value: Value) -> str:
    """Return ``value`` in the style of the records."""
    return str(
        yaml.dump(
            value,
            Dumper=yaml.CSafeDumper,
            sort_keys=False,
            allow_unicode=True,
            width=80,
            default_flow_style=False,
        )
    )


def dump_block(mapping: dict[str, Value], column: int) -> str:
    """Return ``mapping`` in the style of the records, as it stands at an indentation."""
    # Wrapping depends on the indentation, so the mapping is dumped in its place and the
    # lines of the mappings around it are cut off.
    levels, odd = divmod(column, 2)
    nested: Value = mapping
    for _ in range(levels):
        nested = {"_": nested}
    block = dump(nested).split("\n", levels)[levels]
    return re.sub("^(?=.)", " " * odd, block, flags=re.MULTILINE)


def dump_flow(value: Value) -> str:
    """Return ``value`` in brackets and braces, on one line if its texts have no newlines."""
    text = yaml.dump(
        value,
        Dumper=yaml.CSafeDumper,
        sort_keys=False,
        allow_unicode=True,
        width=2**31 - 1,
        default_flow_style=True,
    )
    return str(text).rstrip("\n")


def line_end(text: str, offset: int) -> int:
    """Return where the line that ends at or after ``offset`` ends, past its newline."""
    if text[offset - 1 : offset] == "\n":  # a block scalar ends past its newline
        return offset
    found = text.find("\n", offset)
    return len(text) if found < 0 else found + 1


def _column(text: str, offset: int) -> int:
    """Return the column of the character at ``offset``, from 0."""
    return offset - (text.rfind("\n", 0, offset) + 1)


def _newline(text: str, offset: int) -> str:
    """Return the newline of the line at ``offset``."""
    found = text.find("\n", offset)
    return "\r\n" if found > 0 and text[found - 1] == "\r" else "\n"
