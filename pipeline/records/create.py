"""New records from the metadata of a paper."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.errors import RecordError
from pipeline.records import titles
from pipeline.records.edits import dump
from pipeline.records.figid import safe_figid
from pipeline.records.frontmatter import Record, parse_record, read_utf8
from pipeline.records.numbers import figure_number
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

#: Keys of the later PFOCR layout, which a record has where the metadata has them.
LATER_KEYS = ("doi", "journal_title", "journal_nlm_ta", "publisher_name", "keywords")

#: Keys whose text may hold HTML entities; the title has rules of its own.
_PROSE = ("caption", "papertitle", "reftext")

_ALL_METADATA_KEYS = frozenset(
    (*METADATA_KEYS.values(), *LATER_KEYS, "figid", "pmcid", "image_filename", "number")
)
_PMCID_PREFIX = re.compile("(PMC[0-9]+)__")
_PMC_HOST = "https://www.ncbi.nlm.nih.gov"
# The year ends the name of the journal: ". 2008 May;4(5)", ". 2015;5:11494".
_YEAR = re.compile(r"[.,;] *\(?((?:19|20)[0-9]{2})\b(?=[ ;:.)]|$)")
_OPENING = re.compile(r"\ufeff?(?:---[ \t]*\r?\n)?")


@dataclass(frozen=True, slots=True)
class Intake:
    """A new record, and what was made of the paper's metadata on the way.

    Attributes:
        record: the record.
        changes: what the metadata says of a key where the record says something else:
            ``original``, and the ``rules`` or ``origin`` that led to the record's value;
            under ``unused`` the keys that no record has.
    """

    record: Record
    changes: Mapping[str, dict[str, object]]


def new_record(figid: str, metadata: Path | None = None, image_name: str | None = None) -> Record:
    """Return a record without genes; see ``take_in``."""
    return take_in(figid, metadata, image_name).record


def take_in(
    figid: str,
    metadata: Path | None = None,
    image_name: str | None = None,
    title_rules: Collection[str] = tuple(titles.RULES),
) -> Intake:
    """Make a record without genes, with all keys in their order.

    Args:
        figid: identifier of the figure.
        metadata: YAML file of what the paper says of the figure, if there is one.
        image_name: name of the image file, for figures without metadata.
        title_rules: names of the rules that clean titles and texts; see ``titles.RULES``.

    Returns:
        The record; what neither the metadata nor the figid tells is empty. Metadata keys
        that no key of a record takes are named in its ``problems``.

    Raises:
        RecordError: the figid is unsafe, or the metadata is malformed or that of another
            figure.
    """
    safe_figid(figid)
    given, unused = _read_metadata(metadata, figid) if metadata else ({}, {})
    prefix = _PMCID_PREFIX.match(figid)
    pmcid = given.get("pmcid") or (prefix.group(1) if prefix else "")
    filename = given.get("image_filename") or (image_name or "").removeprefix(f"{pmcid}__")
    copied = {key: given.get(source, "") for key, source in METADATA_KEYS.items()}
    changes: dict[str, dict[str, object]] = {}
    if "entities" in title_rules:
        for key in _PROSE:
            if (plain := titles.decoded(copied[key])) != copied[key]:
                changes[key] = {"original": copied[key], "rules": ["entities"]}
                copied[key] = plain
    # A paper's figures that tell nothing of themselves are told apart by their files.
    number = figure_number(given.get("number", ""), copied["figlink"], filename if given else "")
    alias = f"{pmcid}__{number.text}" if pmcid and re.fullmatch(r"\w+", number.text) else ""
    title = titles.clean_title(copied["figtitle"], copied["papertitle"], title_rules)
    figlink = copied["figlink"].removeprefix(_PMC_HOST)
    year = copied["year"] or _year(copied["reftext"])
    caption = copied["caption"]
    fields: dict[str, Value] = {
        "figid": figid,
        "figlink": figlink,
        "number": number.text,
        "caption": caption,
        "pmcid": pmcid,
        "papertitle": copied["papertitle"],
        "reftext": copied["reftext"],
        "pmc_ranked_result_index": "",
        "pathway_score": "",
        "filename": filename,
        "figtitle": title.text,
        "year": year,
        **{key: given[key] for key in LATER_KEYS if given.get(key)},
        "organisms": [],
        "ndex": "",
        "annotations": [],
        "seo": "CreativeWork",
        "schema-jsonld": {
            "@context": "https://schema.org/",
            "@id": f"https://pfocr.wikipathways.org/figures/{figid}.html",
            "@type": "Dataset",
            "description": caption,
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
        "figtype": number.figtype,
    }
    record = parse_record(f"---\n{dump(fields)}---\n", Path(f"{figid}.md"))
    if title.rules:
        changes["figtitle"] = {"original": title.original, "rules": list(title.rules)}
    if number.origin not in ("", "number"):
        changes["number"] = {"original": given.get("number", ""), "origin": number.origin}
    if figlink != copied["figlink"]:
        changes["figlink"] = {"original": copied["figlink"], "rules": ["host"]}
    if year != copied["year"]:
        changes["year"] = {"original": "", "origin": "reftext"}
    if unused:
        changes["unused"] = dict(unused)
    problems = tuple(f"the metadata key '{key}' has no place in a record" for key in unused)
    return Intake(replace(record, problems=record.problems + problems), changes)


def _year(citation: str) -> str:
    """Return the year in a citation such as ``PLoS Pathog. 2008 May;4(5)``, or an empty text."""
    found = _YEAR.search(citation)
    return found.group(1) if found else ""


def _read_metadata(path: Path, figid: str) -> tuple[dict[str, str], dict[str, Value]]:
    """Return the texts of a metadata file, nulls as empty texts, and what no record takes.

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
    unused: dict[str, Value] = {}
    for key, item in value.items():
        if key not in _ALL_METADATA_KEYS:
            unused[key] = item
        elif key == "keywords" and isinstance(item, list):
            texts[key] = " | ".join(word for word in item if isinstance(word, str))
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
    return texts, unused
