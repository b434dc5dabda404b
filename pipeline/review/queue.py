"""The queue: every figure of a run with what there is to decide, by expected gain.

Making an entry takes some milliseconds, so entries are kept in ``OUT/review.db``, a cache
that may be deleted. An entry is made anew when its diff, its record or its decisions change.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from pipeline.errors import OutputError, PfcurateError
from pipeline.review.items import State
from pipeline.review.sheet import Desk
from pipeline.running.stored import Stored

_VERSION = 1
_TABLE = "CREATE TABLE entries (figid TEXT PRIMARY KEY, stamp TEXT NOT NULL, entry TEXT NOT NULL)"

PAGE = 50
"""Figures on one page of the queue."""


class Show(StrEnum):
    """Which figures are listed."""

    OPEN = "open"
    DONE = "done"
    FAILED = "failed"
    ALL = "all"


class Order(StrEnum):
    """In which order they are listed."""

    GAIN = "gain"
    FIGURE = "figure"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Entry:
    """One figure of the queue.

    Attributes:
        figid: the figure.
        state: its state in the ledger.
        title: figure title, or paper title, or empty.
        counts: labels per state that ask for a decision.
        open: how many of them are still to be decided.
        gain: expected number of changes that deciding those makes.
        verdict: what the figure was set aside for, or empty.
        words: everything that the search looks into, lower case.
        problem: why it cannot be reviewed, or empty.
    """

    figid: str
    state: str
    title: str
    counts: dict[str, int]
    open: int
    gain: float
    verdict: str
    words: str
    problem: str = ""

    @property
    def asks(self) -> int:
        """Labels that ask, or asked, for a decision."""
        return sum(self.counts.values())

    @property
    def done(self) -> bool:
        """Whether nothing is left to decide."""
        return not self.problem and (bool(self.verdict) or not self.open)


@dataclass(frozen=True, slots=True)
class Filter:
    """What of the queue is shown; kept in the address.

    Attributes:
        show: which figures.
        has: only those with such labels still in them; empty for any.
        text: only those whose id, title or words hold this text.
        order: in which order.
    """

    show: Show = Show.OPEN
    has: str = ""
    text: str = ""
    order: Order = Order.GAIN

    def query(self) -> dict[str, str]:
        """Return the fields that differ from the usual ones, for an address."""
        usual = Filter()
        fields = {
            "show": (self.show.value, usual.show.value),
            "has": (self.has, usual.has),
            "text": (self.text, usual.text),
            "order": (self.order.value, usual.order.value),
        }
        return {name: value for name, (value, default) in fields.items() if value != default}

    def lets(self, entry: Entry) -> bool:
        """Tell whether ``entry`` is shown."""
        shown = {
            Show.OPEN: not entry.done and not entry.problem,
            Show.DONE: entry.done,
            Show.FAILED: bool(entry.problem),
            Show.ALL: True,
        }[self.show]
        return (
            shown
            and (not self.has or bool(entry.counts.get(self.has)))
            and all(word in entry.words for word in self.text.lower().split())
        )

    def listed(self, entries: Iterable[Entry]) -> list[Entry]:
        """Return those of ``entries`` that are shown, in the order asked for."""
        return ordered((entry for entry in entries if self.lets(entry)), self.order)


def parse_filter(fields: dict[str, str]) -> Filter:
    """Return the filter of an address; what it does not understand counts as not given."""
    show, order, has = fields.get("show"), fields.get("order"), fields.get("has", "")
    return Filter(
        show=Show(show) if show in list(Show) else Show.OPEN,
        has=has if has in list(State) else "",
        text=fields.get("text", "")[:100],
        order=Order(order) if order in list(Order) else Order.GAIN,
    )


class Queue:
    """The figures of one run, kept up to date.

    Args:
        desk: where the figures and their labels come from.
        cache: the cache file, ``OUT/review.db``.
    """

    def __init__(self, desk: Desk, cache: Path) -> None:
        self._desk = desk
        self._cache = cache
        self._lock = threading.Lock()
        self._entries: dict[str, tuple[str, Entry]] = {}

    def load(self, progress: Callable[[int, int], None] = lambda done, total: None) -> None:
        """Read the cache, make what it lacks and write it back.

        Args:
            progress: called with the number of entries made and to be made.

        Raises:
            OutputError: the cache cannot be written.
        """
        with self._lock:
            if self._cache.exists():
                self._entries = dict(_read(self._cache))
            self._refresh(progress)
            _write(self._cache, self._entries)

    def entries(self) -> list[Entry]:
        """Return all entries as they are now, in order of their ids."""
        with self._lock:
            self._refresh()
            return [entry for _, entry in self._entries.values()]

    def _refresh(self, progress: Callable[[int, int], None] = lambda done, total: None) -> None:
        stamps = self._stamps()
        stale = [f for f, stamp in stamps.items() if self._entries.get(f, ("",))[0] != stamp]
        made = {}
        for number, figid in enumerate(stale, start=1):
            made[figid] = (stamps[figid], self._entry(figid))
            progress(number, len(stale))
        if made or len(stamps) != len(self._entries):
            old = self._entries
            self._entries = {f: made.get(f) or old[f] for f in stamps}

    def _stamps(self) -> dict[str, str]:
        """Return what tells whether the entry of a figure is up to date, by figid."""
        diffs = _times(self._desk.output.diffs)
        decisions = _times(self._desk.output.decisions)
        with Stored(self._desk.output.ledger) as stored:
            return {
                figid: f"{state} {finished} {diffs.get(figid)} {decisions.get(figid)}"
                for figid, state, finished in stored.states()
            }

    def _entry(self, figid: str) -> Entry:
        try:
            sheet = self._desk.sheet(figid)
        except PfcurateError as error:
            return Entry(figid, "", "", {}, 0, 0.0, "", figid.lower(), str(error))
        asked = [item for item in sheet.items if item.asks]
        left = [item for item in asked if item.open] if not sheet.decided.verdict else []
        counts = {state.value: n for state in State if (n := sum(i.state is state for i in asked))}
        words = {item.word for item in sheet.items} | {
            getattr(row, "hgnc_symbol", "") for item in sheet.items for row in item.rows
        }
        return Entry(
            figid=figid,
            state=sheet.figure.state,
            title=sheet.title,
            counts=counts,
            open=len(left),
            gain=round(sum(item.gain for item in left), 3),
            verdict=sheet.decided.verdict.value,
            words=" ".join((figid, sheet.title, *sorted(words))).lower(),
            problem=sheet.problem,
        )


def ordered(entries: Iterable[Entry], order: Order) -> list[Entry]:
    """Return entries in the order asked for; equal ones by their ids."""
    if order is Order.FIGURE:
        return sorted(entries, key=lambda e: e.figid)
    if order is Order.OPEN:
        return sorted(entries, key=lambda e: (-e.open, e.figid))
    return sorted(entries, key=lambda e: (-e.gain, -e.open, e.figid))


def _times(folder: Path) -> dict[str, int]:
    """Return when the YAML files of a folder were last changed (ns), by their stems."""
    try:
        with os.scandir(folder) as found:
            return {
                entry.name.removesuffix(".yaml"): entry.stat().st_mtime_ns
                for entry in found
                if entry.name.endswith(".yaml")
            }
    except FileNotFoundError:
        return {}


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    try:
        with closing(sqlite3.connect(path, timeout=30)) as db:
            yield db
    except sqlite3.Error as error:
        raise OutputError(
            path, f"the cache of the queue cannot be used ({error})", "Delete it and try again"
        ) from error


def _read(path: Path) -> Iterator[tuple[str, tuple[str, Entry]]]:
    with _opened(path) as db:
        if db.execute("PRAGMA user_version").fetchone() != (_VERSION,):
            return
        for figid, stamp, entry in db.execute("SELECT * FROM entries ORDER BY figid"):
            yield figid, (stamp, Entry(**json.loads(entry)))


def _write(path: Path, entries: dict[str, tuple[str, Entry]]) -> None:
    with _opened(path) as db:
        db.executescript(
            f"BEGIN; DROP TABLE IF EXISTS entries; {_TABLE}; PRAGMA user_version = {_VERSION};"
        )
        db.executemany(
            "INSERT INTO entries VALUES (?, ?, ?)",
            ((f, stamp, json.dumps(asdict(entry))) for f, (stamp, entry) in entries.items()),
        )
        db.commit()
