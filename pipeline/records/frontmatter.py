"""Records: Markdown files of YAML front matter, read and rewritten byte for byte.

A record keeps the text it was read from. A change replaces only the characters of the
values that change, and of a list of genes only the rows that change, so that everything
else keeps its bytes whatever style the file was written in. What is written anew has the
style of the published records.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, field
from pathlib import Path

from pipeline.errors import RecordError
from pipeline.records import schema, tables
from pipeline.records.edits import Edit, apply_edits, replace_items, replace_scalars, replace_value
from pipeline.records.figid import printable, safe_figid
from pipeline.records.yamltext import Document, Value, compose
from pipeline.types import GeneRow, TermRow

#: A record of a figure takes some 20 kB; what is much larger is something else.
MAX_BYTES = 2 * 2**20

_CONTEXT_KEYS = ("caption", "figtitle", "papertitle")
_OPENING = re.compile(r"\ufeff?---[ \t]*\r?\n")
_CLOSING = re.compile(r"^---[ \t]*\r?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Record:
    """A record; immutable, changes give a new one.

    Attributes:
        path: the file it came from, or would be written to.
        text: the whole file. Write it as UTF-8 bytes, so that its newlines stay.
        figid: identifier of the figure.
        genes: the gene rows, in order.
        problems: what is unusual about it, without file name; for warnings.
    """

    path: Path
    text: str
    figid: str
    genes: tuple[GeneRow, ...]
    problems: tuple[str, ...]
    _document: Document = field(repr=False, compare=False)
    _yaml_start: int = field(repr=False, compare=False)

    @property
    def fields(self) -> Mapping[str, Value]:
        """The values of all keys, scalars as the text that stands in the file."""
        root = self._document.value
        assert isinstance(root, dict)
        return root

    @property
    def context(self) -> str:
        """What the paper says of the figure: caption and titles, a line each."""
        values = (self.fields.get(key) for key in _CONTEXT_KEYS)
        return "\n".join(html.unescape(v) for v in values if isinstance(v, str) and v.strip())

    @property
    def chemicals(self) -> tuple[TermRow, ...]:
        """The rows of the chemicals."""
        return schema.term_rows(self.fields.get("chemicals"))

    @property
    def diseases(self) -> tuple[TermRow, ...]:
        """The rows of the diseases."""
        return schema.term_rows(self.fields.get("diseases"))

    def with_genes(self, rows: Sequence[GeneRow]) -> Record:
        """Return the record with these gene rows, and the keywords that follow from them.

        Rows that it has already keep their characters, comments and added fields
        included. The same rows in the same order give the same record.

        Raises:
            RecordError: the list is laid out in a way that cannot be edited in place, or
                a row is malformed.
        """
        rows = tuple(rows)
        if rows == self.genes:
            return self
        _check_encodable(self.path, (str(text) for row in rows for text in astuple(row)))
        old = self.fields["genes"]
        unused: dict[GeneRow, list[int]] = {}
        for index in reversed(range(len(self.genes))):
            unused.setdefault(self.genes[index], []).append(index)
        items: list[int | dict[str, Value]] = []
        expected: list[Value] = []
        for row in rows:
            if isinstance(old, list) and unused.get(row):
                index = unused[row].pop()
                items.append(index)
                expected.append(old[index])
            else:
                new: dict[str, Value] = {f: str(getattr(row, f)) for f in schema.ROW_FIELDS}
                items.append(new)
                expected.append(new)
        edit = replace_items(self._document.text, self._document.spans[("genes",)], "genes", items)
        return self._edited({"genes": expected}, [edit], rows)

    def with_genes_renamed(self, rows: Sequence[GeneRow]) -> Record:
        """Return the record with other texts in its gene rows, and the keywords that follow.

        Only the characters of the values that differ change; ``with_genes`` writes such
        rows anew, which is also done here where a value cannot be replaced in its place.

        Args:
            rows: as many as there are, each in place of the one of its index.

        Raises:
            RecordError: see ``with_genes``.
        """
        rows = tuple(rows)
        old, places = self.fields["genes"], self._document.spans[("genes",)].items
        if rows == self.genes or not isinstance(old, list):
            return self
        _check_encodable(self.path, (str(text) for row in rows for text in astuple(row)))
        expected, edits = list(old), []
        try:
            for index, (was, row) in enumerate(zip(self.genes, rows, strict=True)):
                new = {f: str(getattr(row, f)) for f in schema.ROW_FIELDS}
                changes = {f: text for f, text in new.items() if text != getattr(was, f)}
                fields = expected[index]
                if changes and isinstance(fields, dict):
                    expected[index] = {**fields, **changes}
                    edits += replace_scalars(self._document.text, places[index], changes)
            return self._edited({"genes": list(expected)}, edits, rows)
        except (RecordError, LookupError):
            return self.with_genes(rows)

    def with_terms(
        self,
        *,
        chemicals: Sequence[TermRow] | None = None,
        diseases: Sequence[TermRow] | None = None,
    ) -> Record:
        """Return the record with these chemicals or diseases, and the keywords that follow.

        Rows that it has already keep their place and their characters, others of it go, and
        new ones follow. Items of its lists that are no rows stay.

        Args:
            chemicals: the rows, or None to leave them.
            diseases: the same for diseases.

        Raises:
            RecordError: the record lacks the key, or its layout cannot be edited in place.
        """
        changes: dict[str, Value] = {}
        edits: list[Edit | None] = []
        for key, rows in (("chemicals", chemicals), ("diseases", diseases)):
            if rows is None or tuple(rows) == schema.term_rows(self.fields.get(key)):
                continue
            _check_encodable(self.path, (text for row in rows for text in astuple(row)))
            old = self.fields.get(key, "")
            if old is not None and not isinstance(old, list):
                cause = f"the key '{key}' {'is no list' if key in self.fields else 'is missing'}"
                raise RecordError(self.path, cause, f"Write '{key}: []'")
            old = old or []
            items = _merged(old, rows)
            changes[key] = [old[item] if isinstance(item, int) else item for item in items]
            edits.append(
                replace_items(self._document.text, self._document.spans[(key,)], key, items)
            )
        return self._edited(changes, edits, self.genes) if changes else self

    def with_organisms(self, names: Sequence[str]) -> Record:
        """Return the record with these organisms.

        Raises:
            RecordError: the record lacks the key, or its layout cannot be edited in place.
        """
        value: Value = list(names)
        if value == self.fields.get("organisms"):
            return self
        span = self._document.spans.get(("organisms",))
        if span is None:
            raise RecordError(self.path, "the key 'organisms' is missing", "Add 'organisms: []'")
        edit = replace_value(self._document.text, span, "organisms", value)
        return self._edited({"organisms": value}, [edit], self.genes)

    def _edited(
        self, changes: dict[str, Value], edits: Sequence[Edit | None], rows: Sequence[GeneRow]
    ) -> Record:
        """Return the record with the edits, and the keywords, made and verified."""
        expected: dict[str, Value] = {**self.fields, **changes}
        made = [edit for edit in edits if edit is not None]
        described = expected.get(schema.KEYWORDS[0])
        if isinstance(described, dict) and schema.KEYWORDS in self._document.spans:
            words = schema.keywords(rows, expected.get("chemicals"), expected.get("diseases"))
            key = schema.KEYWORDS[1]
            if words != described[key]:
                span = self._document.spans[schema.KEYWORDS]
                made.append(replace_value(self._document.text, span, key, words))
                expected[schema.KEYWORDS[0]] = {**described, key: words}
        start = self._yaml_start
        tail = self.text[start + len(self._document.text) :]
        text = self.text[:start] + apply_edits(self._document.text, made) + tail
        cause = "its layout does not allow it"
        remedy = "Lay the key out as in other records, without anchors and explicit keys"
        # Reading the result back is what makes an edit by offsets safe for any layout.
        if None not in edits:
            try:
                record = parse_record(text, self.path)
            except RecordError as error:
                cause, remedy = error.cause, error.remedy
            else:
                if record.fields == expected:
                    return record
        listed = " and ".join(f"'{key}'" for key in changes)
        raise RecordError(self.path, f"{listed} cannot be rewritten in place: {cause}", remedy)


def _merged(old: Sequence[Value], rows: Sequence[TermRow]) -> list[int | dict[str, Value]]:
    """Items of a list of terms: a number for an item that stays, a mapping for a new one."""
    wanted = Counter(rows)
    items: list[int | dict[str, Value]] = []
    for index, value in enumerate(old):
        row = schema.term_row(value)
        if row is None or wanted[row]:
            items.append(index)
        if row and wanted[row]:
            wanted[row] -= 1
    for row in reversed(rows):  # of equal rows the first are those that it has
        if wanted[row]:
            wanted[row] -= 1
            items.insert(len(items) - sum(isinstance(i, dict) for i in items), asdict(row))
    return items


def _check_encodable(path: Path, texts: Iterable[str]) -> None:
    """Raise RecordError for a text with lone surrogates, which no file can hold."""
    for text in texts:
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise RecordError(
                path, f"the name '{printable(text)}' is not Unicode text", "Correct its source"
            ) from error


def load_record(path: Path) -> Record:
    """Read a record from its file; of the layout of tables, as if it held its rows itself.

    Raises:
        RecordError: the file cannot be read, is no front matter, or fails a check; see
            ``parse_record``.
    """
    text = read_utf8(path)
    if tables.lacks_rows(text) and (files := tables.table_files(path)):
        contents = {key: read_utf8(file) for key, file in files.items()}
        text = tables.join(tables.Split(text, contents), path)
    record = parse_record(text, path)
    if record.figid != path.stem:
        raise RecordError(
            path,
            f"its figid is '{record.figid}' and not that of its name, '{path.stem}'",
            "Rename the file, or correct the figid",
        )
    return record


def parse_record(text: str, path: Path) -> Record:
    """Read a record from its text; ``path`` is for messages.

    Raises:
        RecordError: malformed front matter, no usable figid, or malformed gene rows.
    """
    start, end = bounds(text, path)
    document = compose(text[start:end], path, first_line=2)
    root = document.value
    if not isinstance(root, dict):
        raise RecordError(path, "its front matter is not a mapping", "Write it as 'key: value'")
    figid = root.get("figid")
    if not isinstance(figid, str):
        raise RecordError(path, "the key 'figid' is missing", "Add it, as the file is named")
    try:
        safe_figid(figid)
    except RecordError as error:
        raise RecordError(path, f"figid '{error.subject}': {error.cause}", error.remedy) from error
    genes = schema.gene_rows(document, path)
    return Record(path, text, figid, genes, schema.problems(root), document, start)


def bounds(text: str, path: Path) -> tuple[int, int]:
    """Return where the YAML of a record starts and ends.

    Raises:
        RecordError: there is no front matter; ``path`` is for the message.
    """
    opening = _OPENING.match(text)
    if not opening:
        raise RecordError(
            path,
            "it has no front matter" if text.strip() else "it is empty",
            "Start it with a line of three hyphens and end the front matter with another",
        )
    closing = _CLOSING.search(text, opening.end())
    if not closing:
        raise RecordError(
            path, "its front matter does not end", "End it with a line of three hyphens"
        )
    return opening.end(), closing.start()


def read_utf8(path: Path) -> str:
    """Return the text of a file as it is, with its newlines and byte order mark.

    Raises:
        RecordError: it cannot be read, is too large, holds NUL bytes or is not UTF-8.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise RecordError(
            path, f"it cannot be read ({error.strerror})", "Check the path and its permissions"
        ) from error
    if len(data) > MAX_BYTES:
        raise RecordError(
            path, f"it is larger than {MAX_BYTES >> 20} MiB", "Give a file of front matter"
        )
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        raise RecordError(
            path, f"line {line}: it holds NUL bytes", "Restore it, or save it as UTF-8 text"
        )
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise RecordError(
            path, f"line {line}: it is not UTF-8 text", "Save the file as UTF-8"
        ) from error
