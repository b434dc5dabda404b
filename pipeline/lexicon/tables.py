"""The lexicon's table files: layout, writing, reading and the manifest.

Gzipped tab-separated tables and one JSON file make a lexicon folder:

``genes.tsv.gz``     symbol, NCBI Gene id, locus (``protein``, ``rna``, ``pseudo``, ``other``),
                     name, renown (``family``, ``literature``)
``families.tsv.gz``  family id, member symbols separated by blanks
``terms.tsv.gz``     key, then one ``term|source|target|origin`` cell per meaning of the key
``mesh.tsv.gz``      key, then one ``term|kind|MeSH id`` cell per concept; only if MeSH was given
``manifest.json``    sources with version, sha256 and licence; tables with sha256 and counts

A row of ``terms`` holds everything that one folded key can mean, so that loading is one
split per line and a meaning is parsed only when it is asked for.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline.errors import LexiconError
from pipeline.lexicon.folding import fold
from pipeline.types import Source

GENES, FAMILIES, TERMS, MESH, MANIFEST = (
    "genes.tsv.gz",
    "families.tsv.gz",
    "terms.tsv.gz",
    "mesh.tsv.gz",
    "manifest.json",
)

#: Version of the table layout and of ``fold``; tables of another version are refused.
FORMAT = 2

REBUILD = "Rebuild it with `pfcurate lexicon build`, or leave out --lexicon to use the built-in one"


@dataclass(frozen=True, slots=True, order=True)
class Term:
    """One meaning of one spelling.

    Attributes:
        text: the term as its source spells it.
        source: kind of term.
        target: approved symbol, or family id for ``Source.FAMILY``.
        origin: where the term comes from (``HGNC``, ``FamPlex``, ``approved name``, ...).
    """

    text: str
    source: Source
    target: str
    origin: str


@dataclass(frozen=True, slots=True, order=True)
class MeshTerm:
    """One name of a MeSH concept: kind is ``chemical`` or ``disease``."""

    text: str
    kind: str
    identifier: str


@dataclass(frozen=True, slots=True)
class GeneInfo:
    """One approved gene.

    Attributes:
        entrez: NCBI Gene id, digits.
        locus: locus class.
        name: approved name.
        renown: what vouches that papers speak of it: ``family`` if FamPlex has it in a family or
            complex, ``literature`` if MeSH has a record of its human protein, ``common`` if
            FamPlex has the symbol among the names that papers use.
    """

    entrez: str
    locus: str
    name: str
    renown: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file that a lexicon was built from."""

    name: str
    sha256: str
    version: str
    licence: str


def sha256_of(path: Path) -> str:
    """Hexadecimal SHA-256 of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_tables(
    folder: Path,
    genes: Mapping[str, GeneInfo],
    families: Mapping[str, Iterable[str]],
    terms: Iterable[Term],
    mesh: Iterable[MeshTerm],
    sources: Iterable[SourceFile],
    notes: Mapping[str, object],
) -> None:
    """Write a lexicon folder; the same input gives the same bytes.

    Args:
        folder: created if missing; tables in it are replaced when all of the new ones are
            written.
        genes: by approved symbol.
        families: members by family id.
        terms: every spelling; single characters and numbers are left out, since they
            never name a gene in a figure. ``14-3-3`` is no number, ``6.3`` and ``2-19`` are.
        mesh: names of chemicals and diseases, may be empty.
        sources: what the tables were built from.
        notes: counts and remarks for the manifest.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder, prefix=".new-") as new:
        written = _write_all(Path(new), genes, families, terms, mesh, sources, notes)
        if MESH not in written:
            (folder / MESH).unlink(missing_ok=True)
        for name in written:
            (Path(new) / name).replace(folder / name)


def _write_all(
    folder: Path,
    genes: Mapping[str, GeneInfo],
    families: Mapping[str, Iterable[str]],
    terms: Iterable[Term],
    mesh: Iterable[MeshTerm],
    sources: Iterable[SourceFile],
    notes: Mapping[str, object],
) -> list[str]:
    """Write all files; returns their names, the manifest last."""
    _write(folder / GENES, [_gene_row(symbol, gene) for symbol, gene in genes.items()])
    _write(folder / FAMILIES, [f"{f}\t{' '.join(sorted(m))}" for f, m in families.items()])
    rows = {GENES: len(genes), FAMILIES: len(families)}
    rows[TERMS] = _write_keyed(
        folder / TERMS, ((t.text, t.source.value, t.target, t.origin) for t in terms)
    )
    if concepts := [(t.text, t.kind, t.identifier) for t in mesh]:
        rows[MESH] = _write_keyed(folder / MESH, concepts)
    manifest = {
        "format": FORMAT,
        "sources": [asdict(source) for source in sources],
        "tables": {
            name: {"sha256": sha256_of(folder / name), "rows": count}
            for name, count in rows.items()
        },
        "notes": dict(notes),
    }
    text = json.dumps(manifest, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")
    return [*rows, MANIFEST]


def read_manifest(folder: Path) -> dict[str, object]:
    """The parsed manifest of a lexicon folder.

    Raises:
        LexiconError: there is none, or it is not one of this format.
    """
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise LexiconError(path, f"cannot be read ({error.strerror})", REBUILD) from error
    except ValueError as error:
        raise LexiconError(path, f"is not JSON ({error})", REBUILD) from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise LexiconError(path, f"is not a lexicon of format {FORMAT}", REBUILD)
    tables = manifest.get("tables")
    if not isinstance(tables, dict) or not all(
        isinstance(table, dict) and {"sha256", "rows"} <= table.keys() for table in tables.values()
    ):
        raise LexiconError(path, "does not list its tables with sha256 and rows", REBUILD)
    return manifest


def read_table(path: Path) -> dict[str, str]:
    """First column to the rest of the line, for every line of a table.

    Raises:
        LexiconError: the file is missing, not gzip or not UTF-8.
    """
    try:
        data = path.read_bytes()
        if not data:  # which gzip takes for an empty archive
            raise EOFError("it is empty")
        text = gzip.decompress(data).decode("utf-8")
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise LexiconError(path, f"cannot be read ({error})", REBUILD) from error
    return dict(line.split("\t", 1) for line in text.splitlines() if "\t" in line)


def parse_terms(cells: str) -> list[Term]:
    """The meanings in one row of ``terms`` (without its key).

    Raises:
        LexiconError: the row is no such row.
    """
    try:
        fields = (cell.split("|") for cell in cells.split("\t"))
        return [Term(text, Source(source), *rest) for text, source, *rest in fields]
    except (TypeError, ValueError) as error:
        raise LexiconError(TERMS, f"holds the row {cells!r}, which is none", REBUILD) from error


def verify(folder: Path) -> list[str]:
    """Compare the tables with the manifest; returns what is wrong, empty when all is well."""
    tables = read_manifest(folder)["tables"]
    assert isinstance(tables, dict)
    wrong = []
    for name, expected in tables.items():
        path = folder / name
        if not path.is_file():
            wrong.append(f"{path}: missing")
        elif sha256_of(path) != expected["sha256"]:
            wrong.append(f"{path}: its sha256 is not the manifest's")
        elif (rows := len(read_table(path))) != expected["rows"]:
            wrong.append(f"{path}: {rows} rows, the manifest says {expected['rows']}")
    return wrong


def _gene_row(symbol: str, gene: GeneInfo) -> str:
    return "\t".join((symbol, gene.entrez, gene.locus, gene.name, " ".join(sorted(gene.renown))))


_DIGITS = re.compile(r"\d+")


def _cell(text: str) -> str:
    return " ".join(text.replace("|", " ").split())


def _write_keyed(path: Path, rows: Iterable[tuple[str, ...]]) -> int:
    """Write rows under the folded key of their first cell; returns the number of keys."""
    keys: dict[str, set[str]] = {}
    for text, *rest in rows:
        key = fold(text)
        if len(key) > 1 and not (key.isdigit() and len(_DIGITS.findall(text)) < 3):
            keys.setdefault(key, set()).add("|".join((_cell(text), *rest)))
    _write(path, ["\t".join((key, *sorted(cells))) for key, cells in keys.items()])
    return len(keys)


def _write(path: Path, lines: list[str]) -> None:
    data = "".join(f"{line}\n" for line in sorted(lines)).encode("utf-8")
    # mtime=0 and no file name: the same tables give the same bytes
    path.write_bytes(gzip.compress(data, compresslevel=9, mtime=0))
