r"""YAML text with the places of its keys, so that one value can be replaced in place.

Scalars are kept as the text that stands in the file: ``word: NO`` is the gene "NO" and not
a false, ``entrez: 0123`` keeps its zero. Only events are read and no value is constructed,
so that tags can do nothing; depth and aliases are bounded, so that no file can blow up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import yaml

from pipeline.errors import RecordError

#: Records nest three deep; the rest is room for what users add.
MAX_DEPTH = 32
#: PyYAML writes an alias where one object stands twice; a few are normal, many are a bomb.
MAX_ALIASES = 16

# The tags of the safe loaders: types of data, none of which names code.
_SAFE_TAGS = frozenset({
    "str", "int", "float", "bool", "null", "timestamp", "binary",
    "seq", "omap", "pairs", "map", "set",
})  # fmt: skip
_TAG_PREFIX = "tag:yaml.org,2002:"
_NULLS = frozenset(("", "~", "null", "Null", "NULL"))

Value: TypeAlias = "str | list[Value] | dict[str, Value] | None"
"""A YAML value: null, the text of a scalar, a sequence or a mapping."""


@dataclass(frozen=True, slots=True)
class Span:
    """Where a key and its value stand, as offsets in characters of the YAML text.

    Attributes:
        start: first character of the key.
        value: first character of the value.
        end: after the last character of the value, without trailing comments.
        flow: whether the mapping that holds the key is written in braces.
        items: (first, after last) character of each item, where the value is a sequence.
        flow_items: whether the value is a sequence in brackets.
    """

    start: int
    value: int
    end: int
    flow: bool
    items: tuple[tuple[int, int], ...] = ()
    flow_items: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML document.

    Attributes:
        text: the YAML text.
        value: its value.
        spans: places of the keys of the root mapping, as ``(key,)``, and of the mappings
            right under it, as ``(key, key)``.
        first_line: line of the file on which ``text`` starts, from 1.
    """

    text: str
    value: Value
    spans: Mapping[tuple[str, ...], Span]
    first_line: int = 1

    def line(self, offset: int) -> int:
        """Return the line of the file on which the character at ``offset`` stands."""
        return self.first_line + self.text.count("\n", 0, offset)


@dataclass(slots=True)
class _Frame:
    """A collection that is being read."""

    value: list[Value] | dict[str, Value]
    start: int
    flow: bool
    path: tuple[str, ...] | None
    anchor: str | None
    key: str | None = None
    key_start: int = 0
    key_lines: dict[str, int] = field(default_factory=dict)
    items: list[tuple[int, int]] = field(default_factory=list)


def compose(text: str, subject: object, first_line: int = 1) -> Document:
    """Read one YAML document.

    Args:
        text: the YAML text.
        subject: the file, for messages.
        first_line: line of the file on which ``text`` starts, from 1.

    Raises:
        RecordError: the text is not one well-formed document, repeats a key, holds tags,
            nests too deeply or aliases too much.
    """
    composer = _Composer(subject, first_line)
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            composer.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f"line {mark.line + first_line}: " if mark else ""
        cause = " ".join(filter(None, (error.problem, error.context)))
        raise RecordError(
            subject, f"{line}malformed YAML: {_one_line(cause)}", "Correct the line, or quote it"
        ) from error
    except (yaml.YAMLError, UnicodeError) as error:
        raise RecordError(
            subject,
            f"malformed YAML: {_one_line(error)}",
            "Remove the control characters, and save the file as UTF-8",
        ) from error
    return Document(text, composer.root, composer.spans, first_line)


class _Composer:
    """Builds a value and its spans from parser events."""

    def __init__(self, subject: object, first_line: int) -> None:
        self.root: Value = None
        self.spans: dict[tuple[str, ...], Span] = {}
        self._subject = subject
        self._first_line = first_line
        self._stack: list[_Frame] = []
        self._anchors: dict[str, Value] = {}
        self._documents = 0
        self._aliases = 0
        # Block collections end where the next token starts, past comments and blank
        # lines; what ends a value is the last scalar, alias or bracket in it.
        self._content_end = 0

    def take(self, event: yaml.Event) -> None:
        """Take the next event of the parser."""
        match event:
            case yaml.DocumentStartEvent():
                self._documents += 1
                if self._documents > 1:
                    raise self._error(event, "a second YAML document starts", "Remove it")
            case yaml.ScalarEvent():
                self._content_end = _end(event)
                self._scalar(event)
            case yaml.AliasEvent():
                self._content_end = _end(event)
                self._alias(event)
            case yaml.CollectionStartEvent():
                self._open(event)
            case yaml.CollectionEndEvent():
                self._close(event)

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        self._check_tag(event)
        frame = self._stack[-1] if self._stack else None
        if frame and isinstance(frame.value, dict) and frame.key is None:
            self._key(frame, event)
            return
        is_null = event.implicit[0] and event.tag is None and event.value in _NULLS
        value = None if is_null else event.value
        if event.anchor:
            self._anchors[event.anchor] = value
        self._attach(value, _start(event))

    def _key(self, frame: _Frame, event: yaml.ScalarEvent) -> None:
        earlier = frame.key_lines.get(event.value)
        if earlier is not None:
            raise self._error(
                event,
                f"the key '{event.value}' stands on line {earlier} already",
                "Keep one of the two",
            )
        frame.key_lines[event.value] = self._line(event)
        frame.key, frame.key_start = event.value, _start(event)

    def _alias(self, event: yaml.AliasEvent) -> None:
        self._aliases += 1
        if self._aliases > MAX_ALIASES:
            raise self._error(event, f"more than {MAX_ALIASES} aliases", "Write the values out")
        if any(frame.anchor == event.anchor for frame in self._stack):
            raise self._error(event, f"'*{event.anchor}' holds itself", "Write the value out")
        if event.anchor not in self._anchors:
            raise self._error(event, f"'*{event.anchor}' is not defined", "Write the value out")
        self._refuse_as_key(event)
        self._attach(self._anchors[event.anchor], _start(event))

    def _open(self, event: yaml.CollectionStartEvent) -> None:
        self._check_tag(event)
        self._refuse_as_key(event)
        if len(self._stack) >= MAX_DEPTH:
            raise self._error(event, f"nested more than {MAX_DEPTH} deep", "Flatten the value")
        is_mapping = isinstance(event, yaml.MappingStartEvent)
        path: tuple[str, ...] | None = () if is_mapping and not self._stack else None
        if self._stack and is_mapping:
            parent = self._stack[-1]
            if parent.path == () and parent.key is not None:
                path = (parent.key,)
        self._stack.append(
            _Frame(
                {} if is_mapping else [],
                _start(event),
                bool(event.flow_style),
                path,
                event.anchor,
            )
        )

    def _close(self, event: yaml.CollectionEndEvent) -> None:
        frame = self._stack.pop()
        if frame.flow:
            self._content_end = _end(event)
        if frame.anchor:
            self._anchors[frame.anchor] = frame.value
        self._attach(frame.value, frame.start, frame)

    def _attach(self, value: Value, start: int, closed: _Frame | None = None) -> None:
        """Put a finished value that starts at ``start`` into the collection around it."""
        if not self._stack:
            self.root = value
            return
        frame = self._stack[-1]
        if isinstance(frame.value, list):
            frame.value.append(value)
            frame.items.append((start, self._content_end))
            return
        key = frame.key
        assert key is not None  # _scalar and _refuse_as_key see to it
        frame.value[key] = value
        frame.key = None
        if frame.path is not None:
            self.spans[(*frame.path, key)] = Span(
                frame.key_start,
                start,
                self._content_end,
                frame.flow,
                tuple(closed.items) if closed else (),
                closed is not None and closed.flow,
            )

    def _check_tag(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        if event.tag is not None and event.tag.removeprefix(_TAG_PREFIX) not in _SAFE_TAGS:
            raise self._error(event, f"the YAML tag '{event.tag}' is not allowed", "Remove the tag")

    def _refuse_as_key(self, event: yaml.NodeEvent) -> None:
        frame = self._stack[-1] if self._stack else None
        if frame and isinstance(frame.value, dict) and frame.key is None:
            raise self._error(event, "a key that is not plain text", "Write the key as text")

    def _error(self, event: yaml.Event, cause: str, remedy: str) -> RecordError:
        return RecordError(self._subject, f"line {self._line(event)}: {cause}", remedy)

    def _line(self, event: yaml.Event) -> int:
        assert event.start_mark is not None
        return event.start_mark.line + self._first_line


def _start(event: yaml.Event) -> int:
    assert event.start_mark is not None  # the parser marks every event
    return event.start_mark.index


def _end(event: yaml.Event) -> int:
    assert event.end_mark is not None
    return event.end_mark.index


def _one_line(text: object) -> str:
    return " ".join(str(text).split())
