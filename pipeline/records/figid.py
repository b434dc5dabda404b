"""Figure identifiers that are safe to make file names and addresses from."""

from __future__ import annotations

import re

from pipeline.errors import RecordError

#: Room for an extension and a temporary suffix within the 255 bytes of a file name.
MAX_BYTES = 200

# Letters and digits of any script, and punctuation that no file system, shell glob or
# address gives a meaning. A leading dot would hide the file, a leading hyphen would make
# an option of it, and Windows drops dots and spaces at the end.
_SAFE = re.compile(r"\w(?:[\w.,+@=()~ -]*[\w,+@=()~-])?")


def safe_figid(text: str) -> str:
    """Return ``text`` if it can name a figure's files, as it is.

    Raises:
        RecordError: it is empty, too long, or holds characters (path separators, control
            characters, leading dots) with which it could name another file.
    """
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise RecordError(
            printable(text[:40]) + "...",
            f"a figure identifier has at most {MAX_BYTES} bytes",
            "Rename the figure's files",
        )
    if not _SAFE.fullmatch(text):
        raise RecordError(
            printable(text) or "(empty)",
            "a figure identifier starts with a letter or digit and holds only letters, digits, "
            "spaces and . , + @ = ( ) ~ _ -",
            "Rename the figure's files",
        )
    return text


def printable(text: str) -> str:
    """Return ``text`` with control characters and undecodable bytes spelt out."""
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text
    )
