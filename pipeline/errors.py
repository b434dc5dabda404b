"""Every error that the product raises on purpose, with its exit code.

A message always has three parts: the subject (file, figure or option), the cause, and
the remedy. Code that catches an error keeps the original as ``__cause__``.
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit status of every ``pfcurate`` command; part of the stable interface."""

    OK = 0
    SOME_FAILED = 1
    USAGE = 2
    MISSING_DEPENDENCY = 3
    INVALID_INPUT = 4
    INTERNAL = 70
    INTERRUPTED = 130
    OUTPUT_CLOSED = 141


class PfcurateError(Exception):
    """Base of all expected errors.

    Args:
        subject: the file, figure, option or program that the error is about.
        cause: what is wrong with it, without a full stop.
        remedy: what the user can do, a sentence without a full stop.
    """

    exit_code = ExitCode.SOME_FAILED

    def __init__(self, subject: object, cause: str, remedy: str) -> None:
        super().__init__(subject, cause, remedy)
        self.subject = str(subject)
        self.cause = cause
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.subject}: {self.cause}. {self.remedy}."


class UsageError(PfcurateError):
    """An option or argument that cannot be used."""

    exit_code = ExitCode.USAGE


class MissingDependencyError(PfcurateError):
    """A program, package or model file that is needed and not there."""

    exit_code = ExitCode.MISSING_DEPENDENCY


class InputError(PfcurateError):
    """An input file that cannot be used."""

    exit_code = ExitCode.INVALID_INPUT


class ImageError(InputError):
    """An image that cannot be decoded, or must not be."""


class RecordError(InputError):
    """A front-matter record or paper metadata file that is malformed."""


class LexiconError(InputError):
    """A lexicon folder or source table that is malformed or fails its manifest."""


class DecisionsError(InputError):
    """A file of reviewers' decisions that cannot be read or is malformed."""


class ReadingError(PfcurateError):
    """A reader that failed on a figure."""


class OutputError(PfcurateError):
    """An output file or folder that cannot be written or used."""


class OutputFolderError(OutputError):
    """An output folder that can take nothing more: the run stops, what is done is kept."""


class WorkerError(PfcurateError):
    """A worker process that ended while it worked on a figure."""


class TimeLimitError(WorkerError):
    """A figure that took longer than it may."""


class SchedulerError(PfcurateError):
    """A cluster that cannot be reached, or that cannot do the work."""
