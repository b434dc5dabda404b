"""Ctrl-C in two steps: the first finishes what is in flight, the second stops at once."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Self

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interruption:
    """Watches for SIGINT and SIGTERM while it is entered; a context manager.

    Outside the main thread, which alone receives signals, it does nothing.
    """

    def __init__(self) -> None:
        self._requested = False
        self._dropped = False
        self._previous: list[tuple[signal.Signals, object]] = []

    @property
    def requested(self) -> bool:
        """Whether the run was asked to stop."""
        return self._requested

    def __enter__(self) -> Self:
        if _in_main_thread():
            self._previous = [(s, signal.signal(s, self._handle)) for s in _SIGNALS]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for number, handler in self._previous:
            signal.signal(number, handler)  # type: ignore[arg-type]  # as signal() gave it
        self._previous = []

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self._dropped:
            return  # the run is being closed, which takes a moment and must not be cut short
        if self._requested:
            self._dropped = True
            raise KeyboardInterrupt
        self._requested = True


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()
