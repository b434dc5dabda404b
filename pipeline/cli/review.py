"""``pfcurate review``: the page on which curators decide."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli import console

MANY = 500
"""From so many figures on, the user is told why the page is not there at once."""


def review(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="Output folder of a run.")],
    port: Annotated[
        int, typer.Option(min=0, max=65535, metavar="N", help="Port on this machine; 0: any.")
    ] = 0,
    reviewer: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Who decides, for the decision files (default: you)."),
    ] = None,
    lexicon: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Lexicon of the run, if not the built-in one."),
    ] = None,
) -> None:
    """Decide in the browser what only a curator can: new, missing and uncertain labels.

    Prints the address of the page and serves it, to this machine alone, until Ctrl-C.
    Decisions are kept in OUT/decisions; the same `pfcurate run` command, given again,
    writes them into the records.
    """
    from pipeline.review.server import prepare
    from pipeline.running.writing import Output

    def progress(done: int, total: int) -> None:
        if done == 1 and total >= MANY:
            console.err().print(f"Looking at {total:,} figures, once ...")

    page = prepare(Output(out), port, reviewer, lexicon, progress)
    with page.listener:
        console.out().print(page.address, soft_wrap=True)
        console.err().print("Open this address in a browser. Ctrl-C ends the review.")
        page.server.run(sockets=[page.listener])
