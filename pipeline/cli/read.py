"""``pfcurate read``: the text lines of single images, and what they name."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.cli import console
from pipeline.curation.policies import Policy
from pipeline.errors import ExitCode, InputError, PfcurateError

if TYPE_CHECKING:
    from pipeline.naming.namer import Namer
    from pipeline.reading.figure_reader import FigureReader
    from pipeline.types import GeneRow, Line, TermRow

log = logging.getLogger(__name__)


def read(
    images: Annotated[list[Path], typer.Argument(metavar="IMAGE...", help="Image files.")],
    readers: Annotated[
        str | None,
        typer.Option(metavar="NAME,...", help="Readers to use (default: ppocr,label,tesseract)."),
    ] = None,
    lexicon: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Lexicon folder to use instead of the built-in one."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object per image, as each is read.")
    ] = False,
) -> None:
    """Read images and print their text lines, in reading order, and what they name.

    The pixels are all that is used: records, captions and metadata beside an image are
    not looked at. An image that cannot be read is named on standard error, the others
    are read, and the exit status is 4.
    """
    from pipeline.running.engines import Engines, reader_names
    from pipeline.running.streams import stdout_to_stderr

    engines = Engines(Policy.UNION, reader_names(readers), lexicon)
    engines.probe()
    with stdout_to_stderr():
        reader, namer = engines.reader(), engines.namer()
    status = ExitCode.OK
    for image in images:
        try:
            with stdout_to_stderr():
                lines, rows = _read(image, reader, namer)
        except Exception as error:
            invalid = isinstance(error, InputError) or status is ExitCode.INVALID_INPUT
            status = ExitCode.INVALID_INPUT if invalid else ExitCode.SOME_FAILED
            _report(image, error)
            continue
        if as_json:
            console.print_json(_document(image, lines, rows))
        else:
            _print(image, lines, rows)
    if status is not ExitCode.OK:
        raise typer.Exit(status)


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of what an image names."""

    genes: tuple[GeneRow, ...]
    chemicals: tuple[TermRow, ...]
    diseases: tuple[TermRow, ...]


def _read(image: Path, reader: FigureReader, namer: Namer) -> tuple[tuple[Line, ...], _Rows]:
    from pipeline.imaging.decode import load_image
    from pipeline.naming.rows import gene_rows, term_rows

    lines = reader.read(load_image(image).pixels)
    names = namer.names(lines)
    concepts = (term_rows(names.concepts, kind) for kind in ("chemical", "disease"))
    return lines, _Rows(gene_rows(names.genes), *concepts)


def _report(image: Path, error: Exception) -> None:
    from pipeline.records.figid import printable

    log.debug("traceback of %s", type(error).__name__, exc_info=error)
    message = (
        str(error)
        if isinstance(error, PfcurateError)
        else f"{image}: {type(error).__name__}: {error}. This is a fault of pfcurate: report it "
        "with what pfcurate --debug shows."
    )
    console.err().print(printable(f"Error: {message}"), soft_wrap=True)


def _document(image: Path, lines: Sequence[Line], rows: _Rows) -> dict[str, Any]:
    from dataclasses import asdict

    from pipeline.naming.figure_rows import JOINED, joined_labels
    from pipeline.records.figid import printable

    return {
        "image": printable(str(image)),
        "lines": [
            {
                "text": line.text,
                "polygon": line.region
                and [[round(float(x), 2), round(float(y), 2)] for x, y in line.region.polygon],
                "confidence": round(float(line.confidence), 4),
                "readers": line.readers,
                "joined": line.region is not None and line.region.detector == JOINED,
            }
            for line in (*lines, *joined_labels(lines))
        ],
        "genes": [asdict(row) for row in rows.genes],
        "chemicals": [asdict(row) for row in rows.chemicals],
        "diseases": [asdict(row) for row in rows.diseases],
    }


def _print(image: Path, lines: Sequence[Line], rows: _Rows) -> None:
    from rich.table import Table
    from rich.text import Text

    from pipeline.records.figid import printable

    text = Table("confidence", "readers", "line", box=None, padding=(0, 2, 0, 0))
    for line in lines:
        text.add_row(f"{line.confidence:.2f}", ", ".join(line.readers), printable(line.text))
    names = Table("word", "symbol", "source", "gene", "entrez", box=None, padding=(0, 2, 0, 0))
    for row in rows.genes:
        fields = (row.word, row.symbol, row.source, row.hgnc_symbol, row.entrez)
        names.add_row(*map(printable, fields))
    terms = Table("word", "kind", "source", "identifier", box=None, padding=(0, 2, 0, 0))
    for kind, found in (("chemical", rows.chemicals), ("disease", rows.diseases)):
        for term in found:
            terms.add_row(*map(printable, (term.word, kind, term.source, term.identifier)))
    out = console.out()
    title = f"{printable(str(image))}: {len(lines)} lines, {len(rows.genes)} gene rows"
    out.print(Text(title, style="bold"), soft_wrap=True)
    for table in (text, names, terms):
        if table.row_count:
            out.print(table)
