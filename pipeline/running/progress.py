"""How fast a run goes and how long it will take."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

_WINDOW = 600.0  # seconds that the pace is taken over: large figures come first
_STEP = 5.0  # seconds between the points that are kept


class Pace:
    """Figures per second over the last ten minutes.

    Args:
        clock: gives seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._points: deque[tuple[float, int]] = deque([(clock(), 0)])

    def update(self, worked: int) -> None:
        """Take the number of figures that were worked on so far."""
        now = self._clock()
        if now - self._points[-1][0] < _STEP:
            return
        self._points.append((now, worked))
        while now - self._points[0][0] > _WINDOW and len(self._points) > 2:
            self._points.popleft()

    def rate(self, worked: int) -> float:
        """Return figures a second, 0 where nothing is known yet."""
        then, before = self._points[0]
        seconds = self._clock() - then
        return (worked - before) / seconds if seconds > 0 else 0.0

    def left(self, worked: int, pending: int) -> float | None:
        """Return the seconds that ``pending`` figures will take, if that can be told."""
        rate = self.rate(worked)
        return pending / rate if rate > 0 else None


def duration(seconds: float) -> str:
    """Return a time in words: ``1.5 s``, ``2 min 05 s``, ``3 h 10 min``, ``4 d 6 h``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours >= 48:
        return f"{hours // 24} d {hours % 24} h"
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {rest:02} s" if minutes else f"{seconds:.1f} s"
