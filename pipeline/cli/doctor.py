"""``pfcurate doctor``: what is installed, what is missing, and how to get it."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline import __version__
from pipeline.cli import console
from pipeline.errors import ExitCode

if TYPE_CHECKING:
    from packaging.requirements import Requirement

MODULES = {"opencv-python-headless": "cv2", "pillow": "PIL", "pyyaml": "yaml"}
"""Import names of the distributions that are not imported by their own name."""


class State(StrEnum):
    """What a check found."""

    OK = "ok"
    NOTE = "note"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the report.

    Attributes:
        name: what was looked at.
        state: MISSING for something that is needed and not there or not usable.
        detail: version, place or cause.
        remedy: the command or step that helps; empty when all is well.
    """

    name: str
    state: State
    detail: str
    remedy: str = ""


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Report what is installed, what is missing and how to get it."""
    checks = list(examine())
    missing = [check for check in checks if check.state is State.MISSING]
    if as_json:
        console.print_json(
            {
                "version": __version__,
                "ok": not missing,
                "checks": [asdict(check) for check in checks],
            }
        )
    else:
        _print_table(checks)
    if missing:
        raise typer.Exit(ExitCode.MISSING_DEPENDENCY)


def examine() -> Iterator[Check]:
    """Look at everything that the commands need, in the order in which they need it."""
    yield _python()
    yield from _packages()
    yield from _readers()
    yield _weights()
    yield _lexicon()
    yield _temporary_folder()
    yield _processors()
    yield _tesseract_threads()


def _python() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    return Check("Python", State.OK, f"{version}, {sys.executable}")


def _packages() -> Iterator[Check]:
    from importlib import metadata

    from packaging.requirements import Requirement

    requirements = [Requirement(line) for line in metadata.requires("pfcurate") or ()]
    for requirement in sorted(requirements, key=lambda requirement: requirement.name):
        extra = requirement.marker is not None and not requirement.marker.evaluate({"extra": ""})
        requirement.marker = None  # its remedy is to be a command that can be called
        check = _package(requirement)
        if extra and check.state is State.MISSING:
            note = f"{check.detail}; needed for run --scheduler alone"
            check = replace(check, state=State.NOTE, detail=note)
        yield check


def _package(requirement: Requirement) -> Check:
    from importlib import import_module, metadata

    name = requirement.name
    # The interpreter that runs this, so that the package lands where it is missed.
    remedy = shlex.join([sys.executable, "-m", "pip", "install", str(requirement)])
    try:
        version = metadata.version(name)
    except metadata.PackageNotFoundError:
        return Check(name, State.MISSING, "not installed", remedy)
    if not requirement.specifier.contains(version, prereleases=True):
        detail = f"{version}, needed {requirement.specifier}"
        return Check(name, State.MISSING, detail, remedy)
    try:
        import_module(MODULES.get(name, name))
    except Exception as error:  # a broken package may raise anything as it is imported
        detail = f"{version}, cannot be imported: {error}"
        return Check(name, State.MISSING, detail, f"{remedy} --force-reinstall")
    return Check(name, State.OK, version)


def _readers() -> Iterator[Check]:
    from pipeline.reading import registry

    probes = {f"reader {kind}": registry.probe(kind) for kind in registry.kinds()}
    for name, probe in {"line detector": registry.probe_detector(), **probes}.items():
        detail = ", ".join(filter(None, (probe.version, probe.detail)))
        state = State.OK if probe.ok else State.MISSING
        yield Check(name, state, detail, "" if probe.ok else probe.remedy)


def _weights() -> Check:
    from pipeline.errors import MissingDependencyError
    from pipeline.reading import ppocr_model

    try:
        files = [ppocr_model.model_file(n) for n in (ppocr_model.DETECTOR, ppocr_model.RECOGNISER)]
    except MissingDependencyError as error:
        cause = f"{error.subject}: {error.cause}"
        return Check("PP-OCR weights", State.MISSING, cause, error.remedy)
    sizes = (f"{path.name} {path.stat().st_size / 1e6:.1f} MB" for path in files)
    return Check("PP-OCR weights", State.OK, ", ".join(sizes))


def _lexicon() -> Check:
    from pipeline.errors import LexiconError
    from pipeline.lexicon import tables
    from pipeline.lexicon.load import load_lexicon
    from pipeline.resources import models_dir

    folder = models_dir() / "lexicon"
    remedy = "pfcurate lexicon build --help"
    try:
        problems = tables.verify(folder)
        if problems:
            return Check("lexicon", State.MISSING, "; ".join(problems), remedy)
        lexicon = load_lexicon()
    except LexiconError as error:
        return Check("lexicon", State.MISSING, f"{error.subject}: {error.cause}", remedy)
    return Check("lexicon", State.OK, f"{len(lexicon):,} names, {lexicon.version}, {folder}")


def _temporary_folder() -> Check:
    import tempfile

    try:
        folder = tempfile.gettempdir()
        with tempfile.TemporaryFile() as file:
            file.write(b"pfcurate")
    except OSError as error:
        remedy = "export TMPDIR=... (a folder that you may write to and that has free space)"
        return Check("temporary folder", State.MISSING, str(error), remedy)
    return Check("temporary folder", State.OK, folder)


def _processors() -> Check:
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return Check("processors", State.OK, str(count))


def _tesseract_threads() -> Check:
    limit = os.environ.get("OMP_THREAD_LIMIT")
    if limit is None:
        return Check("OMP_THREAD_LIMIT", State.OK, "not set; pfcurate sets 1 for Tesseract alone")
    detail = f"set to {limit}; pfcurate sets 1 for Tesseract all the same"
    return Check("OMP_THREAD_LIMIT", State.NOTE, detail)


def _print_table(checks: list[Check]) -> None:
    from rich.table import Table
    from rich.text import Text

    styles = {State.OK: "green", State.NOTE: "yellow", State.MISSING: "bold red"}
    table = Table(title=f"pfcurate {__version__}", title_justify="left")
    for column in ("", "state", "detail"):
        table.add_column(column, overflow="fold")
    for check in checks:
        table.add_row(check.name, Text(check.state, styles[check.state]), check.detail)
    console.out().print(table)
    for check in checks:
        if check.remedy:
            # No wrapping: the line is there to be copied.
            console.out().print(f"{check.name}: {check.remedy}", soft_wrap=True)
