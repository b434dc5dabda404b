"""The kinds of readers: how each is made, and whether it can work on this machine.

Nothing heavy is imported until a reader is made; probing looks for programs, packages
and files and loads no network.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata, util

from pipeline.errors import MissingDependencyError, UsageError
from pipeline.reading.options import ReadingOptions
from pipeline.reading.protocols import Reader

TESSERACT_REMEDY = "Install it with: apt-get install tesseract-ocr tesseract-ocr-eng"


@dataclass(frozen=True, slots=True)
class Probe:
    """Whether one kind of reader can work here.

    Attributes:
        kind: the reader.
        ok: everything it needs is there.
        version: versions found, empty if none.
        detail: what was found, or what is missing.
        remedy: how to get what is missing, empty if nothing is.
    """

    kind: str
    ok: bool
    version: str = ""
    detail: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class ReaderKind:
    """One kind of reader.

    Attributes:
        kind: name on the command line.
        make: makes the reader; may import heavy packages.
        probe: looks whether it can work, cheaply.
    """

    kind: str
    make: Callable[[ReadingOptions], Reader]
    probe: Callable[[], Probe]


def _make_tesseract(options: ReadingOptions) -> Reader:
    from pipeline.reading.reader_tesseract import TesseractReader

    return TesseractReader(options.timeout, alone=len(options.readers) == 1)


def _make_ppocr(options: ReadingOptions) -> Reader:
    from pipeline.reading.reader_ppocr import PpocrReader

    return PpocrReader()


def _make_label(options: ReadingOptions) -> Reader:
    from pipeline.reading.reader_label import LabelReader

    return LabelReader()


def probe_tesseract() -> Probe:
    """Look for pytesseract, the program and its English model."""
    kind = "tesseract"
    if util.find_spec("pytesseract") is None:
        return Probe(
            kind,
            False,
            detail="the package pytesseract is not installed",
            remedy="Install it with: pip install pytesseract",
        )
    program = shutil.which("tesseract")
    if program is None:
        return Probe(kind, False, detail="no program tesseract on PATH", remedy=TESSERACT_REMEDY)
    try:
        answer = subprocess.run(
            [program, "--version"], capture_output=True, timeout=20, check=True
        ).stdout.decode("utf-8", "replace")
        languages = subprocess.run(
            [program, "--list-langs"], capture_output=True, timeout=20, check=True
        ).stdout.decode("utf-8", "replace")
    except (OSError, subprocess.SubprocessError) as error:
        return Probe(
            kind, False, detail=f"{program} does not run ({error})", remedy=TESSERACT_REMEDY
        )
    words = answer.split()
    version = words[1] if len(words) > 1 else "unknown version"
    if "eng" not in languages.split():
        return Probe(
            kind,
            False,
            version,
            detail=f"{program} has no English model",
            remedy="Install it with: apt-get install tesseract-ocr-eng",
        )
    return Probe(kind, True, version, detail=program)


def probe_ppocr() -> Probe:
    """Look for onnxruntime, rapidocr and the weights that it carries."""
    from pipeline.reading import ppocr_model

    if util.find_spec("onnxruntime") is None:
        return Probe(
            "ppocr",
            False,
            detail="the package onnxruntime is not installed",
            remedy=ppocr_model.REMEDY,
        )
    try:
        for name in (ppocr_model.DETECTOR, ppocr_model.RECOGNISER):
            path = ppocr_model.model_file(name)
        return Probe("ppocr", True, ppocr_model.version(), detail=str(path.parent))
    except MissingDependencyError as error:
        return Probe("ppocr", False, detail=f"{error.subject}: {error.cause}", remedy=error.remedy)
    except metadata.PackageNotFoundError as error:
        return Probe("ppocr", False, detail=f"{error} has no metadata", remedy=ppocr_model.REMEDY)


def probe_label() -> Probe:
    """Look for onnxruntime and the weights of the label reader."""
    return _probe_network("label", "LABEL_READER")


def probe_detector() -> Probe:
    """Look for onnxruntime and the weights of the line detector, which every reader needs."""
    return _probe_network("lines", "LINE_DETECTOR")


def _probe_network(kind: str, which: str) -> Probe:
    from pipeline.reading import networks

    if util.find_spec("onnxruntime") is None:
        return Probe(
            kind,
            False,
            detail="the package onnxruntime is not installed",
            remedy="Install it with: pip install onnxruntime",
        )
    weights: networks.Weights = getattr(networks, which)
    try:
        networks.load(weights)
    except MissingDependencyError as error:
        return Probe(kind, False, detail=f"{error.subject}: {error.cause}", remedy=error.remedy)
    return Probe(kind, True, networks.version(weights), detail=str(weights.path))


_KINDS: dict[str, ReaderKind] = {}


def register(kind: ReaderKind) -> None:
    """Add a kind of reader, or replace the one of that name."""
    _KINDS[kind.kind] = kind


def kinds() -> tuple[str, ...]:
    """Names of all kinds, in the order they were registered."""
    return tuple(_KINDS)


def _kind(kind: str) -> ReaderKind:
    try:
        return _KINDS[kind]
    except KeyError:
        raise UsageError(kind, "is not a reader", f"Choose from: {', '.join(_KINDS)}") from None


def probe(kind: str) -> Probe:
    """Whether one kind of reader can work here.

    Raises:
        UsageError: there is no such kind.
    """
    return _kind(kind).probe()


def make(kind: str, options: ReadingOptions) -> Reader:
    """One reader, ready to read.

    Raises:
        UsageError: there is no such kind.
        MissingDependencyError: it cannot work on this machine.
    """
    found = _kind(kind)
    state = found.probe()
    if not state.ok:
        raise MissingDependencyError(f"reader {kind}", state.detail, state.remedy)
    return found.make(options)


register(ReaderKind("tesseract", _make_tesseract, probe_tesseract))
register(ReaderKind("ppocr", _make_ppocr, probe_ppocr))
register(ReaderKind("label", _make_label, probe_label))
