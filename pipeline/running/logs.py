"""Log records that say which figure they are about, whichever process they come from."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pipeline.errors import OutputError

_figure: ContextVar[str] = ContextVar("figure", default="")
_product = logging.getLogger("pipeline")


@dataclass(frozen=True, slots=True)
class Message:
    """A log record on its way from a worker: plain strings, safe to send."""

    logger: str
    level: int
    figid: str
    text: str


@contextmanager
def about(figid: str) -> Iterator[None]:
    """Mark every log record of the block as being about ``figid``."""
    token = _figure.set(figid)
    try:
        yield
    finally:
        _figure.reset(token)


class FigureFormatter(logging.Formatter):
    """``WARNING figid: message``, with the traceback if there is one."""

    def __init__(self) -> None:
        super().__init__("%(levelname)s %(about)s%(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; ``figid`` is left out where no figure is being worked on."""
        figid = _figure.get()
        record.about = f"{figid}: " if figid else ""
        return super().format(record)


class ForwardingHandler(logging.Handler):
    """Hands log records of a worker to ``send``.

    Args:
        send: called with each message, from whichever thread logs.
    """

    def __init__(self, send: Callable[[Message], None]) -> None:
        super().__init__()
        self._send = send
        self.setFormatter(logging.Formatter("%(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        """Send one record; a record that cannot be sent is lost, not raised."""
        with suppress(Exception):
            self._send(Message(record.name, record.levelno, _figure.get(), self.format(record)))


class _RunLog(logging.FileHandler):
    """Appends one JSON object a line: time, level, figure, logger, message."""

    def format(self, record: logging.LogRecord) -> str:
        message = record.getMessage()
        if record.exc_info:
            message += "\n" + logging.Formatter().formatException(record.exc_info)
        return json.dumps(
            {
                "time": datetime.fromtimestamp(record.created, UTC).isoformat(
                    timespec="milliseconds"
                ),
                "level": record.levelname,
                "figure": _figure.get() or None,
                "logger": record.name,
                "message": message,
            },
            ensure_ascii=False,
        )

    def handleError(self, record: logging.LogRecord) -> None:
        """Lose the line: a disk that is full is told of by what has to be kept."""


@contextmanager
def kept(path: Path) -> Iterator[None]:
    """Append the product's log records from INFO on to the file at ``path`` in the block.

    Raises:
        OutputError: the file cannot be opened.
    """
    try:
        handler = _RunLog(path, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise OutputError(
            path,
            f"the log cannot be written ({error.strerror or error})",
            "Check the permissions of the folder",
        ) from error
    handler.setLevel(logging.INFO)
    level = _product.level
    _product.addHandler(handler)
    _product.setLevel(min(_product.getEffectiveLevel(), logging.INFO))
    try:
        yield
    finally:
        _product.removeHandler(handler)
        _product.setLevel(level)
        handler.close()


@contextmanager
def handled(handler: logging.Handler, level: int) -> Iterator[None]:
    """Give the product's log records to ``handler`` alone, from ``level`` on, in the block."""
    handler.setLevel(level)
    before = _product.handlers[:], _product.level, _product.propagate
    _product.handlers[:], _product.propagate = [handler], False
    _product.setLevel(level)
    try:
        yield
    finally:
        _product.handlers[:], _product.propagate = before[0], before[2]
        _product.setLevel(before[1])


def current_level() -> int:
    """Return the level from which the product's loggers let records pass."""
    return _product.getEffectiveLevel()


def replay(message: Message) -> None:
    """Log a worker's message in this process."""
    with about(message.figid):
        logging.getLogger(message.logger).log(message.level, "%s", message.text)
