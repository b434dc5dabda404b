"""Reading the releases that a lexicon is built from: HGNC, FamPlex, curated names."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pipeline.errors import LexiconError
from pipeline.lexicon.tables import GeneInfo

_HGNC_COLUMNS = {
    "Approved symbol", "Approved name", "Status", "Alias symbols",
    "Previous symbols", "NCBI Gene ID(supplied by NCBI)", "UniProt ID(supplied by UniProt)",
    "Locus type",
}  # fmt: skip

_Row = TypeVar("_Row")

_DOWNLOAD = "Give the HGNC custom download with the columns that models/README.md lists"
_RELEASE = "Use a FamPlex release"


@dataclass(slots=True)
class Hgnc:
    """What an HGNC release says.

    Attributes:
        genes: approved genes that have an NCBI Gene id, by symbol.
        aliases: alias symbols by approved symbol, in the release's order.
        previous: previous symbols by approved symbol.
        uniprot: approved symbol by UniProt accession.
        without_entrez: approved symbols left out because NCBI has no id for them.
    """

    genes: dict[str, GeneInfo] = field(default_factory=dict)
    aliases: dict[str, list[str]] = field(default_factory=dict)
    previous: dict[str, list[str]] = field(default_factory=dict)
    uniprot: dict[str, str] = field(default_factory=dict)
    without_entrez: list[str] = field(default_factory=list)


def read_hgnc(path: Path) -> Hgnc:
    """Read an HGNC download (tab-separated, plain or gzipped).

    Raises:
        LexiconError: it cannot be read or lacks a needed column.
    """
    release = Hgnc()
    reader = csv.DictReader(io.StringIO(read_text(path)), delimiter="\t")
    if missing := _HGNC_COLUMNS - set(reader.fieldnames or ()):
        raise LexiconError(path, f"has no column {', '.join(sorted(missing))}", _DOWNLOAD)
    for row in _parsed(path, reader, _DOWNLOAD):
        if None in row.values():
            raise LexiconError(f"{path}:{reader.line_num}", "is cut short", _DOWNLOAD)
        if row["Status"] != "Approved":
            continue
        symbol, entrez = row["Approved symbol"], row["NCBI Gene ID(supplied by NCBI)"]
        if not entrez:
            release.without_entrez.append(symbol)
            continue
        release.genes[symbol] = GeneInfo(entrez, locus(row["Locus type"]), row["Approved name"])
        release.aliases[symbol] = _listed(row["Alias symbols"])
        release.previous[symbol] = _listed(row["Previous symbols"])
        for accession in _listed(row["UniProt ID(supplied by UniProt)"]):
            release.uniprot.setdefault(accession, symbol)
    if not release.genes:
        raise LexiconError(path, "holds no approved gene", _DOWNLOAD)
    return release


def locus(hgnc_type: str) -> str:
    """HGNC's locus type as one of four: protein, rna (micro, long non-coding), pseudo, other."""
    if "pseudogene" in hgnc_type:
        return "pseudo"
    if hgnc_type in ("RNA, micro", "RNA, long non-coding"):
        return "rna"
    protein = ("gene with protein product", "immunoglobulin gene", "T cell receptor gene")
    return "protein" if hgnc_type in (*protein, "complex locus constituent") else "other"


#: The files of a FamPlex release that are read.
FAMPLEX_FILES = ("relations.csv", "grounding_map.csv", "equivalences.csv")


@dataclass(slots=True)
class FamPlex:
    """What a FamPlex release says.

    Attributes:
        members: approved symbols by family id, the hierarchy resolved.
        names: (text, namespace, identifier) of the grounding map, FPLX, UP and HGNC only.
        unknown: member symbols that are not approved symbols of the HGNC release.
    """

    members: dict[str, set[str]] = field(default_factory=dict)
    names: list[tuple[str, str, str]] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def read_famplex(folder: Path, hgnc: Hgnc) -> FamPlex:
    """Read FamPlex's ``relations.csv``, ``grounding_map.csv`` and ``equivalences.csv``.

    Members are given by HGNC symbol at the time of FamPlex's release; older ones are
    brought up to date through HGNC's previous symbols.

    Raises:
        LexiconError: a file is missing or malformed.
    """
    renamed = unique_previous(hgnc)
    children: dict[str, list[tuple[str, str]]] = defaultdict(list)
    unknown: set[str] = set()
    for row in _csv(folder / "relations.csv", 5):
        kind, child, _, parent_kind, parent = row[:5]
        if parent_kind != "FPLX":
            continue
        if kind == "HGNC":
            child = child if child in hgnc.genes else renamed.get(child, child)
            if child not in hgnc.genes:
                unknown.add(child)
                continue
        children[parent].append((kind, child))
    release = FamPlex(unknown=sorted(unknown))
    for family in children:
        if members := _members(children, family):
            release.members[family] = members
    for row in _csv(folder / "grounding_map.csv", 3):
        if row[1] in ("FPLX", "UP", "HGNC"):
            release.names.append((row[0], row[1], row[2]))
    for row in _csv(folder / "equivalences.csv", 3):
        if row[0] == "BEL":
            release.names.append((row[1], "FPLX", row[2]))
    return release


def unique_previous(hgnc: Hgnc) -> dict[str, str]:
    """Approved symbol by previous symbol, for previous symbols of exactly one gene."""
    owners: dict[str, set[str]] = defaultdict(set)
    for symbol, previous in hgnc.previous.items():
        for old in previous:
            owners[old].add(symbol)
    return {old: next(iter(new)) for old, new in owners.items() if len(new) == 1}


def read_names(path: Path) -> Iterator[tuple[str, str, list[str]]]:
    """Curated names: (term, family id or empty, targets) per line.

    A line is ``term<TAB>target``; the target is one approved symbol, ``FPLX:family``, or
    several symbols separated by blanks, which make a family named by an optional third
    column or else by the term. ``#`` starts a comment line.

    Raises:
        LexiconError: a line has not two or three columns.
    """
    for number, line in enumerate(read_text(path).splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = [cell.strip() for cell in line.split("\t")]
        if len(cells) not in (2, 3) or not all(cells):
            raise LexiconError(
                f"{path}:{number}",
                "is not `term<TAB>target` or `term<TAB>targets<TAB>family`",
                "Separate the columns with one tab",
            )
        targets = cells[1].split()
        family = cells[2] if len(cells) == 3 else cells[0] if len(targets) > 1 else ""
        yield cells[0], family, targets


def read_text(path: Path) -> str:
    """Decoded text of a plain or gzipped UTF-8 file.

    Raises:
        LexiconError: it cannot be read or decoded.
    """
    try:
        data = path.read_bytes()
        if data[:2] == b"\x1f\x8b":
            data = gzip.decompress(data)
        return data.decode("utf-8-sig")
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise LexiconError(path, f"cannot be read ({error})", "Check the path and file") from error


def _listed(cell: str) -> list[str]:
    return [item.strip() for item in cell.split(", ") if item.strip()]


def _csv(path: Path, columns: int) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(read_text(path)))
    for row in _parsed(path, reader, _RELEASE):
        if len(row) < columns:
            raise LexiconError(
                f"{path}:{reader.line_num}", f"has fewer than {columns} columns", _RELEASE
            )
        yield row


def _parsed(path: Path, rows: Iterator[_Row], remedy: str) -> Iterator[_Row]:
    """The rows of a csv reader, its own errors as ours."""
    try:
        yield from rows
    except csv.Error as error:
        raise LexiconError(path, f"cannot be read as a table ({error})", remedy) from error


def _members(children: dict[str, list[tuple[str, str]]], family: str) -> set[str]:
    """Genes of a family and of all families below it; the hierarchy may hold cycles."""
    members: set[str] = set()
    seen, waiting = {family}, [family]
    while waiting:
        for kind, child in children.get(waiting.pop(), ()):
            if kind == "HGNC":
                members.add(child)
            elif kind == "FPLX" and child not in seen:
                seen.add(child)
                waiting.append(child)
    return members
