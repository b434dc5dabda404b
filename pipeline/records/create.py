"""New records from the metadata of a paper."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from pipeline.errors import RecordError
from pipeline.records.edits import dump
from pipeline.records.figid import safe_figid
from pipeline.records.frontmatter import Record, parse_record, read_utf8
from pipeline.records.yamltext import Value, compose

#: Keys of the metadata, by the key of the record that takes their value as it is.
METADATA_KEYS = {
    "figlink": "figure_link",
    "caption": "caption",
    "papertitle": "article_title",
    "reftext": "citation",
    "figtitle": "figure_title",
    "year": "year",
}

_ALL_METADATA_KEYS = frozenset(
    (*METADATA_KEYS.values(), "figid", "pmcid", "image_filename", "number")
)
_PMCID_PREFIX = re.compile("(PMC[0-9]+)__")
_FIGURE_NUMBER = re.compile(r"(?:figure|fig\.?|f)\s*([a-z]?[0-9]+[a-z]?)[.:]?", re.IGNORECASE)
_OPENING = re.compile(r"\ufeff?(?:---[ \t]*\r?\n)?")


def new_record(figid: str, metadata: Path | None = None, image_name: str | None = None) -> Record:
    """Return a record without genes, with all keys in their order.

    Args:
        figid: identifier of the figure.
        metadata: YAML file of what the paper says of the figure, if there is one.
        image_name: name of the image file, for figures without metadata.

    Returns:
        The record; what neither the metadata nor the figid tells is empty. Metadata keys
        that no key of a record takes are named in its ``problems``.

    Raises:
        RecordError: the figid is unsafe, or the metadata is malformed or that of another
            figure.
    """
    safe_figid(figid)
    given, problems = _read_metadata(metadata, figid) if metadata else ({}, ())
    prefix = _PMCID_PREFIX.match(figid)
    pmcid = given.get("pmcid") or (prefix.group(1) if prefix else "")
    filename = given.get("image_filename") or (image_name or "").removeprefix(f"{pmcid}__")
    number = figure_number(given.get("number", ""))
    alias = f"{pmcid}__{number}" if pmcid and re.fullmatch(r"\w+", number) else ""
    copied = {key: given.get(source, "") for key, source in METADATA_KEYS.items()}
    fields: dict[str, Value] = {
        "figid": figid,
        "figlink": copied["figlink"],
        "number": number,
        "caption": copied["caption"],
        "pmcid": pmcid,
        "papertitle": copied["papertitle"],
        "reftext": copied["reftext"],
        "pmc_ranked_result_index": "",
        "pathway_score": "",
        "filename": filename,
        "figtitle": copied["figtitle"],
        "year": copied["year"],
        "organisms": [],
        "ndex": "",
        "annotations": [],
        "seo": "CreativeWork",
        "schema-jsonld": {
            "@context": "https://schema.org/",
            "@id": f"https://pfocr.wikipathways.org/figures/{figid}.html",
            "@type": "Dataset",
            "description": copied["caption"],
            "license": "CC0",
            "name": "CreativeWork",
            "creator": {"@type": "Organization", "name": "WikiPathways"},
            "keywords": [],
        },
        "genes": [],
        "chemicals": [],
        "diseases": [],
        "figid_alias": alias,
        "redirect_from": f"/figures/{alias}" if alias else "",
        "figtype": "Figure",
    }
    record = parse_record(f"---\n{dump(fields)}---\n", Path(f"{figid}.md"))
    return replace(record, problems=record.problems + problems)


def figure_number(text: str) -> str:
    """Return the short form of a figure's number: ``Figure 3`` gives ``F3``.

    What is no figure number (``Scheme 1``) comes back as it is.
    """
    found = _FIGURE_NUMBER.fullmatch(text.strip())
    return f"F{found.group(1)}" if found else text


def _read_metadata(path: Path, figid: str) -> tuple[Mapping[str, str], tuple[str, ...]]:
    """Return the texts of a metadata file, nulls as empty texts, and what is left out.

    Raises:
        RecordError: the file is malformed, or the metadata of another figure.
    """
    text = read_utf8(path)
    opening = _OPENING.match(text)
    start = opening.end() if opening else 0
    # A file often ends with hyphens too, which would start an empty second document.
    body = text[start:].rstrip()
    last_line = body.rfind("\n") + 1
    if body[last_line:] in ("---", "..."):
        body = body[:last_line]
    value = compose(f"{body}\n", path, first_line=1 + text.count("\n", 0, start)).value
    if not isinstance(value, dict):
        raise RecordError(path, "it is not a mapping of metadata", "Write it as 'key: value'")
    texts: dict[str, str] = {}
    problems = []
    for key, item in value.items():
        if key not in _ALL_METADATA_KEYS:
            problems.append(f"the metadata key '{key}' has no place in a record")
        elif item is None or isinstance(item, str):
            texts[key] = item or ""
        else:
            raise RecordError(path, f"the key '{key}' is not text", "Write its value as text")
    if texts.get("figid", figid) != figid:
        raise RecordError(
            path,
            f"its figid is '{texts['figid']}' and not that of the figure, '{figid}'",
            "Rename the file, or correct the figid",
        )
    return texts, tuple(problems)
