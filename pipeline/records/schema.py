"""The keys of a record, and the checks on its rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import fields

from pipeline.errors import RecordError
from pipeline.records.yamltext import Document, Value
from pipeline.types import GeneRow, Source, TermRow

#: Keys of a record in their order, with the kind of their values.
KEYS: dict[str, type] = {
    "figid": str,
    "figlink": str,
    "number": str,
    "caption": str,
    "pmcid": str,
    "papertitle": str,
    "reftext": str,
    "pmc_ranked_result_index": str,
    "pathway_score": str,
    "filename": str,
    "figtitle": str,
    "year": str,
    "organisms": list,
    "ndex": str,
    "annotations": list,
    "seo": str,
    "schema-jsonld": dict,
    "genes": list,
    "chemicals": list,
    "diseases": list,
    "figid_alias": str,
    "redirect_from": str,
    "figtype": str,
}

#: Keys of the later PFOCR layout, where a record has any of them, and keys that it dropped.
_LATER = frozenset(("automl_pathway", "doi", "journal_title", "organisms_ner"))
_DROPPED = frozenset(("pmc_ranked_result_index", "pathway_score", "annotations"))

#: Fields of a gene row in their order.
ROW_FIELDS = tuple(f.name for f in fields(GeneRow))

#: Fields of a row of chemicals or diseases in their order.
TERM_FIELDS = tuple(f.name for f in fields(TermRow))

#: Place of the list that mirrors the genes, chemicals and diseases.
KEYWORDS = ("schema-jsonld", "keywords")

_KINDS: dict[type, str] = {str: "text", list: "a list", dict: "a mapping"}
_SOURCES = frozenset(Source)


def gene_rows(document: Document, subject: object) -> tuple[GeneRow, ...]:
    """Return the gene rows of a record.

    Raises:
        RecordError: there is no list of genes, or a row of it is malformed.
    """
    root = document.value
    if not isinstance(root, dict) or "genes" not in root:
        raise RecordError(subject, "the key 'genes' is missing", "Add it, as 'genes: []' if empty")
    span = document.spans[("genes",)]
    genes = root["genes"]
    if genes is None:
        return ()
    if not isinstance(genes, list):
        raise RecordError(
            subject,
            f"line {document.line(span.start)}: 'genes' is {_KINDS[type(genes)]}, not a list",
            "Write one '- word: ...' block per gene, or 'genes: []'",
        )
    rows = []
    for number, value in enumerate(genes):
        problem = _row_problem(value)
        if problem:
            # An aliased list keeps its items elsewhere.
            offset = span.items[number][0] if span.items else span.start
            raise RecordError(
                subject,
                f"line {document.line(offset)}: gene row {number + 1}: {problem[0]}",
                problem[1],
            )
        assert isinstance(value, dict)
        rows.append(GeneRow(*(str(value[name]) for name in ROW_FIELDS)))
    return tuple(rows)


def _row_problem(value: Value) -> tuple[str, str] | None:
    """Return cause and remedy of what is wrong with a gene row, or None."""
    listed = ", ".join(ROW_FIELDS)
    if not isinstance(value, dict):
        return "it is not a mapping", f"Give it the fields {listed}"
    for name in ROW_FIELDS:
        if name not in value:
            return f"the field '{name}' is missing", f"Give the row the fields {listed}"
        text = value[name]
        if not isinstance(text, str) or not text.strip():
            return f"the field '{name}' holds no text", "Fill it in, or delete the row"
    if value["source"] not in _SOURCES:
        return (
            f"the source '{value['source']}' is unknown",
            f"Use one of {', '.join(sorted(_SOURCES))}",
        )
    if not re.fullmatch("[0-9]+", str(value["entrez"])):
        return (
            f"the entrez '{value['entrez']}' is not a number",
            "Use the NCBI Gene id, as in entrez: '6774'",
        )
    return None


def term_row(value: Value) -> TermRow | None:
    """Return one row of ``chemicals`` or ``diseases``, or None if it has no word."""
    if not isinstance(value, dict):
        return None
    fields = [text if isinstance(text := value.get(name), str) else "" for name in TERM_FIELDS]
    return TermRow(*fields) if fields[0] else None


def term_rows(value: Value) -> tuple[TermRow, ...]:
    """Return the rows of ``chemicals`` or ``diseases``, leaving out what has no word."""
    rows = map(term_row, value) if isinstance(value, list) else ()
    return tuple(row for row in rows if row)


def keywords(genes: Sequence[GeneRow], chemicals: Value, diseases: Value) -> list[Value]:
    """Return ``schema-jsonld.keywords``: each symbol, then each word, once, in order."""
    names = [row.hgnc_symbol for row in genes]
    names += [row.word for value in (chemicals, diseases) for row in term_rows(value)]
    return list(dict.fromkeys(names))


def problems(root: dict[str, Value]) -> tuple[str, ...]:
    """Return what is unusual about a record and yet no reason to refuse it."""
    found = []
    dropped = _DROPPED if _LATER & root.keys() else frozenset()
    for key, kind in KEYS.items():
        if key not in root:
            if key in dropped:
                continue
            found.append(f"the key '{key}' is missing")
        elif root[key] is not None and not isinstance(root[key], kind):
            found.append(f"the key '{key}' is not {_KINDS[kind]}")
    described = root.get(KEYWORDS[0])
    if isinstance(described, dict) and KEYWORDS[1] not in described:
        found.append(f"the key '{'.'.join(KEYWORDS)}' is missing and will not be kept up")
    return tuple(found)
