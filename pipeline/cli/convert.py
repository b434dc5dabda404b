"""``pfcurate convert``: records from one layout of the PFOCR database to the other."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli import console
from pipeline.errors import ExitCode, OutputError, PfcurateError, UsageError

if TYPE_CHECKING:
    from pipeline.records.tables import Split


class Layout(StrEnum):
    """Where the rows of a record stand.

    Attributes:
        ROWS: in its front matter.
        TABLES: in tables beside it.
    """

    ROWS = "rows"
    TABLES = "tables"


def convert(
    records: Annotated[
        Path, typer.Argument(metavar="RECORDS", help="Folder of records, of either layout.")
    ],
    layout: Annotated[
        Layout,
        typer.Option(
            help="rows: genes in the front matter, FIGID.md; tables: _figures/FIGID.md and "
            "_data/FIGID-genes.tsv, -chemicals.tsv, -diseases.tsv."
        ),
    ],
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Folder to write; created if missing.")
    ],
) -> None:
    """Write records in the other layout of the PFOCR database.

    Nothing is lost: what is converted is converted back and compared before it is written.
    A record that cannot be converted is named on standard error with the reason, the others
    are, and the exit status is 1.
    """
    from pipeline.curation.discovery import record_files
    from pipeline.records.figid import printable

    paths = record_files(records, "Name a folder of records")
    err = console.err()
    failed = anew = 0
    _apart(records, out, layout)
    for path in paths:
        try:
            anew += _convert(path, layout, out)
        except PfcurateError as error:
            failed += 1
            err.print(printable(f"Error: {error}"), soft_wrap=True)
    note = f"; {anew:,} will come back in the usual style of writing" if anew else ""
    err.print(
        printable(f"{len(paths) - failed:,} of {len(paths):,} records written to {out}{note}"),
        soft_wrap=True,
    )
    if failed:
        raise typer.Exit(ExitCode.SOME_FAILED)


def _apart(records: Path, out: Path, layout: Layout) -> None:
    """Make sure that no record is written over.

    Raises:
        UsageError: the output would go where the records are.
    """
    target = out / "_figures" if layout is Layout.TABLES else out
    if target.resolve() == records.resolve():
        raise UsageError(
            "--out", f"{target} is where the records are", "Choose another output folder"
        )


def _convert(path: Path, layout: Layout, out: Path) -> bool:
    """Convert one record; tell whether the way back would write it in another style."""
    from pipeline.records.frontmatter import load_record
    from pipeline.records.tables import join, split

    text = load_record(path).text
    if layout is Layout.ROWS:
        _write(out / path.name, text)
        return False
    divided = split(text, path)
    _write_tables(divided, path.stem, out)
    return join(divided, path) != text


def _write_tables(divided: Split, figid: str, out: Path) -> None:
    from pipeline.records.tables import TABLES

    for key in TABLES:
        path = out / "_data" / f"{figid}-{key}.tsv"
        if key in divided.tables:
            _write(path, divided.tables[key])
        else:
            path.unlink(missing_ok=True)  # of an earlier conversion
    _write(out / "_figures" / f"{figid}.md", divided.text)


def _write(path: Path, text: str) -> None:
    from pipeline.running.writing import replace_file

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            path.parent,
            f"the folder cannot be created ({error.strerror})",
            "Choose another one with --out",
        ) from error
    replace_file(path, text.encode("utf-8"))
