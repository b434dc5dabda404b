"""The two consoles that every command shares.

Standard output carries results only; messages, logs and progress go to standard error.
Rich is imported on first use, which keeps ``pfcurate --help`` quick.
"""

from __future__ import annotations

import json
import sys
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

PIPED_WIDTH = 120
"""Columns of tables on an output that is no terminal and so has no width of its own."""


@lru_cache(maxsize=1)
def out() -> Console:
    """Return the console for results (standard output)."""
    return _console(stderr=False)


@lru_cache(maxsize=1)
def err() -> Console:
    """Return the console for messages and progress (standard error)."""
    return _console(stderr=True)


def print_json(document: object) -> None:
    """Write ``document`` to standard output as one line of JSON, at once.

    Non-ASCII characters are escaped only where the output cannot hold them.
    """
    encoding = (getattr(sys.stdout, "encoding", None) or "utf-8").lower().replace("-", "")
    sys.stdout.write(json.dumps(document, ensure_ascii=encoding != "utf8") + "\n")
    sys.stdout.flush()


def _console(*, stderr: bool) -> Console:
    from rich.console import Console

    console = Console(stderr=stderr, highlight=False, emoji=False, markup=False)
    if not console.is_terminal:
        console.width = PIPED_WIDTH
    return console
