"""The later layout of the PFOCR database: rows in tables beside the front matter.

A record in the layout of the seed holds its genes, chemicals and diseases in its front
matter. In the later one they stand in ``_data/FIGID-genes.tsv``, ``-chemicals.tsv`` and
``-diseases.tsv``, and ``_figures/FIGID.md`` holds the rest. The gene tables have a row for
every organism, with counts; ``genes`` takes the human rows, and ``genes_other_organisms``
keeps the others with their place, so that going there and back changes no byte.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import RecordError
from pipeline.records.edits import Edit, apply_edits, dump, line_end
from pipeline.records.schema import ROW_FIELDS, TERM_FIELDS
from pipeline.records.yamltext import Document, Value, compose
from pipeline.types import Source

Row = dict[str, str]

GENES = "genes"
#: The other lists, with the column of their own that their tables have.
TERMS = {"chemicals": "chebi", "diseases": "doid"}
#: The key of what a table of genes holds of other organisms.
OTHERS = "genes_other_organisms"
_KEYS = (GENES, *TERMS, OTHERS)

#: The tables that a figure can have, in the order of the keys that they stand for.
TABLES = (GENES, *TERMS)

_GENE_COLUMNS = (
    "organism_id", "organism_name", "organism_group", "word", "match", "ncbigene_symbol",
    "ncbigene_id", "source", "count_direct", "count_synonym", "count_match",
)  # fmt: skip
_HUMAN = {"organism_id": "9606", "organism_name": "Homo sapiens", "organism_group": "Primates"}
#: The columns of the table that hold the fields of a gene row.
_COLUMN_OF = dict(
    zip(ROW_FIELDS, ("word", "match", "source", "ncbigene_symbol", "ncbigene_id"), strict=True)
)
#: What the table calls the source of a term; it has no word of its own for previous symbols.
_SOURCES = {
    Source.SYMBOL.value: "ncbigene_symbol",
    Source.ALIAS.value: "ncbigene_synonym",
    Source.FAMILY.value: "famplex_relations",
    Source.PREVIOUS.value: Source.PREVIOUS.value,
}
_SOURCE_OF = {column: source for source, column in _SOURCES.items()}
_DIRECT = {"ncbigene_symbol"}
_SYNONYM = {"ncbigene_synonym", Source.PREVIOUS.value}
_PLACE = "row"
_MESH = "mesh:"


@dataclass(frozen=True, slots=True)
class Split:
    """A record in the layout of tables.

    Attributes:
        text: the Markdown file, without genes, chemicals and diseases.
        tables: the text of each table, by ``genes``, ``chemicals`` or ``diseases``; what
            has no rows has no table.
    """

    text: str
    tables: Mapping[str, str]


def split(text: str, path: Path) -> Split:
    """Move the rows of a record into tables.

    Args:
        text: the record in the layout of the seed.
        path: its file, for messages.

    Raises:
        RecordError: the record holds what tables cannot, such as a tab in a word.
    """
    document, start = _front_matter(text, path)
    root = document.value
    assert isinstance(root, dict)
    if missing := [key for key in TABLES if not isinstance(root.get(key), list)]:
        raise RecordError(
            path,
            f"'{missing[0]}' holds no list, which tables cannot tell from an empty one",
            f"Write '{missing[0]}: []'",
        )
    genes = _human_rows(_mappings(root[GENES], path, GENES))
    genes = _interleaved(genes, _mappings(root.get(OTHERS) or [], path, OTHERS))
    tables = {GENES: _table(genes, _GENE_COLUMNS, path)}
    for key, own in TERMS.items():
        rows = [_term_columns(row) for row in _mappings(root[key], path, key)]
        tables[key] = _table(rows, ("word", "mesh", "match", "name", own), path)
    edits = []
    for key in _KEYS:
        if (key,) in document.spans:
            span = document.spans[(key,)]
            first = document.text.rfind("\n", 0, span.start) + 1
            edits.append(Edit(first, line_end(document.text, span.end), ""))
    rest = apply_edits(document.text, edits)
    whole = text[:start] + rest + text[start + len(document.text) :]
    made = Split(whole, {key: table for key, table in tables.items() if table})
    back = _front_matter(join(made, path), path)[0].value
    if back != root:
        raise RecordError(
            path,
            "its rows hold values that tables cannot tell apart, such as none and empty texts",
            "Give all rows their fields, as texts",
        )
    return made


def join(divided: Split, path: Path) -> str:
    """Return the record in the layout of the seed.

    Args:
        divided: the record in the layout of tables.
        path: its Markdown file, for messages.

    Raises:
        RecordError: a table is malformed.
    """
    document, start = _front_matter(divided.text, path)
    human, others = _parted(_rows(divided.tables.get(GENES, ""), path, GENES))
    values: dict[str, Value] = {GENES: list(human)}
    for key, own in TERMS.items():
        rows = _rows(divided.tables.get(key, ""), path, key)
        values[key] = [_term_fields(row, own) for row in rows]
    if others:
        values[OTHERS] = list(others)
    span = document.spans.get(("schema-jsonld",))
    place = line_end(document.text, span.end) if span else len(document.text)
    newline = "\r\n" if "\r\n" in document.text else "\n"
    block = dump(values).replace("\n", newline)
    rest = apply_edits(document.text, [Edit(place, place, block)])
    return divided.text[:start] + rest + divided.text[start + len(document.text) :]


def lacks_rows(text: str) -> bool:
    """Tell whether front matter has no ``genes``, as in the layout of tables."""
    return re.search(r"^['\"]?genes['\"]?[ \t]*:", text, re.MULTILINE) is None


def table_files(record: Path) -> dict[str, Path]:
    """Return the tables that belong to a Markdown file, by what they hold.

    They lie in ``_data`` beside the folder of the file, as in the database, or beside it.
    """
    folders = (record.parent.parent / "_data", record.parent)
    found = {}
    for key in TABLES:
        for folder in folders:
            path = folder / f"{record.stem}-{key}.tsv"
            if path.is_file():
                found[key] = path
                break
    return found


def _front_matter(text: str, path: Path) -> tuple[Document, int]:
    """Return the YAML of a record's text and where it starts."""
    from pipeline.records.frontmatter import bounds

    start, end = bounds(text, path)
    document = compose(text[start:end], path, first_line=2)
    if not isinstance(document.value, dict):
        raise RecordError(path, "its front matter is not a mapping", "Write it as 'key: value'")
    return document, start


def _mappings(value: Value, path: Path, key: str) -> list[Row]:
    """Return the rows of a list as mappings of texts."""
    rows = []
    for number, item in enumerate(value if isinstance(value, list) else [value], 1):
        if not isinstance(item, dict) or not all(isinstance(v, str) for v in item.values()):
            raise RecordError(
                path,
                f"'{key}', row {number}: it is not a mapping of texts, as a row of a table is",
                "Write its fields as 'name: text', or delete it",
            )
        rows.append({name: text for name, text in item.items() if isinstance(text, str)})
    return rows


def _human_rows(rows: Sequence[Row]) -> list[Row]:
    """Return the columns of gene rows: their fields, the organism and the counts."""
    columns = []
    for row in rows:
        fields = {_COLUMN_OF[name]: row.get(name, "") for name in ROW_FIELDS}
        fields["source"] = _SOURCES.get(fields["source"], fields["source"])
        columns.append({**_HUMAN, **fields})
    counts = _counts(columns)
    # What a row says of itself stands above what is made up for it.
    return [
        {**made, **counts, **{k: v for k, v in row.items() if k not in ROW_FIELDS}}
        for made, row in zip(columns, rows, strict=True)
    ]


def _counts(rows: Iterable[Row]) -> Row:
    """Return PFOCR's counts of an organism's rows: symbols, synonyms, and words matched."""
    rows = list(rows)
    return {
        "count_direct": str(sum(row["source"] in _DIRECT for row in rows)),
        "count_synonym": str(sum(row["source"] in _SYNONYM for row in rows)),
        "count_match": str(len({row["match"] for row in rows})),
    }


def _parted(rows: Sequence[Row]) -> tuple[list[dict[str, Value]], list[dict[str, Value]]]:
    """Part the rows of a table into those of human genes and the others with their place."""
    human, others = [], []
    for number, row in enumerate(rows, 1):
        known = row.get("source") in _SOURCE_OF and row.get("ncbigene_id", "").isdecimal()
        if known and row.get("organism_id", "") == _HUMAN["organism_id"]:
            human.append(row)
        else:
            others.append({_PLACE: str(number), **row})
    made_up = {**_HUMAN, **_counts(human)} if human else {}
    genes: list[dict[str, Value]] = []
    for row in human:
        fields: dict[str, Value] = {name: row[column] for name, column in _COLUMN_OF.items()}
        fields["source"] = _SOURCE_OF[row["source"]]
        used = set(_COLUMN_OF.values())
        fields |= {
            name: text
            for name, text in row.items()
            if name not in used and text != made_up.get(name, "")
        }
        genes.append(fields)
    return genes, [dict(row) for row in others]


def _interleaved(rows: list[Row], others: Sequence[Row]) -> list[Row]:
    """Return the rows with the others at the places that they name."""
    whole = list(rows)
    for row in others:
        place = row.get(_PLACE, "")
        columns = {name: text for name, text in row.items() if name != _PLACE}
        whole.insert(int(place) - 1 if place.isdecimal() else len(whole), columns)
    return whole


def _term_columns(row: Row) -> Row:
    """Return the columns of a chemical or disease."""
    columns = {name: text for name, text in row.items() if name not in TERM_FIELDS}
    columns["word"] = row.get("word", "")
    source, identifier = row.get("source", ""), row.get("identifier", "")
    if source == "MeSH" and identifier:
        columns["mesh"] = f"{_MESH}{identifier}"
    else:
        columns |= {"source": source, "identifier": identifier}
    return columns


def _term_fields(row: Row, own: str) -> dict[str, Value]:
    """Return the fields of a chemical or disease from its columns."""
    mesh = row.get("mesh", "")
    is_mesh = mesh.startswith(_MESH) and len(mesh) > len(_MESH)
    fields: dict[str, Value] = {
        "word": row.get("word", ""),
        "source": "MeSH" if is_mesh else row.get("source", ""),
        "identifier": mesh.removeprefix(_MESH) if is_mesh else row.get("identifier", ""),
    }
    rest = {name: text for name, text in row.items() if name not in TERM_FIELDS and text}
    if is_mesh:
        del rest["mesh"]
    return {**fields, **rest}


def _table(rows: Sequence[Row], columns: Sequence[str], path: Path) -> str:
    """Return rows as tab-separated text with a heading; nothing where there are none."""
    if not rows:
        return ""
    added = [name for row in rows for name, text in row.items() if text and name not in columns]
    names = list(dict.fromkeys((*columns, *added)))
    lines = [names, *([row.get(name, "") for name in names] for row in rows)]
    for cell in (cell for line in lines for cell in line):
        if re.search(r"[\t\n\r]", cell):
            raise RecordError(
                path, f"'{cell}' holds a tab or a line break, and tables cannot", "Remove it"
            )
    return "".join("\t".join(line) + "\n" for line in lines)


def _rows(text: str, path: Path, key: str) -> list[Row]:
    """Return the rows of a table.

    Raises:
        RecordError: the heading repeats a name or lacks a word, or a row has other columns.
    """
    # Not splitlines: it also ends lines at characters that words may hold.
    lines = re.split(r"\r?\n", text.removeprefix("\ufeff"))
    if not lines[-1]:
        lines.pop()
    if not lines:
        return []
    where = f"{path.stem}-{key}.tsv"
    names = lines[0].split("\t")
    needed = set(_COLUMN_OF.values()) if key == GENES else {"word"}
    if needed - set(names) or len(set(names)) < len(names):
        raise RecordError(
            path,
            f"{where}: its heading is not that of a table of {key}",
            f"Give it the columns {', '.join(sorted(needed))}, each once",
        )
    rows = []
    for number, line in enumerate(lines[1:], 2):
        cells = line.split("\t")
        if len(cells) != len(names):
            raise RecordError(
                path,
                f"{where}: line {number} has {len(cells)} columns, its heading {len(names)}",
                "Correct the line",
            )
        rows.append(dict(zip(names, cells, strict=True)))
    return rows
