"""Names of chemicals and diseases: the curated ones, and the look-up of all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, KeysView, Sequence
from pathlib import Path

from pipeline.errors import LexiconError
from pipeline.lexicon import tables
from pipeline.lexicon.folding import fold
from pipeline.lexicon.sources import read_text
from pipeline.lexicon.tables import MeshTerm

KINDS = ("chemical", "disease")

#: Stands in place of a MeSH name where MeSH has no such concept.
NO_CONCEPT = "-"


class Concepts:
    """Chemicals and diseases by folded key; the table is read when one is first looked up.

    Args:
        table: ``mesh.tsv.gz`` of a lexicon, or None for a lexicon without.
    """

    def __init__(self, table: Path | None = None) -> None:
        self._table = table
        self._rows: dict[str, str] | None = None

    def find(self, key: str) -> tuple[MeshTerm, ...]:
        """The terms with that folded key (see ``folding.fold``).

        Several where spelling tells them apart: ``Pi`` and ``PI``, ``O2`` and ``O2-``.

        Raises:
            LexiconError: the table is missing or damaged.
        """
        row = self._read().get(key)
        return tuple(MeshTerm(*cell.split("|")) for cell in row.split("\t")) if row else ()

    def keys(self) -> KeysView[str]:
        """All folded keys.

        Raises:
            LexiconError: the table is missing or damaged.
        """
        return self._read().keys()

    def _read(self) -> dict[str, str]:
        if self._rows is None:
            self._rows = tables.read_table(self._table) if self._table else {}
        return self._rows


def merged(curated: Iterable[MeshTerm], mesh: Iterable[MeshTerm]) -> list[MeshTerm]:
    """All curated terms, and of MeSH's the first of every key that no curated term has."""
    terms = list(curated)
    taken = {fold(term.text) for term in terms}
    for term in mesh:
        key = fold(term.text)
        if key not in taken:
            taken.add(key)
            terms.append(term)
    return terms


def read_concepts(path: Path, mesh: Sequence[Path]) -> Iterator[MeshTerm]:
    """Curated names of MeSH concepts.

    A line is ``term<TAB>chemical|disease<TAB>MeSH name``; the name is that of a descriptor
    or supplementary concept, or one of its synonyms, and ``-`` stands for none. ``#`` starts
    a comment line.

    Args:
        path: the list.
        mesh: MeSH mapping files that the names are looked up in; see ``mesh.read_mesh``.

    Raises:
        LexiconError: a line has other columns, or MeSH does not know its name.
    """
    identifiers = _identifiers(mesh)
    for number, line in enumerate(read_text(path).splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = [cell.strip() for cell in line.split("\t")]
        if len(cells) != 3 or not all(cells) or cells[1] not in KINDS:
            raise LexiconError(
                f"{path}:{number}",
                "is not `term<TAB>chemical|disease<TAB>MeSH name`",
                "Separate the columns with one tab",
            )
        term, kind, name = cells
        identifier = "" if name == NO_CONCEPT else identifiers.get(fold(name) or name)
        if identifier is None:
            raise LexiconError(
                f"{path}:{number}",
                f"{term}: MeSH has no {name}",
                f"Correct the name, or write {NO_CONCEPT} if MeSH has none",
            )
        yield MeshTerm(term, kind, identifier)


def _identifiers(mesh: Sequence[Path]) -> dict[str, str]:
    """MeSH ids by folded name: preferred names before synonyms, descriptors before the rest."""
    names: dict[str, str] = {}
    synonyms: dict[str, str] = {}
    rows = [line.split("\t") for path in mesh for line in read_text(path).splitlines()]
    rows.sort(key=lambda cells: not cells[0].startswith("D"))
    for identifier, name, listed, *_ in rows:
        names.setdefault(fold(name) or name, identifier)
        for synonym in listed.split("|"):
            synonyms.setdefault(fold(synonym) or synonym, identifier)
    return synonyms | names
