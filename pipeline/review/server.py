"""Serving the page: on this machine only, until it is interrupted."""

from __future__ import annotations

import getpass
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from pipeline.errors import UsageError
from pipeline.lexicon.load import load_lexicon
from pipeline.review.app import create_app
from pipeline.review.queue import Queue
from pipeline.review.safety import new_token
from pipeline.review.sheet import Desk
from pipeline.running.stored import Stored
from pipeline.running.writing import Output

HOST = "127.0.0.1"

CACHE = "review.db"
"""Name of the queue's cache in the output folder."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A page that can be served.

    Attributes:
        address: the address of the page, token included.
        server: serves it when it is run with ``listener`` as its socket.
        listener: where it is reached; whoever prepares the page closes it.
    """

    address: str
    server: uvicorn.Server
    listener: socket.socket


def prepare(
    output: Output,
    port: int = 0,
    reviewer: str | None = None,
    lexicon: Path | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Prepared:
    """Get the review of one run ready to be served.

    Args:
        output: the output folder of the run.
        port: where to listen on the loopback address; 0 for any free port.
        reviewer: who decides; None for the user's name.
        lexicon: the lexicon of the run, None for the built-in one.
        progress: called with the figures looked at and to be looked at, while the queue
            is made for the first time.

    Raises:
        InputError: the folder holds no run.
        UsageError: the port is taken or not allowed.
        LexiconError: the lexicon is damaged.
        OutputError: the cache of the queue cannot be written.
    """
    Stored(output.ledger).close()  # says what is wrong before anything else is done
    listener = _listen(port)
    try:
        desk = Desk(output, load_lexicon(lexicon))
        queue = Queue(desk, output.root / CACHE)
        queue.load(progress)
        port, token = listener.getsockname()[1], new_token()
        app = create_app(
            desk,
            queue,
            token=token,
            hosts=(f"{HOST}:{port}", f"localhost:{port}"),
            reviewer=reviewer or _user(),
        )
        config = uvicorn.Config(
            app, http="h11", ws="none", log_level="error", access_log=False, server_header=False
        )
        return Prepared(f"http://{HOST}:{port}/{token}/", uvicorn.Server(config), listener)
    except BaseException:
        listener.close()
        raise


def _listen(port: int) -> socket.socket:
    try:
        return socket.create_server((HOST, port))
    except (OSError, OverflowError) as error:
        cause = getattr(error, "strerror", None) or str(error)
        raise UsageError(
            f"--port {port}",
            f"nothing can be served there ({cause})",
            "Choose another port, or 0 for any free one",
        ) from error


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # an account without a name, as in containers
        return "reviewer"
