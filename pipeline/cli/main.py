"""The ``pfcurate`` command: its subcommands and the one place that makes exit codes.

The modules of the subcommands import what they need inside their functions, so that
help and usage errors come at once.
"""

from __future__ import annotations

import os
import sys
import traceback
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from pipeline import __version__
from pipeline.cli import convert, doctor, export, lexicon, match, read, recall, review, run, status
from pipeline.errors import ExitCode, InputError, PfcurateError

EXIT_CODES = {
    ExitCode.OK: "everything was done",
    ExitCode.SOME_FAILED: "some figures failed; each is named with its reason",
    ExitCode.USAGE: "the command was called wrongly",
    ExitCode.MISSING_DEPENDENCY: "something needed is not installed; `pfcurate doctor` tells what",
    ExitCode.INVALID_INPUT: "an input given explicitly cannot be used",
    ExitCode.INTERNAL: "a fault of pfcurate itself",
    ExitCode.INTERRUPTED: "interrupted",
    ExitCode.OUTPUT_CLOSED: "whoever read the output stopped reading",
}
"""What each exit status means to a user, in the order of the numbers."""


class Boundary(TyperGroup):
    """The group of all commands, which turns every exception into message and status.

    Usage errors are left to Typer, which ends them with ``ExitCode.USAGE``.
    """

    def invoke(self, ctx: Any) -> Any:
        """Run the chosen command.

        Raises:
            typer.Exit: with the status that the error stands for.
        """
        debug = bool(ctx.params.get("debug"))
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except (PfcurateError, OSError, KeyboardInterrupt) as error:
            raise typer.Exit(_expected(error, debug)) from error
        except (typer.Exit, typer.Abort, typer.TyperException):
            raise
        except Exception as error:
            raise typer.Exit(_unexpected(error, debug)) from error
        return result


app = typer.Typer(
    cls=Boundary,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    # Plain help: Rich's takes three times as long to come up as everything else here.
    rich_markup_mode=None,
    # Typer leaves the line breaks of a paragraph alone that begins with \b.
    epilog="\b\nExit status:\n" + "\n".join(f"{c:5d}  {text}" for c, text in EXIT_CODES.items()),
)
app.command()(run.run)
app.command()(status.status)
app.command()(read.read)
app.command()(match.match)
app.command()(review.review)
app.command()(recall.recall)
app.command()(export.export)
app.command()(convert.convert)
app.add_typer(lexicon.app, name="lexicon")
app.command()(doctor.doctor)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"pfcurate {__version__}")
        raise typer.Exit


@app.callback()
def pfcurate(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and stop."
        ),
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Log every step; show tracebacks of errors.")
    ] = False,
) -> None:
    """Curate the genes of pathway figures: images in, updated front matter out.

    Results go to standard output or to files, messages to standard error.
    """
    if debug:
        import logging

        logging.basicConfig(format="%(levelname)s %(name)s: %(message)s")
        logging.getLogger("pipeline").setLevel(logging.DEBUG)


def main() -> None:
    """Run ``pfcurate`` on the arguments of this process and exit."""
    app(prog_name="pfcurate")


def _expected(error: PfcurateError | OSError | KeyboardInterrupt, debug: bool) -> ExitCode:
    if isinstance(error, KeyboardInterrupt):
        _say("Interrupted.")
        return ExitCode.INTERRUPTED
    if isinstance(error, BrokenPipeError):
        # The interpreter flushes standard output once more as it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.OUTPUT_CLOSED
    if debug:
        traceback.print_exception(error)
    if isinstance(error, OSError):
        error = InputError(
            error.filename if error.filename is not None else "system",
            error.strerror or type(error).__name__,
            "Check that it exists, that you may use it, and that the disk is not full",
        )
    _say(f"Error: {error}")
    return error.exit_code


def _unexpected(error: Exception, debug: bool) -> ExitCode:
    if debug:
        traceback.print_exception(error)
    else:
        _say(f"Error: {type(error).__name__}: {error}")
        _say(
            "This is a fault of pfcurate. Please report it with the traceback, which "
            "`pfcurate --debug` before the command shows, and the output of `pfcurate doctor`."
        )
    return ExitCode.INTERNAL


def _say(message: str) -> None:
    """Write to standard error, with control characters (of file names, say) made visible."""
    shown = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in message)
    typer.echo(shown, err=True)
