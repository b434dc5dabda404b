"""An executor without processes, for tests that replace parts of the product."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator

from pipeline.running import logs
from pipeline.running.process import Curates, Factory, Task
from pipeline.running.streams import stdout_to_stderr
from pipeline.types import Outcome


class SerialExecutor:
    """Works in this process, one figure after the other."""

    name = "this process"

    def __init__(self, factory: Factory, jobs: int = 1, time_limit: float = 0.0) -> None:
        self._factory = factory

    def run(
        self, tasks: Iterator[Task | None], stopping: Callable[[], bool] = lambda: False
    ) -> Generator[Outcome | None, None, None]:
        curator: Curates | None = None
        for task in tasks:
            if task is None:
                yield None
                continue
            with logs.about(task.figure.figid), stdout_to_stderr():
                curator = curator or self._factory(True)
                outcome = curator.curate(task.figure, task.stored)
            yield outcome

    def in_work(self) -> dict[str, float]:
        return {}
