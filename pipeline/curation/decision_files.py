"""Decisions on disk: ``OUT/decisions/FIGID.yaml``, one plain file per figure.

A file is read anew before every change, changed under a lock that all processes respect,
and replaced whole, so that two pages, two programs or a crash lose no decision.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import yaml

from pipeline.curation.decisions import Decided, Decision, Kind, Row, Verb, Verdict
from pipeline.errors import DecisionsError, OutputError
from pipeline.records.figid import safe_figid
from pipeline.types import GeneRow, Polygon, TermRow

FOLDER = "decisions"
"""The folder of decisions in an output folder."""

SUFFIX = ".yaml"

_REMEDY = "Correct it, or move it away and decide again"


def load_decided(path: Path) -> Decided:
    """Read the decisions of one file.

    Raises:
        DecisionsError: the file cannot be read or is malformed.
    """
    try:
        document = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
    except OSError as error:
        raise DecisionsError(path, f"it cannot be read ({error.strerror})", _REMEDY) from error
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        cause = " ".join(str(error).split())
        raise DecisionsError(path, f"it is no YAML ({cause})", _REMEDY) from error
    return _decided(document, path)


def load_decisions(folder: Path) -> dict[str, Decided]:
    """Read all decisions of ``OUT/decisions`` by figid; none where there is no such folder.

    Raises:
        DecisionsError: a file cannot be read or is malformed.
    """
    if not folder.is_dir():
        return {}
    paths = sorted(folder.glob(f"*{SUFFIX}"))
    return {path.stem: load_decided(path) for path in paths if not path.name.startswith(".")}


@dataclass(frozen=True, slots=True)
class DecisionFiles:
    """The decision files of one output folder.

    Attributes:
        folder: ``OUT/decisions``; created with the first decision.
    """

    folder: Path

    def path(self, figid: str) -> Path:
        """Return the place of the decisions of ``figid``.

        Raises:
            RecordError: it cannot name a file.
        """
        return self.folder / f"{safe_figid(figid)}{SUFFIX}"

    def load(self, figid: str) -> Decided:
        """Return the decisions about ``figid``, none if there is no file.

        Raises:
            DecisionsError: the file cannot be read or is malformed.
        """
        path = self.path(figid)
        return load_decided(path) if path.exists() else Decided(figid)

    def change(self, figid: str, how: Callable[[Decided], Decided]) -> Decided:
        """Change the decisions about ``figid``; the file is safe on disk when this returns.

        Args:
            figid: the figure.
            how: makes the new decisions of the present ones; what it raises passes through
                and leaves the file as it is.

        Raises:
            DecisionsError: the file cannot be read or is malformed.
            OutputError: it cannot be written.
        """
        with self._locked():
            old = self.load(figid)
            new = how(old)
            if new != old:
                self._write(new)
            return new

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = os.open(self.folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except OSError as error:
            raise _unwritable(self.folder, error) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)  # the system lets go of it when a process ends
            yield
        finally:
            os.close(lock)

    def _write(self, decided: Decided) -> None:
        path = self.path(decided.figid)
        temporary = path.with_name(f".{path.name}.tmp")
        try:
            temporary.unlink(missing_ok=True)
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
            with os.fdopen(descriptor, "wb") as file:
                file.write(dump(decided).encode("utf-8"))
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except OSError as error:
            raise _unwritable(path, error) from error


def dump(decided: Decided) -> str:
    """Return decisions as the YAML of their file."""
    document = {
        "figid": decided.figid,
        "decisions": [_document(decision) for decision in decided.made],
        "undone": [_document(decision) for decision in decided.undone],
    }
    return str(
        yaml.dump(
            document,
            Dumper=yaml.CSafeDumper,
            sort_keys=False,
            allow_unicode=True,
            width=100,
            default_flow_style=None,
        )
    )


def _document(decision: Decision) -> dict[str, object]:
    document: dict[str, object] = {"decision": decision.verb.value, "kind": decision.kind.value}
    if decision.verb is Verb.VERDICT:
        document["verdict"] = decision.verdict.value
    for name, rows in (("rows", decision.rows), ("chosen", decision.chosen)):
        if rows:
            document[name] = [{k: str(v) for k, v in asdict(row).items()} for row in rows]
    if decision.curated:
        document["curated"] = True
    if decision.reading:
        document["reading"] = decision.reading
    if decision.polygon is not None:
        document["polygon"] = [[round(x, 2), round(y, 2)] for x, y in decision.polygon]
    return {**document, "by": decision.by, "at": decision.at}


def _decided(document: object, path: Path) -> Decided:
    if not isinstance(document, dict) or document.get("figid") != path.stem:
        raise DecisionsError(path, f"it does not say 'figid: {path.stem}'", _REMEDY)
    parts = []
    for name in ("decisions", "undone"):
        listed = document.get(name, [])
        if not isinstance(listed, list):
            raise DecisionsError(path, f"'{name}' is no list", _REMEDY)
        decisions = []
        for number, item in enumerate(listed, start=1):
            try:
                decisions.append(_decision(item))
            except (KeyError, TypeError, ValueError) as error:
                cause = f"entry {number} of '{name}' is malformed ({error})"
                raise DecisionsError(path, cause, _REMEDY) from error
        parts.append(tuple(decisions))
    return Decided(path.stem, *parts)


def _decision(item: Mapping[str, Any]) -> Decision:
    kind, verb = Kind(item["kind"]), Verb(item["decision"])
    curated = item.get("curated", False)
    if not isinstance(curated, bool):
        raise TypeError("'curated' is neither true nor false")
    rows, chosen = _rows(item.get("rows"), kind), _rows(item.get("chosen"), kind)
    if verb is Verb.VERDICT:
        if kind is not Kind.FIGURE:
            raise ValueError("a verdict is about the figure")
    elif kind is Kind.FIGURE:
        raise ValueError("only a verdict is about the figure")
    elif verb is Verb.ADD:
        if rows or not chosen:
            raise ValueError("'add' has 'chosen' rows and no others")
    elif not rows:
        raise ValueError("it names no rows")
    return Decision(
        verb=verb,
        kind=kind,
        rows=rows,
        chosen=chosen,
        curated=curated,
        verdict=Verdict(item.get("verdict", "")),
        reading=_text(item.get("reading", "")),
        polygon=_polygon(item.get("polygon")),
        by=_text(item.get("by", "")),
        at=_text(item.get("at", "")),
    )


def _rows(listed: object, kind: Kind) -> tuple[Row, ...]:
    if listed is None:
        return ()
    if not isinstance(listed, list):
        raise TypeError("rows are no list")
    row_type = GeneRow if kind is Kind.GENE else TermRow
    names = [field.name for field in fields(row_type)]
    return tuple(row_type(*(_text(row[name]) for name in names)) for row in listed)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _polygon(corners: object) -> Polygon | None:
    if corners is None:
        return None
    if not isinstance(corners, list):
        raise TypeError("the polygon is no list")
    a, b, c, d = ((float(x), float(y)) for x, y in corners)
    return a, b, c, d


def _unwritable(path: Path, error: OSError) -> OutputError:
    return OutputError(
        path,
        f"the decision cannot be kept ({error.strerror or error})",
        "Check the permissions of the folder and the free space on the disk",
    )
