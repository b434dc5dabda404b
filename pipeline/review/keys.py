"""The keys of the page, as data: the help sheet and the script both come from here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Key:
    """One thing that keys do.

    Attributes:
        keys: ``KeyboardEvent.key`` values, the first one shown on buttons.
        action: its name in the script.
        help: what it does, in words.
        group: heading under which the help sheet lists it.
    """

    keys: tuple[str, ...]
    action: str
    help: str
    group: str


DECIDE, MOVE, LOOK, GO = "Decide", "Labels", "Image", "Figures"

KEYS = (
    Key(("a",), "accept", "Accept: the label belongs into the record", DECIDE),
    Key(("x",), "reject", "Reject: it does not", DECIDE),
    Key(("p",), "pick", "Pick another gene, family or term, or mend the word", DECIDE),
    Key(tuple("123456789"), "alternative", "Pick the alternative of that number", DECIDE),
    Key(("m",), "unreadable", "Mark as unreadable", DECIDE),
    Key(("d",), "draw", "Add a label: draw its box (or arrows, Shift+arrows, Enter)", DECIDE),
    Key(("u",), "undo", "Undo the last decision on this figure", DECIDE),
    Key(("r",), "redo", "Redo it", DECIDE),
    Key(("v",), "verdict", "Set the whole figure aside: no pathway, wrong organism", DECIDE),
    Key(("j", "ArrowDown"), "next", "Next label", MOVE),
    Key(("k", "ArrowUp"), "previous", "Previous label", MOVE),
    Key(("o",), "open", "Next label that is still to be decided", MOVE),
    Key(("c",), "confirmed", "Show or hide what needs no decision", MOVE),
    Key(("z",), "zoom", "Zoom to the label", LOOK),
    Key(("0",), "fit", "Show the whole figure", LOOK),
    Key(("+", "="), "in", "Zoom in (wheel works, too; drag moves)", LOOK),
    Key(("-",), "out", "Zoom out", LOOK),
    Key(("h",), "overlay", "Show or hide the outlines", LOOK),
    Key(("n", "ArrowRight"), "next-figure", "Next figure of the queue", GO),
    Key(("b", "ArrowLeft"), "previous-figure", "Previous figure", GO),
    Key(("q",), "queue", "Back to the queue", GO),
    Key(("/",), "search", "Search the queue", GO),
    Key(("?",), "help", "Show or hide this sheet", GO),
)


def key_map() -> dict[str, str]:
    """Return the action of every key."""
    return {key: entry.action for entry in KEYS for key in entry.keys}


def groups() -> dict[str, list[Key]]:
    """Return the keys by heading, in order."""
    found: dict[str, list[Key]] = {}
    for key in KEYS:
        found.setdefault(key.group, []).append(key)
    return found
